"""What is signed when a class is labelled: thresholds on a score, with the evidence for them, and what signing does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from .. import resolve
from ..core.errors import BadValue
from ..core.ids import show
from ..resolve import cascade as splitting
from ..store import Tx, cascades, gates
from ..store.cascades import Cascade, Round

ROLES = ("engineer", "owner")
SHOWN = 600
"""Answers shown as evidence one by one, so that a screen can say what other thresholds would be worth."""


def decision_body(
    made: Cascade, at: Round, found: splitting.Proposal, scores: np.ndarray, said: np.ndarray
) -> dict[str, Any]:
    """What somebody signs: the thresholds, what they are worth, and the answers that say so."""
    order = np.argsort(-scores)[:SHOWN]
    return {
        "title": f"Label {found.yes:,} items as {made.label} by score?",
        "effect": f"Approving lets a policy label {found.yes:,} items as {made.label} and leave {found.no:,} out of it; "
        f"{found.ask:,} stay undecided. {made.audit} of the labels are checked by people, and all of them can be "
        "revoked at once. Rejecting asks for another random batch. The thresholds may be moved (modify).",
        "action": "split",
        "subject": {"cascade": show("cascade", made.id), "round": at.number},
        "evidence": {
            "split": {
                "label": made.label,
                "aim": {"precision": made.precision, "recall": made.recall},
                **worth(found),
                "histogram": [asdict(one) for one in found.histogram],
                "answers": [[float(scores[row]), bool(said[row])] for row in order.tolist()],
            }
        },
        "choices": ["approve", "modify", "reject", "defer"],
        "default": "reject",
        "roles": list(ROLES),
    }


def worth(found: splitting.Proposal) -> dict[str, Any]:
    """A split with what it is worth, as JSON: a threshold that is not there is null."""
    return {
        "low": _finite(found.low),
        "high": _finite(found.high),
        "yes": found.yes,
        "ask": found.ask,
        "no": found.no,
        "precision": found.precision,
        "recall": found.recall,
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def decided(tx: Tx, question_id: int, verdict: Mapping[str, Any], actor_id: int) -> bool:
    """The effect of a decision on a split: signed thresholds. Whether the question was about one."""
    at = cascades.of_question(tx.connection, question_id)
    if at is None:
        return False
    outcome = resolve.quorum(gates.verdicts(tx.connection, question_id), roles=ROLES, needs=1)
    if outcome is None or outcome.decision == "reject":
        return True
    made = cascades.get(tx.connection, at.cascade_id)
    proposed = cascades.evidence_of(tx.connection, question_id)
    low, high = proposed["low"], proposed["high"]
    if outcome.decision == "modify":
        low, high = _moved(verdict.get("parameters") or {}, low, high)
    cascades.sign(tx, made, at, question_id=question_id, low=low, high=high, by=actor_id)
    return True


def _moved(given: Mapping[str, Any], low: float | None, high: float | None) -> tuple[float | None, float | None]:
    found = {"low": low, "high": high}
    for name, value in given.items():
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if name not in found or not (value is None or good):
            raise BadValue('a split is modified with {"low": number or null, "high": number or null}')
        found[name] = None if value is None else float(value)
    if found["low"] is not None and found["high"] is not None and found["low"] > found["high"]:
        raise BadValue(f"the lower threshold is at most the upper one; found {found['low']} and {found['high']}")
    return found["low"], found["high"]
