"""All detectors that the data allows, together: rows worst first, with reasons in words."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, overload

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices, Vectors
from ...core.errors import BadValue
from ...core.intervals import Measured
from .combiner import Combiner
from .confident_joint import confident_joint
from .duplicates import Twins, duplicates
from .given import Given, array, given, others, table
from .neighbours import Around, neighbours
from .people import Answers, Fused, people
from .queue import Outlook, outlook, share_wrong
from .self_confidence import self_confidence

DOUBT = 0.5
"""Score from which a row is worth a look where no model gives a confident joint."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """row: from 0. score: larger is worse. given, proposed: labels, or None. reasons: in words, one per detector that agrees.

    Where an item may have several labels, given and proposed are tuples of them.
    """

    row: int
    score: float
    given: Any
    proposed: Any
    reasons: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "row": self.row,
            "score": self.score,
            "given": _plain(self.given),
            "proposed": _plain(self.proposed),
            "reasons": list(self.reasons),
        }


def _plain(label: Any) -> Any:
    return list(label) if isinstance(label, tuple) else label


class Evidence(Protocol):
    """What the detectors say of each row. scores, ties: (n,), larger is worse; ties decides between equal scores."""

    @property
    def scores(self) -> npt.NDArray[np.float64]: ...
    @property
    def ties(self) -> npt.NDArray[np.float64]: ...
    @property
    def fused(self) -> Fused | None: ...
    def worth_a_look(self) -> Indices: ...
    def suspect(self, row: int, score: float) -> Suspect: ...


class Found(Sequence[Suspect]):
    """Every labelled row, worst first; a sequence of `Suspect`, made as they are asked for.

    rows, scores: (n,) arrays in that order. worth: how many at the top are worth a look. expected_precision: the share of
    those that is wrong, ``{"value", "low", "high", "n", "verdicts"}``; without verdicts the interval is 0 to 1.
    skills: of each person, when answers were given. outlook: the rest of the queue, when verdicts were given.
    """

    def __init__(self, evidence: Evidence, rows: Indices, scores: npt.NDArray[np.float64]) -> None:
        self._evidence = evidence
        self.rows, self.scores = rows, scores
        self.worth = 0
        self.expected_precision: Measured = {}
        self.outlook: Outlook | None = None

    @property
    def suspects(self) -> Found:
        """The sequence itself."""
        return self

    @property
    def skills(self) -> npt.NDArray[np.float64] | None:
        """(people,) share of right answers, as estimated; None without answers."""
        return None if self._evidence.fused is None else self._evidence.fused.skills

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Suspect: ...
    @overload
    def __getitem__(self, place: slice) -> list[Suspect]: ...
    def __getitem__(self, place: int | slice) -> Suspect | list[Suspect]:
        if isinstance(place, slice):
            return [self[k] for k in range(*place.indices(len(self)))]
        row = int(self.rows[place])
        return self._evidence.suspect(row, float(self.scores[place]))

    def __iter__(self) -> Iterator[Suspect]:
        return (self[k] for k in range(len(self)))


def find(
    labels: npt.ArrayLike,
    probabilities: npt.ArrayLike | None = None,
    *,
    classes: Sequence[Any] | None = None,
    answers: Answers | npt.ArrayLike | None = None,
    vectors: Vectors | None = None,
    keys: Sequence[Hashable] | None = None,
    verdicts: Mapping[int, bool] | None = None,
) -> Found:
    """Rows whose label is likely wrong, worst first.

    labels: (n,) class numbers, or names (see ``classes``). probabilities: (n, classes) from models that did not see the row
    (`handloom.train.cross_fit`). answers: (n, people) class numbers, -1 for none, or `Answers`; then their skill is
    estimated and fused with the model. vectors: (n, d), for neighbours and, alone, instead of a model. keys: (n,) equal
    for identical items. verdicts: {row: label was wrong} of what was reviewed; those rows are left out, the rest is put
    in order again. Raises `BadValue`, `EmptyInput`.
    """
    chances = None if probabilities is None else array(probabilities, "probabilities")
    known = given(labels, chances.shape[-1] if chances is not None and chances.ndim else None, classes)
    evidence = _Evidence.gather(known, chances, answers, vectors, keys)
    combiner = Combiner(evidence.columns, known.labels, evidence.proposed)
    return ranked(evidence, known.labels >= 0, combiner, verdicts)


def ranked(
    evidence: Evidence, held: npt.NDArray[np.bool_], combiner: Combiner, verdicts: Mapping[int, bool] | None
) -> Found:
    """The rows that have a label, worst first. verdicts: {row: it was wrong} of those that were reviewed."""
    rows, scores = np.flatnonzero(held), evidence.scores
    order = rows[np.lexsort((-evidence.ties[rows], -scores[rows]))]
    found = Found(evidence, order, scores[order])
    flagged = evidence.worth_a_look()
    rng = np.random.default_rng(0)
    if verdicts:
        _within(verdicts, len(held))
        reviewed = np.array(sorted(verdicts), dtype=np.int64)
        combiner.refit(reviewed, np.array([bool(verdicts[int(row)]) for row in reviewed]))
        rest = np.setdiff1d(rows, reviewed)
        found.outlook = outlook(combiner, rest, len(reviewed), rng=rng)
        found.rows, found.scores = found.outlook.order, found.outlook.scores
        flagged = np.setdiff1d(flagged, reviewed)
        found.worth = len(flagged)
        found.expected_precision = share_wrong(combiner, found.rows[: found.worth], len(reviewed), rng=rng)
    else:
        found.worth = len(flagged)
        top = found.scores[: found.worth]
        value = float(top.mean()) if found.worth else None
        found.expected_precision = {"value": value, "low": 0.0, "high": 1.0, "n": found.worth, "verdicts": 0}
    return found


def _within(verdicts: Mapping[int, bool], rows: int) -> None:
    for row in verdicts:
        if not 0 <= row < rows:
            raise BadValue(f"there is a verdict on row {row}; the rows are 0 to {rows - 1}")


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What each detector says. columns: (n, detectors) scores, the first being what ranks before any verdict."""

    known: Given
    scores: npt.NDArray[np.float64]
    ties: npt.NDArray[np.float64]
    columns: npt.NDArray[np.float64]
    proposed: Indices
    probabilities: npt.NDArray | None
    fused: Fused | None
    answers: Answers | None
    around: Around | None
    twins: Twins | None

    @staticmethod
    def gather(
        known: Given,
        probabilities: npt.ArrayLike | None,
        answers: Answers | npt.ArrayLike | None,
        vectors: Vectors | None,
        keys: Sequence[Hashable] | None,
    ) -> _Evidence:
        labels, n = known.labels, len(known.labels)
        chances = None if probabilities is None else table(probabilities, n)
        said = Answers.of_table(answers) if answers is not None and not isinstance(answers, Answers) else answers
        fused = people(labels, said, chances, classes=len(known.classes)) if said is not None else None
        around = neighbours(labels, vectors) if vectors is not None else None
        twins = duplicates(labels, keys) if keys is not None else None
        found: list[npt.NDArray[np.float64]] = []
        proposed, ties = labels, np.zeros(n)
        if twins is not None:
            found, proposed = [twins.wrong / 2], twins.likeliest
        if around is not None:
            found, proposed = [around.wrong, *found], around.likeliest
        if chances is not None:
            proposed, ahead = others(labels, chances)
            ties = ahead.astype(np.float64)
            found = [self_confidence(labels, chances), *found]
        if fused is not None:
            found, proposed = [fused.wrong, *found], fused.likeliest
        if not found:
            raise BadValue("nothing to judge the labels by; give probabilities, answers, vectors or keys")
        scores = found[0]
        if twins is not None and len(found) > 1:
            # Of two identical items with different labels at least one label is wrong, whatever the model thinks.
            scores = 1 - (1 - scores) * (1 - twins.wrong / 2)
        return _Evidence(
            known, scores, ties, np.stack(found, axis=1), proposed, chances, fused, said, around, twins
        )  # fmt: skip

    def worth_a_look(self) -> Indices:
        """Rows that a confident joint flags or that identical items contradict.

        Without a model, with answers of people, or where the joint flags none (few rows, rare classes): those of a high score.
        """
        flagged = np.zeros(len(self.scores), dtype=bool)
        if self.probabilities is not None and self.fused is None:
            flagged = confident_joint(self.known.labels, self.probabilities).flagged
            if self.twins is not None:
                flagged |= self.twins.wrong > 0
        return np.flatnonzero(flagged if flagged.any() else self.scores >= DOUBT)

    def suspect(self, row: int, score: float) -> Suspect:
        """The row with its reasons."""
        name, label = self.known.name, int(self.known.labels[row])
        proposed = int(self.proposed[row])
        if proposed == label:
            proposed = -1
        return Suspect(row, score, name(label), name(proposed), tuple(self._reasons(row, label)))

    def _reasons(self, row: int, label: int) -> Iterator[str]:
        name = self.known.name
        if self.probabilities is not None:
            own, other = (
                self.probabilities[row, label],
                int(others(self.known.labels[[row]], self.probabilities[[row]])[0][0]),
            )
            yield f"the model gives {name(label)} {own:.2f} and {name(other)} {self.probabilities[row, other]:.2f}"
        if self.answers is not None:
            start, end = np.searchsorted(self.answers.rows, (row, row + 1))
            said = self.answers.values[start:end]
            if len(said) and (said != label).any():
                most = int(np.bincount(said[said != label]).argmax())
                yield f"{int((said == most).sum())} of {len(said)} people said {name(most)}"
        if self.twins is not None and self.twins.wrong[row] > 0:
            yield f"{self.twins.wrong[row]:.0%} of the identical items have another label"
        if self.around is not None and self.around.wrong[row] >= DOUBT:
            near = name(int(self.around.likeliest[row]))
            yield f"{self.around.wrong[row]:.0%} of the {self.around.count} nearest have another label, most of them {near}"
