"""people: members, gold, skills, reviews"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.add_column("question", sa.Column("audience", sa.String(length=80), nullable=True))
    op.add_column("question", sa.Column("most", sa.Integer(), nullable=True))
    op.add_column("label", sa.Column("basis", _BIG, nullable=True))
    _members()
    _worth()
    _reviews()


def _members() -> None:
    op.create_table(
        "member",
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tags", _JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_member_project_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_member_actor_id")),
        sa.PrimaryKeyConstraint("project_id", "actor_id", name=op.f("pk_member")),
    )
    op.create_index("ix_member_actor", "member", ["actor_id"])
    op.create_table(
        "invitation",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("tags", _JSON, nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_invitation_project_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_invitation_actor_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_invitation")),
    )
    op.create_index("ix_invitation_project", "invitation", ["project_id"])


def _worth() -> None:
    op.create_table(
        "gold",
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("item_id", _BIG, nullable=False),
        sa.Column("answer_id", sa.String(length=36), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_gold_task_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_gold_item_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_gold_actor_id")),
        sa.PrimaryKeyConstraint("task_id", "item_id", name=op.f("pk_gold")),
    )
    op.create_table(
        "skill",
        sa.Column("seq", _BIG, autoincrement=True, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("accuracy", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("n", sa.Float(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("classes", _JSON, nullable=True),
        sa.Column("position", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_skill_task_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_skill_actor_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_skill")),
    )
    op.create_index("ix_skill_actor", "skill", ["task_id", "actor_id", "seq"])


def _reviews() -> None:
    op.create_table(
        "aside",
        sa.Column("answer_id", sa.String(length=36), nullable=False),
        sa.Column("question_id", _BIG, nullable=False),
        sa.Column("actor_id", _BIG, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_aside_question_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_aside_actor_id")),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_aside")),
    )
    op.create_index("ix_aside_question", "aside", ["question_id"])
    op.create_table(
        "review",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("by_id", _BIG, nullable=False),
        sa.Column("since", _BIG, nullable=False),
        sa.Column("until", _BIG, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sample", _JSON, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("closed", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_review_project_id")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_review_task_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_review_actor_id")),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_review_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_actor", "review", ["task_id", "actor_id", "id"])
    op.create_index("ix_review_project", "review", ["project_id", "id"])
