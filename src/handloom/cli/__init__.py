"""The command line: one file per verb, loaded only when it is called."""

from .app import main

__all__ = ["main"]
