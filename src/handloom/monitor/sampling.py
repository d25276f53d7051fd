"""Which predictions become questions: a random share, for an unbiased view, and the least sure, to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

ENOUGH = 20
"""Confidences seen before the least sure share is told from the rest."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """Why a prediction was sampled, and its chance of being drawn at random."""

    why: Literal["random", "uncertain"]
    probability: float


def sample(
    confidences: Sequence[float],
    recent: Sequence[float],
    *,
    random_share: float,
    uncertain_share: float,
    rng: np.random.Generator,
) -> list[Sampled | None]:
    """One entry per prediction, None for those not sampled.

    The random draw comes first and ignores the confidence, so each prediction has the chance ``random_share``. Of the
    rest, those are taken whose confidence is below the ``uncertain_share`` quantile of what came before (``recent``,
    and this request itself).
    """
    seen = np.array([*recent, *confidences], dtype=np.float64)
    limit = float(np.quantile(seen, uncertain_share)) if seen.size >= ENOUGH and uncertain_share > 0 else -1.0
    drawn = rng.random(len(confidences)) < random_share
    out: list[Sampled | None] = []
    for is_drawn, confidence in zip(drawn, confidences, strict=True):
        if is_drawn:
            out.append(Sampled("random", random_share))
        elif confidence < limit:
            out.append(Sampled("uncertain", 0.0))
        else:
            out.append(None)
    return out
