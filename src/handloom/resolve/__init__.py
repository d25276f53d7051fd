"""Step 4, resolve: answers become labels (estimates) and decisions (acts)."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .decide import Outcome, quorum
from .majority import Majority

if TYPE_CHECKING:
    from . import aggregate, agreement, anchoring, label_errors, redundancy, skills
    from .tables import Columns, resolve_table

__all__ = [
    "Columns",
    "Majority",
    "Outcome",
    "aggregate",
    "agreement",
    "anchoring",
    "label_errors",
    "quorum",
    "redundancy",
    "resolve_table",
    "skills",
]

# Read on first use: the statistics load numpy and scipy, which a server that only counts votes need not.
_IN_TABLES = frozenset(("Columns", "resolve_table"))
_MODULES = frozenset(("aggregate", "agreement", "anchoring", "label_errors", "redundancy", "skills"))


def __getattr__(name: str) -> Any:
    if name in _IN_TABLES:
        return getattr(import_module(".tables", __name__), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
