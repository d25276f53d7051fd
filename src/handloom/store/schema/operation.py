"""The tables that run a workspace: who may enter, what is being computed, and the feed of what happened.

log          event
operation    meta actor session login job worker
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Float, Index, Integer, String, Text

from .base import Big, Json, metadata, numbered, to

meta = sa.Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Json))

actor = sa.Table(
    "actor",
    metadata,
    numbered(),
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
    Column("actor_id", Big, to("actor"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
)

login = sa.Table(
    "login",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("actor_id", Big, to("actor"), nullable=False),
    Column("expires", Float, nullable=False),
    Column("used", Float),
)

job = sa.Table(
    "job",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task")),
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
    Column("actor_id", Big, to("actor")),
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
