"""The tables. Facts are written once (log); projections can be rebuilt from them by ``handloom doctor``.

log          event answer item question(asked part) batch guideline commit_ revision run model evaluation release
             prediction
projection   question(state, got, held, skips, doubts) turn label counter
operation    actor session login job worker meta
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Text

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only auto-numbers INTEGER; PostgreSQL wants BIGINT.
Big = BigInteger().with_variant(Integer, "sqlite")
# Plain JSON on both: nothing is searched inside it, and keys keep their order.
Json = JSON(none_as_null=True)


def _id() -> Column[int]:
    return Column("id", Big, primary_key=True, autoincrement=True)


def _to(table: str) -> ForeignKey:
    return ForeignKey(f"{table}.id")


meta = sa.Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Json))

actor = sa.Table(
    "actor",
    metadata,
    _id(),
    Column("name", String(200), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # person model rule import
    Column("role", String(16), nullable=False),
    Column("state", String(16), nullable=False, server_default="active"),  # active paused removed
    Column("token_hash", String(64)),
    Column("created", Float, nullable=False),
)

session = sa.Table(
    "session",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("actor_id", Big, _to("actor"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
)

login = sa.Table(
    "login",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("actor_id", Big, _to("actor"), nullable=False),
    Column("expires", Float, nullable=False),
    Column("used", Float),
)

project = sa.Table(
    "project",
    metadata,
    _id(),
    Column("name", String(200), nullable=False, unique=True),
    Column("settings", Json, nullable=False),
    Column("salt", String(32), nullable=False),  # decides, with an item's key, who is in the living test set
    Column("created", Float, nullable=False),
)

task = sa.Table(
    "task",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("options", Json, nullable=False),  # labels, multi, field: what its shape and encoder need
    Column("created", Float, nullable=False),
    sa.UniqueConstraint("project_id", "name"),
)

guideline = sa.Table(
    "guideline",
    metadata,
    _id(),
    Column("task_id", Big, _to("task"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("actor_id", Big, _to("actor"), nullable=False),
    Column("created", Float, nullable=False),
    sa.UniqueConstraint("task_id", "version"),
)

item = sa.Table(
    "item",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("key", String(200), nullable=False),
    Column("digest", String(40), nullable=False),
    Column("data", Json, nullable=False),
    Column("meta", Json),
    Column("test", Boolean, nullable=False),  # in the living test set: drawn uniformly, never trained on
    Column("created", Float, nullable=False),
    sa.UniqueConstraint("project_id", "key"),
    Index("ix_item_page", "project_id", "id"),
)

batch = sa.Table(
    "batch",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("task_id", Big, _to("task")),
    Column("strategy", String(80), nullable=False),
    Column("model_id", Big),
    Column("n", Integer, nullable=False),
    Column("needs", Integer, nullable=False),
    Column("lane", String(16), nullable=False),
    Column("actor_id", Big, _to("actor")),
    Column("created", Float, nullable=False),
)

question = sa.Table(
    "question",
    metadata,
    _id(),
    # asked: written once
    Column("project_id", Big, _to("project"), nullable=False),
    Column("task_id", Big, _to("task")),
    Column("item_id", Big, _to("item")),
    Column("batch_id", Big, _to("batch"), nullable=False),
    Column("lane", String(16), nullable=False),  # label decide
    Column("shape", String(32), nullable=False),
    Column("strategy", String(80), nullable=False),
    Column("probability", Float, nullable=False),  # of being drawn at random; 0 when picked by a rule
    Column("score", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("priority", Float, nullable=False),
    Column("blind", Boolean, nullable=False),  # suggestion exists but is not shown
    Column("suggestion", Json),
    Column("body", Json),
    Column("expires", Float),  # of the whole question; its default is in the body
    Column("created", Float, nullable=False),
    # projection: moved by core.questions
    Column("needs", Integer, nullable=False),
    Column("got", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("skips", Integer, nullable=False, server_default="0"),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("state", String(16), nullable=False, server_default="open"),
    # asked: how to route it and when to stop; see handloom.ask
    Column("audience", String(80)),  # the assignment rule that says who may have it; None: anybody
    Column("most", Integer),  # answers wanted at most, while the label is not sure enough; None: exactly `needs`
    Index("ix_question_item", "item_id", "task_id"),
    Index("ix_question_page", "project_id", "lane", "state", "id"),
    Index("ix_question_batch", "batch_id"),
)
# Partial indexes say `sqlite_where` here and both in the migration: naming PostgreSQL would load all its drivers
# (0.15 s) in every process.
# What `claim` reads: only open questions, best first, so its cost does not grow with the pool or the past.
Index(
    "ix_question_open",
    question.c.project_id,
    question.c.lane,
    question.c.priority.desc(),
    question.c.id,
    sqlite_where=question.c.state == "open",
)
Index(
    "ix_question_expires",
    question.c.expires,
    sqlite_where=sa.and_(question.c.state.in_(("open", "claimed")), question.c.expires.is_not(None)),
)

turn = sa.Table(
    "turn",
    metadata,
    Column("question_id", Big, _to("question"), primary_key=True),
    Column("actor_id", Big, _to("actor"), primary_key=True),
    Column("state", String(16), nullable=False),  # held done released expired
    Column("until", Float, nullable=False),
    Index("ix_turn_actor", "actor_id", "state"),
)
Index("ix_turn_held", turn.c.until, sqlite_where=turn.c.state == "held")

answer = sa.Table(
    "answer",
    metadata,
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("question_id", Big, _to("question")),  # None: came with the item at import
    Column("task_id", Big, _to("task")),
    Column("item_id", Big, _to("item")),
    Column("actor_id", Big, _to("actor"), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("value", Json),
    Column("seconds", Float, nullable=False),
    Column("suggestion_shown", Boolean, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("confidence", Float),
    Column("rationale", Text),
    Column("note", Text),
    Column("guideline_id", Big),
    Column("supersedes", String(36), unique=True),
    Column("late", Boolean, nullable=False),  # came when nobody needed it any more: kept, not counted
    Column("digest", String(40), nullable=False),  # of what was sent, so that a repeat is told from a forgery
    Column("created", Float, nullable=False),
    Index("ix_answer_item", "item_id", "task_id"),
    Index("ix_answer_question", "question_id"),
    Index("ix_answer_actor", "actor_id", "seq"),
    Index("ix_answer_page", "project_id", "seq"),
)

label = sa.Table(
    "label",
    metadata,
    Column("task_id", Big, _to("task"), primary_key=True),
    Column("item_id", Big, _to("item"), primary_key=True),
    Column("value", Json, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("n", Integer, nullable=False),
    Column("answers", Json, nullable=False),  # ids of the answers it was estimated from
    Column("test", Boolean, nullable=False),
    Column("position", Big, nullable=False),  # seq of the newest of its answers: what changed since a commit
    Column("basis", Big),  # newest measured skill that weighed its answers; None: they were counted
    Index("ix_label_position", "task_id", "position"),
)

counter = sa.Table(
    "counter",
    metadata,
    Column("project_id", Big, _to("project"), primary_key=True),
    Column("name", String(80), primary_key=True),  # items, items.test, answers, labels.<task>, questions.<lane>.<state>
    Column("value", Big, nullable=False),
)

commit_ = sa.Table(
    "commit_",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("task_id", Big, _to("task"), nullable=False),
    Column("branch_id", Big, nullable=False),
    Column("parent_id", Big, _to("commit_")),
    Column("other_id", Big, _to("commit_")),  # second parent: what was merged
    Column("digest", String(40), nullable=False),
    Column("position", Big, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("test_rows", Integer, nullable=False),
    Column("loose", Integer, nullable=False),  # rows without a label less labels without a row: what edits have left
    Column("changed", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("actor_id", Big, _to("actor"), nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_commit_task", "task_id", "id"),
    Index("ix_commit_branch", "branch_id", "id"),
)

# The key is the table (without row ids in SQLite): a checkout walks a branch in the order of its items, and what a
# branch changes lies together, however far apart the items are.
revision = sa.Table(
    "revision",
    metadata,
    Column("branch_id", Big, primary_key=True, autoincrement=False),
    Column("item_id", Big, primary_key=True, autoincrement=False),
    Column("commit_id", Big, _to("commit_"), primary_key=True, autoincrement=False),
    Column("content_id", Big),  # None: removed at this commit
    Column("confidence", Float),
    Column("answers", Json),
    Column("split", String(16)),  # None: train
    Column("weight", Float),  # None: 1
    Column("edited", Integer, nullable=False),  # 0: as the labels say, 1: instead of a label, 2: where no label stands
    Column("position", Big, nullable=False),  # newest answer known when it was written: later ones speak anew
    Index("ix_revision_commit", "commit_id"),
    sqlite_with_rowid=False,
)

run = sa.Table(
    "run",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("task_id", Big, _to("task"), nullable=False),
    Column("commit_id", Big, _to("commit_"), nullable=False),
    Column("job_id", Big),
    Column("learner", String(80), nullable=False),
    Column("params", Json, nullable=False),
    Column("seed", Big, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("created", Float, nullable=False),
)

model = sa.Table(
    "model",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("task_id", Big, _to("task"), nullable=False),
    Column("run_id", Big, _to("run"), nullable=False, unique=True),
    Column("number", Integer, nullable=False),
    Column("digest", String(40), nullable=False),  # blob of its packed folder
    Column("scores", String(40)),  # blob of its probabilities over the pool
    Column("labels", Integer, nullable=False),
    Column("human_seconds", Float, nullable=False),
    Column("created", Float, nullable=False),
    sa.UniqueConstraint("task_id", "number"),
)

evaluation = sa.Table(
    "evaluation",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("model_id", Big, _to("model"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("test_digest", String(40), nullable=False),
    Column("report", Json, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_evaluation_model", "model_id", "id"),
)

release = sa.Table(
    "release",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("task_id", Big, _to("task"), nullable=False),
    Column("model_id", Big, _to("model"), nullable=False),
    Column("question_id", Big),  # the decision behind it; None for a roll-back
    Column("actor_id", Big, _to("actor"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_release_task", "task_id", "id"),
)

prediction = sa.Table(
    "prediction",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("task_id", Big, _to("task"), nullable=False),
    Column("release_id", Big, _to("release"), nullable=False),
    Column("model_id", Big, _to("model"), nullable=False),
    Column("data", Json, nullable=False),
    Column("value", Json, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("probabilities", Json, nullable=False),
    Column("sampled", String(32)),  # random, uncertain, feedback: why it became an item; None: it did not
    Column("probability", Float, nullable=False),  # of being sampled at random
    Column("item_id", Big, _to("item")),
    Column("feedback", Json),
    Column("actor_id", Big, _to("actor"), nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_prediction_page", "project_id", "id"),
    Index("ix_prediction_item", "item_id"),
)

job = sa.Table(
    "job",
    metadata,
    _id(),
    Column("project_id", Big, _to("project"), nullable=False),
    Column("task_id", Big, _to("task")),
    Column("kind", String(32), nullable=False),
    Column("args", Json, nullable=False),
    Column("state", String(16), nullable=False),  # queued running done failed cancelled
    Column("attempt", Integer, nullable=False, server_default="0"),  # fences off a worker that was thought dead
    Column("worker", String(80)),
    Column("heartbeat", Float),
    Column("done", Big, nullable=False, server_default="0"),
    Column("total", Big),
    Column("message", Text, nullable=False, server_default=""),
    Column("result", Json),
    Column("error", Json),
    Column("actor_id", Big, _to("actor")),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("finished", Float),
    Index("ix_job_state", "state", "id"),
    Index("ix_job_project", "project_id", "id"),
)

worker = sa.Table(
    "worker",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("heartbeat", Float, nullable=False),
    Column("started", Float, nullable=False),
)

event = sa.Table(
    "event",
    metadata,
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),
    Column("project_id", Big),
    Column("actor_id", Big),
    Column("subject", String(40)),  # the id of what it is about, as shown: q12, m3
    Column("body", Json),
    Column("at", Float, nullable=False),
    Index("ix_event_project", "project_id", "seq"),
    sqlite_autoincrement=True,
)
