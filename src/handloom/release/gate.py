"""The gate before a release: refuses by itself what is plainly not better, and leaves everything else to a person.

The rule and its reasons: docs/why/release.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

CHOICES = ("approve", "reject", "defer")
ROLES = ("engineer", "owner")
ENOUGH = 20
"""Test items from which on the gate refuses what does not come out ahead; on fewer, only what is worse beyond chance."""
_RIVALS = {"heuristic": "the heuristic", "majority": "always answering the commonest label"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says. ``wait``: there is no evidence yet, and there will be some. findings: for the person asked."""

    word: Literal["refuse", "ask", "wait"]
    reason: str
    findings: tuple[Mapping[str, str], ...] = field(default=())


def judge(report: Mapping[str, Any], *, margin: float, evidence_comes: bool) -> Verdict:
    """Judge the report of a candidate (`handloom.evaluate.report`).

    It must be more accurate than the heuristic and than always answering the commonest label, and more accurate than
    the current release by more than ``margin``. With `ENOUGH` test items the paired difference decides; with fewer, the
    gate refuses only when even the upper end of its interval stays below, and else asks a person with a warning. A
    person decides on everything that passes, because on a small test set hardly any difference is beyond chance.
    ``evidence_comes``: whether the project has a living test set at all.
    """
    mine = report["candidate"]["accuracy"]
    if not mine["n"]:
        if evidence_comes:
            return Verdict(
                "wait", "no item of the living test set has a label yet, so nothing is known about its quality"
            )
        return Verdict("ask", "this project has no living test set; nothing is known about its quality")
    behind = []
    for words, gap, needed in _rivals(report, margin):
        if gap["high"] < needed or (mine["n"] >= ENOUGH and gap["value"] <= needed):
            return Verdict("refuse", f"{_said(mine)} {words}: difference {_signed(gap)}")
        if gap["value"] <= needed:
            behind.append(f"{words}: difference {_signed(gap)}")
    gap = report.get("difference")
    if report.get("against") == "current" and gap:
        reason = f"{_said(mine)}; against the released model {report['current'].get('number')}: {_signed(gap)}"
    else:
        reason = f"{_said(mine)}; nothing is released yet"
    return Verdict("ask", reason, tuple(_unsure(mine["n"], words) for words in behind))


def _rivals(report: Mapping[str, Any], margin: float) -> Iterator[tuple[str, Mapping[str, Any], float]]:
    """What to say when the candidate stays behind, its paired difference in accuracy, and what that must exceed."""
    gaps = report["differences"]
    for name, words in _RIVALS.items():
        if name in gaps:
            yield f"is not better than {words} ({report[name]['accuracy']['value']:.3f})", gaps[name], 0.0
    if "current" in gaps:
        number = report["current"].get("number", "")
        yield f"does not beat model {number}, which is released, by more than {margin:g}", gaps["current"], margin


def _unsure(n: int, words: str) -> dict[str, str]:
    message = f"the model {words}; {n} test items are too few to refuse it for that, so you decide"
    return {"check": "few_tests", "severity": "warning", "message": message}


def _said(measured: Mapping[str, Any]) -> str:
    return (
        f"accuracy {measured['value']:.3f} (95 % interval {measured['low']:.3f} to {measured['high']:.3f}, "
        f"{measured['n']} test items)"
    )


def _signed(gap: Mapping[str, Any]) -> str:
    return f"{gap['value']:+.3f} (95 % interval {gap['low']:+.3f} to {gap['high']:+.3f}, {gap['n']} test items)"


def decision_body(
    *,
    model: str,
    number: int,
    current: int | None,
    report: Mapping[str, Any],
    findings: Sequence[Mapping[str, str]] = (),
    expires: str | None,
) -> dict[str, Any]:
    """The body of the question ``Release model N?``: what approving will do, the evidence, and the safe default.

    findings: of the gate, beside those of the report.
    """
    now = f"Model {current} serves until then" if current is not None else "Nothing serves until then"
    effect = f"Model {number} answers every prediction from now on. {now} and can be brought back by rolling back."
    keys = ("candidate", "current", "heuristic", "majority", "against", "difference", "per_class", "confusion")
    return {
        "title": f"Release model {number}?",
        "effect": effect if current is not None else f"Model {number} answers every prediction from now on. {now}.",
        "subject": {"model": model},
        "action": "release",
        "evidence": {key: report.get(key) for key in (*keys, "flipped")}
        | {"findings": [*report.get("findings", ()), *map(dict, findings)]},
        "choices": list(CHOICES),
        "default": "reject",
        "roles": list(ROLES),
        "expires": expires,
    }
