"""The user's own rules, which a model has to beat: a table of regular expressions, or a Python function.

A function is code that runs with the rights of the worker, and whoever may change a project's settings could name any.
So it is only taken where whoever runs handloom has said so, with the environment variable `TRUST`.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core.errors import BadTask, Forbidden, UnknownLabel
from ..core.later import later

if TYPE_CHECKING:
    from .. import evaluate
else:
    evaluate = later("handloom.evaluate")

TRUST = "HANDLOOM_TRUST_PYTHON"


def trusted() -> bool:
    """Whether settings may name Python functions in this process."""
    return os.environ.get(TRUST) == "1"


def made(setting: Mapping[str, Any], classes: Sequence[str]) -> evaluate.Heuristic:
    """The heuristic of a project's settings. Raises `BadTask`, `UnknownLabel`, and `Forbidden` for an untrusted function."""
    if "python" not in setting:
        return evaluate.rules(setting, classes)
    if not trusted():
        raise Forbidden(
            f"the heuristic {setting['python']} is Python code, which this workspace does not run; whoever runs it can"
            f" allow that with: handloom serve --trust-python (and worker), or {TRUST}=1. A table of rules needs no trust",
            heuristic=setting["python"],
        )
    return function(setting["python"])


def check(setting: Mapping[str, Any] | None, tasks: Sequence[Sequence[str]]) -> None:
    """Raise what `made` raises when the heuristic suits none of these tasks, given by their labels."""
    problems = []
    for classes in tasks:
        try:
            if setting is not None:
                made(setting, classes)
            return
        except UnknownLabel as error:
            problems.append(error)
    raise problems[0]


def function(name: str) -> evaluate.Heuristic:
    """The function ``package.module:function``, from the Python path or the current folder. Raises `BadTask`.

    It takes an item's data and gives its label, several, or None for "cannot say".
    """
    module, _, attribute = name.partition(":")
    try:
        with _here():
            found: Any = importlib.import_module(module)
        for part in attribute.split("."):
            found = getattr(found, part)
    except Exception as error:  # the user's module may raise anything
        raise BadTask(f"the heuristic {name} cannot be imported: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise BadTask(f"the heuristic {name} is a {type(found).__name__}; a function from an item's data is wanted")
    call = found

    def say(data: Mapping[str, Any]) -> str | Sequence[str] | None:
        try:
            said = call(dict(data))
        except Exception as error:  # as above
            raise BadTask(f"the heuristic {name} failed: {type(error).__name__}: {error}") from error
        if said is None or isinstance(said, str | list | tuple):
            return said
        raise BadTask(
            f"the heuristic {name} gave {str(said)[:80]!r} ({type(said).__name__}); a label as text is wanted"
        )

    return say


@contextlib.contextmanager
def _here() -> Iterator[None]:
    """Find modules in the current folder too, as ``python`` does and an installed command does not."""
    folder = os.getcwd()
    if folder in sys.path or "" in sys.path:
        yield
        return
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
