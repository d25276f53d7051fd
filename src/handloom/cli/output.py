"""What a verb says and how it ends: results on stdout, all else on stderr, errors as a sentence or as one JSON object."""

from __future__ import annotations

import errno
import functools
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from ..core.errors import BadReference, DiskFull, HandloomError, ReadOnly

P = ParamSpec("P")
R = TypeVar("R")

FAILED = 1
INTERRUPTED = 130
LOG_WIDTH = 160
"""Characters of a line where the output is no terminal."""


class Output:
    """Where a verb writes. as_json: one JSON object on stdout and nothing else there.

    Texts are shown as they are: brackets and colons in a label or a file's name are no markup. What is styled is a
    `rich.text.Text`.
    """

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.notes = _console(stderr=True)
        self._results = _console()

    def say(self, words: RenderableType) -> None:
        """Something on the way, on stderr."""
        self.notes.print(words)

    def result(self, value: Mapping[str, Any], shown: RenderableType | None = None) -> None:
        """The end of a verb: ``value`` as JSON, or ``shown`` for people."""
        if self.as_json:
            print(json.dumps(value, allow_nan=False))
        elif shown is not None:
            self._results.print(shown)

    def progress(self) -> Progress:
        """Bars on stderr that vanish when done; nothing where stderr is no terminal."""
        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=self.notes,
            transient=True,
            disable=not self.notes.is_terminal,
        )


def _console(stderr: bool = False) -> Console:
    """Tables are as wide as a terminal; in a log or a pipe, where nobody knows how wide, as wide as they need to be."""
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = LOG_WIDTH
    return console


def writable(path: Path | None) -> None:
    """Raise `BadReference` before the work is done rather than after it, where a result could not be written there."""
    if path is None:
        return
    if path.is_dir():
        raise BadReference(f"{path} is a folder; name a file to write the result to")
    if not path.parent.is_dir():
        raise BadReference(
            f"there is no folder {path.parent} to write {path.name} into; make it, or name another place"
        )
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ReadOnly(f"{path}: no permission to write there")


def save(value: Mapping[str, Any], path: Path | None) -> None:
    """The result as JSON in a file of its own, where one was named."""
    if path is not None:
        path.write_text(json.dumps(value, allow_nan=False) + "\n", "utf-8")


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Ends the errors we raise on purpose in a sentence and exit code 1. With ``--json`` stdout holds the error object."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except HandloomError as error:
            _fail(error, kwargs.get("as_json") is True)
        except BrokenPipeError:
            # Whoever read our output has gone, as `head` does; stdout must not be flushed again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            _fail(_of_the_system(error), kwargs.get("as_json") is True)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        raise typer.Exit(FAILED)

    return run


def _fail(error: HandloomError, as_json: bool) -> None:
    if as_json:
        print(json.dumps(error.as_dict(), default=str))
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[bold red]{error.code}[/] ", end="")
    print(error.message, file=sys.stderr)


def _of_the_system(error: OSError) -> HandloomError:
    where = f"{error.filename}: " if error.filename else ""
    if error.errno == errno.ENOSPC:
        return DiskFull(f"{where}the disk is full; nothing of the last step was stored")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ReadOnly(f"{where}no permission to read or write there")
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError | FileExistsError):
        return BadReference(f"{where}{error.strerror}; name another place")
    return HandloomError(f"{where}{error.strerror or error}")
