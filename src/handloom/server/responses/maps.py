"""The map, neighbours, labels in bulk."""

from __future__ import annotations

from .base import Shown, Time, Who, example
from .items import ListedItem
from .loop import Job
from .questions import ChoiceValue


class MapShown(Shown):
    """A drawn map. items: on it; of: items of the project when it was drawn; now: how many there are; model: whose
    predictions colour it."""

    version: str
    items: int
    of: int
    now: int
    made: Time
    seed: int
    model: str | None


class MapState(Shown):
    """What there is of a task's map, and the job that draws it now."""

    task: str
    labels: list[str]
    map: MapShown | None
    job: Job | None


class Neighbour(Shown):
    """An item and how far it is from the one asked about: 0 (the same) to 2."""

    item: str
    distance: float


class Neighbours(Shown):
    """What is most like an item, nearest first."""

    model_config = example(item="i3", neighbours=[{"item": "i17", "distance": 0.21}])
    item: str
    neighbours: list[Neighbour]


class SomeItems(Shown):
    """Items in the order in which they were named."""

    items: list[ListedItem]


class Skipped(Shown):
    """Items that were left out: of the living test set, answered by this person before, labelled by others."""

    test: int
    mine: int
    labelled: int


class Labelled(Shown):
    """What became of a label for many items. bulk: None when nothing was left to answer."""

    model_config = example(bulk="b12", answered=28, skipped={"test": 2, "mine": 0, "labelled": 0})
    bulk: str | None
    answered: int
    skipped: Skipped


class Undone(Shown):
    """How many answers were taken back."""

    model_config = example(bulk="b12", retracted=28)
    bulk: str
    retracted: int


class Checked(Shown):
    """Answers to items with gold, and how many were right. Not part of the person's measured skill."""

    n: int
    right: int


class BulkAction(Shown):
    """One label that somebody gave to many items. standing: answers not taken back, corrected or set aside."""

    id: str
    task: str | None
    actor: Who
    value: ChoiceValue
    answers: int
    standing: int
    seconds: float
    created: Time
    checks: Checked | None


class BulkActions(Shown):
    """A page of bulk actions, newest first."""

    actions: list[BulkAction]
    next: str | None
