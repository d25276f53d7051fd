"""Step 9, monitor: which predictions people should see, and whether what comes in still looks like what was learned."""

from .drift import ENOUGH, drift, stability_index
from .sampling import Sampled, sample

__all__ = ["ENOUGH", "Sampled", "drift", "sample", "stability_index"]
