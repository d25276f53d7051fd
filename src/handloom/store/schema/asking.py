"""The tables of the first half of the loop: what there is to learn from, what was asked, answered and resolved.

log          item question(asked part) batch guideline answer
projection   question(state, got, held, skips, doubts) turn label counter
operation    project task
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Text

from .base import Big, Json, metadata, numbered, to

project = sa.Table(
    "project",
    metadata,
    numbered(),
    Column("name", String(200), nullable=False, unique=True),
    Column("settings", Json, nullable=False),
    Column("salt", String(32), nullable=False),  # decides, with an item's key, who is in the living test set
    Column("created", Float, nullable=False),
)

task = sa.Table(
    "task",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
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
    numbered(),
    Column("task_id", Big, to("task"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("actor_id", Big, to("actor"), nullable=False),
    Column("created", Float, nullable=False),
    sa.UniqueConstraint("task_id", "version"),
)

item = sa.Table(
    "item",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
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
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task")),
    Column("strategy", String(80), nullable=False),
    Column("model_id", Big),
    Column("n", Integer, nullable=False),
    Column("needs", Integer, nullable=False),
    Column("lane", String(16), nullable=False),
    Column("actor_id", Big, to("actor")),
    Column("created", Float, nullable=False),
)

question = sa.Table(
    "question",
    metadata,
    numbered(),
    # asked: written once
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task")),
    Column("item_id", Big, to("item")),
    Column("batch_id", Big, to("batch"), nullable=False),
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
    Column("question_id", Big, to("question"), primary_key=True),
    Column("actor_id", Big, to("actor"), primary_key=True),
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
    Column("project_id", Big, to("project"), nullable=False),
    Column("question_id", Big, to("question")),  # None: came with the item at import
    Column("task_id", Big, to("task")),
    Column("item_id", Big, to("item")),
    Column("actor_id", Big, to("actor"), nullable=False),
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
    # of the task that its value was given under: it is read through every migration of labels since. None: through all
    Column("version", Integer),
    Index("ix_answer_item", "item_id", "task_id"),
    Index("ix_answer_question", "question_id"),
    Index("ix_answer_actor", "actor_id", "seq"),
    Index("ix_answer_page", "project_id", "seq"),
)

label = sa.Table(
    "label",
    metadata,
    Column("task_id", Big, to("task"), primary_key=True),
    Column("item_id", Big, to("item"), primary_key=True),
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
    Column("project_id", Big, to("project"), primary_key=True),
    Column("name", String(80), primary_key=True),  # items, items.test, answers, labels.<task>, questions.<lane>.<state>
    Column("value", Big, nullable=False),
)
