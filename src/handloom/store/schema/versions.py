"""The tables about dataset versions beside commits and their revisions.

log          content branch tag conflict
projection   identity
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Text

from .base import Big, Json, metadata

content = sa.Table(
    "content",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("digest", String(40), nullable=False, unique=True),
    Column("value", Json, nullable=False),
)
"""Values of dataset rows, each stored once however many rows and versions hold it."""

branch = sa.Table(
    "branch",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("project_id", Big, ForeignKey("project.id"), nullable=False),
    Column("task_id", Big, ForeignKey("task.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("base_id", Big, ForeignKey("commit_.id")),  # where it left another branch; None: it began with nothing
    Column("actor_id", Big, ForeignKey("actor.id"), nullable=False),
    Column("created", Float, nullable=False),
    Column("closed", Float),  # its name is free again; its commits stay
)
Index("ix_branch_name", branch.c.task_id, branch.c.name, unique=True, sqlite_where=branch.c.closed.is_(None))

tag = sa.Table(
    "tag",
    metadata,
    Column("task_id", Big, ForeignKey("task.id"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("commit_id", Big, ForeignKey("commit_.id"), nullable=False),
    Column("message", Text, nullable=False),
    Column("actor_id", Big, ForeignKey("actor.id"), nullable=False),
    Column("created", Float, nullable=False),
)

conflict = sa.Table(
    "conflict",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("project_id", Big, ForeignKey("project.id"), nullable=False),
    Column("task_id", Big, ForeignKey("task.id"), nullable=False),
    Column("merge_id", Big, ForeignKey("commit_.id"), nullable=False),  # the merge that could not decide it
    Column("item_id", Big, ForeignKey("item.id"), nullable=False),
    Column("base_id", Big, ForeignKey("commit_.id")),
    Column("ours_id", Big, ForeignKey("commit_.id"), nullable=False),
    Column("theirs_id", Big, ForeignKey("commit_.id"), nullable=False),
    Column("fields", Json, nullable=False),  # of label, split, weight, row
    Column("question_id", Big, ForeignKey("question.id")),
    Column("commit_id", Big, ForeignKey("commit_.id")),  # that settled it
    Index("ix_conflict_merge", "merge_id"),
    Index("ix_conflict_question", "question_id"),
)

identity = sa.Table(
    "identity",
    metadata,
    Column("item_id", Big, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    # `core.ids.fingerprint` of the item's key and content, as two signed numbers: a database can add them up.
    Column("high", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("low", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
)
