"""The gate before a release: refuses by itself what is plainly not better, and leaves everything else to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

CHOICES = ("approve", "reject", "defer")
ROLES = ("engineer", "owner")
_RIVALS = {"heuristic": "the heuristic", "majority": "always answering the commonest label"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says. ``wait``: there is no evidence yet, and there will be some."""

    word: Literal["refuse", "ask", "wait"]
    reason: str


def judge(report: Mapping[str, Any], *, margin: float, evidence_comes: bool) -> Verdict:
    """Judge the report of a candidate (`handloom.evaluate.report`).

    It must be more accurate than the heuristic and than always answering the commonest label, and more accurate than
    the current release by more than ``margin``; the paired difference decides, its interval is said. A person decides
    on everything that passes, because on a small test set hardly any difference is beyond chance.
    ``evidence_comes``: whether the project has a living test set at all.
    """
    mine = report["candidate"]["accuracy"]
    if not mine["n"]:
        if evidence_comes:
            return Verdict(
                "wait", "no item of the living test set has a label yet, so nothing is known about its quality"
            )
        return Verdict("ask", "this project has no living test set; nothing is known about its quality")
    for name, words in _RIVALS.items():
        rival = report.get(name)
        if rival and mine["value"] <= rival["accuracy"]["value"]:
            return Verdict("refuse", f"{_said(mine)} is not better than {words} ({rival['accuracy']['value']:.3f})")
    gap = report.get("difference")
    if report.get("against") == "current" and gap and gap["value"] <= margin:
        number = report["current"].get("number", "")
        return Verdict(
            "refuse",
            f"{_said(mine)} does not beat model {number}, which is released, by more than {margin:g}: "
            f"difference {_signed(gap)}",
        )
    if report.get("against") == "current" and gap:
        return Verdict(
            "ask", f"{_said(mine)}; against the released model {report['current'].get('number')}: {_signed(gap)}"
        )
    return Verdict("ask", f"{_said(mine)}; nothing is released yet")


def _said(measured: Mapping[str, Any]) -> str:
    return (
        f"accuracy {measured['value']:.3f} (95 % interval {measured['low']:.3f} to {measured['high']:.3f}, "
        f"{measured['n']} test items)"
    )


def _signed(gap: Mapping[str, Any]) -> str:
    return f"{gap['value']:+.3f} (95 % interval {gap['low']:+.3f} to {gap['high']:+.3f}, {gap['n']} test items)"


def decision_body(
    *, model: str, number: int, current: int | None, report: Mapping[str, Any], expires: str | None
) -> dict[str, Any]:
    """The body of the question ``Release model N?``: what approving will do, the evidence, and the safe default."""
    now = f"Model {current} serves until then" if current is not None else "Nothing serves until then"
    effect = f"Model {number} answers every prediction from now on. {now} and can be brought back by rolling back."
    keys = ("candidate", "current", "heuristic", "majority", "against", "difference", "per_class", "confusion")
    return {
        "title": f"Release model {number}?",
        "effect": effect if current is not None else f"Model {number} answers every prediction from now on. {now}.",
        "subject": {"model": model},
        "action": "release",
        "evidence": {key: report.get(key) for key in (*keys, "flipped", "findings")},
        "choices": list(CHOICES),
        "default": "reject",
        "roles": list(ROLES),
        "expires": expires,
    }
