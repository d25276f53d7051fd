"""Items with several labels: those whose set of labels is likely wrong, worst first, with reasons in words.

Every label is a question of its own (has the item this one?), so a model, people and the confident joint judge cells of (item,
label); an item is as bad as its worst cell (see `multi_label` for what else was tried). Identical items with other sets of
labels contradict each other.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from ...core.errors import BadValue, EmptyInput
from .combiner import Combiner
from .confident_joint import confident_joint
from .duplicates import Twins, duplicates
from .given import array
from .people import Answers, Fused, people
from .suspects import DOUBT, Found, Suspect, ranked

TOLD = 3
"""Labels of one item that reasons are given for."""


@dataclass(frozen=True, slots=True)
class SetAnswers:
    """Who said what, sorted by row. rows: item of each answer. actors: number of the person. sets: (answers, classes) bool."""

    rows: Indices
    actors: Indices
    sets: npt.NDArray[np.bool_]

    def cells(self, n: int) -> Answers:
        """Each answer as one about every label: 1 where it was given. n: items there are."""
        width = self.sets.shape[1]
        if len(self.rows) and not 0 <= self.rows.min() <= self.rows.max() < n:
            raise BadValue(f"answers are about rows up to {self.rows.max()}; the rows are 0 to {n - 1}")
        cell = (self.rows[:, None] * width + np.arange(width)).ravel()
        order = np.argsort(cell, kind="stable")
        return Answers(
            cell[order], np.repeat(self.actors, width)[order], self.sets.ravel()[order].astype(np.int64), n * width
        )


def find_several(
    labels: Sequence[Collection[Any] | None] | npt.NDArray[Any],
    probabilities: npt.ArrayLike,
    *,
    classes: Sequence[Any] | None = None,
    answers: SetAnswers | None = None,
    keys: Sequence[Hashable] | None = None,
    verdicts: Mapping[int, bool] | None = None,
) -> Found:
    """Items whose labels are likely wrong, worst first; `Suspect.given` and `Suspect.proposed` are tuples of labels.

    labels: (n, classes) of 0 and 1, -1 throughout a row that nobody has labelled; or names per row (None: not labelled), with
    ``classes``. probabilities: (n, classes), each label by itself, from models that did not see the row. keys: (n,) equal for
    identical items. verdicts: {row: labels were wrong}; those rows are left out, the rest is put in order again.
    Raises `BadValue`, `EmptyInput`.
    """
    chances = _chances(probabilities)
    names = tuple(range(chances.shape[1])) if classes is None else tuple(classes)
    if len(set(names)) != chances.shape[1]:
        raise BadValue(f"{len(set(names))} different classes, but {chances.shape[1]} columns of probabilities")
    has = _matrix(labels, names, len(chances))
    held: npt.NDArray[np.bool_] = has.min(axis=1) >= 0
    if not held.any():
        raise EmptyInput("no row has labels")
    evidence = _Evidence.gather(names, has, held, chances, answers, keys)
    worst = evidence.wrong.argmax(axis=1)
    cell = worst * 2 + (has[np.arange(len(has)), worst] > 0)
    combiner = Combiner(evidence.columns, cell, np.zeros_like(cell))
    return ranked(evidence, held, combiner, verdicts)


def _chances(probabilities: npt.ArrayLike) -> npt.NDArray[Any]:
    found = array(probabilities, "probabilities")
    if found.ndim != 2 or not found.shape[1] or found.dtype.kind not in "fiub":
        raise BadValue(
            f"probabilities are a table of numbers, one column per label; found shape {found.shape} of {found.dtype}"
        )
    good = ((found >= 0) & (found <= 1.001)).all(axis=1)  # nan fails these comparisons too
    if not good.all():
        bad = int(np.flatnonzero(~good)[0])
        raise BadValue(f"probabilities are between 0 and 1; row {bad} has {found[bad].tolist()[:10]}")
    return np.minimum(found, 1, dtype=np.float32)


def _matrix(labels: Any, names: tuple[Any, ...], n: int) -> npt.NDArray[np.int8]:
    """(n, classes) of 1, 0 and -1."""
    if len(labels) != n:
        raise BadValue(f"{len(labels)} rows of labels, but {n} rows of probabilities")
    if isinstance(labels, np.ndarray) and labels.ndim == 2:
        if labels.shape[1] != len(names) or not np.isin(labels, (-1, 0, 1)).all():
            raise BadValue(f"labels are a table of 0 and 1 with {len(names)} columns (-1: not labelled)")
        return labels.astype(np.int8)
    place = {name: k for k, name in enumerate(names)}
    out = np.zeros((n, len(names)), dtype=np.int8)
    for row, given in enumerate(labels):
        if given is None:
            out[row] = -1
            continue
        for label in [given] if isinstance(given, str) else given:
            if label not in place:
                raise BadValue(f"row {row}: label {label!r} is none of the classes ({', '.join(map(str, names[:20]))})")
            out[row, place[label]] = 1
    return out


@dataclass(frozen=True, slots=True)
class _Evidence:
    """has: (n, classes) labels as they are. wrong: (n, classes) how likely each cell is otherwise, nan-free; 0 without labels."""

    names: tuple[Any, ...]
    has: npt.NDArray[np.int8]
    wrong: npt.NDArray[np.float64]
    scores: npt.NDArray[np.float64]
    ties: npt.NDArray[np.float64]
    columns: npt.NDArray[np.float64]
    chances: npt.NDArray[np.float32]
    answers: SetAnswers | None
    fused: Fused | None
    twins: Twins | None

    @staticmethod
    def gather(
        names: tuple[Any, ...],
        has: npt.NDArray[np.int8],
        held: npt.NDArray[np.bool_],
        chances: npt.NDArray[np.float32],
        answers: SetAnswers | None,
        keys: Sequence[Hashable] | None,
    ) -> _Evidence:
        fused = None
        wrong = np.where(has == 1, 1.0 - chances, chances).astype(np.float64)
        if answers is not None:
            both = np.stack((1 - chances, chances), axis=2).reshape(-1, 2)
            fused = people(has.ravel().astype(np.int64), answers.cells(len(has)), both)
            wrong = fused.wrong.reshape(has.shape)
        wrong = np.where(held[:, None], wrong, 0.0)
        scores = wrong.max(axis=1)
        found, twins = [scores], None
        if keys is not None:
            sets = np.where(held, np.unique(has, axis=0, return_inverse=True)[1].reshape(-1), -1)
            twins = duplicates(sets, keys)
            found.append(twins.wrong / 2)
            scores = 1 - (1 - scores) * (1 - np.nan_to_num(twins.wrong) / 2)
        columns = np.stack(found, axis=1)
        return _Evidence(names, has, wrong, scores, wrong.mean(axis=1), columns, chances, answers, fused, twins)

    def worth_a_look(self) -> Indices:
        """Items of which a confident joint flags a label, or that identical items contradict.

        With answers of people, or where the joint flags none: those of a high score.
        """
        flagged = np.zeros(len(self.scores), dtype=bool)
        if self.fused is None:
            for label in range(len(self.names)):
                own = np.stack((1 - self.chances[:, label], self.chances[:, label]), axis=1)
                flagged |= confident_joint(self.has[:, label].astype(np.int64), own).flagged
            if self.twins is not None:
                flagged |= np.nan_to_num(self.twins.wrong) > 0
        return np.flatnonzero(flagged if flagged.any() else self.scores >= DOUBT)

    def suspect(self, row: int, score: float) -> Suspect:
        """The item with its reasons. Proposed: its labels with those turned that are rather otherwise, at least the worst."""
        turned = self.wrong[row] > DOUBT
        if not turned.any():
            turned[int(self.wrong[row].argmax())] = True
        has = self.has[row] == 1
        return Suspect(row, score, self._named(has), self._named(has ^ turned), tuple(self._reasons(row)))

    def _named(self, chosen: npt.NDArray[np.bool_]) -> tuple[Any, ...]:
        return tuple(self.names[k] for k in np.flatnonzero(chosen).tolist())

    def _reasons(self, row: int) -> Iterator[str]:
        worst = np.argsort(-self.wrong[row], kind="stable")[:TOLD].tolist()
        for place, label in enumerate(worst):
            if place and self.wrong[row, label] <= DOUBT:
                break
            has = self.has[row, label] == 1
            yield (
                f"the model gives {self.names[label]} {self.chances[row, label]:.2f}, "
                f"which the item {'has' if has else 'does not have'}"
            )
            yield from self._said(row, label, has)
        if self.twins is not None and self.twins.wrong[row] > 0:
            yield f"{self.twins.wrong[row]:.0%} of the identical items have other labels"

    def _said(self, row: int, label: int, has: bool) -> Iterator[str]:
        if self.answers is None:
            return
        start, end = np.searchsorted(self.answers.rows, (row, row + 1))
        said = self.answers.sets[start:end, label]
        against = int((said != has).sum())
        if against:
            yield f"{against} of {len(said)} people {'did not say' if has else 'said'} {self.names[label]}"
