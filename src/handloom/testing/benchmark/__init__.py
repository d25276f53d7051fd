"""A benchmark of selection with simulated people: a declared grid of data sets, strategies, people and seeds."""

from .grid import Cell, run
from .report import page
from .suite import SUITES, Person, Set, Suite, declared, read
from .summary import summary

__all__ = ["SUITES", "Cell", "Person", "Set", "Suite", "declared", "page", "read", "run", "summary"]
