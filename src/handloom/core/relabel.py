"""Label migrations: what becomes of the labels of a task, and how a value of an older version of it is read today.

A rename or a merge gives labels another name; a split takes one away, since nobody can tell which of the new ones was
meant. What was said is never rewritten: a value keeps the version of the task that it was given under and is read through
every migration since. A migration that undoes another cancels it for whatever is older than both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import BadTask, Malformed, UnknownLabel

KINDS = ("rename", "merge", "split")


@dataclass(frozen=True, slots=True)
class Migration:
    """One change of a task's labels. version: of the task, from which it holds; ``undoes``: the number of another.

    before, after: all labels of the task. commit, question: the newest there were when it was made.
    """

    id: int
    version: int
    kind: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    undoes: int | None = None
    commit: int = 0
    question: int = 0

    def label(self, name: str) -> str | None:
        """What a label is called after it; None when that cannot be told."""
        if name not in self.sources:
            return name
        return None if self.kind == "split" else self.targets[0]

    @property
    def words(self) -> str:
        """What it does, as ``merge 'spam', 'scam' into 'junk'``."""
        link = "to" if self.kind == "rename" else "into"
        return f"{self.kind} {_named(self.sources)} {link} {_named(self.targets)}"


@dataclass(frozen=True, slots=True)
class _Reading:
    """How values of one version are read: the steps that are left, and the place of each label among those of today."""

    steps: tuple[Migration, ...]
    order: Mapping[str, int]
    names: dict[str, str | None] = field(default_factory=dict)

    def label(self, name: str) -> str | None:
        if name not in self.names:
            found: str | None = name
            for step in self.steps:
                found = step.label(found) if found is not None else None
            self.names[name] = found
        return self.names[name]


class Chain:
    """All migrations of a task, oldest first. ``since`` is a version of the task: those that made a later one apply."""

    def __init__(self, steps: Iterable[Migration] = ()) -> None:
        self.steps = tuple(sorted(steps, key=lambda one: one.version))
        self._readings: dict[int, _Reading] = {}

    def __bool__(self) -> bool:
        return bool(self.steps)

    @property
    def newest(self) -> int:
        """The version that the last migration made; 0 when there was none."""
        return self.steps[-1].version if self.steps else 0

    @property
    def standing(self) -> tuple[Migration, ...]:
        """Those that are in force, oldest first."""
        return _left(self.steps)

    def label(self, name: str, since: int | None) -> str | None:
        """What a label of an older version is called today; None when it was split."""
        return self._reading(since).label(name)

    def read(self, value: Any, since: int | None) -> Any:
        """A value in today's labels, None when one of its labels was split: it says nothing any more.

        value: JSON of a shape with ``labels``, ``spans`` or ``regions``; anything else stays as it is.
        """
        reading = self._reading(since)
        if not reading.steps or not isinstance(value, Mapping):
            return value
        if isinstance(value.get("labels"), list):
            return _choice(value, reading)
        for parts in ("spans", "regions"):
            if isinstance(value.get(parts), list):
                return _parts(value, parts, reading)
        return value

    def stale(self, since: int | None) -> tuple[str, ...]:
        """Labels of an older version that cannot be told today."""
        reading = self._reading(since)
        known = dict.fromkeys(label for step in reading.steps for label in step.before)
        return tuple(label for label in known if reading.label(label) is None)

    def targets_of(self, name: str, since: int | None) -> tuple[str, ...]:
        """The labels of today that a label of an older version may stand for; more than one when it was split."""
        found = [name]
        for step in self._reading(since).steps:
            found = [new for old in found for new in (step.targets if old in step.sources else (old,))]
        return tuple(dict.fromkeys(found))

    def at_commit(self, commit: int) -> int:
        """The version that the rows of a dataset version were written under."""
        return max((one.version for one in self.steps if one.commit < commit), default=0)

    def at_question(self, question: int) -> int:
        """The version that a question was asked under."""
        return max((one.version for one in self.steps if one.question < question), default=0)

    def _reading(self, since: int | None) -> _Reading:
        start = since or 0
        found = self._readings.get(start)
        if found is None:
            steps = _left([one for one in self.steps if one.version > start])
            order = {label: k for k, label in enumerate(self.steps[-1].after)} if self.steps else {}
            found = self._readings[start] = _Reading(steps, order)
        return found


def _left(steps: Sequence[Migration]) -> tuple[Migration, ...]:
    there = {one.id for one in steps}
    gone = {number for one in steps if one.undoes in there for number in (one.id, one.undoes)}
    return tuple(one for one in steps if one.id not in gone)


def _choice(value: Mapping[str, Any], reading: _Reading) -> Mapping[str, Any] | None:
    if "among" in value:
        narrowed = _narrowed(value, reading)
        if narrowed is None:
            return None
        value = narrowed
    read = [reading.label(label) for label in value["labels"]]
    if read == value["labels"]:
        return value
    now = [label for label in read if label is not None]
    if len(now) < len(read):
        return None
    last = len(reading.order)
    return {**value, "labels": sorted(dict.fromkeys(now), key=lambda label: reading.order.get(label, last))}


def _narrowed(value: Mapping[str, Any], reading: _Reading) -> Mapping[str, Any] | None:
    """An answer about some labels only (`handloom.core.shapes.Choice`). Renamed ones it still is about; whoever denied a label
    that was merged or split since has said nothing of what took its place."""
    among = []
    for name in value["among"]:
        for step in reading.steps:
            if name in step.sources:
                if step.kind != "rename" and not value["labels"]:
                    return None
                name = step.targets[0]
        among.append(name)
    return {**value, "among": among}


def _parts(value: Mapping[str, Any], name: str, reading: _Reading) -> Mapping[str, Any] | None:
    changed = []
    for part in value[name]:
        now = reading.label(part["label"])
        if now is None:
            return None
        changed.append(part if now == part["label"] else {**part, "label": now})
    return {**value, name: changed}


def names_in(value: Any) -> set[str]:
    """The labels that a value of any shape holds."""
    if not isinstance(value, Mapping):
        return set()
    if isinstance(value.get("labels"), list):
        return {*value["labels"], *value.get("among", ())}
    return {part["label"] for name in ("spans", "regions") for part in value.get(name) or ()}


def plan(kind: str, sources: Sequence[str], targets: Sequence[str], labels: Sequence[str], task: str) -> list[str]:
    """The labels of a task after a migration. Raises `UnknownLabel`, `Malformed` or `BadTask` for one that makes no sense.

    New names take the place of the first old one; a merge may go into a label that is there already.
    """
    if kind not in KINDS:
        raise Malformed(f"a label migration is one of {', '.join(KINDS)}; found {str(kind)[:40]!r}", field="kind")
    for name in sources:
        if name not in labels:
            raise UnknownLabel(str(name)[:200], task, labels)
    sizes = {"rename": (1, 1), "merge": (2, 1), "split": (1, 2)}[kind]
    given = dict.fromkeys((*sources, *(targets if kind == "merge" else ())))
    if len(set(sources)) < 1 or (kind != "merge" and len(sources) != 1) or (kind == "merge" and len(given) < sizes[0]):
        raise Malformed(f"a {kind} starts from {_many(sizes[0])}; found {_named(sources)}", field="labels")
    if len(targets) < sizes[1] or (kind != "split" and len(targets) != 1) or len(set(targets)) != len(targets):
        raise Malformed(f"a {kind} ends in {_many(sizes[1])}, each once; found {_named(targets)}", field="into")
    taken = [name for name in targets if name in labels and name not in sources]
    if taken and kind != "merge":
        hint = f"; to put both together: merge {_named(sources)} into {taken[0]!r}" if kind == "rename" else ""
        raise BadTask(f"task {task} has a label {taken[0]!r} already{hint}")
    if list(targets) == list(sources):
        raise BadTask(f"{_named(sources)} is called that already")
    place = next(k for k, name in enumerate(labels) if name in (targets if taken else sources))
    kept = [name for name in labels if name not in sources or name in taken]
    start = sum(name not in sources for name in labels[:place])
    new = [name for name in targets if name not in taken]
    return [*kept[:start], *new, *kept[start:]]


def _many(n: int) -> str:
    return "one label" if n == 1 else f"{n} labels or more" if n > 1 else "none"


def _named(labels: Sequence[str]) -> str:
    return ", ".join(f"{label!r}" for label in labels) or "none"
