"""merge requests, their discussion and the results of data tests"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True)


def upgrade() -> None:
    _request()
    op.create_table(
        "comment",
        *_numbers("project_id", "request_id"),
        *_numbers("item_id", null=True, key=False),
        *_numbers("actor_id", key=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        *_keys("comment", project_id="project", request_id="request", item_id="item", actor_id="actor"),
    )
    op.create_index("ix_comment_request", "comment", ["request_id"])
    op.create_table(
        "data_test",
        *_numbers("project_id", "task_id", "commit_id"),
        *_numbers("into_id", null=True, key=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("findings", _JSON, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        *_keys("data_test", project_id="project", task_id="task", commit_id="commit_", into_id="commit_"),
    )
    op.create_index("ix_data_test_commit", "data_test", ["commit_id"])


def _request() -> None:
    op.create_table(
        "request",
        *_numbers("project_id", "task_id", "source_id", "target_id"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        *_numbers("actor_id", key=False),
        sa.Column("auto", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        *_numbers("head_id", key=False),
        *_numbers("into_id", "question_id", "merge_id", "decided_by", null=True, key=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("overridden", sa.Boolean(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.Column("ended", sa.Float(), nullable=True),
        *_keys("request", project_id="project", task_id="task", source_id="branch", target_id="branch"),
        *_keys("request", key=False, actor_id="actor", decided_by="actor", question_id="question"),
        *_keys("request", key=False, head_id="commit_", into_id="commit_", merge_id="commit_"),
    )
    op.create_index("ix_request_task", "request", ["task_id", "state"])
    op.create_index("ix_request_question", "request", ["question_id"])


def _numbers(*names: str, null: bool = False, key: bool = True) -> list[sa.Column[int]]:
    """Columns of references, after the table's own number where ``key``."""
    own = [sa.Column("id", _BIG, autoincrement=True, nullable=False)] if key else []
    return own + [sa.Column(name, _BIG, nullable=null) for name in names]


def _keys(table: str, *, key: bool = True, **targets: str) -> list[sa.Constraint]:
    """Where the references point, and the primary key where ``key``."""
    found: list[sa.Constraint] = [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]
    return [*found, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))] if key else found
