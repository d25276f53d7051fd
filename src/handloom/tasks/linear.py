"""The default learner: logistic regression on sparse or dense features.

Written here rather than taken from scikit-learn because labels may be shares (several answers that disagree), a class may
have no label yet, all labels of a multi-label task are fitted at once, and nothing is pickled.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from ..core.arrays import Features, Indices, Probs
from ..core.errors import NotEnoughLabels, WrongState
from .descent import minimise
from .sparse import restrict, used_columns

Floats = npt.NDArray[np.float32]
MAX_COLUMNS = 60_000
CHUNK = 16_384


class Linear:
    """Softmax regression (one label per item) or one logistic regression per label (``multi``).

    strength: how much the labels count against the penalty on large weights (``C`` elsewhere).
    balance: 0 counts every item the same, 1 gives every class the same total weight; between them in between.
    latent: weight of the latent vectors as extra columns, scaled by ``latent / sqrt(labels)`` within [latent/40, latent/5].
    They are learned from unlabelled items: with few labels they teach much (snips, 30 labels: accuracy 0.60 to 0.79), with
    many they would drown the words (banking77, 4,000 labels: 0.85 at scale 0.5, 0.77 at 4).
    A class without any label gets probability 0, and still has its column.
    """

    name = "linear@1"

    def __init__(
        self,
        *,
        multi: bool = False,
        strength: float = 30.0,
        balance: float = 0.5,
        latent: float = 0.0,
        rounds: int = 100,
    ) -> None:
        self.multi = multi
        self.latent = latent
        self.scale = 0.0
        self.strength = strength
        self.balance = balance
        self.rounds = rounds
        self.classes = 0
        self.present: Indices = np.zeros(0, dtype=np.int64)
        self.columns: Indices | None = None
        self.weights: Floats | None = None
        self.bias: Floats = np.zeros(0, dtype=np.float32)

    def fit(
        self, features: Features, targets: np.ndarray, *, weights: np.ndarray | None, rng: np.random.Generator
    ) -> None:
        """Fit from scratch; raises `NotEnoughLabels` without a single labelled row. Deterministic: ``rng`` is not used."""
        targets = np.asarray(targets, dtype=np.float32)
        if targets.ndim != 2 or targets.shape[0] == 0:
            raise NotEnoughLabels("a model needs at least one labelled item; none was given")
        weight = np.ones(len(targets)) if weights is None else np.asarray(weights, dtype=np.float64)
        self.columns = used_columns(features.matrix, MAX_COLUMNS) if sparse.issparse(features.matrix) else None
        self.scale = self.latent * float(np.clip(len(targets) ** -0.5, 1 / 40, 1 / 5))
        design = self._design(features)
        self.classes = targets.shape[1]
        mass = weight @ targets
        self.present = np.flatnonzero(mass > 0)
        wanted = targets[:, self.present]
        row_weight = self._row_weights(wanted, weight)
        if self.present.size == 0 or (self.present.size == 1 and not self.multi):
            self.weights = np.zeros((design.width, self.present.size), dtype=np.float32)
            self.bias = np.zeros(self.present.size, dtype=np.float32)
            return
        problem = _Problem(design, wanted, row_weight, self.strength, self.multi)
        self.weights, self.bias = problem.solve(self.rounds)

    def predict(self, features: Features) -> Probs:
        """(n, classes) probabilities; rows sum to 1 unless ``multi``."""
        if self.weights is None:
            raise WrongState("this model was never fitted; call fit or load first")
        out = np.zeros((len(features), self.classes), dtype=np.float32)
        if self.present.size == 0:
            return out
        for start in range(0, len(features), CHUNK):
            part = Features(features.matrix[start : start + CHUNK], features.vectors[start : start + CHUNK])
            logits = self._design(part).times(self.weights) + self.bias
            chances = special.expit(logits) if self.multi else _softmax(logits)
            out[start : start + CHUNK, self.present] = chances
        return out

    def save(self, folder: Path) -> None:
        """Write ``learner.npz`` and ``learner.json`` into an existing folder."""
        if self.weights is None:
            raise WrongState("this model was never fitted; there is nothing to save")
        columns = np.zeros(0, dtype=np.int64) if self.columns is None else self.columns
        np.savez_compressed(
            folder / "learner.npz", present=self.present, columns=columns, weights=self.weights, bias=self.bias
        )
        about: dict[str, Any] = {"name": self.name, "classes": self.classes, "sparse": self.columns is not None}
        about |= {"multi": self.multi, "strength": self.strength, "balance": self.balance, "latent": self.latent}
        about |= {"rounds": self.rounds, "scale": self.scale}
        (folder / "learner.json").write_text(json.dumps(about), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        about = json.loads((folder / "learner.json").read_text(encoding="utf-8"))
        self.multi, self.strength, self.balance = about["multi"], about["strength"], about["balance"]
        self.classes, self.rounds = about["classes"], about["rounds"]
        self.latent, self.scale = about["latent"], about["scale"]
        with np.load(folder / "learner.npz", allow_pickle=False) as stored:
            self.present, self.weights, self.bias = stored["present"], stored["weights"], stored["bias"]
            self.columns = stored["columns"] if about["sparse"] else None

    def _design(self, features: Features) -> _Design:
        matrix = features.matrix if self.columns is None else restrict(features.matrix, self.columns)
        return _Design(matrix, features.vectors * np.float32(self.scale) if self.scale else None)

    def _row_weights(self, targets: Floats, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Weights after balancing, mean as before. Labels of a multi-label task are rare by nature and stay as they are."""
        if self.multi or self.balance == 0 or targets.shape[1] < 2:
            return weight
        share = (weight @ targets) / weight.sum()
        factor = (1 / (share * targets.shape[1])) ** self.balance
        balanced = weight * (targets @ factor)
        return np.asarray(balanced * (weight.sum() / balanced.sum()), dtype=np.float64)


