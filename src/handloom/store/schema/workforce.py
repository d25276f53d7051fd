"""The tables about what lies outside: services that answer questions, addresses that are told, and who signs in elsewhere.

No table holds a secret: each is derived from the workspace's key and the salt of its row (`handloom.store.keys`).

log          posting
operation    workforce outsider webhook sign_in
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Text

from .base import Big, Json, metadata, numbered, to

workforce = sa.Table(
    "workforce",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("task_id", Big, to("task"), nullable=False),
    Column("actor_id", Big, to("actor"), nullable=False),  # holds the leases of what was pushed
    Column("name", String(80), nullable=False, unique=True),
    Column("kind", String(80), nullable=False),  # the plug-in that speaks with it
    Column("address", Text, nullable=False),
    Column("options", Json, nullable=False),  # of the plug-in
    Column("deadline", Float, nullable=False),  # seconds until the own team is asked again
    Column("most", Integer, nullable=False),  # questions outside at a time
    Column("keep", Integer, nullable=False),  # open questions that are left to the own team
    Column("salt", String(64), nullable=False),
    Column("private", Boolean, nullable=False),  # may lie in a private network: an owner said so
    Column("state", String(16), nullable=False),  # active paused removed
    Column("failures", Integer, nullable=False),  # in a row
    Column("next_try", Float, nullable=False),
    Column("busy_until", Float, nullable=False),  # some worker speaks with it until then
    Column("error", Text),
    Column("created", Float, nullable=False),
)

posting = sa.Table(
    "posting",
    metadata,
    numbered(),
    Column("workforce_id", Big, to("workforce"), nullable=False),
    Column("question_id", Big, to("question"), nullable=False),
    Column("state", String(16), nullable=False),  # pushing sent answered over told
    Column("until", Float, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_posting_state", "workforce_id", "state"),
    Index("ix_posting_question", "question_id"),
)

outsider = sa.Table(
    "outsider",
    metadata,
    Column("actor_id", Big, to("actor"), primary_key=True),
    Column("workforce_id", Big, to("workforce"), nullable=False),
    Column("worker", String(200), nullable=False),  # what the service calls them
    sa.UniqueConstraint("workforce_id", "worker"),
)

webhook = sa.Table(
    "webhook",
    metadata,
    numbered(),
    Column("project_id", Big, to("project"), nullable=False),
    Column("address", Text, nullable=False),
    Column("kinds", Json, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("private", Boolean, nullable=False),
    Column("state", String(16), nullable=False),  # active paused dead
    Column("position", Big, nullable=False),  # seq of the last event that is behind it
    Column("delivered", Big, nullable=False),
    Column("tries", Integer, nullable=False),  # of the message it is at
    Column("next_try", Float, nullable=False),
    Column("busy_until", Float, nullable=False),
    Column("status", Integer),  # of the last reply
    Column("error", Text),
    Column("actor_id", Big, to("actor"), nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_webhook_project", "project_id"),
)

sign_in = sa.Table(
    "sign_in",
    metadata,
    Column("issuer", String(400), primary_key=True),
    Column("subject", String(400), primary_key=True),
    Column("actor_id", Big, to("actor"), nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_sign_in_actor", "actor_id"),
)
