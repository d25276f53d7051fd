"""``choice``: one or several labels of a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import BadTask, BadValue, UnknownLabel
from .change import Change
from .labels import MAX_LABEL_LENGTH, label_names


@dataclass(frozen=True, slots=True)
class Choice:
    """One or several labels of a task, in the task's order.

    among: the labels that were asked about where not all were; of the others nothing is said. None: all.
    """

    labels: tuple[str, ...]
    among: tuple[str, ...] | None = None


class ChoiceShape:
    """``{"labels": ["spam"]}``; options ``labels`` (the known ones) and ``multi`` (several allowed, none allowed).

    A question may ask about some labels only (option ``among``): any of them, or none, is then the answer, and it is kept
    as ``{"labels": [], "among": ["spam"]}``, so that an answer says by itself what it is about.
    """

    name = "choice"

    def options(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        labels = label_names(raw.get("labels"), least=2, what="a choice task")
        multi = raw.get("multi", False)
        if not isinstance(multi, bool):
            raise BadTask("multi is true or false")
        return {"labels": labels, "multi": multi}

    def parse(self, raw: Any, options: Mapping[str, Any], task: str) -> Choice:
        among: list[str] | None = options.get("among")
        known: list[str] = options["labels"] if among is None else among
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
        if among is not None:
            return Choice(chosen, tuple(among))
        if not options["multi"] and len(chosen) != 1:
            raise BadValue(f"task {task} wants exactly one label; found {len(chosen)}", task=task, labels=list(chosen))
        return Choice(chosen)

    def show(self, value: Choice) -> dict[str, Any]:
        shown = {"labels": list(value.labels)}
        return shown if value.among is None else shown | {"among": list(value.among)}

    def diff(self, before: Choice, after: Choice) -> list[Change]:
        """One change ``relabelled``, or none."""
        return [] if before == after else [Change("relabelled", before, after)]
