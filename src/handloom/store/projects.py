"""Projects, their tasks, guidelines and counters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.errors import NameTaken, NotFound
from ..core.ids import show
from .schema import counter, guideline, project, task

if TYPE_CHECKING:
    from .writer import Tx


@dataclass(frozen=True, slots=True)
class Project:
    """A problem with its items, people and models. salt: decides, with an item's key, who is in the living test set."""

    id: int
    name: str
    settings: Mapping[str, Any]
    salt: str
    created: float


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A learning problem of a project. options: labels, multi and whatever else its plug-in takes."""

    id: int
    project_id: int
    name: str
    kind: str
    version: int
    options: Mapping[str, Any]
    created: float


@dataclass(frozen=True, slots=True)
class Guideline:
    """One version of the guidelines of a task; never changed."""

    id: int
    task_id: int
    version: int
    text: str
    actor_id: int
    created: float


_PROJECT = (project.c.id, project.c.name, project.c.settings, project.c.salt, project.c.created)
_TASK = (task.c.id, task.c.project_id, task.c.name, task.c.kind, task.c.version, task.c.options, task.c.created)
_GUIDELINE = (
    guideline.c.id, guideline.c.task_id, guideline.c.version, guideline.c.text, guideline.c.actor_id, guideline.c.created,
)  # fmt: skip


HERE = project.c.created >= 0
"""Not of projects that are still arriving, see `handloom.store.bundle.arriving`."""


def find(connection: sa.Connection, project_id: int) -> Project:
    """The project of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_PROJECT).where(project.c.id == project_id, HERE)).first()
    if row is None:
        raise NotFound("project", show("project", project_id))
    return Project(*row)


def named(connection: sa.Connection, name: str) -> Project | None:
    """The project of that name, or None."""
    row = connection.execute(sa.select(*_PROJECT).where(project.c.name == name, HERE)).first()
    return Project(*row) if row else None


def page(connection: sa.Connection, *, after: int, limit: int) -> list[Project]:
    """Projects in the order they were made, from the one after ``after``."""
    query = sa.select(*_PROJECT).where(project.c.id > after, HERE).order_by(project.c.id).limit(limit)
    return [Project(*row) for row in connection.execute(query)]


def arriving(connection: sa.Connection) -> bool:
    """Whether any project is on its way, or was when a process was killed."""
    return connection.execute(sa.select(project.c.id).where(project.c.created < 0).limit(1)).first() is not None


def tasks(connection: sa.Connection, project_ids: Iterable[int]) -> dict[int, list[TaskRow]]:
    """Tasks by project, in the order they were added."""
    wanted = list(project_ids)
    found: dict[int, list[TaskRow]] = {number: [] for number in wanted}
    if wanted:
        for row in connection.execute(sa.select(*_TASK).where(task.c.project_id.in_(wanted)).order_by(task.c.id)):
            found[row.project_id].append(TaskRow(*row))
    return found


def task_by_id(connection: sa.Connection, task_id: int) -> TaskRow:
    """The task of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_TASK).where(task.c.id == task_id)).first()
    if row is None:
        raise NotFound("task", show("task", task_id))
    return TaskRow(*row)


def counts(connection: sa.Connection, project_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """All counters by project; a counter that was never touched is absent."""
    wanted = list(project_ids)
    found: dict[int, dict[str, int]] = {number: {} for number in wanted}
    if wanted:
        for row in connection.execute(sa.select(counter).where(counter.c.project_id.in_(wanted))):
            found[row.project_id][row.name] = row.value
    return found


def newest_guidelines(connection: sa.Connection, task_ids: Sequence[int]) -> dict[int, Guideline]:
    """The guidelines in force, by task."""
    if not task_ids:
        return {}
    newest = (
        sa.select(sa.func.max(guideline.c.id).label("id"))
        .where(guideline.c.task_id.in_(task_ids))
        .group_by(guideline.c.task_id)
        .subquery()
    )
    query = sa.select(*_GUIDELINE).join(newest, newest.c.id == guideline.c.id)
    return {row.task_id: Guideline(*row) for row in connection.execute(query)}


def guidelines(connection: sa.Connection, task_id: int) -> list[Guideline]:
    """Every version, newest first."""
    query = sa.select(*_GUIDELINE).where(guideline.c.task_id == task_id).order_by(guideline.c.version.desc())
    return [Guideline(*row) for row in connection.execute(query)]


def guideline_version(connection: sa.Connection, task_id: int, version: int) -> int:
    """The number of one version of a task's guidelines; raises `NotFound`."""
    query = sa.select(guideline.c.id).where(guideline.c.task_id == task_id, guideline.c.version == version)
    found = connection.execute(query).scalar()
    if found is None:
        raise NotFound("version of the guidelines", version)
    return found


