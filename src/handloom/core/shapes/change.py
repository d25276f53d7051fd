"""One difference between two values of a shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """A part of a value that differs. kind: a word of the shape's ``diff``. before, after: the part, None where it is not."""

    kind: str
    before: Any | None
    after: Any | None


TAG = "tag"
"""The same place, another label."""
BOUNDARY = "boundary"
"""The same label, a place that overlaps."""
BOTH = "both"
"""Another label and a place that overlaps."""
MISSING = "missing"
"""It was missing before and stands after."""
WRONG = "wrong"
"""It stood before, wrongly, and is gone after."""
ATTRIBUTES = "attributes"
"""The same place and label, other attributes."""
