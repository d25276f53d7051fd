"""The tables about quality: what the last measurement found, so that nobody who looks has to wait for it.

projection   quality quality_actor   (made anew by the job ``measure``)
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Float, Integer

from .base import Big, Json, metadata, to

quality = sa.Table(
    "quality",
    metadata,
    Column("task_id", Big, to("task"), primary_key=True, autoincrement=False),
    Column("position", Big, nullable=False),  # seq of the newest answer that was looked at
    Column("answers", Integer, nullable=False),  # of the project when it was measured
    Column("suggestions", Json, nullable=False),  # [[least confidence, share that people found right, n], ...], rising
    Column("body", Json, nullable=False),
    Column("created", Float, nullable=False),
)

quality_actor = sa.Table(
    "quality_actor",
    metadata,
    Column("task_id", Big, to("task"), primary_key=True, autoincrement=False),
    Column("actor_id", Big, to("actor"), primary_key=True, autoincrement=False),
    Column("answers", Integer, nullable=False),
    Column("body", Json, nullable=False),
)
