"""Step 9, monitor: which predictions people should see, and whether what comes in still looks like what was learned."""

from .drift import drift, stability_index
from .sampling import Sampled, sample

__all__ = ["Sampled", "drift", "sample", "stability_index"]