def add(tx: Tx, *, name: str, settings: Mapping[str, Any], salt: str, actor_id: int) -> Project:
    """A new project without tasks; raises `NameTaken`."""
    if named(tx.connection, name) is not None:
        raise NameTaken(f"there is a project {name!r} already; choose another name", name=name)
    values = {"name": name, "settings": dict(settings), "salt": salt, "created": tx.now}
    new = tx.execute(sa.insert(project).values(values).returning(project.c.id)).scalar_one()
    tx.emit("project.created", project=new, actor=actor_id, subject=show("project", new), body={"name": name})
    return Project(new, name, dict(settings), salt, tx.now)


def change_settings(tx: Tx, project_id: int, settings: Mapping[str, Any], actor_id: int) -> None:
    """Replace the settings; the event keeps what they became."""
    tx.execute(sa.update(project).where(project.c.id == project_id).values(settings=dict(settings)))
    subject = show("project", project_id)
    tx.emit("project.changed", project=project_id, actor=actor_id, subject=subject, body={"settings": dict(settings)})


def add_task(tx: Tx, *, project_id: int, name: str, kind: str, options: Mapping[str, Any], actor_id: int) -> TaskRow:
    """A new task, version 1; raises `NameTaken`."""
    taken = tx.execute(sa.select(task.c.id).where(task.c.project_id == project_id, task.c.name == name)).first()
    if taken is not None:
        raise NameTaken(f"there is a task {name!r} in this project already; choose another name", name=name)
    values = {
        "project_id": project_id, "name": name, "kind": kind, "version": 1, "options": dict(options), "created": tx.now,
    }  # fmt: skip
    new = tx.execute(sa.insert(task).values(values).returning(task.c.id)).scalar_one()
    body = {"name": name, "kind": kind, "version": 1, "options": dict(options)}
    tx.emit("task.added", project=project_id, actor=actor_id, subject=show("task", new), body=body)
    return TaskRow(new, project_id, name, kind, 1, dict(options), tx.now)


def change_task(tx: Tx, old: TaskRow, options: Mapping[str, Any], actor_id: int) -> TaskRow:
    """The next version of a task; the event keeps its options."""
    version = old.version + 1
    tx.execute(sa.update(task).where(task.c.id == old.id).values(options=dict(options), version=version))
    body = {"version": version, "options": dict(options)}
    tx.emit("task.changed", project=old.project_id, actor=actor_id, subject=show("task", old.id), body=body)
    return TaskRow(old.id, old.project_id, old.name, old.kind, version, dict(options), old.created)


def add_guideline(tx: Tx, task_row: TaskRow, text: str, actor_id: int) -> Guideline:
    """The next version of the guidelines of a task."""
    highest = sa.select(sa.func.max(guideline.c.version)).where(guideline.c.task_id == task_row.id)
    version = (tx.execute(highest).scalar() or 0) + 1
    values = {"task_id": task_row.id, "version": version, "text": text, "actor_id": actor_id, "created": tx.now}
    new = tx.execute(sa.insert(guideline).values(values).returning(guideline.c.id)).scalar_one()
    subject, body = show("guideline", new), {"task": task_row.name, "version": version}
    tx.emit("guidelines.added", project=task_row.project_id, actor=actor_id, subject=subject, body=body)
    return Guideline(new, task_row.id, version, text, actor_id, tx.now)
