"""Step 4, resolve: answers become labels (estimates) and decisions (acts)."""

from . import label_errors
from .decide import Outcome, quorum
from .majority import Majority

__all__ = ["Majority", "Outcome", "label_errors", "quorum"]
