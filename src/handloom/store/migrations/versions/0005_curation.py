"""labels renamed, merged and split; freezes and erasures"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    # Null: older than every migration of labels, which is what an answer stored before there were any is.
    op.add_column("answer", sa.Column("version", sa.Integer(), nullable=True))
    _migration()
    _freeze()
    _correction()
    _erasure()


def _migration() -> None:
    op.create_table(
        "migration",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sources", _JSON, nullable=False),
        sa.Column("targets", _JSON, nullable=False),
        sa.Column("before", _JSON, nullable=False),
        sa.Column("after", _JSON, nullable=False),
        sa.Column("undoes", _BIG, nullable=True),
        sa.Column("commit_id", _BIG, nullable=False),
        sa.Column("question_id", _BIG, nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration")),
        sa.UniqueConstraint("task_id", "version", name=op.f("uq_migration_task_id_version")),
        *_references("migration", project_id="project", task_id="task", actor_id="actor"),
    )


def _freeze() -> None:
    op.create_table(
        "freeze",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=True),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=1000), nullable=True),
        sa.Column("items", _JSON, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("thawed", sa.Float(), nullable=True),
        sa.Column("thawed_by", _BIG, nullable=True),
        sa.Column("thaw_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze")),
        *_references("freeze", project_id="project", task_id="task", actor_id="actor", thawed_by="actor"),
    )
    op.create_index("ix_freeze_project", "freeze", ["project_id"], sqlite_where=sa.text("thawed IS NULL"))


def _correction() -> None:
    op.create_table(
        "correction",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("commit_id", _BIG, nullable=False),
        sa.Column("item_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("before", _JSON, nullable=True),
        sa.Column("after", _JSON, nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        *_references("correction", commit_id="commit_", item_id="item"),
    )
    op.create_index("ix_correction_commit", "correction", ["commit_id", "id"])


def _erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("items", _JSON, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("counts", _JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("finished", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        *_references("erasure", project_id="project", actor_id="actor"),
    )
    op.create_index("ix_erasure_project", "erasure", ["project_id", "id"])


def _references(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=op.f(f"fk_{table}_{name}"))
        for name, other in columns.items()
    ]
