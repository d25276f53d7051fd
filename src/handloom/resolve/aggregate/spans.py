"""Labelled ranges of texts: every character is a yes or no of each person, weighed by how well they find and how little
they invent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ...core.shapes.spans import Span
from .dawid_skene import dawid_skene
from .others import others
from .result import Aggregate
from .votes import Table, Votes, votes

THRESHOLD = 0.5
COUNTED = 4.0


@dataclass(frozen=True, slots=True)
class Marked:
    """One person's spans of one document; none is an answer too. actor and document: numbers from 0."""

    actor: int
    document: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SpanAggregate:
    """spans: for each document, those whose characters are likelier in than out, with the mean posterior of their
    characters. recall, precision (actors,): share of true characters found, and of marked ones true; nan without answers.
    agreement (actors,): mean F1 of a person's characters with what the others are believed to mean, `COUNTED` average
    documents added, those where all marked nothing counting 1."""

    spans: tuple[tuple[tuple[Span, float], ...], ...]
    recall: Table
    precision: Table
    agreement: Table


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Stretches of text that everybody marks or leaves as a whole, one row each: document, label number, start, end."""

    document: Indices
    label: Indices
    start: Indices
    end: Indices


def aggregate_spans(
    answers: Sequence[Marked],
    *,
    documents: int | None = None,
    gold: Mapping[int, Sequence[Span]] | None = None,
    threshold: float = THRESHOLD,
) -> SpanAggregate:
    """Spans of all documents from several people's, by pooled Dawid-Skene on stretches of characters.

    A document is cut wherever anybody's span of a label begins or ends; what is between two cuts is asked of everybody who
    looked at the document, and counts once, however long it is. Stretches nobody marked are left out, since how long a text
    goes on without a span says nothing about people. gold: documents whose spans are known. threshold: posterior from which a
    stretch is in. Overlapping spans of different labels stay; of one label, touching stretches are joined.
    """
    known = {document: tuple(spans) for document, spans in (gold or {}).items()}
    names = sorted({(s.field or "", s.label) for s in _all(answers, known)})
    n_documents = max([documents or 0, *(a.document + 1 for a in answers), *(d + 1 for d in known)])
    n_actors = max((a.actor + 1 for a in answers), default=0)
    empty: Table = np.full(n_actors, np.nan)
    if not names or not answers:
        return SpanAggregate(((),) * n_documents, empty, empty, empty)
    pieces, asked, by = _cut(answers, known, names)
    lengths = (pieces.end - pieces.start).astype(np.float64)
    found = dawid_skene(asked)
    inside = found.posteriors[:, 1]
    joined = _joined(pieces, inside, names, n_documents, threshold)
    return SpanAggregate(joined, *_skill(asked, inside, lengths), _agreement(answers, by, asked, found, lengths))


def _all(answers: Sequence[Marked], known: Mapping[int, Sequence[Span]]) -> list[Span]:
    return [span for one in answers for span in one.spans] + [span for spans in known.values() for span in spans]


def _cut(
    answers: Sequence[Marked], known: Mapping[int, Sequence[Span]], names: Sequence[tuple[str, str]]
) -> tuple[_Pieces, Votes, Indices]:
    number = {name: place for place, name in enumerate(names)}
    by_document: dict[int, list[int]] = {}
    for place, one in enumerate(answers):
        by_document.setdefault(one.document, []).append(place)
    rows: list[tuple[int, int, int, int]] = []
    given: list[Indices] = []
    said: list[npt.NDArray[np.int64]] = []
    trusted: list[npt.NDArray[np.int64]] = []
    for document in sorted(by_document):
        people = by_document[document]
        sets = [*(answers[one].spans for one in people), known.get(document, ())]
        for place in sorted({number[span.field or "", span.label] for spans in sets for span in spans}):
            mine = [[s for s in spans if (s.field or "", s.label) == names[place]] for spans in sets]
            cuts = np.unique([edge for spans in mine for s in spans for edge in (s.start, s.end)])
            marks = np.stack([_covers(spans, cuts) for spans in mine])
            used = np.flatnonzero(marks.any(axis=0))
            rows += [(document, place, int(cuts[j]), int(cuts[j + 1])) for j in used]
            given.append(np.tile(people, used.size))
            said.append(marks[:-1, used].T.astype(np.int64).ravel())
            trusted.append(marks[-1, used].astype(np.int64) if document in known else np.full(used.size, -1))
    table = np.array(rows, dtype=np.int64)
    people_of = np.array([len(by_document[int(d)]) for d in table[:, 0]])
    which = np.repeat(np.arange(len(table)), people_of)
    by = np.concatenate(given)
    made = votes(
        np.array([one.actor for one in answers])[by],
        which,
        np.concatenate(said),
        classes=2,
        gold=np.concatenate(trusted),
    )
    n_actors = max(one.actor for one in answers) + 1
    return _Pieces(*table.T), replace(made, n_actors=n_actors, kinds=np.zeros(n_actors, dtype=np.int64)), by


def _covers(spans: Sequence[Span], cuts: Indices) -> npt.NDArray[np.bool_]:
    """(stretches,) whether any of the spans covers the stretch between one cut and the next."""
    deep = np.zeros(cuts.size, dtype=np.int64)
    for span in spans:
        deep[np.searchsorted(cuts, span.start)] += 1
        deep[np.searchsorted(cuts, span.end)] -= 1
    return np.cumsum(deep)[:-1] > 0


def _skill(asked: Votes, inside: Table, lengths: Table) -> tuple[Table, Table]:
    n, size = asked.n_actors, lengths[asked.items]
    marked = asked.values == 1
    true = np.bincount(asked.actors, size * inside[asked.items], n)
    found = np.bincount(asked.actors, size * inside[asked.items] * marked, n)
    claimed = np.bincount(asked.actors, size * marked, n)
    return found / np.where(true > 0, true, np.nan), found / np.where(claimed > 0, claimed, np.nan)


def _agreement(answers: Sequence[Marked], by: Indices, asked: Votes, found: Aggregate, lengths: Table) -> Table:
    """(actors,) mean over their documents of F1 between what they marked and what the others are believed to mean."""
    belief, supported = others(asked, found)
    size, n = lengths[asked.items], len(answers)
    mine, theirs = size * (asked.values == 1), size * belief[:, 1]
    common = np.bincount(by, mine * belief[:, 1], n)
    both = np.bincount(by, mine, n) + np.bincount(by, theirs, n)
    document = np.array([one.document for one in answers])
    told = np.bincount(document)[document] > 1
    told[by[supported]] = True  # a document with gold tells even of the only one who looked at it
    score = np.divide(2 * common, both, out=np.ones(n), where=both > 0)
    who = np.array([one.actor for one in answers])
    times = np.bincount(who, told, asked.n_actors)
    mean = score[told].mean() if told.any() else np.nan
    return (np.bincount(who, score * told, asked.n_actors) + COUNTED * mean) / (times + COUNTED)


def _joined(
    pieces: _Pieces, inside: Table, names: Sequence[tuple[str, str]], documents: int, threshold: float
) -> tuple[tuple[tuple[Span, float], ...], ...]:
    out: list[list[tuple[Span, float]]] = [[] for _ in range(documents)]
    kept = np.flatnonzero(inside >= threshold)
    run: list[int] = []
    for place, piece in enumerate(kept.tolist()):
        run.append(piece)
        following = int(kept[place + 1]) if place + 1 < kept.size else None
        if following is not None and _touch(pieces, piece, following):
            continue
        field, label = names[int(pieces.label[piece])]
        size = (pieces.end - pieces.start)[run]
        span = Span(int(pieces.start[run[0]]), int(pieces.end[piece]), label, field or None)
        out[int(pieces.document[piece])].append((span, float((inside[run] * size).sum() / size.sum())))
        run = []
    return tuple(tuple(sorted(found)) for found in out)


def _touch(pieces: _Pieces, one: int, other: int) -> bool:
    return bool(
        pieces.document[one] == pieces.document[other]
        and pieces.label[one] == pieces.label[other]
        and pieces.end[one] == pieces.start[other]
    )
