"""Step 5, commit: immutable versions of a task's labels, what changed between them, merges, and tests of the data."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .diff import Change, Entry, Plain, Summary, apply, diff, summary
from .digest import EMPTY, Row, of, update
from .merge import Conflict, Merge, merge, merged, settle
from .parts import Part

if TYPE_CHECKING:
    from .run import check
    from .subject import Subject
    from .table import Table

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
    "settle",
    "summary",
    "update",
]

# Read on first use: tests of the data load numpy, which a server that keeps versions and merges them need not.
_WHERE = {"Subject": "subject", "Table": "table", "check": "run"}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f".{_WHERE[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
