"""The tables about people: who belongs to a project, what is known for certain, and what their answers turned out worth.

log          gold skill aside review
operation    member invitation
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Text

from .base import Big, Json, metadata

member = sa.Table(
    "member",
    metadata,
    Column("project_id", Big, ForeignKey("project.id"), primary_key=True),
    Column("actor_id", Big, ForeignKey("actor.id"), primary_key=True),
    Column("role", String(16), nullable=False),  # in this project, whatever it is in the workspace
    Column("state", String(16), nullable=False),  # active paused removed
    Column("tags", Json, nullable=False),  # languages and skills that assignment rules ask for
    Column("reason", Text),  # why paused or removed
    Column("created", Float, nullable=False),
    Index("ix_member_actor", "actor_id"),
)

invitation = sa.Table(
    "invitation",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("project_id", Big, ForeignKey("project.id"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("tags", Json, nullable=False),
    Column("actor_id", Big, ForeignKey("actor.id"), nullable=False),  # who invites
    Column("uses", Integer, nullable=False),  # how often it may still be accepted
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Index("ix_invitation_project", "project_id"),
)

gold = sa.Table(
    "gold",
    metadata,
    Column("task_id", Big, ForeignKey("task.id"), primary_key=True),
    Column("item_id", Big, ForeignKey("item.id"), primary_key=True),
    Column("answer_id", String(36), nullable=False),  # the answer that is trusted
    Column("value", Json, nullable=False),
    Column("source", String(16), nullable=False),  # known: somebody said it is gold; expert: an expert's verdict
    Column("hidden", Boolean, nullable=False),  # asked among other questions to check people
    Column("note", Text),  # why this is right, for whoever answered otherwise
    Column("actor_id", Big, ForeignKey("actor.id"), nullable=False),
    Column("created", Float, nullable=False),
)

skill = sa.Table(
    "skill",
    metadata,
    Column("seq", Big, primary_key=True, autoincrement=True),
    Column("task_id", Big, ForeignKey("task.id"), nullable=False),
    Column("actor_id", Big, ForeignKey("actor.id"), nullable=False),
    Column("accuracy", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("n", Float, nullable=False),  # answers behind it, those against an uncertain label counting in part
    Column("checks", Integer, nullable=False),  # answers compared with gold
    Column("matched", Integer, nullable=False),
    Column("classes", Json),  # by class: how often it is told, with n
    Column("position", Big, nullable=False),  # seq of the newest answer that was looked at
    Column("created", Float, nullable=False),
    Index("ix_skill_actor", "task_id", "actor_id", "seq"),
)

aside = sa.Table(
    "aside",
    metadata,
    Column("answer_id", String(36), primary_key=True),
    Column("question_id", Big, ForeignKey("question.id"), nullable=False),
    Column("actor_id", Big, ForeignKey("actor.id")),  # who set it aside; None: a measurement
    Column("reason", Text, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_aside_question", "question_id"),
)

review = sa.Table(
    "review",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("project_id", Big, ForeignKey("project.id"), nullable=False),
    Column("task_id", Big, ForeignKey("task.id"), nullable=False),
    Column("actor_id", Big, ForeignKey("actor.id"), nullable=False),  # whose work
    Column("by_id", Big, ForeignKey("actor.id"), nullable=False),  # who looks at it
    Column("since", Big, nullable=False),  # the work: answers with a seq above this ...
    Column("until", Big, nullable=False),  # ... up to this
    Column("size", Integer, nullable=False),
    Column("sample", Json, nullable=False),  # ids of the answers drawn from it
    Column("state", String(16), nullable=False),  # open accepted rejected
    Column("reason", Text),
    Column("created", Float, nullable=False),
    Column("closed", Float),
    Index("ix_review_actor", "task_id", "actor_id", "id"),
    Index("ix_review_project", "project_id", "id"),
)
