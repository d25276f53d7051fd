"""Names for the arrays that step functions take and give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Probs = npt.NDArray[np.float32]
"""(n, classes), rows sum to 1 (single-label) or each in [0, 1] (multi-label)."""
Draws = npt.NDArray[np.float32]
"""(draws, n, classes): what several models, or one model several times, think of the same rows."""
Vectors = npt.NDArray[np.float32]
"""(n, d), rows of unit length: cosine similarity is a dot product."""
Indices = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
"""(n,), larger means more worth asking."""
ScoreFunction = Callable[[Probs], Scores]


@dataclass(frozen=True, slots=True)
class Features:
    """What an encoder makes of n items.

    matrix: (n, d) float32 array or scipy CSR, what a learner fits on.
    vectors: (n, k) float32 rows of unit length, for distances (diversity, near-duplicates, similarity).
    """

    matrix: Any
    vectors: Vectors

    def __len__(self) -> int:
        return int(self.vectors.shape[0])

    def take(self, rows: npt.ArrayLike) -> Features:
        """The features of some rows, in that order."""
        index = np.asarray(rows, dtype=np.int64)
        return Features(self.matrix[index], self.vectors[index])
