"""The same words labelled differently in one document, or labelled once and missed the next time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Span = tuple[int, int, str]
"""Start and end in characters, and the label."""
SHORTEST = 2
"""Characters of a string that are worth comparing."""


@dataclass(frozen=True, slots=True)
class SpanSuspect:
    """One place in a document. given: its label, None where it has none. score: share of the equal strings that disagree."""

    document: int
    start: int
    end: int
    score: float
    given: str | None
    proposed: str | None
    reason: str


def spans(documents: Sequence[tuple[str, Sequence[Span]]]) -> list[SpanSuspect]:
    """Places whose label differs from that of the same string elsewhere in their document, worst first.

    documents: (text, spans). Strings are compared without regard to case, and only whole words count as the same string.
    What decides is the majority in the document; on a tie, the majority over all documents; on a further tie both places
    are suspects without a proposal.
    """
    everywhere: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, given in documents:
        for start, end, label in given:
            everywhere[text[start:end].casefold()][label] += 1
    found = [
        suspect
        for number, (text, given) in enumerate(documents)
        for suspect in _in_document(number, text, given, everywhere)
    ]
    return sorted(found, key=lambda s: (-s.score, s.document, s.start))


def _in_document(
    number: int, text: str, given: Sequence[Span], everywhere: dict[str, Counter[str]]
) -> Iterator[SpanSuspect]:
    strings = {text[start:end].casefold() for start, end, _ in given}
    for string in sorted(s for s in strings if len(s) >= SHORTEST):
        places = _places(text, string, given)
        votes = Counter(label for _, _, label in places)
        if len(votes) < 2:
            continue
        best = _winner(votes, everywhere[string])
        for start, end, label in places:
            others = len(places) - 1
            score = (others - (votes[label] - 1)) / others
            if label != best:
                most = f"{votes[best]} of {len(places)} times {best or 'nothing'}" if best != "" else "both ways"
                word = text[start:end][:60]
                yield SpanSuspect(
                    number, start, end, score, label, None if best == "" else best,
                    f"{word!r} is labelled {most} in this document",
                )  # fmt: skip


def _winner(votes: Counter[str | None], everywhere: Counter[str]) -> str | None:
    """The label of most places here, else of most places anywhere, else ""."""
    top = max(votes.values())
    best = [label for label, n in votes.items() if n == top]
    if len(best) == 1:
        return best[0]
    wide = sorted(best, key=lambda label: -everywhere[label] if label else 0)
    return wide[0] if wide[0] and everywhere[wide[0]] > (everywhere[wide[1]] if wide[1] else 0) else ""


def _places(text: str, string: str, given: Sequence[Span]) -> list[tuple[int, int, str | None]]:
    """Where the string stands as whole words, each with the label of that very span, or None outside all spans."""
    labels = {(start, end): label for start, end, label in given}
    folded = text.casefold()
    if len(folded) != len(text):  # folding changed lengths, so places would be off; compare as it is written
        folded = text
    places: list[tuple[int, int, str | None]] = []
    at = folded.find(string)
    while at >= 0:
        end = at + len(string)
        inside = any(s < end and at < e and (s, e) != (at, end) for s, e in labels)
        if not inside and _whole(text, at, end):
            places.append((at, end, labels.get((at, end))))
        at = folded.find(string, at + 1)
    return places


def _whole(text: str, start: int, end: int) -> bool:
    before = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
    after = end == len(text) or not (text[end].isalnum() and text[end - 1].isalnum())
    return before and after