class _Design:
    """The columns that a model sees: those of the matrix, then (maybe) those of the scaled latent vectors."""

    def __init__(self, matrix: Any, latent: Floats | None) -> None:
        self.matrix = matrix
        self.latent = latent
        self.split = int(matrix.shape[1])
        self.width = self.split + (0 if latent is None else latent.shape[1])
        self.transposed: Any = None

    def times(self, weights: Floats) -> Floats:
        """(rows, classes) from (width, classes)."""
        out = np.asarray(self.matrix @ weights[: self.split], dtype=np.float32)
        if self.latent is not None:
            out += self.latent @ weights[self.split :]
        return out

    def back(self, errors: Floats) -> Floats:
        """(width, classes) from (rows, classes): the transposed product."""
        if self.transposed is None:
            self.transposed = self.matrix.T.tocsr() if sparse.issparse(self.matrix) else self.matrix.T
        out = np.asarray(self.transposed @ errors, dtype=np.float32)
        return out if self.latent is None else np.concatenate((out, self.latent.T @ errors))


class _Problem:
    """Mean loss plus a quadratic penalty, for a quasi-Newton solver (L-BFGS, Liu and Nocedal 1989)."""

    def __init__(
        self,
        design: _Design,
        targets: Floats,
        weight: npt.NDArray[np.float64],
        strength: float,
        multi: bool,
    ) -> None:
        self.design = design
        self.targets = targets
        self.total = float(weight.sum())
        self.weight = (weight / self.total).astype(np.float32)[:, None]
        self.penalty = np.float32(1.0 / (strength * self.total))
        self.multi = multi
        self.shape = (design.width, targets.shape[1])

    def solve(self, rounds: int) -> tuple[Floats, Floats]:
        """(width, classes) weights and (classes,) bias. Stops early: near its end the loss is flat, held-out error more so."""
        size = self.shape[0] * self.shape[1]
        start = np.zeros(size + self.shape[1], dtype=np.float32)
        found = minimise(self.value_and_slope, start, rounds=rounds, flat=1e-4, gain=1e-6)
        return found[:size].reshape(self.shape), found[size:]

    def value_and_slope(self, point: Floats) -> tuple[float, Floats]:
        """Objective and its gradient at weights and bias laid out one after the other."""
        size = self.shape[0] * self.shape[1]
        weights, bias = point[:size].reshape(self.shape), point[size:]
        logits = self.design.times(weights) + bias
        if self.multi:
            loss = float((self.weight * (np.logaddexp(0, logits) - self.targets * logits)).sum(dtype=np.float64))
            error = self.weight * (special.expit(logits) - self.targets)
        else:
            logits -= logits.max(axis=1, keepdims=True)
            chances = np.exp(logits)
            total = chances.sum(axis=1, keepdims=True)
            mass = self.targets.sum(axis=1, keepdims=True)
            cost = mass * np.log(total) - (self.targets * logits).sum(axis=1, keepdims=True)
            loss = float((self.weight * cost).sum(dtype=np.float64))
            error = self.weight * (chances * (mass / total) - self.targets)
        slope = np.empty_like(point)
        slope[:size] = self.design.back(error.astype(np.float32)).ravel()
        slope[:size] += self.penalty * point[:size]
        slope[size:] = error.sum(axis=0)
        return loss + 0.5 * float(self.penalty) * float(np.vdot(point[:size], point[:size])), slope


def _softmax(logits: Floats) -> Floats:
    """Rows to probabilities, in place."""
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits
