"""The map of a project's items: drawn by a worker, read where it lies; and what is most like an item."""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from .. import loop
from ..core.clock import iso
from ..core.errors import Malformed, TooLarge, WrongState
from ..core.ids import digest, parse, show
from ..store import browse, colours, projects
from ..store import jobs as rows
from ..store.maps import COLOURS, NONE, SEVERAL, MapFolder, State
from ..store.projects import TaskRow
from . import items as listed
from . import jobs
from .session import Session, in_project

KIND = "map"
MOST_NEIGHBOURS = 500
MOST_ITEMS = 100
"""Items shown by id at a time."""
MAX_SEED = 2**31
TEST, MINE, ASKED, BULK = 1, 2, 4, 8
"""Flags of a point: in the living test set, answered by whoever looks, being asked, labelled together with others."""


@in_project
def draw_map(
    session: Session, project: str, task: str | None = None, fresh: bool = False, seed: int = 0
) -> dict[str, Any]:
    """Draw the map in a worker, or place what is new on it; the job. fresh: lay everything out anew."""
    session.require("label_in_bulk")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < MAX_SEED:
        raise Malformed(f"seed is a whole number from 0 to {MAX_SEED - 1}; found {str(seed)[:40]}", field="seed")
    case = session.case(project)
    args = {"fresh": bool(fresh), "seed": seed}
    job, _ = loop.start(
        session.store, case.task(task), KIND, args, actor_id=session.actor.id, executor=session.site.executor
    )
    session.site.nudge(case.project.id)
    return jobs.shown(session, job)


@in_project
def map_state(session: Session, project: str, task: str | None = None) -> dict[str, Any]:
    """What there is of a map: ``{"task", "labels", "map", "job"}``; map: None before the first is drawn.

    ``map``: version, items on it, items of the project when it was drawn and now, the model whose predictions colour it.
    """
    session.require("read_answers")
    case = session.case(project)
    row = case.task(task)
    state = _folder(session, row).state
    with session.store.read() as connection:
        now = projects.counts(connection, [case.project.id])[case.project.id].get("items", 0)
        live = [one for one in rows.live(connection, case.project.id) if one.task_id == row.id and one.kind == KIND]
    return {
        "task": row.name,
        "labels": list(row.options["labels"]),
        "map": None if state is None else _shown(state, now),
        "job": jobs.shown(session, live[0]) if live else None,
    }


def _shown(state: State, now: int) -> dict[str, Any]:
    return {
        "version": state.version,
        "items": state.n,
        "of": state.total,
        "now": now,
        "made": iso(state.made),
        "seed": state.seed,
        "model": None if state.model is None else show("model", state.model),
    }


@in_project
def map_points(session: Session, project: str, task: str | None = None) -> tuple[str, bytes]:
    """(tag, ``points.bin`` of `handloom.store.maps`): where every item lies."""
    session.require("read_answers")
    there = _folder(session, session.case(project).task(task))
    state = _drawn(there)
    return digest((str(there.folder), state.version, state.made))[:20], there.points(state)


@in_project
def map_colours(session: Session, project: str, task: str | None = None, known: str | None = None) -> tuple[str, bytes]:
    """(tag, what the points are coloured by): b"HLC1", n as uint32, then by point the label number + 1 as uint16 and
    the predicted one, the uncertainty and the flags as uint8. known: a tag; where it is still the right one, no bytes."""
    session.require("read_answers")
    case = session.case(project)
    row = case.task(task)
    there = _folder(session, row)
    state = _drawn(there)
    with session.store.read() as connection:
        marks = colours.stamp(connection, case.project.id, row.id, session.actor.id)
        tag = digest((str(there.folder), state.version, state.made, state.model, row.version, *marks))[:20]
        if known == tag:
            return tag, b""
        numbers = _labels(there, state, row, colours.labels(connection, row.id))
        flags = bytearray(there.tests(state))
        places = _places(there.path(state, "ids.i64"))
        for flag, found in (
            (MINE, colours.mine(connection, row.id, session.actor.id)),
            (ASKED, colours.asked(connection, case.project.id, row.id)),
            (BULK, colours.in_bulk(connection, case.project.id, row.id)),
        ):
            for item in found:
                place = places.get(item)
                if place is not None:
                    flags[place] |= flag
    predicted, doubt = there.said(state) or (bytes(2 * state.n), bytes(state.n))
    return tag, COLOURS + struct.pack("<I", state.n) + numbers.tobytes() + predicted + doubt + bytes(flags)


