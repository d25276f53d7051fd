"""How good predictions are, for one label per item and for several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.arrays import Probs
from .calibration import calibration_error
from .intervals import Measured, bootstrap, proportion
from .tables import Ints, cells, class_rows, confusion_matrix, macro_f1

MOST_CLASSES_SHOWN = 200


def accuracy(truth: npt.ArrayLike, predicted: npt.ArrayLike) -> Measured:
    """Share of equal values (of equal rows for multi-label), with Wilson's interval."""
    right = np.asarray(truth) == np.asarray(predicted)
    if right.ndim == 2:
        right = right.all(axis=1)
    return proportion(int(np.count_nonzero(right)), int(right.size))


def predictions(probabilities: Probs, *, multi: bool) -> npt.NDArray[np.int64]:
    """(n,) class numbers, or (n, classes) of 0 and 1: every label with a probability of at least one half."""
    if multi:
        return (np.asarray(probabilities) >= 0.5).astype(np.int64)
    return np.asarray(probabilities).argmax(axis=1).astype(np.int64)


def per_class(truth: npt.ArrayLike, predicted: npt.ArrayLike, classes: Sequence[str]) -> list[dict[str, Any]]:
    """Precision, recall, F1 and number of items for each class, as ``{"label", "n", "precision", "recall", "f1"}``."""
    actual, guess = np.asarray(truth, dtype=np.int64), np.asarray(predicted, dtype=np.int64)
    if actual.ndim == 2:
        return class_rows((actual * guess).sum(0), guess.sum(0), actual.sum(0), list(classes))
    count = len(classes)
    hit = np.bincount(actual[actual == guess], minlength=count)
    said = np.bincount(guess[guess >= 0], minlength=count)
    return class_rows(hit, said, np.bincount(actual, minlength=count), list(classes))


def confusion(truth: npt.ArrayLike, predicted: npt.ArrayLike, classes: Sequence[str]) -> dict[str, Any]:
    """``{"labels", "matrix"}``, rows true and columns predicted; of many classes the 200 with most errors, in task order."""
    matrix = confusion_matrix(truth, predicted, len(classes))
    shown = np.arange(len(classes))
    if len(classes) > MOST_CLASSES_SHOWN:
        wrong = matrix.sum(0) + matrix.sum(1) - 2 * matrix.diagonal()
        shown = np.sort(np.argsort(-wrong, kind="stable")[:MOST_CLASSES_SHOWN])
    return {"labels": [classes[i] for i in shown.tolist()], "matrix": matrix[np.ix_(shown, shown)].tolist()}


def label_macro_f1(truth: Ints, predicted: Ints, *, rng: np.random.Generator) -> Measured:
    """Multi-label: mean F1 over the labels that occur as truth or prediction, items resampled as wholes (BCa)."""
    joined = np.concatenate((truth, predicted), axis=1).astype(np.int8)
    combos, counts = np.unique(joined, axis=0, return_counts=True)
    width = truth.shape[1]
    actual, guess = combos[:, :width].astype(np.float64), combos[:, width:].astype(np.float64)

    def value(times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        seen = times @ (actual + guess)
        score = np.divide(2 * (times @ (actual * guess)), seen, out=np.zeros_like(seen), where=seen > 0)
        return score.sum(axis=1) / np.maximum((seen > 0).sum(axis=1), 1)

    return bootstrap(counts, value, rng=rng)


def micro_f1(truth: Ints, predicted: Ints, *, rng: np.random.Generator) -> Measured:
    """Multi-label: F1 over all (item, label) pairs together, items resampled as wholes (BCa)."""
    combos, counts = cells((truth * predicted).sum(axis=1), (truth + predicted).sum(axis=1))

    def value(times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        seen = times @ combos[1]
        return np.divide(2 * (times @ combos[0]), seen, out=np.zeros_like(seen), where=seen > 0)

    return bootstrap(counts, value, rng=rng)


def choice_metrics(
    truth: npt.ArrayLike, probabilities: Probs, classes: Sequence[str], *, rng: np.random.Generator
) -> dict[str, Any]:
    """Everything about the predictions for one test set.

    truth: (n,) class numbers, or (n, classes) of 0 and 1 for a multi-label task. probabilities: (n, classes).
    Keys: ``accuracy`` (multi-label: share of items with exactly the right set), ``macro_f1``, ``calibration_error``,
    ``per_class``, ``confusion`` (None for multi-label, which adds ``micro_f1`` and ``label_accuracy``).
    """
    actual = np.asarray(truth, dtype=np.int64)
    multi = actual.ndim == 2
    guess = predictions(probabilities, multi=multi)
    found: dict[str, Any] = {"accuracy": accuracy(actual, guess)}
    if multi:
        found["macro_f1"] = label_macro_f1(actual, guess, rng=rng)
        found["micro_f1"] = micro_f1(actual, guess, rng=rng)
        found["label_accuracy"] = proportion(int((actual == guess).sum()), actual.size)
    else:
        found["macro_f1"] = macro_f1(actual, guess, rng=rng)
    found["calibration_error"] = calibration_error(actual, probabilities, rng=rng)
    found["per_class"] = per_class(actual, guess, classes)
    found["confusion"] = None if multi else confusion(actual, guess, classes)
    return found
