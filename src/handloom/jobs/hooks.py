"""Tells addresses what happened, from the log: in order, signed, again until it is taken. Run by workers.

Each address has a place in the log that moves on only after a 2xx, so a kill at any moment repeats a message and loses
none; what is repeated has the same id. A message says how things stand when it is sent, so several changes of one label
that wait together are one. An address that fails `TRIES` times at the same place is dead until somebody revives it, and
then goes on from there.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..core.clock import iso
from ..core.errors import HandloomError, Unavailable
from ..core.ids import parse, show
from ..outside import sending, signing
from ..store import Store, keys, projects, webhooks
from ..store.webhooks import Webhook

log = logging.getLogger("handloom.outside")
LINES = 200
"""Lines of the log looked at for one message."""
MESSAGES = 20
"""Messages to one address before the next one's turn."""
TRIES = 12
SECONDS = 10.0
BUSY = 300.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3600.0
Told = dict[str, Any]


def deliver(store: Store) -> int:
    """Tell every address what it does not know yet; how many messages were taken. Failures are stored, not raised."""
    with store.read() as connection:
        found = webhooks.due(connection, store.clock())
    taken = 0
    for one in found:
        mine = store.write(lambda tx, one=one: webhooks.take(tx, one.id, tx.now + BUSY))
        if mine is not None:
            try:
                taken += _tell_all(store, mine)
            finally:
                store.write(lambda tx, one=one: webhooks.let_go(tx, one.id))
    return taken


def secret_of(store: Store, one: Webhook) -> bytes:
    """What both sides sign with."""
    return keys.secret(store.folder, "webhook", one.salt)


def _tell_all(store: Store, one: Webhook) -> int:
    for number in range(MESSAGES):
        with store.read() as connection:
            one = webhooks.find(connection, one.project_id, one.id)
            lines, position = webhooks.page(connection, one, LINES)
            project = projects.find(connection, one.project_id)
            told = list(_derived(connection, one, lines))
        if one.state != "active" or position == one.position:
            return number
        if not told:
            store.write(lambda tx, one=one, position=position: webhooks.delivered(tx, one, position, 0, None))
            continue
        try:
            status = send(store, one, project.name, told)
        except HandloomError as error:
            _failed(store, one, error)
            return number
        count = len(told)
        store.write(
            lambda tx, one=one, position=position, count=count, status=status: webhooks.delivered(
                tx, one, position, count, status
            )
        )
    return MESSAGES


def send(store: Store, one: Webhook, project: str, told: Sequence[Told]) -> int:
    """Send one message and give the status of the reply, a 2xx. Raises `Unavailable`."""
    content = {"type": "handloom.events", "project": project, "events": list(told)}
    body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    # The same events sent again are the same message to whoever keeps ids; another set of them is another one.
    said = hashlib.sha256("\n".join((str(one.id), *(event["id"] for event in told))).encode()).hexdigest()
    headers = signing.sign(secret_of(store, one), f"msg_{said[:32]}", store.clock(), body)
    received = sending.post(one.address, body, headers, private=one.private, seconds=SECONDS)
    if not 200 <= received.status < 300:
        raise Unavailable(f"the address answered {received.status}", status=received.status)
    return received.status


def _failed(store: Store, one: Webhook, error: HandloomError) -> None:
    tries = one.tries + 1
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (tries - 1))
    next_try = None if tries >= TRIES else store.clock() + pause
    status = error.details.get("status")
    log.info("webhook %s failed (%s of %s): %s", one.id, tries, TRIES, error.message)
    store.write(lambda tx: webhooks.failed(tx, one, tries=tries, next_try=next_try, status=status, error=error.message))


def _derived(connection: Any, one: Webhook, lines: Sequence[Any]) -> Iterator[Told]:
    """What these lines of the log mean for this address, in order; of several about one thing, the last."""
    rows = webhooks.questions(connection, [number for line in lines for number in _questions(line)])
    places = {line.seq: _place(line, rows) for line in lines}
    labels = webhooks.labels(connection, [place for place in places.values() if place is not None])
    tasks = {task.id: task.name for task in projects.tasks(connection, [one.project_id])[one.project_id]}
    last: dict[tuple[str, str], Told] = {}
    for line in lines:
        for told in _of_line(line, rows, labels.get(places[line.seq] or (0, 0)), tasks):
            if told["type"] in one.kinds:
                key = (told["type"], told["subject"])
                last.pop(key, None)
                last[key] = told
    yield from last.values()


def _questions(line: Any) -> list[int]:
    body = line.body or {}
    return (
        [*body.get("questions", ())]
        if line.kind == "question.asked"
        else [body["question"]]
        if "question" in body
        else []
    )


def _place(line: Any, rows: Mapping[int, Any]) -> tuple[int, int] | None:
    """(task, item) whose label a line is about, None for others."""
    body = line.body or {}
    if line.kind in ("gold.added", "gold.removed", "label.changed"):
        return body["task"], parse("item", line.subject)
    if line.kind == "answer.set_aside" or (line.kind == "answer.given" and body["counted"]):
        row = rows[body["question"]]
        if row.lane in ("label", "expert") and row.item_id is not None and row.task_id is not None:
            return row.task_id, row.item_id
    return None


def _of_line(line: Any, rows: Mapping[int, Any], label: Any, tasks: Mapping[int, str]) -> Iterator[Told]:
    for number in _questions(line):
        row = rows[number]
        about = {"question": show("question", number), "lane": row.lane, "task": tasks.get(row.task_id)}
        if line.kind == "question.asked" and row.lane == "decide" and row.state in ("open", "claimed"):
            body = row.body or {}
            more = {name: body.get(name) for name in ("title", "effect", "choices", "default")}
            yield _told(line, "decision.needed", {**about, **more, "expires": iso(row.expires)}, "question")
        elif line.kind in webhooks.BEHIND["question.resolved"] and row.state == "resolved" and row.lane != "gold":
            item = None if row.item_id is None else show("item", row.item_id)
            yield _told(line, "question.resolved", {**about, "item": item}, "question")
    if label is not None:
        item = {"item": show("item", label.item_id), "key": label.key, "task": tasks.get(label.task_id)}
        yield _told(line, "label.changed", {**item, "label": label.label}, "item")


def _told(line: Any, kind: str, body: Mapping[str, Any], about: str) -> Told:
    """One event of a message. id: the same however often it is sent; seq: its line in the log."""
    subject = str(body[about])
    return {
        "id": f"{line.seq}.{kind}.{subject}",
        "type": kind,
        "seq": line.seq,
        "at": iso(line.at),
        "subject": subject,
        **body,
    }
