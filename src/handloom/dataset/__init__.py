"""Step 5, commit: immutable versions of a task's labels, what changed between them, merges, and tests of the data."""

from .diff import Change, Entry, Plain, Summary, apply, diff, summary
from .digest import EMPTY, Row, of, update
from .merge import Conflict, Merge, merge, merged, settle
from .parts import Part
from .profile import profile
from .run import check
from .subject import Subject, Table

__all__ = [
    "EMPTY",
    "Change",
    "Conflict",
    "Entry",
    "Merge",
    "Part",
    "Plain",
    "Row",
    "Subject",
    "Summary",
    "Table",
    "apply",
    "check",
    "diff",
    "merge",
    "merged",
    "of",
    "profile",
    "settle",
    "summary",
    "update",
]
