"""The tables about what people do to a whole dataset at once: labels renamed, parts frozen, items erased.

log          migration freeze erasure correction
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Text

from .base import Big, Json, metadata

migration = sa.Table(
    "migration",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("project_id", Big, ForeignKey("project.id"), nullable=False),
    Column("task_id", Big, ForeignKey("task.id"), nullable=False),
    Column("version", Integer, nullable=False),  # of the task, which it made
    Column("kind", String(16), nullable=False),  # rename merge split
    Column("sources", Json, nullable=False),
    Column("targets", Json, nullable=False),
    Column("before", Json, nullable=False),  # all labels of the task before it ...
    Column("after", Json, nullable=False),  # ... and after it
    Column("undoes", Big),  # the migration that it takes back
    Column("commit_id", Big, nullable=False),  # the newest version of a dataset before it; 0: none
    Column("question_id", Big, nullable=False),  # the newest question before it; 0: none
    Column("body", Json, nullable=False),  # what it changed: counts, and what an undo needs
    Column("reason", Text, nullable=False),
    Column("actor_id", Big, ForeignKey("actor.id"), nullable=False),
    Column("created", Float, nullable=False),
    sa.UniqueConstraint("task_id", "version"),
)

freeze = sa.Table(
    "freeze",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("project_id", Big, ForeignKey("project.id"), nullable=False),
    Column("task_id", Big, ForeignKey("task.id")),  # None: the whole project
    Column("what", String(16), nullable=False),  # project task branch slice
    Column("name", String(1000)),  # of the branch, or the predicate of the slice
    Column("items", Json),  # the items of a slice as it stood
    Column("reason", Text, nullable=False),
    Column("actor_id", Big, ForeignKey("actor.id"), nullable=False),
    Column("created", Float, nullable=False),
    Column("thawed", Float),
    Column("thawed_by", Big, ForeignKey("actor.id")),
    Column("thaw_reason", Text),
)
Index("ix_freeze_project", freeze.c.project_id, sqlite_where=freeze.c.thawed.is_(None))

correction = sa.Table(
    "correction",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("commit_id", Big, ForeignKey("commit_.id"), nullable=False),  # the version that made it
    Column("item_id", Big, ForeignKey("item.id"), nullable=False),
    Column("kind", String(16), nullable=False),  # tag boundary both missing wrong sentence token
    Column("before", Json),  # the part as it was; None: it was overlooked
    Column("after", Json),  # the part as it is; None: it should not have been there
    Column("line", Integer, nullable=False),  # of the log it came from, counted from 0
    Index("ix_correction_commit", "commit_id", "id"),
)

erasure = sa.Table(
    "erasure",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("project_id", Big, ForeignKey("project.id"), nullable=False),
    Column("items", Json, nullable=False),  # numbers of what is erased
    Column("state", String(16), nullable=False),  # running done
    Column("done", Integer, nullable=False),  # items whose rows are blank
    Column("counts", Json, nullable=False),  # what was blanked or removed, by name
    Column("reason", Text, nullable=False),
    Column("actor_id", Big, ForeignKey("actor.id"), nullable=False),
    Column("created", Float, nullable=False),
    Column("finished", Float),
    Index("ix_erasure_project", "project_id", "id"),
)
