"""The pool as a map: similar items near each other on a plane, for people who label many at once.

Built from nearest neighbours (`nearest`), which also answer "what else is like this one?". Every function is a pure one
of unit vectors, deterministic under its generator.
"""

from .layout import lay_out, place
from .nearest import graph, nearest_among
from .quantise import as_uint16

__all__ = ["as_uint16", "graph", "lay_out", "nearest_among", "place"]
