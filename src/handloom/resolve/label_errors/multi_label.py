"""Several labels per item: which label is missing or too many, and which items are worst.

Every label is a question of its own, judged by its own self-confidence, and an item is as bad as its worst label. Thyagarajan
et al. 2022 pool the labels of an item by a moving average instead; on spoken commands with one label flipped that ranked far
worse (``docs/numbers/label-errors.md``), since hard second labels crowd out certain errors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.errors import BadValue


@dataclass(frozen=True, slots=True)
class LabelSuspect:
    """One label of one item. given: whether the item has it now, so what is proposed is the other. score: 1 - probability."""

    row: int
    label: int
    score: float
    given: bool


@dataclass(frozen=True, slots=True)
class MultiLabel:
    """items: (n,) score of each item, larger is worse. suspects: labels that the model rather sees otherwise, worst first."""

    items: npt.NDArray[np.float64]
    suspects: list[LabelSuspect]


def multi_label(given: npt.NDArray, probabilities: npt.NDArray) -> MultiLabel:
    """given: (n, labels) of 0 and 1. probabilities: (n, labels), each label by itself, of models that did not see the row.

    A label whose given state is less likely than the other is a suspect. Raises `BadValue`.
    """
    has, chances = np.asarray(given), np.asarray(probabilities, dtype=np.float64)
    if has.ndim != 2 or has.shape != chances.shape:
        raise BadValue(
            f"one probability per item and label is wanted; found {has.shape} labels, {chances.shape} of them"
        )
    if not np.isin(has, (0, 1)).all() or not ((chances >= 0) & (chances <= 1)).all():
        raise BadValue("labels are 0 or 1, and probabilities lie from 0 to 1")
    has = has.astype(bool)
    wrong = np.where(has, 1 - chances, chances)
    rows, labels = np.nonzero(wrong > 0.5)
    order = np.argsort(-wrong[rows, labels], kind="stable")
    suspects = [
        LabelSuspect(int(rows[k]), int(labels[k]), float(wrong[rows[k], labels[k]]), bool(has[rows[k], labels[k]]))
        for k in order.tolist()
    ]
    return MultiLabel(wrong.max(axis=1, initial=0.0), suspects)
