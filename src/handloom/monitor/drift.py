"""Whether the mix of predicted labels in production still looks like the mix on the pool."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..core.protocols import Finding

ENOUGH = 100
MODERATE, LARGE = 0.1, 0.25  # the customary marks of credit scoring (Siddiqi 2006)


def stability_index(expected: Mapping[str, int], seen: Mapping[str, int]) -> float:
    """Population stability index: sum over labels of (q - p) ln(q / p), half a count added to each; 0 when the mix is equal."""
    labels = sorted({*expected, *seen})
    if not labels:
        return 0.0
    total_p = sum(expected.values()) + 0.5 * len(labels)
    total_q = sum(seen.values()) + 0.5 * len(labels)
    index = 0.0
    for label in labels:
        p, q = (expected.get(label, 0) + 0.5) / total_p, (seen.get(label, 0) + 0.5) / total_q
        index += (q - p) * math.log(q / p)
    return index


def drift(expected: Mapping[str, int], seen: Mapping[str, int]) -> Finding | None:
    """A finding when the predicted labels have shifted; None when they have not, or fewer than 100 were seen."""
    n = sum(seen.values())
    if n < ENOUGH or not sum(expected.values()):
        return None
    # Chance alone moves the index by about (labels - 1) * (1 / n + 1 / m); below twice that nothing is said.
    noise = 2 * (len({*expected, *seen}) - 1) * (1 / n + 1 / sum(expected.values()))
    index = stability_index(expected, seen)
    if index < max(MODERATE, noise):
        return None
    words = "has shifted strongly" if index >= LARGE else "has shifted"
    return Finding(
        check="drift",
        severity="warning",
        message=f"the mix of predicted labels {words} against the pool: stability index {index:.2f} over {n} predictions",
        details={"index": index, "n": n},
    )
