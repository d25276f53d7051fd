"""``verdict``: what a reviewer says of a label that may be wrong. Unsure is an outcome of the envelope, not a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import BadTask, BadValue
from .change import Change
from .choice import ChoiceShape

ERRORS = ("slip", "guidelines", "ambiguous", "outdated", "other")
"""Why a label was wrong: a slip of the hand, guidelines that were unclear or misread, an item that fits several labels, a
meaning that has changed since, anything else."""

_CHOICE = ChoiceShape()


@dataclass(frozen=True, slots=True)
class LabelVerdict:
    """labels: what the item is labelled with from now on; those given for ``keep``.

    error: why the label was wrong, one of `ERRORS` or None. identical: the same holds for items of equal content.
    """

    verdict: str  # keep or change
    labels: tuple[str, ...]
    error: str | None = None
    identical: bool = False


class VerdictShape:
    """``{"verdict": "change", "labels": ["spam"], "error": "slip", "identical": true}``, or ``{"verdict": "keep"}``.

    Options: those of the choice task whose label is in question, and ``given``, the labels that may be wrong.
    """

    name = "verdict"

    def options(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        given = raw.get("given")
        if not isinstance(given, list) or not all(isinstance(label, str) for label in given):
            raise BadTask("a verdict is about the labels that were given, as a list of words", found=str(given)[:200])
        return {**_CHOICE.options(raw), "given": list(given)}

    def parse(self, raw: Any, options: Mapping[str, Any], task: str) -> LabelVerdict:
        verdict = raw.get("verdict") if isinstance(raw, Mapping) else None
        given = tuple(options["given"])
        error, identical = (raw.get("error"), raw.get("identical", False)) if verdict else (None, False)
        if error is not None and error not in ERRORS:
            raise BadValue(f"error is one of {', '.join(ERRORS)}, or left out; found {str(error)[:80]!r}", task=task)
        if not isinstance(identical, bool):
            raise BadValue("identical is true or false", task=task)
        if verdict == "keep":
            if error is not None:
                raise BadValue("a label that is kept has no error; leave error out", task=task)
            return LabelVerdict("keep", given, None, identical)
        if verdict != "change":
            raise BadValue(
                f'a verdict is {{"verdict": "keep"}} or {{"verdict": "change", "labels": ["..."]}}; found {str(raw)[:200]}',
                task=task,
            )
        labels = _CHOICE.parse({"labels": raw.get("labels")}, options, task).labels
        if labels == given:
            raise BadValue(f"the label is {', '.join(given) or 'none'} already; say keep, or another label", task=task)
        return LabelVerdict("change", labels, error, identical)

    def show(self, value: LabelVerdict) -> dict[str, Any]:
        return {
            "verdict": value.verdict,
            "labels": list(value.labels),
            "error": value.error,
            "identical": value.identical,
        }

    def diff(self, before: LabelVerdict, after: LabelVerdict) -> list[Change]:
        """One change ``judged``, or none."""
        return [] if before == after else [Change("judged", before, after)]
