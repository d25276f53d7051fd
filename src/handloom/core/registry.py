"""Finds plug-ins by name. Built-ins and outsiders register the same way: an entry point of the installed package."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from .errors import UnknownKind

GROUPS = ("tasks", "strategies", "readers", "writers", "learners", "encoders", "aggregators", "checks", "workforces")
_added: dict[tuple[str, str], Any] = {}


@cache
def _installed(group: str) -> dict[str, EntryPoint]:
    return {e.name: e for e in entry_points(group=f"handloom.{group}")}


@cache
def _loaded(group: str, name: str) -> Any:
    thing = _installed(group)[name].load()
    return thing() if isinstance(thing, type) else thing


def register(group: str, name: str, plugin: Any) -> None:
    """Add a plug-in in this process, as an installed entry point ``handloom.<group>`` would. ``plugin`` is an instance."""
    if group not in GROUPS:
        raise UnknownKind("extension point", group, GROUPS)
    _added[(group, name)] = plugin


def names(group: str) -> list[str]:
    """Names of all plug-ins of a group, sorted."""
    return sorted({*_installed(group), *(name for g, name in _added if g == group)})


def find(group: str, name: str) -> Any:
    """The plug-in of that name; raises `UnknownKind` with the nearest known name."""
    if (group, name) in _added:
        return _added[(group, name)]
    if name not in _installed(group):
        raise UnknownKind(group.removesuffix("s") if group != "strategies" else "strategy", name, names(group))
    return _loaded(group, name)
