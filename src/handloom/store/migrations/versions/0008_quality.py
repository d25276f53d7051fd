"""agreement and skill per class, kept by jobs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "quality",
        sa.Column("task_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("position", _BIG, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("suggestions", _JSON, nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_quality_task_id")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_quality")),
    )
    op.create_table(
        "quality_actor",
        sa.Column("task_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("actor_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_quality_actor_task_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_quality_actor_actor_id")),
        sa.PrimaryKeyConstraint("task_id", "actor_id", name=op.f("pk_quality_actor")),
    )
