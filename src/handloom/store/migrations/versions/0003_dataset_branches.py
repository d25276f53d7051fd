"""dataset versions: branches, tags, conflicts, values stored once"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON(none_as_null=True)
_PAGE = 10_000
_PRIME = (1 << 160) - 47


def upgrade() -> None:
    _tables()
    op.rename_table("revision", "revision_before")
    with op.batch_alter_table("revision_before") as table:
        table.drop_index("ix_revision_commit")
    _revision()
    with op.batch_alter_table("commit_") as table:
        table.add_column(sa.Column("branch_id", _BIG, nullable=False, server_default="0"))
        table.add_column(sa.Column("other_id", _BIG, nullable=True))
        table.add_column(sa.Column("loose", sa.Integer(), nullable=False, server_default="0"))
        table.create_foreign_key(op.f("fk_commit__other_id"), "commit_", ["other_id"], ["id"])
        table.create_index("ix_commit_branch", ["branch_id", "id"])
    connection = op.get_bind()
    _identities(connection)
    _versions(connection)
    op.drop_table("revision_before")
    with op.batch_alter_table("commit_") as table:
        table.alter_column("branch_id", server_default=None, existing_type=_BIG, existing_nullable=False)
        table.alter_column("loose", server_default=None, existing_type=sa.Integer(), existing_nullable=False)


def _tables() -> None:
    op.create_table(
        "content",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(length=40), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content")),
        sa.UniqueConstraint("digest", name=op.f("uq_content_digest")),
    )
    op.create_table(
        "branch",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        sa.Column("project_id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("base_id", _BIG, nullable=True),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("closed", sa.Float(), nullable=True),
        *(_to("branch", c, t) for c, t in (("project_id", "project"), ("task_id", "task"), ("base_id", "commit_"))),
        _to("branch", "actor_id", "actor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
    )
    open_only = sa.text("closed IS NULL")
    op.create_index(
        "ix_branch_name", "branch", ["task_id", "name"], unique=True, sqlite_where=open_only, postgresql_where=open_only
    )
    op.create_table(
        "tag",
        sa.Column("task_id", _BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("commit_id", _BIG, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("actor_id", _BIG, nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        *(_to("tag", c, t) for c, t in (("task_id", "task"), ("commit_id", "commit_"), ("actor_id", "actor"))),
        sa.PrimaryKeyConstraint("task_id", "name", name=op.f("pk_tag")),
    )
    op.create_table(
        "identity",
        sa.Column("item_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("high", _BIG, nullable=False),
        sa.Column("low", _BIG, nullable=False),
        _to("identity", "item_id", "item"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_identity")),
    )
    _conflict()


def _conflict() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", _BIG, autoincrement=True, nullable=False),
        *(sa.Column(name, _BIG, nullable=False) for name in ("project_id", "task_id", "merge_id", "item_id")),
        sa.Column("base_id", _BIG, nullable=True),
        *(sa.Column(name, _BIG, nullable=False) for name in ("ours_id", "theirs_id")),
        sa.Column("fields", _JSON, nullable=False),
        *(sa.Column(name, _BIG, nullable=True) for name in ("question_id", "commit_id")),
        *(_to("conflict", c, t) for c, t in (("project_id", "project"), ("task_id", "task"), ("item_id", "item"))),
        *(_to("conflict", c, "commit_") for c in ("merge_id", "base_id", "ours_id", "theirs_id", "commit_id")),
        _to("conflict", "question_id", "question"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    op.create_index("ix_conflict_merge", "conflict", ["merge_id"])
    op.create_index("ix_conflict_question", "conflict", ["question_id"])


def _revision() -> None:
    # On PostgreSQL the key of the old table keeps its name, which the new one needs.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_revision RENAME TO pk_revision_before")
    op.create_table(
        "revision",
        *(sa.Column(name, _BIG, autoincrement=False, nullable=False) for name in ("branch_id", "item_id", "commit_id")),
        sa.Column("content_id", _BIG, nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("answers", _JSON, nullable=True),
        sa.Column("split", sa.String(length=16), nullable=True),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("edited", sa.Integer(), nullable=False),
        sa.Column("position", _BIG, nullable=False),
        _to("revision", "commit_id", "commit_"),
        sa.PrimaryKeyConstraint("branch_id", "item_id", "commit_id", name=op.f("pk_revision")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_revision_commit", "revision", ["commit_id"])


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _identities(connection: sa.Connection) -> None:
    """A fingerprint of every item, page by page."""
    page = sa.text("SELECT id, key, digest FROM item WHERE id > :after ORDER BY id LIMIT :n")
    insert = sa.text("INSERT INTO identity (item_id, high, low) VALUES (:item, :high, :low)")
    after = 0
    while rows := connection.execute(page, {"after": after, "n": _PAGE}).all():
        made = []
        for number, key, stamp in rows:
            raw = _raw(key, stamp)
            high, low = (int.from_bytes(raw[k : k + 8], "big", signed=True) for k in (0, 8))
            made.append({"item": number, "high": high, "low": low})
        connection.execute(insert, made)
        after = rows[-1].id


def _raw(key: str, stamp: str) -> bytes:
    return hashlib.blake2b(f"{key}\n{stamp}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _versions(connection: sa.Connection) -> None:
    """Each task's commits become its branch main, their values are stored once, and they get the digests of today."""
    first = "SELECT project_id, task_id, min(id), min(created) FROM commit_ GROUP BY project_id, task_id"
    for project, task, oldest, created in connection.execute(sa.text(first)).all():
        row = {"project": project, "task": task, "oldest": oldest, "created": created}
        branch = connection.execute(
            sa.text(
                "INSERT INTO branch (project_id, task_id, name, actor_id, created) SELECT :project, :task, 'main', "
                "actor_id, :created FROM commit_ WHERE id = :oldest RETURNING id"
            ),
            row,
        ).scalar_one()
        connection.execute(
            sa.text("UPDATE commit_ SET branch_id = :branch WHERE task_id = :task"), {"branch": branch, "task": task}
        )
        _revisions(connection, task, branch)


