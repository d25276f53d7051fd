"""handloom: the whole human-in-the-loop cycle of a machine-learning model."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import collect, core, evaluate, resolve, select, testing
    from .client import Client
    from .core.errors import HandloomError
    from .core.registry import register
    from .handle import Handle, ProjectHandle
    from .opening import create, open
    from .workspace import Workspace

__version__ = "0.1.0"

__all__ = [
    "Client",
    "Handle",
    "HandloomError",
    "ProjectHandle",
    "Workspace",
    "__version__",
    "collect",
    "core",
    "create",
    "evaluate",
    "open",
    "register",
    "resolve",
    "select",
    "testing",
]

# Read on first use, so that `import handloom` stays light: the store and the server are not needed by everybody.
_WHERE = {
    "Client": "client",
    "Handle": "handle",
    "HandloomError": "core.errors",
    "ProjectHandle": "handle",
    "Workspace": "workspace",
    "create": "opening",
    "open": "opening",
    "register": "core.registry",
}
_MODULES = frozenset(("collect", "core", "evaluate", "resolve", "select", "testing"))


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(f".{_WHERE[name]}", __name__), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
