"""Simulated people, throw-away workspaces and contract suites: for handloom's tests and those of plug-in authors."""

from .people import Judge, Oracle, Replay, Work, replays, work
from .readers import ReaderContract
from .workspace import repeatable_project, temporary_workspace
from .writers import WriterContract

__all__ = [
    "Judge",
    "Oracle",
    "ReaderContract",
    "Replay",
    "Work",
    "WriterContract",
    "repeatable_project",
    "replays",
    "temporary_workspace",
    "work",
]
