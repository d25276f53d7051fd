"""Step 5, commit: immutable versions of a task's labels, what changed between them, merges, and tests of the data."""

from .diff import Change, Entry, Plain, Summary, apply, diff, summary
from .digest import EMPTY, Row, of, update
from .merge import Conflict, Merge, merge, merged, settle
from .parts import Part

__all__ = [
    "EMPTY",
    "Change",
    "Conflict",
    "Entry",
    "Merge",
    "Part",
    "Plain",
    "Row",
    "Summary",
    "apply",
    "diff",
    "merge",
    "merged",
    "of",
    "settle",
    "summary",
    "update",
]