def _revisions(connection: sa.Connection, task: int, branch: int) -> None:
    commits = sa.text("SELECT id, position FROM commit_ WHERE task_id = :task ORDER BY id")
    held: dict[int, int] = {}
    contents: dict[str, int] = {}
    total = 0
    for commit, position in connection.execute(commits, {"task": task}).all():
        found = connection.execute(
            sa.text(
                "SELECT r.item_id, r.value, r.confidence, r.answers, r.test, i.key, i.digest FROM revision_before r "
                "JOIN item i ON i.id = r.item_id WHERE r.task_id = :task AND r.commit_id = :commit ORDER BY r.item_id"
            ).columns(value=_JSON, answers=_JSON),
            {"task": task, "commit": commit},
        ).all()
        rows = []
        for item, value, confidence, answers, test, key, stamp in found:
            total -= held.pop(item, 0)
            split = "test" if test else None
            if value is not None:
                sure = None if confidence is None else float(confidence)
                state = int(_digest([value, sure, split or "train", 1.0]), 16)
                held[item] = int.from_bytes(_raw(key, stamp), "big") * state
                total += held[item]
            row = {"item": item, "commit": commit, "branch": branch, "position": position}
            row |= {"content": None if value is None else _content(connection, contents, value)}
            rows.append(row | {"confidence": confidence, "answers": answers and json.dumps(answers), "split": split})
        if rows:
            connection.execute(_INSERT, rows)
        new = {"digest": f"{total % _PRIME:040x}", "commit": commit}
        connection.execute(sa.text("UPDATE commit_ SET digest = :digest WHERE id = :commit"), new)


_INSERT = sa.text(
    "INSERT INTO revision (branch_id, item_id, commit_id, content_id, confidence, answers, split, edited, position) "
    "VALUES (:branch, :item, :commit, :content, :confidence, :answers, :split, 0, :position)"
)


def _content(connection: sa.Connection, known: dict[str, int], value: Any) -> int:
    stamp = _digest(value)
    if stamp not in known:
        found = connection.execute(sa.text("SELECT id FROM content WHERE digest = :digest"), {"digest": stamp}).scalar()
        if found is None:
            insert = sa.text("INSERT INTO content (digest, value) VALUES (:digest, :value) RETURNING id")
            row = {"digest": stamp, "value": json.dumps(value)}
            found = connection.execute(insert, row).scalar_one()
        known[stamp] = int(found)
    return known[stamp]


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()