def points(session: Session, project: str, task: str | None = None) -> bytes:
    """`map_points` without its tag."""
    return map_points(session, project, task)[1]


def point_colours(session: Session, project: str, task: str | None = None) -> bytes:
    """`map_colours` without its tag."""
    return map_colours(session, project, task)[1]


def _labels(there: MapFolder, state: State, task: TaskRow, found: Iterable[tuple[int, str]]) -> array[int]:
    known = {name: k + 1 for k, name in enumerate(task.options["labels"])}
    numbers, places = array("H", bytes(2 * state.n)), _places(there.path(state, "ids.i64"))
    of_text: dict[str, int] = {}
    for item, text in found:
        place = places.get(item)
        if place is None:
            continue
        number = of_text.get(text)
        if number is None:
            number = of_text[text] = _number(json.loads(text), known)
        numbers[place] = number
    return numbers


def _number(value: Mapping[str, Any], known: Mapping[str, int]) -> int:
    said = value.get("labels", ())
    if len(said) == 1:
        return known.get(said[0], 0)
    return SEVERAL if said else NONE


@lru_cache(maxsize=4)
def _places(path: Path) -> dict[int, int]:
    numbers = array("q")
    numbers.frombytes(path.read_bytes())
    return {item: place for place, item in enumerate(numbers)}


def neighbours(session: Session, item: str, n: int = 30, task: str | None = None) -> dict[str, Any]:
    """The n items most like this one, nearest first: ``{"item", "neighbours": [{"item", "distance"}]}``.

    distance: between unit vectors, 0 (the same) to 2 (the opposite). Raises `WrongState` while there is no map.
    """
    number = parse("item", item)
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MOST_NEIGHBOURS:
        raise Malformed(f"n is a whole number from 1 to {MOST_NEIGHBOURS}; found {str(n)[:40]}", field="n")
    with session.looking("read_answers"), session.store.read() as connection:
        session = session.of(browse.item_by_id(connection, number).project_id)
        project_id = browse.item_by_id(connection, number).project_id
    session.require("read_answers")
    there = _folder(session, session.case_of(project_id).task(task))
    try:
        found = there.neighbours(_drawn(there), number, n)
    except (FileNotFoundError, ValueError, IndexError):
        raise WrongState("the items are being encoded anew; draw the map again when that is done") from None
    if found is None:
        raise WrongState(f"{item} came after the map was drawn, or is not in its sample; draw it again", item=item)
    return {
        "item": item,
        "neighbours": [{"item": show("item", one), "distance": round(gap, 4)} for one, gap in found],
    }


@in_project
def items_by_id(session: Session, project: str, items: str | Sequence[str], task: str | None = None) -> dict[str, Any]:
    """Some items of a project as a list shows them, in the order named. items: ids, at most 100, or one text of them
    with commas. Ids that the project does not have are left out."""
    session.require("read_project")
    case = session.case(project)
    row = case.task(task)
    names = items.split(",") if isinstance(items, str) else list(items)
    if len(names) > MOST_ITEMS:
        raise TooLarge(f"at most {MOST_ITEMS} items at a time; found {len(names)}", limit=MOST_ITEMS)
    numbers = [parse("item", name) for name in dict.fromkeys(names)]
    with session.store.read() as connection:
        found = {one.id: one for one in browse.items(connection, numbers, row.id, case.project.id)}
    return {"items": listed.shown(session, row.id, [found[number] for number in numbers if number in found])}


def _folder(session: Session, task: TaskRow) -> MapFolder:
    return MapFolder(session.store.cache, task.id)


def _drawn(there: MapFolder) -> State:
    state = there.state
    if state is None:
        raise WrongState("there is no map of this task yet; draw it first")
    return state
