"""What a model has to beat: always the commonest answer, and the rules a user would write in five minutes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import BadTask, UnknownLabel

MAX_RULES = 500
MAX_PATTERN = 500
MAX_TEXT = 2000
MAX_LOOPS = 2
MAX_SECONDS = 30.0
LONG = 100
_LOOPS = (codes.MAX_REPEAT, codes.MIN_REPEAT)

Heuristic = Callable[[Mapping[str, Any]], str | Sequence[str] | None]
"""A user's own function: an item's data to a label, to labels, or to None for "cannot say"."""


def majority(labelled: npt.ArrayLike, n: int, *, classes: int) -> npt.NDArray[np.int64]:
    """Predictions that ignore the item: the commonest class n times ((n, classes): each label that most items have).

    labelled: the training labels, (m,) class numbers or (m, classes) of 0 and 1. Without any, class 0 (or no label).
    """
    known = np.asarray(labelled, dtype=np.int64)
    if known.ndim == 2:
        common = (known.mean(axis=0) > 0.5) if len(known) else np.zeros(classes)
        return np.tile(common.astype(np.int64), (n, 1))
    return np.full(n, int(np.bincount(known, minlength=classes).argmax()), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Rules:
    """A regex table, checked: the first pattern found in an item's text gives its label (multi-label: all of them do)."""

    patterns: tuple[re.Pattern[str], ...]
    labels: tuple[str, ...]
    default: str | None

    def __call__(self, data: Mapping[str, Any]) -> list[str]:
        """Labels for one item, in the order of the rules; its first 2,000 characters count."""
        text = "\n".join(value for value in data.values() if isinstance(value, str))[:MAX_TEXT]
        found = [label for pattern, label in zip(self.patterns, self.labels, strict=True) if pattern.search(text)]
        return found or ([] if self.default is None else [self.default])


def rules(table: Mapping[str, Any], classes: Sequence[str]) -> Rules:
    """Check ``{"rules": [{"pattern": regex, "label": l}], "default": l}``; case is ignored unless a pattern says ``(?-i:...)``.

    Raises `BadTask` for a table or pattern that cannot work or could take forever, `UnknownLabel` for a label of no class.
    """
    given = table.get("rules")
    if not isinstance(given, list) or len(given) > MAX_RULES:
        raise BadTask(
            f'a heuristic is {{"rules": [{{"pattern", "label"}}], "default": label}} with at most {MAX_RULES} rules'
        )
    patterns, labels = [], []
    for place, rule in enumerate(given, start=1):
        if not isinstance(rule, Mapping) or not isinstance(rule.get("pattern"), str):
            raise BadTask(f'rule {place} is no {{"pattern": regex, "label": label}}')
        labels.append(_known(rule.get("label"), classes))
        patterns.append(_compiled(rule["pattern"], place))
    default = table.get("default")
    return Rules(tuple(patterns), tuple(labels), None if default is None else _known(default, classes))


def heuristic_predictions(
    heuristic: Heuristic, items: Sequence[Mapping[str, Any]], classes: Sequence[str], *, multi: bool = False
) -> npt.NDArray[np.int64]:
    """(n,) class numbers with -1 for "cannot say", or (n, classes) of 0 and 1; from `Rules` or a user's function.

    Raises `BadTask` when it takes longer than 30 seconds, `UnknownLabel` when it gives a label of no class.
    """
    number = {name: i for i, name in enumerate(classes)}
    out = np.zeros((len(items), len(classes)), dtype=np.int64)
    first = np.full(len(items), -1, dtype=np.int64)
    end = time.monotonic() + MAX_SECONDS
    for row, data in enumerate(items):
        said = heuristic(data)
        for label in (said,) if isinstance(said, str) else said or ():
            place = number[_known(label, classes)]
            out[row, place] = 1
            first[row] = place if first[row] < 0 else first[row]
        if time.monotonic() > end:
            raise BadTask(
                f"the heuristic took more than {MAX_SECONDS:.0f} seconds for {row + 1} items; make it simpler"
            )
    return out if multi else first


def _known(label: Any, classes: Sequence[str]) -> str:
    if not isinstance(label, str) or label not in classes:
        raise UnknownLabel(str(label)[:200], "of the heuristic", list(classes))
    return label


def _compiled(pattern: str, place: int) -> re.Pattern[str]:
    """A pattern that cannot run away: what is repeated has one length and no choices, at most two long loops, no reference back.

    Python's matcher backtracks and cannot be stopped, so what could take exponential time is refused before it runs.
    """
    if len(pattern) > MAX_PATTERN:
        raise BadTask(f"the pattern of rule {place} has {len(pattern)} characters; at most {MAX_PATTERN} are allowed")
    try:
        tree = parser.parse(pattern, re.IGNORECASE)
        loops = _loops(tree, inside=False)
        ready = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadTask(f"the pattern of rule {place} is no regular expression: {error}", pattern=pattern) from error
    if loops > MAX_LOOPS:
        raise BadTask(
            f"the pattern of rule {place} could take forever: it repeats something that has a loop or a choice (* + ? |) in"
            f" it, refers to a group, or has more than {MAX_LOOPS} loops. Split it into several rules",
            pattern=pattern,
        )
    return ready


def _loops(tree: Any, *, inside: bool) -> int:
    """How many long loops can be open one after the other; more than allowed when one is inside another."""
    count = 0
    for op, argument in tree:
        if op in (codes.GROUPREF, codes.GROUPREF_EXISTS):
            return MAX_LOOPS + 1
        if op in _LOOPS or op is codes.POSSESSIVE_REPEAT:
            long = argument[1] is codes.MAXREPEAT or argument[1] > LONG
            again = argument[1] is codes.MAXREPEAT or argument[1] > 1
            if inside and argument[0] != argument[1]:
                return MAX_LOOPS + 1
            count += long + _loops(argument[2], inside=inside or again)
        elif op is codes.BRANCH:
            if inside:
                return MAX_LOOPS + 1
            count += max(_loops(branch, inside=inside) for branch in argument[1])
        elif op is codes.SUBPATTERN:
            count += _loops(argument[3], inside=inside)
        elif op is codes.ATOMIC_GROUP:
            count += _loops(argument, inside=inside)
        elif op in (codes.ASSERT, codes.ASSERT_NOT):
            count += _loops(argument[1], inside=inside)
    return count
