"""Answer shapes: the closed set of typed values a question can ask for.

Each shape validates a JSON value at the rim into a frozen dataclass, turns it back, and says when two values agree.
A task names its shape; nothing here names a task.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .errors import BadTask, BadValue, UnknownKind, UnknownLabel

MAX_LABELS = 10_000
MAX_LABEL_LENGTH = 200
MAX_TEXT = 20_000


class Shape(Protocol):
    """A kind of value: parse from JSON, show as JSON, compare."""

    name: str

    def parse(self, raw: Any, options: Mapping[str, Any], task: str) -> Any: ...

    def show(self, value: Any) -> dict[str, Any]: ...

    def options(self, raw: Mapping[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One or several labels of a task, in the task's order."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decided: the effect, why, and parameters for ``modify``."""

    decision: str  # approve, modify, reject or defer: what the question offered
    reason: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


class ChoiceShape:
    """``{"labels": ["spam"]}``; options ``labels`` (the known ones) and ``multi`` (several allowed, none allowed)."""

    name = "choice"

    def options(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        labels = raw.get("labels")
        if not isinstance(labels, list | tuple) or len(labels) < 2:
            raise BadTask("a choice task needs at least two labels, as a list of words", found=str(labels)[:200])
        if len(labels) > MAX_LABELS:
            raise BadTask(f"{len(labels)} labels are more than {MAX_LABELS}")
        for label in labels:
            if (
                not isinstance(label, str)
                or not label.strip()
                or len(label) > MAX_LABEL_LENGTH
                or not label.isprintable()
            ):
                raise BadTask(
                    f"a label is a word or phrase of 1 to {MAX_LABEL_LENGTH} printable characters; found {str(label)[:80]!r}"
                )
        folded: dict[str, str] = {}
        for label in labels:
            form = label.casefold().strip()
            if form in folded:
                raise BadTask(f"labels {folded[form]!r} and {label!r} are the same but for case or spaces")
            folded[form] = label
        multi = raw.get("multi", False)
        if not isinstance(multi, bool):
            raise BadTask("multi is true or false")
        return {"labels": list(labels), "multi": multi}

    def parse(self, raw: Any, options: Mapping[str, Any], task: str) -> Choice:
        known: list[str] = options["labels"]
        if isinstance(raw, str):
            raw = {"labels": [raw]}
        elif isinstance(raw, list):
            raw = {"labels": raw}
        labels = raw.get("labels") if isinstance(raw, Mapping) else None
        if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
            raise BadValue(f'task {task} wants {{"labels": ["..."]}}; found {str(raw)[:200]}', task=task)
        if len(labels) > len(known):
            raise BadValue(f"{len(labels)} labels, but task {task} has only {len(known)}", task=task)
        order = {label: i for i, label in enumerate(known)}
        for label in labels:
            if label not in order:
                raise UnknownLabel(label[:MAX_LABEL_LENGTH], task, known)
        chosen = tuple(sorted(set(labels), key=order.__getitem__))
        if not options["multi"] and len(chosen) != 1:
            raise BadValue(f"task {task} wants exactly one label; found {len(chosen)}", task=task, labels=list(chosen))
        return Choice(chosen)

    def show(self, value: Choice) -> dict[str, Any]:
        return {"labels": list(value.labels)}


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


SHAPES: dict[str, Shape] = {s.name: s for s in (ChoiceShape(), DecisionShape())}


def shape(name: str) -> Shape:
    """The shape of that name; raises `UnknownKind`."""
    if name not in SHAPES:
        raise UnknownKind("shape", name, tuple(SHAPES))
    return SHAPES[name]
