"""The map of a task's items and labels for many items at once, as the handle of a project offers them."""

from __future__ import annotations

import struct
import uuid
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Points:
    """Where items lie, by place k: ``items[k]`` at ``x[k]``, ``y[k]``, whole numbers from 0 to 65,535."""

    items: list[str]
    x: array[int]
    y: array[int]


@dataclass(frozen=True, slots=True)
class Colours:
    """What points are coloured by, in the order of `Points`.

    label, predicted: number of the label in the task from 1 (0: none yet, 65,534: expressly none, 65,535: several);
    uncertainty: of the newest model, 0 to 255; flags: 1 living test set, 2 answered by you, 4 being asked, 8 labelled in bulk.
    """

    label: array[int]
    predicted: array[int]
    uncertainty: bytes
    flags: bytes


class MapHandle:
    """``project.map``. Without ``task`` it is the project's first."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def draw(self, task: str | None = None, fresh: bool = False, seed: int = 0) -> dict[str, Any]:
        """Draw the map in a worker, or place what is new on it; the job. fresh: lay everything out anew."""
        return self._call("draw_map", task=task, fresh=fresh, seed=seed)

    def state(self, task: str | None = None) -> dict[str, Any]:
        """``{"task", "labels", "map", "job"}``; map: None before the first is drawn."""
        return self._call("map", task=task)

    def points(self, task: str | None = None) -> Points:
        """Where every item lies."""
        raw = self._call("map_points", task=task)
        n, first = struct.unpack_from("<IQ", raw, 4)
        shifts, places = array("I", raw[16 : 16 + 4 * n]), array("H", raw[16 + 4 * n : 16 + 8 * n])
        return Points([f"i{first + shift}" for shift in shifts], places[::2], places[1::2])

    def colours(self, task: str | None = None) -> Colours:
        """Labels, predictions, uncertainty and flags of every point."""
        raw = self._call("map_colours", task=task)
        (n,) = struct.unpack_from("<I", raw, 4)
        ends = [8, 8 + 2 * n, 8 + 4 * n, 8 + 5 * n, 8 + 6 * n]
        label, predicted, uncertainty, flags = (raw[a:b] for a, b in pairwise(ends))
        return Colours(array("H", label), array("H", predicted), uncertainty, flags)

    def neighbours(self, item: str, n: int = 30, task: str | None = None) -> list[dict[str, Any]]:
        """The items most like this one, nearest first: ``[{"item", "distance"}]``."""
        return self._call("neighbours", item=item, n=n, task=task)["neighbours"]

    def items(self, items: Sequence[str], task: str | None = None) -> list[dict[str, Any]]:
        """At most 100 items with their labels and predictions, in this order."""
        return self._call("items_by_id", items=",".join(items), task=task)["items"]

    def label(
        self,
        items: Sequence[str],
        value: Any,
        task: str | None = None,
        *,
        seconds: float = 0.0,
        labelled: bool = False,
        shown: bool = False,
        id: str | None = None,
    ) -> dict[str, Any]:
        """One label for many items, as answers of yours that are marked as given in bulk.

        ``{"bulk", "answered", "skipped": {"test", "mine", "labelled"}}``. value: a label, or ``{"labels": [...]}``. seconds:
        for all of them. labelled: also items that others have labelled. shown: a model's guesses were in view. id: a UUID;
        give the same one to send again.
        """
        sent = {"items": list(items), "value": value, "seconds": seconds, "labelled": labelled, "shown": shown}
        return self._call("label_in_bulk", task=task, id=id or str(uuid.uuid4()), **sent)

    def undo(self, bulk: str) -> dict[str, Any]:
        """Take all answers of a bulk action of yours back: ``{"bulk", "retracted"}``."""
        return self._call("undo_bulk", bulk=bulk)

    def actions(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of bulk actions, newest first."""
        return self._call("bulk_actions", cursor=cursor, limit=limit)
