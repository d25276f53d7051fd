"""Settings of a project: what each means, its default and what it may be. Stored in full with every project."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import Malformed, UnknownKind
from .registry import names

MAX_RULES = 500
MAX_PATTERN = 500
_FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its default, a sentence about it, and a check that returns the value to store or raises `Malformed`."""

    default: Any
    words: str
    check: Callable[[Any], Any]


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Malformed(f"a whole number from {low} to {high} is wanted; found {str(value)[:80]}")
        return value

    return check


def _number(low: float, high: float) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise Malformed(f"a number from {low:g} to {high:g} is wanted; found {str(value)[:80]}")
        return float(value)

    return check


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Malformed(f"true or false is wanted; found {str(value)[:80]}")
    return value


def _strategy(value: Any) -> str:
    known = sorted({"auto", *names("strategies")})
    if value not in known:
        raise UnknownKind("strategy", str(value)[:80], known)
    return value


def _heuristic(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    wanted = (
        'an object {"rules": [{"pattern": "regular expression", "label": "..."}], "default": "..."} is wanted, '
        'or {"python": "package.module:function"}'
    )
    if isinstance(value, Mapping) and "python" in value:
        name = value["python"]
        if len(value) > 1 or not isinstance(name, str) or len(name) > MAX_PATTERN or not _FUNCTION.fullmatch(name):
            raise Malformed(wanted)
        return {"python": name}
    if not isinstance(value, Mapping) or not isinstance(value.get("default"), str | None):
        raise Malformed(wanted)
    rules = value.get("rules", [])
    if not rules and value.get("default") is None:
        raise Malformed(f"{wanted}; one without rules and default says nothing, null removes the heuristic")
    if not isinstance(rules, list) or len(rules) > MAX_RULES:
        raise Malformed(f"{wanted}, with at most {MAX_RULES} rules")
    return {"rules": [_rule(rule, wanted) for rule in rules], "default": value.get("default")}


def _rule(rule: Any, wanted: str) -> dict[str, str]:
    if not isinstance(rule, Mapping) or not isinstance(rule.get("label"), str):
        raise Malformed(wanted)
    pattern = rule.get("pattern")
    if not isinstance(pattern, str) or not 0 < len(pattern) <= MAX_PATTERN:
        raise Malformed(f"a pattern has 1 to {MAX_PATTERN} characters")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise Malformed(f"pattern {pattern[:80]!r} is no regular expression: {error}") from error
    return {"pattern": pattern, "label": rule["label"]}


SETTINGS: dict[str, Setting] = {
    "overlap": Setting(1, "answers wanted per question, each from another actor", _whole(1, 25)),
    "batch": Setting(20, "questions picked at a time", _whole(1, 1000)),
    "strategy": Setting("auto", "how the next items are chosen", _strategy),
    "random_share": Setting(0.1, "share of each batch that is drawn uniformly at random", _number(0, 1)),
    "test_share": Setting(0.1, "share of the items in the living test set, which is never trained on", _number(0, 0.9)),
    "lease_seconds": Setting(600, "how long a claimed question stays with whoever claimed it", _whole(5, 86_400)),
    "blind_share": Setting(
        0.1, "share of the questions asked without their suggestion, to measure anchoring", _number(0, 1)
    ),
    "suggestions": Setting(True, "whether the latest model proposes an answer", _flag),
    "retrain_after": Setting(20, "new labels after which a model is trained", _whole(1, 1_000_000)),
    "decision_days": Setting(14, "days until an open decision takes its safe default", _number(0.001, 3650)),
    "release_margin": Setting(0.0, "how much better a model has to be to be proposed for release", _number(0, 1)),
    "sample_random": Setting(0.02, "share of predictions that become questions at random", _number(0, 1)),
    "sample_uncertain": Setting(
        0.05, "share of predictions, the least sure ones, that become questions", _number(0, 1)
    ),
    "heuristic": Setting(
        None,
        "rules that a model has to beat: a table of regular expressions, or a Python function where that is trusted",
        _heuristic,
    ),
    "auto": Setting(True, "whether the loop takes the next step by itself", _flag),
}
DEFAULTS: dict[str, Any] = {name: setting.default for name, setting in SETTINGS.items()}


def merged(old: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings after these changes; raises `Malformed` for an unknown name or a value out of range."""
    new = {**DEFAULTS, **old}
    for name, value in changes.items():
        if name not in SETTINGS:
            near = difflib.get_close_matches(name, SETTINGS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise Malformed(
                f"there is no setting {name[:80]!r}; known are {', '.join(SETTINGS)}.{hint}", field=name[:80]
            )
        try:
            new[name] = SETTINGS[name].check(value)
        except Malformed as error:
            raise Malformed(f"setting {name}: {error.message}", field=name) from error
    return new
