"""Projects, their tasks, settings and guidelines."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ..core import ids, registry, shapes
from ..core.errors import BadTask, Malformed, NotFound, TooLarge, WrongState
from ..core.ids import show
from ..core.settings import merged
from ..jobs import heuristic
from ..store import Tx, members, people
from ..store import projects as rows
from . import pages, present, profiles
from .session import Case, Session, in_project, visible

NAME = re.compile(r"\w[\w .\-]{0,99}")
MAX_TASKS = 50
MAX_GUIDELINES = 100_000


def projects(session: Session, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
    """All projects, oldest first."""
    session.require("read_project")
    n = pages.size(limit)
    with session.store.read() as connection:
        found = rows.page(connection, after=pages.after("projects", cursor) or 0, limit=n + 1)
        numbers = [p.id for p in found]
        tasks, counters = rows.tasks(connection, numbers), rows.counts(connection, numbers)
        guidelines = rows.newest_guidelines(connection, [t.id for ts in tasks.values() for t in ts])
        known = members.of_actor(connection, session.actor.id)
    shown = pages.page(
        "projects",
        found,
        n,
        lambda p: p.id,
        lambda p: present.project(p, tasks[p.id], guidelines, counters[p.id]),
    )
    mine = {show("project", p.id) for p in found if visible(session.actor.role, known.get(p.id), p.settings)}
    return {**shown, "projects": [p for p in shown["projects"] if p["id"] in mine]}


@in_project
def project(session: Session, project: str) -> dict[str, Any]:
    """One project with its settings, tasks and counts."""
    session.require("read_project")
    return _shown(session, session.case(project))


def create_project(
    session: Session,
    name: str,
    tasks: Sequence[Mapping[str, Any]],
    settings: Mapping[str, Any] | None = None,
    *,
    salt: str | None = None,
) -> dict[str, Any]:
    """A new project with at least one task. salt: what its draws follow from; random unless a simulation gives it."""
    session.require("create_project")
    name = _checked_name(name, "project")
    if not 1 <= len(tasks) <= MAX_TASKS:
        raise BadTask(f"a project has 1 to {MAX_TASKS} tasks; found {len(tasks)}")
    checked = [_checked_task(task) for task in tasks]
    doubled = [task[0] for i, task in enumerate(checked) if task[0] in {other[0] for other in checked[:i]}]
    if doubled:
        raise BadTask(f"two tasks are named {doubled[0]!r}; a name stands for one task")
    complete = merged({}, settings or {})
    heuristic.check(complete["heuristic"], [task[2]["labels"] for task in checked])
    profiles.checked_slices(complete["slices"])

    def unit(tx: Tx) -> rows.Project:
        new = rows.add(tx, name=name, settings=complete, salt=salt or secrets.token_hex(16), actor_id=session.actor.id)
        for task in checked:
            _add_task(tx, new.id, task, session.actor.id)
        return new

    new = session.store.write(unit)
    session.site.forget()
    return _shown(session, session.case_of(new.id))


@in_project
def change_settings(session: Session, project: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Change some settings; the others stay."""
    session.require("change_project")
    case = session.case(project)

    def unit(tx: Tx) -> None:
        now = rows.find(tx.connection, case.project.id)
        rows.change_settings(tx, now.id, merged(now.settings, settings), session.actor.id)

    if settings.get("heuristic") is not None:
        # Before the writer's turn, since a function has to be imported for it.
        wanted = merged({}, {"heuristic": settings["heuristic"]})["heuristic"]
        heuristic.check(wanted, [task.options["labels"] for task in case.tasks])

    if settings.get("slices"):
        profiles.checked_slices(merged({}, {"slices": settings["slices"]})["slices"])

    session.store.write(unit)
    session.site.forget()
    session.site.nudge(case.project.id)
    return _shown(session, session.case_of(case.project.id))


@in_project
def add_task(
    session: Session,
    project: str,
    name: str,
    kind: str,
    labels: Sequence[str],
    multi: bool = False,
    guidelines: str | None = None,
) -> dict[str, Any]:
    """One more task for the items of a project."""
    session.require("change_project")
    case = session.case(project)
    if len(case.tasks) >= MAX_TASKS:
        raise BadTask(f"a project has at most {MAX_TASKS} tasks")
    raw = {"name": name, "kind": kind, "labels": labels, "multi": multi, "guidelines": guidelines}
    checked = _checked_task(raw)
    new = session.store.write(lambda tx: _add_task(tx, case.project.id, checked, session.actor.id))
    session.site.forget()
    session.site.nudge(case.project.id)
    return _task(session, case.project.id, new.id)


