"""How far the making or reading of a bundle is, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable

Step = Callable[[str, int, int | None], None]
"""(what is being done, how much of it is done, of how much or None)."""


def nowhere(_what: str, _done: int, _total: int | None) -> None:
    """Nobody watches."""
