"""Corrections of spans as others publish them: each row an old span, a new one, and the kind of error it mends.

Kinds are those of `handloom.dataset.parts` and two that only a person can tell, for they are about the text around it:
``sentence`` (its sentence was split in the wrong place) and ``token`` (a word was cut in the wrong place).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.errors import Malformed
from .parts import Part, placed

KINDS = {
    "tag": "tag",
    "span": "boundary",
    "boundary": "boundary",
    "both": "both",
    "wrong": "wrong",
    "missing": "missing",
    "sentence": "sentence",
    "token": "token",
}
"""What a log of corrections calls a kind, in small letters, and what we call it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One typed change of one document. told: the log's own word. line: its place in the log, from 0.

    agrees: whether the two spans show the kind by themselves; a difference of both says that the log and its spans do not
    fit. Always true for ``sentence`` and ``token``, which spans do not show.
    """

    document: Hashable
    part: Part
    told: str
    line: int
    agrees: bool


def read(rows: Iterable[Mapping[str, Any]], document: Sequence[str]) -> list[Correction]:
    """A log with the columns ``old_begin old_end old_type error_type new_begin new_end new_type``.

    document: columns that together name a document. A new span without a type keeps the old one's, and the other way
    round. Raises `Malformed` for an unknown kind or a row without any span.
    """
    return [_correction(line, row, document) for line, row in enumerate(rows)]


def _correction(line: int, row: Mapping[str, Any], document: Sequence[str]) -> Correction:
    told = str(row["error_type"])
    if told.lower() not in KINDS:
        raise Malformed(f"line {line + 1} names the kind {told!r}; known are {', '.join(sorted(KINDS))}", line=line + 1)
    before, after = (_span(row, side) for side in ("old", "new"))
    if before is None and after is None:
        raise Malformed(f"line {line + 1} has neither an old nor a new span", line=line + 1)
    if before is not None and after is not None:
        label = before["label"] or after["label"]
        before = {**before, "label": before["label"] or label}
        after = {**after, "label": after["label"] or label}
    kind = KINDS[told.lower()]
    shown = placed([before] if before else [], [after] if after else [])
    agrees = kind in ("sentence", "token") or [part.kind for part in shown] == [kind]
    return Correction(tuple(row[name] for name in document), Part(kind, before, after), told, line, agrees)


def _span(row: Mapping[str, Any], side: str) -> dict[str, Any] | None:
    start, end = row.get(f"{side}_begin"), row.get(f"{side}_end")
    if start is None or end is None:
        return None
    return {"start": int(start), "end": int(end), "label": row.get(f"{side}_type")}


def versions(corrections: Iterable[Correction]) -> tuple[dict[Hashable, Any], dict[Hashable, Any]]:
    """The values of the corrected documents before and after, as far as the log tells them: only the spans it names."""
    before: dict[Hashable, list[Any]] = defaultdict(list)
    after: dict[Hashable, list[Any]] = defaultdict(list)
    for one in corrections:
        for side, part in ((before, one.part.before), (after, one.part.after)):
            spans = side[one.document]
            if part is not None and part not in spans:
                spans.append(part)
    return _values(before), _values(after)


def _values(side: Mapping[Hashable, list[Any]]) -> dict[Hashable, Any]:
    return {key: {"spans": spans} for key, spans in side.items()}