@in_project
def change_task(session: Session, project: str, task: str, labels: Sequence[str] | None = None) -> dict[str, Any]:
    """The next version of a task. Labels may only be added: answers given under an older version stay valid."""
    session.require("change_project")
    case = session.case(project)
    number = case.task(task).id

    def unit(tx: Tx) -> None:
        now = rows.task_by_id(tx.connection, number)
        known = now.options["labels"]
        if labels is None or list(labels) == known:
            return
        missing = [label for label in known if label not in labels]
        if missing:
            raise WrongState(
                f"labels may only be added, since answers refer to them; {missing[0]!r} is missing from the new list",
                missing=missing[:100],
            )
        shape = shapes.shape(registry.find("tasks", now.kind).shape)
        added = [label for label in labels if label not in known]
        options = {**now.options, **shape.options({**now.options, "labels": [*known, *added]})}
        rows.change_task(tx, now, options, session.actor.id)

    session.store.write(unit)
    session.site.forget()
    return _task(session, case.project.id, number)


@in_project
def guidelines(session: Session, project: str, task: str) -> dict[str, Any]:
    """Every version of a task's guidelines, newest first."""
    session.require("read_project")
    row = session.case(project).task(task)
    with session.store.read() as connection:
        found = rows.guidelines(connection, row.id)
        names = people.names(connection, [g.actor_id for g in found])
    return {"guidelines": [present.guideline(g, names[g.actor_id]) for g in found]}


@in_project
def add_guidelines(session: Session, project: str, task: str, text: str) -> dict[str, Any]:
    """The next version of a task's guidelines."""
    session.require("write_guidelines")
    row = session.case(project).task(task)
    checked = _checked_text(text)
    new = session.store.write(lambda tx: rows.add_guideline(tx, row, checked, session.actor.id))
    session.site.forget()
    return present.guideline(new, session.actor.name)


def kinds(session: Session) -> dict[str, Any]:
    """The kinds of task that are installed."""
    session.require("read_project")
    found = [registry.find("tasks", name) for name in registry.names("tasks")]
    return {
        "kinds": [
            {
                "kind": plugin.kind,
                "shape": plugin.shape,
                "widget": plugin.widget,
                "module": getattr(plugin, "module", None),
                "fields": dict(plugin.fields),
            }
            for plugin in found
        ]
    }


_Checked = tuple[str, str, dict[str, Any], str | None]


def _checked_task(raw: Mapping[str, Any]) -> _Checked:
    name = _checked_name(raw.get("name"), "task")
    kind = raw.get("kind")
    if not isinstance(kind, str):
        raise BadTask("a task needs a kind, such as text_class@1", task=name)
    plugin = registry.find("tasks", kind)
    options = shapes.shape(plugin.shape).options(raw)
    text = raw.get("guidelines")
    return name, plugin.kind, options, _checked_text(text) if text else None


def _add_task(tx: Tx, project_id: int, checked: _Checked, actor_id: int) -> rows.TaskRow:
    name, kind, options, text = checked
    new = rows.add_task(tx, project_id=project_id, name=name, kind=kind, options=options, actor_id=actor_id)
    if text:
        rows.add_guideline(tx, new, text, actor_id)
    return new


def _checked_name(name: object, noun: str) -> str:
    text = unicodedata.normalize("NFC", name.strip()) if isinstance(name, str) else ""
    wanted = f"a {noun} name is 1 to 100 letters, digits, spaces and . _ -, beginning with a letter or digit"
    # Marks are the vowel signs and accents of a letter before them, which many scripts cannot be written without.
    if not NAME.fullmatch("".join(c for c in text if not unicodedata.category(c).startswith("M"))) or len(text) > 100:
        raise Malformed(f"{wanted}; found {str(name)[:80]!r}", field="name")
    try:
        ids.parse(noun, text)
    except NotFound:
        return text
    raise Malformed(f"{text!r} looks like the id of a {noun}; choose another name", field="name")


def _checked_text(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise Malformed("guidelines are a text", field="text")
    if len(text) > MAX_GUIDELINES:
        raise TooLarge(f"guidelines have at most {MAX_GUIDELINES} characters; found {len(text)}")
    return text


def _shown(session: Session, case: Case) -> dict[str, Any]:
    with session.store.read() as connection:
        counters = rows.counts(connection, [case.project.id])[case.project.id]
    return present.case(case, counters)


def _task(session: Session, project_id: int, task_id: int) -> dict[str, Any]:
    case = session.case_of(project_id)
    row = next(task for task in case.tasks if task.id == task_id)
    return present.task(row, case.guidelines.get(row.id))
