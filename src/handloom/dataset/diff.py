"""What changed between two versions of a dataset, row by row and by type.

A row is what a version holds for one item and task; its key is anything that names both, usually ``(item, task)``.

added, removed   the row is in one version only
relabelled       another value, of a shape without parts
respanned        other spans, regions or tags; the parts say which (`handloom.dataset.parts`)
reestimated      the same value, with another confidence or from other answers
resplit          moved to another split
reweighted       another weight
edited           other content; only between plain files, for an item of a project never changes
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from ..core.ids import canonical
from .parts import PLACED, Part, labels, parts

KINDS = ("added", "removed", "relabelled", "respanned", "reestimated", "resplit", "reweighted", "edited")


class Entry(Protocol):
    """What a version holds for one item and task; any frozen dataclass with these fields will do.

    value: JSON of the label's shape. confidence in [0, 1] or None. answers: ids of the answers it came from.
    """

    @property
    def value(self) -> Any: ...
    @property
    def confidence(self) -> float | None: ...
    @property
    def answers(self) -> tuple[str, ...]: ...
    @property
    def split(self) -> str | None: ...
    @property
    def weight(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Plain:
    """An `Entry` that came from no project. data: the other fields of the row."""

    value: Any
    confidence: float | None = None
    answers: tuple[str, ...] = ()
    split: str | None = None
    weight: float | None = None
    data: Mapping[str, Any] | None = None


K = TypeVar("K", bound=Hashable)
E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, slots=True)
class Change(Generic[K, E]):
    """One row that differs. kinds: at least one of `KINDS`. parts: what differs inside the value."""

    key: K
    kinds: tuple[str, ...]
    before: E | None
    after: E | None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary(Generic[K]):
    """A diff in numbers.

    rows: rows that differ. kinds: rows by kind. parts: changed parts by kind. labels: (label before, label after) of
    changed rows or parts, None where there was none, with how often. slices: kinds by slice. keys: rows by kind.
    """

    rows: int
    kinds: Mapping[str, int]
    parts: Mapping[str, int]
    labels: Mapping[tuple[str | None, str | None], int]
    keys: Mapping[str, Sequence[K]]
    slices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def equal(a: Any, b: Any) -> bool:
    """The same JSON: what Python calls equal and a digest does not (1, 1.0 and true) differs."""
    return a is b or (a == b and (isinstance(a, str) or canonical(a) == canonical(b)))


def change(key: K, before: E | None, after: E | None) -> Change[K, E] | None:
    """How one row changed; None when it did not. At least one of both is given."""
    if before is None or after is None:
        return Change(key, ("removed" if after is None else "added",), before, after)
    kinds: list[str] = []
    inside: tuple[Part, ...] = ()
    if not equal(before.value, after.value):
        inside = parts(before.value, after.value)
        kinds += _value_kinds(before.value, after.value, bool(inside))
    elif before.confidence != after.confidence or before.answers != after.answers:
        kinds.append("reestimated")
    if before.split != after.split:
        kinds.append("resplit")
    if before.weight != after.weight:
        kinds.append("reweighted")
    if not equal(getattr(before, "data", None), getattr(after, "data", None)):
        kinds.append("edited")
    return Change(key, tuple(kinds), before, after, inside) if kinds else None


def diff(before: Mapping[K, E], after: Mapping[K, E]) -> Iterator[Change[K, E]]:
    """All rows that differ: those of ``before`` in its order, then the added ones in the order of ``after``.

    A store that knows which rows differ may give only those.
    """
    for key, old in before.items():
        found = change(key, old, after.get(key))
        if found is not None:
            yield found
    for key, new in after.items():
        if key not in before:
            yield Change(key, ("added",), None, new)


def apply(rows: Mapping[K, E], changes: Iterable[Change[K, E]]) -> dict[K, E]:
    """``apply(a, diff(a, b))`` is ``b``, but for the order of the rows."""
    out = dict(rows)
    for found in changes:
        if found.after is None:
            out.pop(found.key, None)
        else:
            out[found.key] = found.after
    return out


def summary(
    changes: Iterable[Change[K, E]],
    slices: Mapping[str, Callable[[K], bool]] | None = None,
) -> Summary[K]:
    """Count changes by kind, by part, by label and by slice. slices: name and a test of the row's key."""
    kinds: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    pairs: Counter[tuple[str | None, str | None]] = Counter()
    keys: dict[str, list[K]] = {}
    by_slice: dict[str, Counter[str]] = {name: Counter() for name in slices or {}}
    rows = 0
    for found in changes:
        rows += 1
        kinds.update(found.kinds)
        inside.update(part.kind for part in found.parts)
        pairs.update(label_changes(found))
        for kind in found.kinds:
            keys.setdefault(kind, []).append(found.key)
        for name, holds in (slices or {}).items():
            if holds(found.key):
                by_slice[name].update(found.kinds)
    return Summary(rows, dict(kinds), dict(inside), dict(pairs), keys, {n: dict(c) for n, c in by_slice.items()})


def label_changes(found: Change[Any, Any]) -> Iterator[tuple[str | None, str | None]]:
    """(label before, label after) of one change; several where parts or several labels changed."""
    if found.parts:
        for part in found.parts:
            pair = _label(part.before), _label(part.after)
            if pair != (None, None):
                yield pair
        if "relabelled" not in found.kinds:
            return
    elif not {"added", "removed", "relabelled"} & set(found.kinds):
        return
    old = Counter(labels(found.before.value) if found.before else ())
    new = Counter(labels(found.after.value) if found.after else ())
    gone, come = sorted((old - new).elements()), sorted((new - old).elements())
    for k in range(max(len(gone), len(come))):
        yield (gone[k] if k < len(gone) else None, come[k] if k < len(come) else None)


def _label(part: Any) -> str | None:
    return str(part["label"]) if isinstance(part, Mapping) and "label" in part else None


def _value_kinds(before: Any, after: Any, inside: bool) -> tuple[str, ...]:
    """``respanned`` where nothing but spans, regions and tags differs, be it their order alone."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return ("relabelled",)
    inner = (*PLACED, "tags")
    rest = ({k: v for k, v in value.items() if k not in inner} for value in (before, after))
    if equal(*rest):
        return ("respanned",)
    return ("relabelled", "respanned") if inside else ("relabelled",)
