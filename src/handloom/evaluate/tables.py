"""Counts from which every metric follows: one cell per (true class, predicted class) that occurs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .intervals import Measured, Statistic, bootstrap

Ints = npt.NDArray[np.int64]


def cells(truth: npt.ArrayLike, *predicted: npt.ArrayLike) -> tuple[Ints, Ints]:
    """((1 + predictions, cells) class numbers, (cells,) counts) of every combination that occurs."""
    stacked = np.stack([np.asarray(a, dtype=np.int64).reshape(-1) for a in (truth, *predicted)])
    if stacked.shape[1] == 0:
        return stacked, np.zeros(0, dtype=np.int64)
    return np.unique(stacked, axis=1, return_counts=True)


def confusion_matrix(truth: npt.ArrayLike, predicted: npt.ArrayLike, classes: int) -> Ints:
    """(classes, classes) counts, rows true and columns predicted; a prediction of -1 (none) is in no column."""
    actual, guess = np.asarray(truth, dtype=np.int64), np.asarray(predicted, dtype=np.int64)
    given = guess >= 0
    flat = np.bincount(actual[given] * classes + guess[given], minlength=classes * classes)
    return flat.reshape(classes, classes)


def macro_f1_of(actual: Ints, guess: Ints) -> Statistic:
    """The statistic: mean F1 over the classes that occur as truth or prediction. A guess of -1 is always wrong."""
    names, place = np.unique(np.concatenate((actual, guess)), return_inverse=True)
    width = names.size
    is_true = np.eye(width)[place[: actual.size]]
    is_guess = np.eye(width)[place[actual.size :]]
    known = names >= 0
    hit = (is_true * is_guess)[:, known]
    either = (is_true + is_guess)[:, known]

    def value(counts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        seen = counts @ either
        score = np.divide(2 * (counts @ hit), seen, out=np.zeros_like(seen), where=seen > 0)
        return score.sum(axis=1) / np.maximum((seen > 0).sum(axis=1), 1)

    return value


def macro_f1(truth: npt.ArrayLike, predicted: npt.ArrayLike, *, rng: np.random.Generator) -> Measured:
    """Mean F1 over the classes that occur as truth or prediction, with a BCa bootstrap interval."""
    combos, counts = cells(truth, predicted)
    return bootstrap(counts, macro_f1_of(combos[0], combos[1]), rng=rng)


def class_rows(hit: Ints, predicted: Ints, actual: Ints, classes: list[str]) -> list[dict[str, object]]:
    """``{"label", "n", "precision", "recall", "f1"}`` per class; None where there is nothing to divide by."""
    rows: list[dict[str, object]] = []
    for name, right, said, true in zip(classes, hit.tolist(), predicted.tolist(), actual.tolist(), strict=True):
        precision = right / said if said else None
        recall = right / true if true else None
        f1 = 2 * right / (said + true) if said + true else None
        rows.append({"label": name, "n": true, "precision": precision, "recall": recall, "f1": f1})
    return rows
