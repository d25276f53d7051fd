"""Dataset versions of a task: log, branches, tags, edits, merges, diffs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core import registry, shapes
from ..core.clock import iso
from ..core.errors import Malformed, WrongState
from ..core.ids import parse, show
from ..jobs import proposals, versions
from ..jobs.versions import DIGESTS
from ..store import (
    Tx,
    branches,
    commits,
    committing,
    comparing,
    edits,
    people,
    requests,
    staging,
    tested,
)
from ..store.branches import Branch, Tag
from ..store.commits import Commit
from ..store.committing import Labels
from ..store.edits import Edit
from ..store.projects import TaskRow
from ..store.recording import MAIN, Note, Planned, StoreValues
from ..store.staging import Ahead, Stage
from . import changes, landed, pages
from .landed import Change
from .requests import tend
from .session import Session, in_project

READ, WRITE = "export", "train"
MAX_MESSAGE = 20_000
_SPLITS = ("train", "validation", "test")


@in_project
def log(
    session: Session,
    project: str,
    task: str | None = None,
    at: str = MAIN,
    cursor: str | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """What led to a branch, tag or commit, newest first. Nothing yet is an empty page."""
    session.require(READ)
    row, size = session.case(project).task(task), pages.size(limit)
    with session.store.read() as connection:
        if at == MAIN and commits.newest(connection, row.id) is None:
            return {"commits": [], "next": None}
        head = branches.resolve(connection, row.id, at)
        found = branches.log(connection, head, before=pages.after("commits", cursor), limit=size + 1)
        names = people.names(connection, [one.actor_id for one in found])
        tagged = _by_commit(branches.tags(connection, row.id))
        runs = tested.summaries(connection, [one.id for one in found])
    return pages.page("commits", found, size, lambda c: c.id, lambda c: _commit(c, row, names, tagged, runs.get(c.id)))


def commit(session: Session, commit: str) -> dict[str, Any]:
    """One version, with the conflicts that its merge left to people and what its data tests found."""
    found, session, task = of_commit(session, commit)
    with session.store.read() as connection:
        names = people.names(connection, [found.actor_id])
        tagged = _by_commit(branches.tags(connection, task.id))
        left = edits.conflicts_of(connection, found.id)
        results = tested.results(connection, [found.id]).get(found.id, [])
        run = tested.summaries(connection, [found.id]).get(found.id)
        proposed = requests.of_commit(connection, found.id)
    conflicts = [
        {
            "item": show("item", one.item_id),
            "fields": list(one.fields),
            "question": None if one.question_id is None else show("question", one.question_id),
            "settled": None if one.commit_id is None else show("commit", one.commit_id),
        }
        for one in left
    ]
    more = {"conflicts": conflicts, "results": [changes.result(one) for one in results]}
    more["request"] = None if proposed is None else {"id": show("request", proposed.id), "state": proposed.state}
    return _commit(found, task, names, tagged, run) | more


@in_project
def add_commit(
    session: Session,
    project: str,
    message: str,
    task: str | None = None,
    branch: str = MAIN,
    rows: Sequence[Mapping[str, Any]] | None = None,
    override: str | None = None,
) -> dict[str, Any]:
    """Without rows: the labels as they stand, on main. With rows: a version of the branch in which these are changed.

    A row is ``{"item", "value"?, "confidence"?, "split"?, "weight"?, "remove"?}``; what is not named stays. Rows of main
    are changed on a branch of their own, which is merged when its data tests are green, or proposed; see `landed`.
    """
    session.require(WRITE)
    case = session.case(project)
    row, words, actor = case.task(task), _words(message), session.actor.id
    if rows is None:
        if branch != MAIN:
            raise Malformed("labels are committed on main; give rows to change a branch", field="rows")
        labels = Labels(row, words, actor, DIGESTS)
        made = committing.commit(session.store, labels, give_way=session.site.make_way)
        return commit(session, show("commit", made.id))
    changed = dict(_edit(row, one) for one in rows)

    def write(tx: Tx, on: Branch, ahead: Ahead | None) -> Commit:
        return edits.edit(tx, on, changed, _note(tx.connection, on, actor, words), DIGESTS, ahead)

    def plan(connection: Any, on: Branch, store: StoreValues) -> Planned | None:
        return edits.plan_edit(connection, on, changed, _note(connection, on, actor, words), DIGESTS, store)

    made = landed.change(session, row, branch, Change(words, write, plan, len(changed)), override)
    return commit(session, made)


@in_project
def list_branches(session: Session, project: str, task: str | None = None) -> dict[str, Any]:
    """Open branches with the commit each is at."""
    session.require(READ)
    row = session.case(project).task(task)
    with session.store.read() as connection:
        found = branches.branches(connection, row.id)
        return {"branches": [_branch(one, branches.head(connection, one)) for one in found]}


@in_project
def add_branch(session: Session, project: str, name: str, task: str | None = None, at: str = MAIN) -> dict[str, Any]:
    """A branch that begins at a branch, tag or commit."""
    session.require(WRITE)
    row = session.case(project).task(task)

    def unit(tx: Tx) -> dict[str, Any]:
        start = branches.resolve(tx.connection, row.id, at)
        return _branch(branches.add_branch(tx, start, name, session.actor.id), start)

    return session.store.write(unit)


@in_project
def close_branch(session: Session, project: str, name: str, task: str | None = None) -> dict[str, Any]:
    """Free the name of a branch; its versions stay."""
    session.require(WRITE)
    row = session.case(project).task(task)

    def unit(tx: Tx) -> dict[str, Any]:
        found = branches.branch(tx.connection, row.id, name)
        branches.close_branch(tx, found, session.actor.id)
        return _branch(found, branches.head(tx.connection, found))

    return session.store.write(unit)


@in_project
def list_tags(session: Session, project: str, task: str | None = None) -> dict[str, Any]:
    """Tags in the order of their commits."""
    session.require(READ)
    row = session.case(project).task(task)
    with session.store.read() as connection:
        return {"tags": [_tag(one) for one in branches.tags(connection, row.id)]}


@in_project
def add_tag(
    session: Session, project: str, name: str, task: str | None = None, at: str = MAIN, message: str = ""
) -> dict[str, Any]:
    """A name for a version that never moves."""
    session.require(WRITE)
    row = session.case(project).task(task)

    def unit(tx: Tx) -> dict[str, Any]:
        start = branches.resolve(tx.connection, row.id, at)
        return _tag(branches.add_tag(tx, start, name, message[:MAX_MESSAGE], session.actor.id))

    return session.store.write(unit)


@in_project
def merge(
    session: Session,
    project: str,
    source: str,
    task: str | None = None,
    into: str = MAIN,
    message: str | None = None,
    override: str | None = None,
) -> dict[str, Any]:
    """Merge a branch, tag or commit into a branch. Rows that both changed differently become questions to decide.

    Into main it goes when its data tests are green and the project merges without a request. override: the reason of an
    owner to merge in spite of that.
    """
    session.require(WRITE)
    row = session.case(project).task(task)
    words = _words(message) if message is not None else f"merge {source} into {into}"
    if into == MAIN and (override is not None or landed.held_up(session, row)):
        return commit(session, landed.merge(session, row, source, words, override))

    actor = session.actor.id

    def unit(tx: Tx, ahead: versions.MergeAhead | None) -> edits.Merging:
        theirs = branches.resolve(tx.connection, row.id, source)
        on = branches.branch(tx.connection, row.id, into)
        done = versions.merge(tx, on, theirs, source=source, message=words, actor_id=actor, ahead=ahead)
        proposals.moved(tx, on.id)
        return done

    def prepare(stage: Stage) -> versions.MergeAhead | None:
        with session.store.read() as connection:
            theirs, on = branches.resolve(connection, row.id, source), branches.branch(connection, row.id, into)
        return versions.merge_ahead(stage, on, theirs, message=words, actor_id=actor)

    done = landed.long(session, prepare if _rows(session, row, source, into) > staging.FEW else None, unit)
    if done.commit is None:
        raise WrongState(f"{into} has everything of {source} already")
    tend(session, row)
    return commit(session, show("commit", done.commit.id))


def _rows(session: Session, task: TaskRow, source: str, into: str) -> int:
    """How many rows a merge looks at."""
    with session.store.read() as connection:
        theirs, ours = (branches.resolve(connection, task.id, ref) for ref in (source, into))
        base = branches.merge_base(connection, ours, theirs)
        return len(comparing.suspects(connection, base, theirs))


@in_project
def undo_merge(session: Session, project: str, merge: str, message: str, task: str | None = None) -> dict[str, Any]:
    """A version of main without what a merge brought; rows that changed since stay as they are."""
    session.require(WRITE)
    row, words = session.case(project).task(task), _words(message)

    def unit(tx: Tx) -> Commit:
        main = branches.branch(tx.connection, row.id, MAIN)
        merged = branches.resolve(tx.connection, row.id, merge)
        return proposals.undo(tx, main, merged, words, session.actor.id)

    return _shown(session, session.store.write(unit))


@in_project
def restore(
    session: Session,
    project: str,
    to: str,
    message: str,
    task: str | None = None,
    branch: str = MAIN,
    override: str | None = None,
) -> dict[str, Any]:
    """A new version of a branch with the content of an older one; nothing is lost. Of main as by an edit."""
    session.require(WRITE)
    row, words = session.case(project).task(task), _words(message)

    actor = session.actor.id

    def write(tx: Tx, on: Branch, ahead: Ahead | None) -> Commit:
        old = branches.resolve(tx.connection, row.id, to)
        return edits.restore(tx, on, old, _note(tx.connection, on, actor, words), DIGESTS, ahead)

    def plan(connection: Any, on: Branch, _store: StoreValues) -> Planned | None:
        old = branches.resolve(connection, row.id, to)
        return edits.plan_restore(connection, on, old, _note(connection, on, actor, words), DIGESTS)

    with session.store.read() as connection:
        old, now = (branches.resolve(connection, row.id, ref) for ref in (to, branch))
        rows = len(comparing.suspects(connection, old, now))
    return commit(session, landed.change(session, row, branch, Change(words, write, plan, rows), override))


def _shown(session: Session, made: Commit) -> dict[str, Any]:
    return commit(session, show("commit", made.id))


@in_project
def diff(session: Session, project: str, before: str, after: str = MAIN, task: str | None = None) -> dict[str, Any]:
    """What changed between two versions: counts by kind and by label, and the first 200 rows."""
    session.require(READ)
    row = session.case(project).task(task)
    with session.store.read() as connection:
        old, new = (branches.resolve(connection, row.id, ref) for ref in (before, after))
    found = changes.shown(session, versions.changes(session.store, old, new))
    return {"before": show("commit", old.id), "after": show("commit", new.id)} | found


def of_commit(session: Session, ref: str) -> tuple[Commit, Session, TaskRow]:
    """A commit that the caller may read, with the session of its project and its task."""
    with session.store.read() as connection:
        found = commits.get(connection, parse("commit", ref))
    session = session.of(found.project_id)
    session.require(READ)
    return found, session, session.case_of(found.project_id).task(show("task", found.task_id))


def _note(connection: Any, on: Branch, actor_id: int, message: str) -> Note:
    head = branches.head(connection, on)
    return Note(actor_id, message, head.position if head else 0)


def _words(message: str) -> str:
    if not isinstance(message, str) or not message.strip() or len(message) > MAX_MESSAGE:
        raise Malformed(f"a version needs a message of 1 to {MAX_MESSAGE} characters that says why", field="message")
    return message.strip()


def _edit(task: TaskRow, row: Mapping[str, Any]) -> tuple[int, Edit]:
    known = {"item", "value", "confidence", "split", "weight", "remove"}
    if not isinstance(row, Mapping) or "item" not in row or not known.issuperset(row):
        raise Malformed(f'a row is {{"item": "i3"}} with some of {", ".join(sorted(known - {"item"}))}', field="rows")
    value = None
    if row.get("value") is not None:
        shape = shapes.shape(registry.find("tasks", task.kind).shape)
        value = shape.show(shape.parse(row["value"], task.options, task.name))
    split = row.get("split")
    if split is not None and split not in _SPLITS:
        raise Malformed(f"split is one of {', '.join(_SPLITS)}; found {str(split)[:40]!r}", field="rows")
    confidence, weight = _number(row, "confidence", 1.0), _number(row, "weight", 1e6)
    return parse("item", row["item"]), Edit(value, confidence, split, weight, bool(row.get("remove", False)))


def _number(row: Mapping[str, Any], name: str, most: float) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Malformed(f"{name} is a number from 0 to {most:g}; found {str(value)[:40]!r}", field="rows")
    return float(value)


def _by_commit(tags: Sequence[Tag]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for one in tags:
        found.setdefault(one.commit_id, []).append(one.name)
    return found


def _commit(
    one: Commit,
    task: TaskRow,
    names: Mapping[int, str],
    tags: Mapping[int, Sequence[str]],
    run: tuple[int, int, int] | None,
) -> dict[str, Any]:
    return {
        "id": show("commit", one.id),
        "task": task.name,
        "parents": [show("commit", number) for number in (one.parent_id, one.other_id) if number is not None],
        "digest": one.digest,
        "rows": one.rows,
        "test_rows": one.test_rows,
        "changed": one.changed,
        "message": one.message,
        "author": {"id": show("actor", one.actor_id), "name": names[one.actor_id]},
        "created": iso(one.created),
        "tags": list(tags.get(one.id, ())),
        "tests": None if run is None else dict(zip(("run", "failing", "known"), run, strict=True)),
    }


def _branch(one: Branch, head: Commit | None) -> dict[str, Any]:
    base = None if one.base_id is None else show("commit", one.base_id)
    at = None if head is None else show("commit", head.id)
    return {"name": one.name, "base": base, "head": at, "created": iso(one.created)}


def _tag(one: Tag) -> dict[str, Any]:
    return {
        "name": one.name,
        "commit": show("commit", one.commit_id),
        "message": one.message,
        "created": iso(one.created),
    }
