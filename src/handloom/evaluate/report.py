"""The evidence for a decision: a candidate model against what serves now and against what is easy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .compare import accuracy_difference, flipped
from .intervals import Measured
from .metrics import accuracy, confusion, label_macro_f1, per_class
from .tables import macro_f1

Against = Literal["current", "heuristic", "majority"]
RIVALS: tuple[Against, ...] = ("current", "heuristic", "majority")
FEW = 100


@dataclass(frozen=True, slots=True)
class Contender:
    """Predictions on the test items, and what to say about where they come from.

    predicted: (n,) class numbers (-1: none) or (n, classes) of 0 and 1. about: goes into the report as it is, for example
    ``{"model": "m2", "number": 2, "labels": 120}``.
    """

    predicted: npt.NDArray[np.int64]
    about: Mapping[str, Any] = field(default_factory=dict)


def report(
    truth: npt.ArrayLike,
    classes: Sequence[str],
    candidate: Contender,
    against: Mapping[Against, Contender | None],
    *,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """What a person needs to see before releasing the candidate, all on the same test items.

    truth: (n,) class numbers or (n, classes) of 0 and 1. against: any of ``current``, ``heuristic``, ``majority``.
    Keys: ``candidate``, ``current``, ``heuristic``, ``majority`` (each ``about`` + ``accuracy`` + ``macro_f1``, or None),
    ``differences`` (accuracy, candidate minus each of them, on the same items), ``difference`` (that to the first of current,
    heuristic, majority that is given, named in ``against``),
    ``per_class``, ``confusion``, ``flipped`` (predictions that differ from ``current``), ``findings``.
    """
    actual = np.asarray(truth, dtype=np.int64)
    found: dict[str, Any] = {"candidate": _score(actual, candidate, rng)}
    for name in RIVALS:
        other = against.get(name)
        found[name] = None if other is None else _score(actual, other, rng)
    gaps = {
        name: accuracy_difference(actual, candidate.predicted, other.predicted)
        for name in RIVALS
        if (other := against.get(name)) is not None
    }
    found["against"] = next(iter(gaps), None)
    found["difference"] = next(iter(gaps.values()), None)
    found["differences"] = gaps
    found["per_class"] = per_class(actual, candidate.predicted, classes)
    found["confusion"] = None if actual.ndim == 2 else confusion(actual, candidate.predicted, classes)
    current = against.get("current")
    found["flipped"] = 0 if current is None else int(flipped(current.predicted, candidate.predicted).size)
    found["findings"] = findings(found)
    return found


def findings(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Sentences about what the numbers do and do not show: ``{"check", "severity", "message"}``, errors first."""
    out: list[dict[str, Any]] = []
    n = evidence["candidate"]["accuracy"]["n"]
    if n < FEW:
        out.append(
            _finding("test_set", "warning", f"only {n} test items: the intervals are wide, small gains cannot be seen")
        )
    for name, words in (("heuristic", "the heuristic"), ("majority", "always answering the commonest label")):
        gap = evidence["differences"].get(name)
        if gap and n and gap["value"] <= 0:
            # On few items a tie is no proof of anything; being behind by more than chance is.
            severity = "error" if n >= FEW or gap["high"] < 0 else "warning"
            out.append(_finding(f"beats_{name}", severity, f"the model is not better than {words} on {n} test items"))
    gap = evidence["difference"]
    if evidence.get("against") == "current" and gap and gap["value"] is not None:
        if gap["high"] < 0:
            out.append(
                _finding("difference", "error", f"the model is worse than the current release by {-gap['value']:.3f}")
            )
        elif gap["low"] <= 0:
            out.append(
                _finding("difference", "info", "no difference from the current release beyond chance can be shown")
            )
    unseen = [row["label"] for row in evidence["per_class"] if row["n"] == 0]
    if unseen and n:
        names = ", ".join(unseen[:5]) + (f" and {len(unseen) - 5} more" if len(unseen) > 5 else "")
        out.append(
            _finding("unseen_labels", "warning", f"no test item has the label {names}: nothing is known about them")
        )
    missed = [row["label"] for row in evidence["per_class"] if row["n"] >= 5 and row["recall"] == 0]
    if missed:
        out.append(_finding("missed_labels", "warning", f"never found: {', '.join(missed[:5])}"))
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(out, key=lambda f: order[f["severity"]])


def _score(truth: npt.NDArray[np.int64], contender: Contender, rng: np.random.Generator) -> dict[str, Any]:
    macro: Measured
    if truth.ndim == 2:
        macro = label_macro_f1(truth, contender.predicted, rng=rng)
    else:
        macro = macro_f1(truth, contender.predicted, rng=rng)
    return {**contender.about, "accuracy": accuracy(truth, contender.predicted), "macro_f1": macro}


def _finding(check: str, severity: str, message: str) -> dict[str, Any]:
    return {"check": check, "severity": severity, "message": message}
