"""classes labelled one at a time by a signed threshold"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    _cascade()
    _round()
    _split()


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _cascade() -> None:
    op.create_table(
        "cascade",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("precision", sa.Float(), nullable=False),
        sa.Column("recall", sa.Float(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("batch", "audit", "rounds", "pool")),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("closed", sa.Float(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        *(_to("cascade", f"{name}_id", name) for name in ("project", "task", "actor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cascade")),
    )
    op.create_index("ix_cascade_task", "cascade", ["task_id", "id"])


def _round() -> None:
    op.create_table(
        "cascade_round",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("cascade_id", _BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scores", sa.String(length=40), nullable=True),
        sa.Column("pool", sa.Integer(), nullable=False),
        sa.Column("batch_id", _BIG, nullable=False),
        sa.Column("question_id", _BIG, nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        *(_to("cascade_round", f"{name}_id", name) for name in ("cascade", "batch", "question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cascade_round")),
    )
    op.create_index("ix_cascade_round_cascade", "cascade_round", ["cascade_id", "id"])
    op.create_index("ix_cascade_round_question", "cascade_round", ["question_id"])


def _split() -> None:
    op.create_table(
        "split",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        *(sa.Column(name, _BIG, nullable=False) for name in ("cascade_id", "round_id", "question_id", "actor_id")),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("evidence", _JSON, nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("applied", sa.Float(), nullable=True),
        sa.Column("labelled", sa.Integer(), nullable=True),
        sa.Column("audit_id", _BIG, nullable=True),
        sa.Column("revoked", sa.Float(), nullable=True),
        *(
            _to("split", column, target)
            for column, target in (
                ("cascade_id", "cascade"),
                ("round_id", "cascade_round"),
                ("question_id", "question"),
                ("actor_id", "actor"),
                ("audit_id", "batch"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_split")),
        sa.UniqueConstraint("actor_id", name=op.f("uq_split_actor_id")),
        sa.UniqueConstraint("question_id", name=op.f("uq_split_question_id")),
    )
    op.create_index("ix_split_cascade", "split", ["cascade_id", "id"])
