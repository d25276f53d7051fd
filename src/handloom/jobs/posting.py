"""Takes questions to services of outside people, and tells them what is over. Run by workers, never by the server.

Nothing waits for a service: what goes out is leased until a deadline, what cannot be delivered comes back at once, and
a service that fails is left alone for a while that doubles.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import ask
from ..core import registry
from ..core.errors import HandloomError
from ..core.ids import parse, show
from ..core.later import later
from ..core.outside import Link, Posted
from ..core.people import Rule
from ..store import Store, Tx, browse, gold, keys, projects, workforces
from ..store.offers import Route
from ..store.projects import Project, TaskRow
from ..store.workforces import Connection
from . import apart

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

log = logging.getLogger("handloom.outside")
PUSH = 50
"""Questions in one message."""
MOST_BYTES = 4 * 1024 * 1024
"""Content in one message, unless a single item is larger."""
MESSAGES = 10
"""Messages to one service before the next one's turn."""
BUSY = 300.0
"""Seconds after which a worker that speaks with a service counts as dead."""
WITHDRAW = 500
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 3600.0


def deliver(store: Store, rng: np.random.Generator) -> int:
    """Say to every service what there is to say now; how many were spoken to. Failures are stored, not raised."""
    now = store.clock()
    with store.read() as connection:
        found = workforces.due(connection, now)
    spoken = 0
    for one in found:
        mine = store.write(lambda tx, one=one: workforces.take(tx, one.id, tx.now + BUSY))
        if mine is not None:
            _speak(store, mine, rng)
            spoken += 1
    return spoken


def link_of(store: Store, one: Connection) -> Link:
    """The connection as its plug-in gets it, with its secret."""
    secret = keys.secret(store.folder, "workforce", one.salt)
    return Link(one.name, one.address, one.options, one.private, secret)


def _speak(store: Store, one: Connection, rng: np.random.Generator) -> None:
    error: str | None = None
    try:
        store.write(lambda tx: workforces.lapse(tx, one))
        _push_all(store, one, rng)
        _withdraw(store, one)
    except HandloomError as fault:
        error = fault.message
    except Exception as fault:  # a plug-in may fail as it likes; the questions come back
        log.exception("workforce %s failed", one.name)
        error = f"the plug-in {one.kind} failed: {type(fault).__name__}"
    failures = one.failures + 1 if error else 0
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (failures - 1)) if error else 0.0

    def unit(tx: Tx) -> None:
        if error:
            left = [row.id for row in workforces.to_push(tx.connection, one)]
            workforces.bring_back(tx, one, left)
        workforces.let_go(tx, one, failures=failures, next_try=tx.now + pause, error=error)

    store.write(unit)


def _push_all(store: Store, one: Connection, rng: np.random.Generator) -> None:
    """First what an earlier execution leased and perhaps sent: the same keys again are the same questions to the service."""
    plugin, link = registry.find("workforces", one.kind), link_of(store, one)
    with store.read() as connection:
        task = projects.task_by_id(connection, one.task_id)
        project = projects.find(connection, one.project_id)
    for _ in range(MESSAGES):
        with store.read() as connection:
            waiting = workforces.to_push(connection, one)
            room = workforces.room(connection, one)
        if not waiting:
            if room <= 0:
                return
            found = store.write(lambda tx, n=min(PUSH, room): _lease(tx, one, project, n, rng))
            if not found:
                return
            with store.read() as connection:
                waiting = workforces.to_push(connection, one)
        for part in _messages(store, task, waiting):
            taken = set(plugin.push(link, [posted for _, posted in part], store.clock()))
            store.write(lambda tx, part=part, taken=taken: _sent(tx, one, part, taken))


def _lease(tx: Tx, one: Connection, project: Project, n: int, rng: np.random.Generator) -> list[int]:
    settings = project.settings
    checked = bool(settings["gold_share"]) and bool(gold.tasks_with(tx.connection, [one.task_id]))
    hidden = ask.how_many(n, settings["gold_share"], rng) if checked else 0
    return workforces.push_out(tx, one, n, hidden, _route(tx, settings, one))


def _route(tx: Tx, settings: Mapping[str, Any], one: Connection) -> Route | None:
    """Assignment rules see the connection's tag; those that ask for measured skill keep it away."""
    if not settings["assign"] and not settings["never_after"]:
        return None
    rules = [Rule.of(raw) for raw in settings["assign"]]
    return Route(ask.open_to(rules, [one.tag], 0.0), *apart.of_connection(tx.connection, settings["never_after"], one))


def _sent(tx: Tx, one: Connection, part: Sequence[tuple[Any, Posted]], taken: set[str]) -> None:
    workforces.sent(tx, [row.id for row, posted in part if posted.key in taken])
    workforces.bring_back(tx, one, [row.id for row, posted in part if posted.key not in taken], known=True)


def _messages(store: Store, task: TaskRow, waiting: Sequence[Any]) -> Iterator[list[tuple[Any, Posted]]]:
    """Postings in parts that fit into one message each."""
    part: list[tuple[Any, Posted]] = []
    size = 0
    for row in waiting:
        posted, weight = _posted(store, task, row)
        if part and (size + weight > MOST_BYTES or len(part) == PUSH):
            yield part
            part, size = [], 0
        part.append((row, posted))
        size += weight
    if part:
        yield part


def key_of(question_id: int, posting_id: int) -> str:
    """How a posting is named outside: ``q12.345``, so that a question that goes out twice is told apart."""
    return f"{show('question', question_id)}.{posting_id}"


def read_key(key: str) -> tuple[int, int] | None:
    """Question and posting of such a name, None for anything else."""
    question, _, number = key.partition(".")
    if not number.isdecimal() or not number.isascii() or len(number) > 18:
        return None
    try:
        return parse("question", question), int(number)
    except HandloomError:
        return None


def _posted(store: Store, task: TaskRow, row: Any) -> tuple[Posted, int]:
    """A question as outsiders see it, and its size: only the fields that the task names, nothing that others think."""
    with store.read() as connection:
        asked = browse.question_by_id(connection, row.question_id, 0)
        guidelines = projects.newest_guidelines(connection, [task.id]).get(task.id)
    wanted = registry.find("tasks", task.kind).fields
    data = {name: asked.data[name] for name in wanted if name in asked.data}
    media = {value["blob"]: _inline(store, value) for value in data.values() if _is_blob(value)}
    body = {
        "task": task.name,
        "kind": task.kind,
        "shape": asked.shape,
        "labels": list(task.options.get("labels", [])),
        "multi": bool(task.options.get("multi", False)),
        "data": data,
        "media": media,
        "guidelines": guidelines and {"version": guidelines.version, "text": guidelines.text},
        **({} if asked.body is None else {"body": dict(asked.body)}),
    }
    weight = sum(len(one["base64"]) for one in media.values()) + len(str(data))
    return Posted(key_of(row.question_id, row.id), row.until, body), weight


def _is_blob(value: Any) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("blob"), str)


def _inline(store: Store, value: Mapping[str, Any]) -> dict[str, Any]:
    content = store.blobs.get(value["blob"])
    return {"media_type": value.get("media_type"), "base64": base64.b64encode(content).decode()}


def _withdraw(store: Store, one: Connection) -> None:
    """Tell the service what is over. Once: what it makes of it is its own affair."""
    with store.read() as connection:
        rows = workforces.over(connection, one, WITHDRAW)
    if rows:
        names = [key_of(row.question_id, row.id) for row in rows]
        registry.find("workforces", one.kind).withdraw(link_of(store, one), names, store.clock())
        store.write(lambda tx: workforces.told(tx, [row.id for row in rows]))
