"""How far the likeliest other class is ahead of the given one. Better than self-confidence when hard items are mislabelled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices
from .given import of_labels, others


def normalised_margin(labels: Indices, probabilities: npt.NDArray) -> npt.NDArray[np.float64]:
    """(n,) in [0, 1]: (p of the best other class - p of the label + 1) / 2, larger is more suspect; nan without a label."""
    _, ahead = others(labels, probabilities)
    return (ahead.astype(np.float64) - of_labels(labels, probabilities) + 1.0) / 2.0
