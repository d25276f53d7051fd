"""The tables of labelling one class at a time.

log          cascade cascade_round split
operation    cascade(closed, why) cascade_round(question_id) split(applied, labelled, audit_id, revoked)
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Float, Index, Integer, String, Text

from .base import Big, Json, metadata, numbered, to

cascade = sa.Table(
    "cascade",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task"), nullable=False),
    Column("label", String(200), nullable=False),
    Column("precision", Float, nullable=False),  # aims of a split
    Column("recall", Float, nullable=False),
    Column("batch", Integer, nullable=False),  # items drawn at random in a round
    Column("audit", Integer, nullable=False),  # automatic labels of a split that people check
    Column("rounds", Integer, nullable=False),  # with a split, at most
    Column("pool", Integer, nullable=False),  # undecided items when it began
    Column("actor_id", Big, to("actor"), nullable=False),
    Column("created", Float, nullable=False),
    Column("closed", Float),
    Column("why", Text),
    Index("ix_cascade_task", "task_id", "id"),
)

cascade_round = sa.Table(
    "cascade_round",
    metadata,
    numbered(),
    Column("cascade_id", Big, to("cascade"), nullable=False),
    Column("number", Integer, nullable=False),  # a round may have several rows: each asked for more answers
    Column(
        "scores", String(40)
    ),  # blob: ids and scores of the undecided pool; None: nothing was known, answers only teach
    Column("pool", Integer, nullable=False),
    Column("batch_id", Big, to("batch"), nullable=False),
    Column("question_id", Big, to("question")),  # the decision that its answers led to
    Column("created", Float, nullable=False),
    Index("ix_cascade_round_cascade", "cascade_id", "id"),
    Index("ix_cascade_round_question", "question_id"),
)

split = sa.Table(
    "split",
    metadata,
    numbered(),
    Column("cascade_id", Big, to("cascade"), nullable=False),
    Column("round_id", Big, to("cascade_round"), nullable=False),
    Column("question_id", Big, to("question"), nullable=False),
    Column("actor_id", Big, to("actor"), nullable=False),  # the policy that answers for it
    Column("low", Float),  # below it: not of the class; None: nothing is
    Column("high", Float),  # from it on: of the class; None: nothing is
    Column("evidence", Json),  # precision and recall at these thresholds, from the random answers of its round
    Column("created", Float, nullable=False),
    Column("applied", Float),  # when its last label was written
    Column("labelled", Integer),
    Column("audit_id", Big, to("batch")),
    Column("revoked", Float),
    sa.UniqueConstraint("actor_id"),
    sa.UniqueConstraint("question_id"),
    Index("ix_split_cascade", "cascade_id", "id"),
)
