"""The tables. Facts are written once (log); projections can be rebuilt from them by ``handloom doctor``."""

from .asking import answer, batch, counter, guideline, item, label, project, question, task, turn
from .base import metadata
from .learning import commit_, evaluation, model, prediction, release, revision, run
from .operation import actor, event, job, login, meta, session, worker
from .people import aside, gold, invitation, member, review, skill
from .versions import branch, conflict, content, identity, tag

__all__ = [
    "actor",
    "answer",
    "aside",
    "batch",
    "branch",
    "commit_",
    "conflict",
    "content",
    "counter",
    "evaluation",
    "event",
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
    "model",
    "prediction",
    "project",
    "question",
    "release",
    "review",
    "revision",
    "run",
    "session",
    "skill",
    "tag",
    "task",
    "turn",
    "worker",
]
