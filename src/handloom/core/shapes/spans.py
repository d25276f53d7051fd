"""``spans``: labelled ranges of a text, with relations between them; overlaps are allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeGuard

from ..errors import BadTask, BadValue, UnknownLabel
from .change import MISSING, WRONG, Change
from .labels import is_label, label_names
from .match import changes

MAX_SPANS = 20_000
_SPAN = frozenset(("start", "end", "label", "field"))
_RELATION = frozenset(("head", "tail", "label"))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters start to end (without end) of a text, counted in code points. field: of the item, None for its text."""

    start: int
    end: int
    label: str
    field: str | None = None

    def of(self, text: str) -> str:
        """The words it covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, order=True)
class Relation:
    """From the span numbered ``head`` to the one numbered ``tail``, counted from 0 in the order of the value."""

    head: int
    tail: int
    label: str


@dataclass(frozen=True, slots=True)
class Spans:
    """Sorted, each once: the same ranges in another order are the same value."""

    spans: tuple[Span, ...]
    relations: tuple[Relation, ...] = ()

    def ends(self, relation: Relation) -> tuple[Span, Span, str]:
        """A relation with its spans instead of their numbers, which change when a span is added."""
        return self.spans[relation.head], self.spans[relation.tail], relation.label


class SpansShape:
    """``{"spans": [{"start": 0, "end": 5, "label": "person"}], "relations": [{"head": 0, "tail": 1, "label": "knows"}]}``.

    Options ``labels`` and ``relations`` name what is known (none named: any label is taken), ``overlap`` says whether
    spans may overlap (default yes).
    """

    name = "spans"

    def options(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        labels = label_names(raw.get("labels"), least=1, what="a task of spans")
        relations = raw.get("relations") or []
        if relations:
            relations = label_names(relations, least=1, what="a task with relations")
        overlap = raw.get("overlap", True)
        if not isinstance(overlap, bool):
            raise BadTask("overlap is true or false")
        return {"labels": labels, "relations": relations, "overlap": overlap}

    def parse(self, raw: Any, options: Mapping[str, Any], task: str) -> Spans:
        """Raises `BadValue`, `UnknownLabel`. The text is not known here: see `check`."""
        listed = raw.get("spans") if isinstance(raw, Mapping) else raw
        if not isinstance(listed, list | tuple):
            raise BadValue(
                f'task {task} wants {{"spans": [{{"start": 0, "end": 4, "label": "..."}}]}}; found {str(raw)[:200]}',
                task=task,
            )
        if len(listed) > MAX_SPANS:
            raise BadValue(f"{len(listed)} spans are more than {MAX_SPANS}", task=task)
        given = [_span(i, one, options.get("labels"), task) for i, one in enumerate(listed)]
        spans = tuple(sorted(set(given), key=_order))
        if not options.get("overlap", True):
            _refuse_overlap(spans, task)
        place = {span: i for i, span in enumerate(spans)}
        links = (raw.get("relations") or ()) if isinstance(raw, Mapping) else ()
        if not isinstance(links, list | tuple):
            raise BadValue(f"relations is a list; found {str(links)[:80]}", task=task)
        relations = {_relation(i, one, given, place, options, task) for i, one in enumerate(links)}
        return Spans(spans, tuple(sorted(relations)))

    def show(self, value: Spans) -> dict[str, Any]:
        shown: dict[str, Any] = {"spans": [_shown(span) for span in value.spans]}
        if value.relations:
            shown["relations"] = [{"head": r.head, "tail": r.tail, "label": r.label} for r in value.relations]
        return shown

    def diff(self, before: Spans, after: Spans) -> list[Change]:
        """Kinds ``tag boundary both missing wrong``; for relations ``relation missing`` and ``relation wrong``.

        The parts are `Span`s, and (head, tail, label) for relations.
        """
        found = changes(
            before.spans,
            after.spans,
            place=lambda s: (s.field, s.start, s.end),
            label=lambda s: s.label,
            overlap=_overlap,
        )
        was, now = ({value.ends(r) for r in value.relations} for value in (before, after))
        found += [Change(f"relation {WRONG}", one, None) for one in sorted(was - now, key=_relation_order)]
        found += [Change(f"relation {MISSING}", None, one) for one in sorted(now - was, key=_relation_order)]
        return found


def apply(before: Spans, found: Sequence[Change]) -> Spans:
    """The value after these changes: ``apply(a, diff(a, b))`` is b. Raises `BadValue` when a changed part is not there."""
    spans = set(before.spans)
    links = {before.ends(r) for r in before.relations}
    for kept, part in [(links if c.kind.startswith("relation") else spans, c.before) for c in found]:
        if part is not None:
            if part not in kept:
                raise BadValue(f"the change begins with {part}, which the value does not have")
            kept.discard(part)  # type: ignore[arg-type]
    for change in found:
        if change.after is not None:
            (links if change.kind.startswith("relation") else spans).add(change.after)
    ordered = tuple(sorted(spans, key=_order))
    place = {span: i for i, span in enumerate(ordered)}
    lost = [one for one in links if one[0] not in place or one[1] not in place]
    if lost:
        raise BadValue(f"the relation {lost[0]} would lose a span")
    return Spans(ordered, tuple(sorted(Relation(place[h], place[t], label) for h, t, label in links)))


def check(value: Spans, data: Mapping[str, Any], field: str = "text") -> None:
    """Raise `BadValue` when a span reaches beyond the text of its field."""
    for span in value.spans:
        text = data.get(span.field or field)
        if not isinstance(text, str):
            raise BadValue(f"a span speaks of the field {span.field or field!r}, which is no text of this item")
        if span.end > len(text):
            raise BadValue(
                f"span {span.start} to {span.end} ({span.label}) reaches beyond the text of {len(text)} characters",
                start=span.start,
                end=span.end,
            )


def _span(number: int, raw: Any, known: Sequence[str] | None, task: str) -> Span:
    if not isinstance(raw, Mapping) or not _SPAN.issuperset(raw):
        raise BadValue(f"span {number} is an object of start, end, label; found {str(raw)[:200]}", task=task)
    start, end, label, field = raw.get("start"), raw.get("end"), raw.get("label"), raw.get("field")
    if not _whole(start) or not _whole(end) or not 0 <= start < end:
        raise BadValue(
            f"span {number} runs from start to end, whole numbers with 0 <= start < end; found {start!r} to {end!r}",
            task=task,
        )
    if field is not None and not isinstance(field, str):
        raise BadValue(f"span {number} names a field that is no text", task=task)
    return Span(start, end, _label(label, known, task, f"span {number}"), field)


def _relation(
    number: int, raw: Any, given: Sequence[Span], place: Mapping[Span, int], options: Mapping[str, Any], task: str
) -> Relation:
    if not isinstance(raw, Mapping) or not _RELATION.issuperset(raw):
        raise BadValue(f"relation {number} is an object of head, tail, label; found {str(raw)[:200]}", task=task)
    head, tail = raw.get("head"), raw.get("tail")
    if not _whole(head) or not _whole(tail) or not (0 <= head < len(given) and 0 <= tail < len(given)):
        raise BadValue(f"relation {number} links spans by their number from 0; found {head!r} and {tail!r}", task=task)
    label = _label(raw.get("label"), options.get("relations"), task, f"relation {number}")
    return Relation(place[given[head]], place[given[tail]], label)


def _label(label: object, known: Sequence[str] | None, task: str, what: str) -> str:
    if not is_label(label):
        raise BadValue(f"{what} needs a label in words; found {str(label)[:80]!r}", task=task)
    if known and label not in known:
        raise UnknownLabel(label, task, known)
    return label


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _order(span: Span) -> tuple[str, int, int, str]:
    return (span.field or "", span.start, span.end, span.label)


def _relation_order(one: tuple[Span, Span, str]) -> tuple[Any, ...]:
    return (_order(one[0]), _order(one[1]), one[2])


def _shown(span: Span) -> dict[str, Any]:
    shown: dict[str, Any] = {"start": span.start, "end": span.end, "label": span.label}
    return shown if span.field is None else {**shown, "field": span.field}


def _overlap(one: Span, other: Span) -> float:
    """Common characters over all characters of two spans, 0 to 1."""
    if one.field != other.field:
        return 0.0
    common = min(one.end, other.end) - max(one.start, other.start)
    return max(0, common) / (max(one.end, other.end) - min(one.start, other.start))


def _refuse_overlap(spans: Sequence[Span], task: str) -> None:
    for one, other in pairwise(spans):
        if one.field == other.field and other.start < one.end:
            raise BadValue(
                f"spans {one.start} to {one.end} and {other.start} to {other.end} overlap, which task {task} does not allow",
                task=task,
            )
