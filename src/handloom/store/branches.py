"""Branches, tags and the log of a task's dataset versions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ..core import ids
from ..core.errors import Malformed, NameTaken, NotFound, WrongState
from . import freezing, schema
from .history import COLUMNS, Commit, get, seen, segments
from .recording import MAIN
from .schema.versions import branch as b
from .schema.versions import tag as t

if TYPE_CHECKING:
    from .writer import Tx

c = schema.commit_
_NAME = re.compile(r"[\w][\w./-]{0,99}")
_COMMIT_LIKE = re.compile(r"c[0-9]+")


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of versions. base_id: the commit of another branch where it began; None: it began with nothing."""

    id: int
    project_id: int
    task_id: int
    name: str
    base_id: int | None
    actor_id: int
    created: float
    closed: float | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A name for one version that never moves."""

    task_id: int
    name: str
    commit_id: int
    message: str
    actor_id: int
    created: float


_BRANCH = tuple(b.c[name] for name in Branch.__slots__)
_TAG = tuple(t.c[name] for name in Tag.__slots__)


def _checked(name: str) -> str:
    """Names are words of letters, digits, ``.``, ``_``, ``-`` and ``/``; ``c12`` would be taken for a commit."""
    if not _NAME.fullmatch(name) or _COMMIT_LIKE.fullmatch(name):
        raise Malformed(
            f"{name[:80]!r} is no name for a branch or tag: use up to 100 letters, digits, '.', '_', '-' and '/', "
            "and not the form of a commit, c12",
            field="name",
        )
    return name


def branches(connection: sa.Connection, task_id: int) -> list[Branch]:
    """Open branches of a task in the order they were made."""
    query = sa.select(*_BRANCH).where(b.c.task_id == task_id, b.c.closed.is_(None)).order_by(b.c.id)
    return [Branch(*row) for row in connection.execute(query)]


def branch(connection: sa.Connection, task_id: int, name: str) -> Branch:
    """The open branch of that name; raises `NotFound`."""
    query = sa.select(*_BRANCH).where(b.c.task_id == task_id, b.c.name == name, b.c.closed.is_(None))
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("branch", name[:80])
    return Branch(*row)


def count(connection: sa.Connection, task_id: int, start: str) -> int:
    """How many branches of a task, closed ones too, have a name that starts so."""
    query = sa.select(sa.func.count()).where(b.c.task_id == task_id, b.c.name.startswith(start, autoescape=True))
    return connection.execute(query).scalar_one()


def by_id(connection: sa.Connection, branch_id: int) -> Branch:
    """The branch of that number, open or closed."""
    return Branch(*connection.execute(sa.select(*_BRANCH).where(b.c.id == branch_id)).one())


def head(connection: sa.Connection, found: Branch) -> Commit | None:
    """The newest commit of a branch, where it began when it has none of its own; None for one that began with nothing."""
    query = sa.select(*COLUMNS).where(c.c.branch_id == found.id).order_by(c.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    if row is not None:
        return Commit(*row)
    return None if found.base_id is None else get(connection, found.base_id)


def resolve(connection: sa.Connection, task_id: int, ref: str) -> Commit:
    """The commit that a branch, a tag or an id (``c12``) names in a task; raises `NotFound`."""
    if _COMMIT_LIKE.fullmatch(ref):
        commit = get(connection, ids.parse("commit", ref))
        if commit.task_id != task_id:
            raise NotFound("commit", ref)
        return commit
    tagged = connection.execute(sa.select(t.c.commit_id).where(t.c.task_id == task_id, t.c.name == ref)).scalar()
    if tagged is not None:
        return get(connection, tagged)
    try:
        found = head(connection, branch(connection, task_id, ref))
    except NotFound:
        raise NotFound("branch, tag or commit", ref[:80]) from None
    if found is None:
        raise NotFound("commit on branch", ref[:80])
    return found


def add_branch(tx: Tx, at: Commit, name: str, actor_id: int) -> Branch:
    """A branch that begins at a commit; raises `NameTaken`."""
    _free(tx, at.task_id, _checked(name))
    row = {"project_id": at.project_id, "task_id": at.task_id, "name": name, "base_id": at.id, "actor_id": actor_id}
    new = Branch(*tx.execute(sa.insert(b).values(row | {"created": tx.now}).returning(*_BRANCH)).one())
    body = {"branch": name, "at": ids.show("commit", at.id), "task": at.task_id}
    tx.emit("dataset.branched", project=at.project_id, actor=actor_id, body=body)
    return new


def close_branch(tx: Tx, found: Branch, actor_id: int) -> None:
    """Free the name of a branch; its commits stay. Main stays open."""
    if found.name == MAIN:
        raise WrongState("main is where labels are committed; it cannot be closed")
    freezing.check(tx.connection, found.project_id, found.task_id, branch=found.name)
    tx.execute(sa.update(b).where(b.c.id == found.id).values(closed=tx.now))
    body = {"branch": found.name, "task": found.task_id}
    tx.emit("dataset.branch_closed", project=found.project_id, actor=actor_id, body=body)


def add_tag(tx: Tx, at: Commit, name: str, message: str, actor_id: int) -> Tag:
    """A name for a commit; raises `NameTaken`."""
    _free(tx, at.task_id, _checked(name))
    row = {"task_id": at.task_id, "name": name, "commit_id": at.id, "message": message, "actor_id": actor_id}
    new = Tag(*tx.execute(sa.insert(t).values(row | {"created": tx.now}).returning(*_TAG)).one())
    body = {"tag": name, "commit": ids.show("commit", at.id), "task": at.task_id}
    tx.emit("dataset.tagged", project=at.project_id, actor=actor_id, subject=ids.show("commit", at.id), body=body)
    return new


def tags(connection: sa.Connection, task_id: int) -> list[Tag]:
    """Tags of a task in the order of their commits."""
    query = sa.select(*_TAG).where(t.c.task_id == task_id).order_by(t.c.commit_id, t.c.name)
    return [Tag(*row) for row in connection.execute(query)]


def _free(tx: Tx, task_id: int, name: str) -> None:
    taken = tx.execute(sa.select(t.c.name).where(t.c.task_id == task_id, t.c.name == name)).first()
    open_one = sa.select(b.c.name).where(b.c.task_id == task_id, b.c.name == name, b.c.closed.is_(None))
    if name == MAIN or taken or tx.execute(open_one).first():
        raise NameTaken(f"there is a branch or tag {name!r} already; choose another name", name=name)


def log(connection: sa.Connection, at: Commit, *, before: int | None = None, limit: int = 50) -> list[Commit]:
    """What led to a commit along its branches, newest first, itself included; from the one below number ``before``."""
    within = sa.or_(*(sa.and_(c.c.branch_id == part.branch, c.c.id <= part.last) for part in segments(connection, at)))
    query = sa.select(*COLUMNS).where(within).order_by(c.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(c.c.id < before)
    return [Commit(*row) for row in connection.execute(query)]


def merge_base(connection: sa.Connection, ours: Commit, theirs: Commit) -> Commit | None:
    """The newest commit that both come from, merges included; None when they share nothing."""
    common = ancestors(connection, ours) & ancestors(connection, theirs)
    return get(connection, max(common)) if common else None


def ancestors(connection: sa.Connection, commit: Commit) -> set[int]:
    """Numbers of the commit and of everything it came from, along both parents of a merge."""
    known: set[int] = set()
    front = [commit]
    while front:
        fresh = set().union(*(seen(connection, segments(connection, one)) for one in front)) - known
        known |= fresh
        others = _others(connection, sorted(fresh))
        front = [get(connection, number) for number in others if number not in known]
    return known


def _others(connection: sa.Connection, commits: Sequence[int]) -> list[int]:
    if not commits:
        return []
    query = sa.select(c.c.other_id).where(c.c.id.between(commits[0], commits[-1]), c.c.other_id.is_not(None))
    wanted = set(commits)
    return [row.other_id for row in connection.execute(query.add_columns(c.c.id)) if row.id in wanted]
