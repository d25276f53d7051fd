"""outside workforce, webhooks and single sign-on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    _workforces()
    _webhooks()
    _sign_ins()


def _workforces() -> None:
    op.create_table(
        "workforce",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("options", _JSON, nullable=False),
        sa.Column("deadline", sa.Float(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("keep", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.Float(), nullable=False),
        sa.Column("busy_until", sa.Float(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_workforce_project_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_workforce_task_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_workforce_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workforce")),
        sa.UniqueConstraint("name", name=op.f("uq_workforce_name")),
    )
    op.create_table(
        "posting",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("workforce_id", _BIG, nullable=False),
        sa.Column("question_id", _BIG, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["workforce_id"], ["workforce.id"], name=op.f("fk_posting_workforce_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_posting_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
    )
    op.create_index("ix_posting_state", "posting", ["workforce_id", "state"])
    op.create_index("ix_posting_question", "posting", ["question_id"])
    op.create_table(
        "outsider",
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("workforce_id", _BIG, nullable=False),
        sa.Column("worker", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_outsider_actor_id")),
        sa.ForeignKeyConstraint(["workforce_id"], ["workforce.id"], name=op.f("fk_outsider_workforce_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_outsider")),
        sa.UniqueConstraint("workforce_id", "worker", name=op.f("uq_outsider_workforce_id_worker")),
    )


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kinds", _JSON, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("position", _BIG, nullable=False),
        sa.Column("delivered", _BIG, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.Float(), nullable=False),
        sa.Column("busy_until", sa.Float(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_webhook_project_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_webhook_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index("ix_webhook_project", "webhook", ["project_id"])


def _sign_ins() -> None:
    op.create_table(
        "sign_in",
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_sign_in_actor_id")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_sign_in")),
    )
    op.create_index("ix_sign_in_actor", "sign_in", ["actor_id"])
