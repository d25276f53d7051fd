"""Names and numbers that two bundles both gave, to different things: each thing keeps a place, and what gave way is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .checking import Checked

MOST_TOLD = 1_000


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two bundles say something else about one thing."""

    what: str
    which: str
    kept: str
    instead: str


@dataclass(slots=True)
class United:
    """What came of two bundles."""

    rows: dict[str, int] = field(default_factory=dict)
    conflicts: list[Contradiction] = field(default_factory=list)
    more: int = 0

    def tell(self, what: str, which: object, kept: object, instead: object) -> None:
        """Note a contradiction; the first thousand are kept, more are counted."""
        if len(self.conflicts) < MOST_TOLD:
            self.conflicts.append(Contradiction(what, str(which)[:200], str(kept)[:400], str(instead)[:400]))
        else:
            self.more += 1

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"rows": self.rows, "contradictions": [asdict(one) for one in self.conflicts], "more": self.more}


class Labels:
    """The labels of every task of both sides: those of the one that has more versions first, then what the other added."""

    def __init__(self, sides: Sequence[Checked]) -> None:
        self._lists: dict[str, list[str]] = {}
        self._own: list[dict[int, tuple[str, list[str]]]] = []
        for side in sides:
            own: dict[int, tuple[str, list[str]]] = {}
            for columns, page in side.pages("task"):
                for row in page:
                    options = json.loads(row[columns.index("options")])
                    listed = [one for one in options.get("labels", ()) if isinstance(one, str)]
                    own[row[columns.index("id")]] = (row[columns.index("name")], listed)
            self._own.append(own)
        for own in self._own:
            for name, listed in own.values():
                self._lists.setdefault(name, []).extend(one for one in listed if one not in self._lists.get(name, ()))

    def options(self, task: str, text: str) -> str:
        """The options of a task with the labels of both."""
        options = json.loads(text)
        if isinstance(options.get("labels"), list) and options["labels"] != self._lists[task]:
            return json.dumps(options | {"labels": self._lists[task]})
        return text

    def same_order(self, side: int, task: int) -> bool:
        """Whether a side's labels are the first of the union's."""
        name, listed = self._own[side].get(task, ("", []))
        return self._lists.get(name, [])[: len(listed)] == listed


Finish = Callable[[list[Any]], list[Any]]


def _items(columns: Sequence[str], found: United) -> Finish:
    """Two items of one key: both stay, the younger under a key that says so."""
    key, stamp, keys = columns.index("key"), columns.index("digest"), set()

    def finish(cells: list[Any]) -> list[Any]:
        if cells[key] in keys:
            other = f"{cells[key][:180]}~{cells[stamp][:8]}"
            found.tell("item", cells[key], "the older content, under this key", f"the younger, under {other}")
            cells[key] = other
        keys.add(cells[key])
        return cells

    return finish


def _renumbered(name: str, within: str) -> Callable[[Sequence[str], United], Finish]:
    """Numbers that count within a task go on counting: those of two sides would collide."""

    def make(columns: Sequence[str], found: United) -> Finish:
        at, owner = columns.index(name), columns.index(within)
        counts: dict[int, int] = {}

        def finish(cells: list[Any]) -> list[Any]:
            counts[cells[owner]] = counts.get(cells[owner], 0) + 1
            if cells[at] != counts[cells[owner]]:
                found.tell(name, cells[0], f"{name} {counts[cells[owner]]}", f"{name} {cells[at]} in its bundle")
                cells[at] = counts[cells[owner]]
            return cells

        return finish

    return make


def _branches(columns: Sequence[str], found: United) -> Finish:
    """Two open branches of one name, begun apart: the younger gets its number behind it."""
    at, closed, task = columns.index("name"), columns.index("closed"), columns.index("task_id")
    names: set[tuple[int, str]] = set()

    def finish(cells: list[Any]) -> list[Any]:
        if cells[closed] is None and (cells[task], cells[at]) in names:
            other = f"{cells[at][:180]}-{cells[0]}"
            found.tell("branch", cells[at], "the older, under this name", f"the younger, as {other}")
            cells[at] = other
        if cells[closed] is None:
            names.add((cells[task], cells[at]))
        return cells

    return finish


FINISH: dict[str, Callable[[Sequence[str], United], Finish]] = {
    "branch": _branches,
    "item": _items,
    "guideline": _renumbered("version", "task_id"),
    "model": _renumbered("number", "task_id"),
}
