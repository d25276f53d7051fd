"""The tables of the second half of the loop: versions, trainings, models, releases and what they said.

log          commit_ revision run model evaluation release prediction
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Float, Index, Integer, String, Text

from .base import Big, Json, metadata, numbered, to

commit_ = sa.Table(
    "commit_",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task"), nullable=False),
    Column("branch_id", Big, nullable=False),
    Column("parent_id", Big, to("commit_")),
    Column("other_id", Big, to("commit_")),  # second parent: what was merged
    Column("digest", String(40), nullable=False),
    Column("position", Big, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("test_rows", Integer, nullable=False),
    Column("loose", Integer, nullable=False),  # rows without a label less labels without a row: what edits have left
    Column("changed", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("actor_id", Big, to("actor"), nullable=False),
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
    Column("commit_id", Big, to("commit_"), primary_key=True, autoincrement=False),
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
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task"), nullable=False),
    Column("commit_id", Big, to("commit_"), nullable=False),
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
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task"), nullable=False),
    Column("run_id", Big, to("run"), nullable=False, unique=True),
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
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("model_id", Big, to("model"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("test_digest", String(40), nullable=False),
    Column("report", Json, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_evaluation_model", "model_id", "id"),
)

release = sa.Table(
    "release",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task"), nullable=False),
    Column("model_id", Big, to("model"), nullable=False),
    Column("question_id", Big),  # the decision behind it; None for a roll-back
    Column("actor_id", Big, to("actor"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_release_task", "task_id", "id"),
)

prediction = sa.Table(
    "prediction",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task"), nullable=False),
    Column("release_id", Big, to("release"), nullable=False),
    Column("model_id", Big, to("model"), nullable=False),
    Column("data", Json, nullable=False),
    Column("value", Json, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("probabilities", Json, nullable=False),
    Column("sampled", String(32)),  # random, uncertain, feedback: why it became an item; None: it did not
    Column("probability", Float, nullable=False),  # of being sampled at random
    Column("item_id", Big, to("item")),
    Column("feedback", Json),
    Column("actor_id", Big, to("actor"), nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_prediction_page", "project_id", "id"),
    Index("ix_prediction_item", "item_id"),
)
