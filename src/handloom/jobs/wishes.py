"""What callers say to the loop and hear from it, apart from the steps that compute it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wish:
    """What to ask for. strategy and needs None: as the settings say. light: nothing may be fitted, somebody waits."""

    n: int
    strategy: str | None = None
    needs: int | None = None
    lane: str = "label"
    actor_id: int | None = None
    light: bool = False


@dataclass(frozen=True, slots=True)
class Predicted:
    """An answer of the current release. id: under which it was logged, for feedback and lineage.

    stale: labels in it that were split after the model was trained.
    """

    id: int
    value: Mapping[str, Any]
    confidence: float
    probabilities: Mapping[str, float]
    model_id: int
    number: int
    release_id: int
    stale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody says about a prediction: the right value, or only whether it was right."""

    value: Mapping[str, Any] | None
    correct: bool | None
    note: str | None
    actor_id: int
