"""How changes that people make reach main: at once, when their data tests are green, or when people have decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar

from ..core.errors import Malformed, NotFound, WrongState
from ..core.ids import show
from ..jobs import proposals
from ..store import Tx, branches, commits, requests, staging, tested
from ..store.branches import Branch
from ..store.commits import Commit
from ..store.projects import TaskRow
from ..store.recording import MAIN, Planned, StoreValues
from ..store.requests import Request
from ..store.staging import Ahead, Stage
from .requests import tend
from .session import Session

A = TypeVar("A")
T = TypeVar("T")
Write: TypeAlias = Callable[[Tx, Branch], Commit]
Finish: TypeAlias = Callable[[Tx, Branch, Ahead | None], Commit]
Plan: TypeAlias = Callable[[Any, Branch, StoreValues], Planned | None]
MAX_REASON = 20_000


def held_up(session: Session, task: TaskRow) -> bool:
    """Whether anything may hold up a change of main: a policy that asks people, or data tests."""
    settings = session.case_of(task.project_id).project.settings
    return _by_request(session, task) or bool(proposals.required(settings, "corrections"))


def _by_request(session: Session, task: TaskRow) -> bool:
    return session.case_of(task.project_id).project.settings["merge_policy"]["corrections"] == "request"


def merge(session: Session, task: TaskRow, source: str, words: str, override: str | None) -> str:
    """Merge a branch, tag or commit into main: the commit that did, or else the one that is proposed now.

    Raises `WrongState` when the project wants a request for it, or its data tests fail; `Forbidden` to override them as
    anybody but an owner.
    """
    _checked(session, override)
    if override is None and _by_request(session, task):
        raise WrongState(
            f"this project has people decide about corrections: propose {source} with a merge request. An owner may give "
            "a reason to merge it without one"
        )

    def unit(tx: Tx) -> Request:
        main = branches.branch(tx.connection, task.id, MAIN)
        branch = _branch_of(tx, task, source, session.actor.id)
        there = requests.of_branch(tx.connection, branch.id)
        if there is None:
            there = _proposed(session, tx, branch, main, words)
        elif override is None and not there.auto:
            name = show("request", there.id)
            raise WrongState(f"{source} is proposed as {name}; it is merged when that is approved", request=name)
        return _overridden(session, tx, there, override)

    return _landed(session, task, session.store.write(unit))


@dataclass(frozen=True, slots=True)
class Change:
    """A version that somebody makes by hand: how it is written, and how it is worked out where it has many rows."""

    words: str
    write: Finish
    plan: Plan
    rows: int


def change(session: Session, task: TaskRow, branch: str, wanted: Change, override: str | None) -> str:
    """Make the version, the id of its commit; on main only by way of what may hold it up."""
    if branch == MAIN and (override is not None or held_up(session, task)):
        return write(session, task, wanted.words, lambda tx, on: wanted.write(tx, on, None), override)

    def unit(tx: Tx, ahead: Ahead | None) -> Commit:
        on = branches.branch(tx.connection, task.id, branch)
        made = wanted.write(tx, on, ahead)
        proposals.moved(tx, on.id)
        return made

    def prepare(stage: Stage) -> Ahead | None:
        with session.store.read() as connection:
            on = branches.branch(connection, task.id, branch)
        return staging.ahead(stage, on, session.actor.id, lambda c, store: wanted.plan(c, on, store))

    made = long(session, prepare if wanted.rows > staging.FEW else None, unit)
    tend(session, task)
    return show("commit", made.id)


def long(session: Session, prepare: Callable[[Stage], A | None] | None, unit: Callable[[Tx, A | None], T]) -> T:
    """Write a version in one unit; with ``prepare``, its rows before that, in pieces that give way."""
    if prepare is None:
        return session.store.write(lambda tx: unit(tx, None))
    stage = partial(Stage, session.store, session.store.write, session.site.make_way)
    return staging.carried(stage, prepare, unit, session.store.write)


def write(session: Session, task: TaskRow, words: str, make: Write, override: str | None) -> str:
    """Change main by way of a branch of its own: the commit that merged it, or else the one that is proposed now."""
    _checked(session, override)

    def unit(tx: Tx) -> Request:
        main = branches.branch(tx.connection, task.id, MAIN)
        head = branches.head(tx.connection, main)
        if head is None:
            raise WrongState(f"branch {MAIN} has no version yet; commit labels first")
        branch = _new_branch(tx, head, "edits", session.actor.id)
        make(tx, branch)
        return _overridden(session, tx, _proposed(session, tx, branch, main, words), override)

    return _landed(session, task, session.store.write(unit))


def _checked(session: Session, override: str | None) -> None:
    if override is None:
        return
    session.require("override")
    if not override.strip() or len(override) > MAX_REASON:
        raise Malformed(f"to override takes a reason of 1 to {MAX_REASON} characters", field="override")


def _proposed(session: Session, tx: Tx, source: Branch, main: Branch, words: str) -> Request:
    auto = not _by_request(session, _task_of(session, source))
    return proposals.propose(tx, source, main, kind="corrections", title=words, actor_id=session.actor.id, auto=auto)


def _task_of(session: Session, branch: Branch) -> TaskRow:
    return session.case_of(branch.project_id).task(show("task", branch.task_id))


def _overridden(session: Session, tx: Tx, request: Request, override: str | None) -> Request:
    if override is None:
        return request
    at = proposals.place(tx.connection, request)
    return proposals.merge(tx, at, request, actor_id=session.actor.id, override=override.strip())


def _branch_of(tx: Tx, task: TaskRow, ref: str, actor_id: int) -> Branch:
    """The branch of that name; for a tag or a commit one that begins there."""
    try:
        return branches.branch(tx.connection, task.id, ref)
    except NotFound:
        at = branches.resolve(tx.connection, task.id, ref)
        return _new_branch(tx, at, "merge", actor_id)


def _new_branch(tx: Tx, at: Commit, what: str, actor_id: int) -> Branch:
    number = branches.count(tx.connection, at.task_id, f"{what}/") + 1
    return branches.add_branch(tx, at, f"{what}/{number}", actor_id)


def _landed(session: Session, task: TaskRow, request: Request) -> str:
    """Let the loop look at a request: the commit that merged it, or the one that waits beside a server for a worker."""
    if request.state in requests.LIVE:
        tend(session, task)
    with session.store.read() as connection:
        request = requests.get(connection, request.id)
        if request.merge_id is not None:
            return show("commit", request.merge_id)
        known = tested.results(connection, [request.head_id]).get(request.head_id, [])
        head = commits.get(connection, request.head_id)
    name = show("request", request.id)
    blocked = [one for one in known if one.blocks and one.into_id == request.into_id]
    if blocked:
        raise proposals.failure(f"{request.title} (it waits as {name})", blocked, request=name)
    return show("commit", head.id)
