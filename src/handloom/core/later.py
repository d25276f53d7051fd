"""Modules that are read on first use, so that the process that answers people starts without what it computes with."""

from __future__ import annotations

from importlib import import_module
from threading import Thread
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands where the module would stand; looks each name up in the module itself, so a patch of it is seen here."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by the import system and by inspection, which must not load anything
            raise AttributeError(f"{self.__name__} is read later and has no {name} yet")
        return getattr(import_module(self.__name__), name)


def later(name: str) -> ModuleType:
    """The module of that full name, imported when one of its names is first asked for; safe from several threads.

    Import the module itself under ``if TYPE_CHECKING`` and call this in the ``else``: types and layers stay checked.
    """
    return _Later(name)


_ahead: set[str] = set()


def ahead(*names: str) -> None:
    """Read those modules beside what goes on, once, so that nobody waits for them when they are first used."""
    new = [name for name in names if name not in _ahead]
    if new:
        _ahead.update(new)
        Thread(target=lambda: [import_module(name) for name in new], name="handloom-ahead", daemon=True).start()
