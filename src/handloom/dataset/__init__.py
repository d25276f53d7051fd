"""Step 5, commit: immutable versions of a task's labels."""

from .digest import EMPTY, Row, of, update

__all__ = ["EMPTY", "Row", "of", "update"]
