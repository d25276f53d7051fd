"""Who acts, where: the first argument of every operation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from ..core import ids
from ..core.errors import NotFound
from ..core.later import later
from ..core.roles import require
from ..loop import Executor, inline
from ..store import Store, browse, gold, members, people, projects
from ..store.members import Member
from ..store.pieces import breathe
from ..store.projects import Guideline, Project, TaskRow

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

P = ParamSpec("P")
R = TypeVar("R")
MOST_ASKED = 20_000
FRESH_SECONDS = 1.0
"""How long another process's change of a task may go unseen here."""
COURTESY_SECONDS = 0.03
"""How long work in bulk stands aside at a time; it goes on however many people are at work."""


def _nothing(project_id: int) -> None:
    """No loop runs in this process."""


def visible(role: str, member: Member | None, settings: Mapping[str, Any]) -> bool:
    """Whether a project exists for an actor of this role in the workspace and this membership, if any."""
    if role == "owner":
        return True
    return member.state != "removed" if member is not None else not settings["members_only"]


@dataclass(frozen=True, slots=True)
class Case:
    """A project with its tasks and the guidelines in force, as one moment saw them."""

    project: Project
    tasks: tuple[TaskRow, ...]
    guidelines: Mapping[int, Guideline]
    members: Mapping[int, Member] = field(default_factory=dict)
    checked: frozenset[int] = frozenset()
    """Tasks with gold that is asked among other questions."""

    def role(self, actor: people.Actor) -> str | None:
        """What this actor is in the project, None for nobody. Owners of the workspace are owners everywhere."""
        member = self.members.get(actor.id)
        if not visible(actor.role, member, self.project.settings):
            return None
        return member.role if member is not None and actor.role != "owner" else actor.role

    def task(self, ref: str | None) -> TaskRow:
        """The task of that name or id; the only one there is when nothing is named; raises `NotFound`."""
        if ref is None:
            if not self.tasks:
                raise NotFound("task in project", self.project.name)
            return self.tasks[0]
        for task in self.tasks:
            if ref in (task.name, ids.show("task", task.id)):
                return task
        raise NotFound("task", ref[:80])

    def task_by_id(self, task_id: int | None) -> TaskRow | None:
        """The task of that number, None for None."""
        return next((task for task in self.tasks if task.id == task_id), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """The part of a question that is written once and that its answers are judged by."""

    id: int
    project_id: int
    task_id: int | None
    lane: str
    shape: str
    body: Mapping[str, Any] | None


@dataclass(slots=True)
class Site:
    """What all sessions of one open workspace share.

    media_roots: folders that image paths may point into; None: anywhere (in process, where the caller could read the
    file anyway). nudge: tells the loop that something happened in a project. executor: where its jobs run.
    """

    store: Store
    media_roots: tuple[Path, ...] | None = None
    nudge: Callable[[int], None] = _nothing
    executor: Executor = inline
    cases: dict[str, tuple[float, Case]] = field(default_factory=dict)
    asked: dict[int, Asked] = field(default_factory=dict)
    answered: float = float("-inf")
    """When somebody last answered here, on the monotonic clock: imports then make way."""
    waiting: int = 0
    """Claims and answers under way."""
    _rng: np.random.Generator | None = None

    def give_way(self) -> None:
        """Work in bulk calls this between small pieces: while somebody waits for their answer, it computes nothing."""
        until = time.monotonic() + COURTESY_SECONDS
        while self.waiting and time.monotonic() < until:
            time.sleep(0.0005)

    def make_way(self) -> None:
        """`give_way`, and a moment for other processes: they find the database free between two pieces of long work."""
        self.give_way()
        breathe()

    @property
    def rng(self) -> np.random.Generator:
        """Chance of who gets gold when; a simulation gives one of its own."""
        self._rng = self._rng or np.random.default_rng()
        return self._rng

    @rng.setter
    def rng(self, given: np.random.Generator) -> None:
        self._rng = given

    def case(self, ref: str) -> Case:
        """The project of that id or name with its tasks, at most a second old; raises `NotFound`."""
        now = time.monotonic()
        cached = self.cases.get(ref)
        if cached and now - cached[0] < FRESH_SECONDS:
            return cached[1]
        case = self._read(ref)
        if len(self.cases) > 1000:
            self.cases.clear()
        self.cases[ref] = (now, case)
        return case

    def question(self, connection: Any, number: int) -> Asked:
        """What was asked, which never changes; a claim remembers it for the answer that follows."""
        found = self.asked.get(number)
        return found if found is not None else self.remember(browse.asked(connection, number))

    def remember(self, row: Any) -> Asked:
        """Keep what an answer to this question will need. row: any row with the fields of `Asked`."""
        found = Asked(row.id, row.project_id, row.task_id, row.lane, row.shape, row.body)
        if len(self.asked) >= MOST_ASKED:
            self.asked.clear()
        self.asked[found.id] = found
        return found

    def forget(self) -> None:
        """A project or task was changed here: read anew."""
        self.cases.clear()

    def _read(self, ref: str) -> Case:
        with self.store.read() as connection:
            try:
                number = ids.parse("project", ref)
            except NotFound:
                found = projects.named(connection, ref)
                if found is None:
                    raise NotFound("project", ref[:80]) from None
            else:
                found = projects.find(connection, number)
            tasks = tuple(projects.tasks(connection, [found.id])[found.id])
            numbers = [task.id for task in tasks]
            return Case(
                found,
                tasks,
                projects.newest_guidelines(connection, numbers),
                members.of_project(connection, found.id),
                gold.tasks_with(connection, numbers),
            )


@dataclass(frozen=True, slots=True)
class Session:
    """An actor at work in a workspace."""

    site: Site
    actor: people.Actor

    @property
    def store(self) -> Store:
        return self.site.store

    def require(self, action: str) -> None:
        """Raise `Forbidden` unless the actor's role may do this action."""
        require(self.actor.role, action)

    def within(self, ref: str) -> Session:
        """The same actor with their role in a project; raises `NotFound` for whoever does not belong to it."""
        case = self.site.case(ref)
        role = case.role(self.actor)
        if role is None:
            raise NotFound("project", ref[:80])
        return self if role == self.actor.role else Session(self.site, replace(self.actor, role=role))

    def of(self, project_id: int) -> Session:
        """`within` by number."""
        return self.within(ids.show("project", project_id))

    @contextmanager
    def looking(self, action: str) -> Iterator[None]:
        """Around a look-up: what is not there is refused, not missing, to whoever could not do this anywhere here."""
        try:
            yield
        except NotFound:
            self.require(action)
            raise

    def case(self, ref: str) -> Case:
        """The project of that id or name, with its tasks."""
        return self.site.case(ref)

    def case_of(self, project_id: int) -> Case:
        """The project of that number, with its tasks."""
        return self.site.case(ids.show("project", project_id))


def in_project(operation: Callable[Concatenate[Session, str, P], R]) -> Callable[Concatenate[Session, str, P], R]:
    """An operation on a project (its second argument) acts in the role that the actor has there, or not at all."""

    @wraps(operation)
    def acting(session: Session, project: str, *args: P.args, **named: P.kwargs) -> R:
        return operation(session.within(project), project, *args, **named)

    return acting
