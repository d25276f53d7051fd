"""The tables. Facts are written once (log); projections can be rebuilt from them by ``handloom doctor``."""

from .asking import answer, batch, counter, guideline, item, label, project, question, task, turn
from .base import metadata
from .cascade import cascade, cascade_round, split
from .curation import correction, erasure, freeze, migration
from .learning import commit_, evaluation, model, prediction, release, revision, run
from .operation import actor, event, job, login, meta, session, worker
from .people import aside, gold, invitation, member, review, skill
from .quality import quality, quality_actor
from .requests import comment, data_test, request
from .versions import branch, conflict, content, identity, tag
from .workforce import outsider, posting, sign_in, webhook, workforce

__all__ = [
    "actor",
    "answer",
    "aside",
    "batch",
    "branch",
    "cascade",
    "cascade_round",
    "comment",
    "commit_",
    "conflict",
    "content",
    "correction",
    "counter",
    "data_test",
    "erasure",
    "evaluation",
    "event",
    "freeze",
    "gold",
    "guideline",
    "identity",
    "invitation",
    "item",
    "job",
    "label",
    "login",
    "member",
    "meta",
    "metadata",
    "migration",
    "model",
    "outsider",
    "posting",
    "prediction",
    "project",
    "quality",
    "quality_actor",
    "question",
    "release",
    "request",
    "review",
    "revision",
    "run",
    "session",
    "sign_in",
    "skill",
    "split",
    "tag",
    "task",
    "turn",
    "webhook",
    "worker",
    "workforce",
]
