"""``decision``: what a person decided, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import BadValue
from .change import Change

MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided: the effect, why, and parameters for ``modify``."""

    decision: str  # approve, modify, reject or defer: what the question offered
    reason: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


class DecisionShape:
    """``{"decision": "approve", "reason": "...", "parameters": {}}``; a reason is always wanted."""

    name = "decision"

    def options(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        return {"choices": list(raw.get("choices", ("approve", "reject", "defer")))}

    def parse(self, raw: Any, options: Mapping[str, Any], task: str) -> Verdict:
        decision = raw.get("decision") if isinstance(raw, Mapping) else None
        choices = options["choices"]
        if not isinstance(decision, str) or decision not in choices:
            raise BadValue(f"decision is one of {', '.join(choices)}; found {str(decision)[:80]!r}")
        reason = raw.get("reason")
        if not isinstance(reason, str) or not reason.strip() or len(reason) > MAX_TEXT:
            raise BadValue(f"a decision needs a reason in words, of 1 to {MAX_TEXT} characters")
        parameters = raw.get("parameters", {})
        if not isinstance(parameters, Mapping):
            raise BadValue("parameters is an object of names and values")
        return Verdict(decision, reason.strip(), dict(parameters))

    def show(self, value: Verdict) -> dict[str, Any]:
        return {"decision": value.decision, "reason": value.reason, "parameters": dict(value.parameters)}

    def diff(self, before: Verdict, after: Verdict) -> list[Change]:
        """One change ``decided``, or none."""
        return [] if before == after else [Change("decided", before, after)]
