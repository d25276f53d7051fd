"""One score out of several detectors, fitted again from what reviewers said.

Penalised logistic regression on the detectors' log odds, with a slope per detector and, where verdicts differ between them,
an effect per given and per proposed class. The penalty draws it to what is used before any verdict: the first detector
alone. So a few verdicts change little, and the order is never worse for having several detectors at the start.

Verdicts come from the top of a queue, and how fast the rest gets better is read from the slope of the first detector. So that
one is never standardised: its log odds mean the same on every set, where they would predict with slope 1 and level 0 if the
model were right about itself. What it really was on nine sets with known errors (slope 0.17 to 1.6, level -5.6 to 1.1) is the
prior; the slope's logarithm is estimated, so that no verdict can turn the queue round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices

Floats = npt.NDArray[np.float64]
SLOPE, SLOPE_SPREAD = float(np.log(0.5)), 0.8
"""Prior mean and deviation of the logarithm of the first detector's slope."""
LEVEL, LEVEL_SPREAD = -2.0, 2.5
"""Prior mean and deviation of the log odds of being wrong where the first detector is in two minds."""
SPREAD, CLASS_SPREAD = 0.5, 0.5
"""Prior deviations of the slopes of the other detectors, which are standardised, and of class effects."""
EDGE = 1e-4
ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Fit:
    """weights (d,) at the maximum of the posterior; spread (d, d): their covariance there (Laplace).

    The second weight is the logarithm of the first detector's slope.
    """

    weights: Floats
    spread: Floats


class Combiner:
    """Chance that a label is wrong, from (n, detectors) scores in [0, 1], the given and the proposed class of each row.

    Scores that are nan (the detector does not apply) count as that detector's mean.
    """

    def __init__(self, scores: Floats, given: Indices, proposed: Indices) -> None:
        odds = np.log(np.clip(scores, EDGE, 1 - EDGE)) - np.log1p(-np.clip(scores, EDGE, 1 - EDGE))
        middle = np.nanmean(odds, axis=0) if len(odds) else np.zeros(scores.shape[1])
        odds = np.where(np.isnan(odds), middle, odds)
        deviation = odds.std(axis=0) if len(odds) else np.ones(scores.shape[1])
        middle[0], deviation[0] = 0.0, 1.0
        self._odds = (odds - middle) / np.where(deviation > 1e-9, deviation, 1.0)
        self._given, self._proposed = given, proposed
        self._classes = self._columns(np.zeros(0, dtype=np.int64))
        self._fit: Fit | None = None

    def refit(self, rows: Indices, wrong: npt.NDArray[np.bool_]) -> None:
        """Learn from verdicts: rows that were reviewed, and whether their label was wrong."""
        self._classes = self._columns(rows)
        design = self._design(rows)
        mean, precision = self._prior(design.shape[1])
        weights = mean.copy()
        target = wrong.astype(np.float64)
        hessian = np.diag(precision)
        for _ in range(ROUNDS):
            chance = _expit(design @ _slopes(weights))
            along = design.copy()
            along[:, 1] *= np.exp(weights[1])
            slope = along.T @ (chance - target) + precision * (weights - mean)
            hessian = (along * (chance * (1 - chance))[:, None]).T @ along + np.diag(precision)
            step = np.linalg.solve(hessian, slope)
            weights -= step * min(1.0, 1.0 / max(float(np.abs(step).max()), 1e-12))
            if np.abs(step).max() < 1e-8:
                break
        self._fit = Fit(weights, np.linalg.inv(hessian).astype(np.float64))

    def scores(self, rows: Indices) -> Floats:
        """(rows,) chance of being wrong; before any verdict an order without a meaningful level."""
        return _expit(self._design(rows) @ _slopes(self._weights()))

    def draws(self, rows: Indices, n: int, *, rng: np.random.Generator) -> Floats:
        """(n, rows) chances under n plausible fits, for intervals."""
        design = self._design(rows)
        if self._fit is None:
            mean, precision = self._prior(design.shape[1])
            sample = mean + rng.standard_normal((n, len(mean))) / np.sqrt(precision)
        else:
            sample = rng.multivariate_normal(self._fit.weights, self._fit.spread, size=n, method="cholesky")
        return _expit(_slopes(sample) @ design.T)

    def _weights(self) -> Floats:
        return (
            self._prior(self._design(np.zeros(0, dtype=np.int64)).shape[1])[0]
            if self._fit is None
            else self._fit.weights
        )

    def _columns(self, rows: Indices) -> tuple[Indices, Indices]:
        """Classes that get an effect of their own: those among the reviewed rows, where there are several."""
        seen = [np.unique(side[rows]) for side in (self._given, self._proposed)]
        return tuple(one if one.size > 1 else one[:0] for one in seen)  # type: ignore[return-value]

    def _design(self, rows: Indices) -> Floats:
        """(rows, 1 + detectors + classes)."""
        sides = (self._given[rows][:, None] == self._classes[0], self._proposed[rows][:, None] == self._classes[1])
        return np.concatenate((np.ones((len(rows), 1)), self._odds[rows], *sides), axis=1).astype(np.float64)

    def _prior(self, width: int) -> tuple[Floats, Floats]:
        mean, deviation = np.zeros(width), np.full(width, CLASS_SPREAD)
        detectors = self._odds.shape[1]
        mean[:2], deviation[2 : 1 + detectors] = (LEVEL, SLOPE), SPREAD
        deviation[:2] = LEVEL_SPREAD, SLOPE_SPREAD
        return mean, deviation**-2


def _slopes(weights: Floats) -> Floats:
    """Weights with the first detector's slope in place of its logarithm."""
    out = weights.copy()
    out[..., 1] = np.exp(out[..., 1])
    return out


def _expit(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))
