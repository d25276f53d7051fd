"""Labelling one class at a time, as the handle of a project offers it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any


class CascadeHandle:
    """One class at a time: ``project.cascades``. People answer random batches in a grid; signed thresholds do the rest."""

    def __init__(self, call: Callable[..., Any], claim: Callable[..., dict[str, Any]]) -> None:
        self._call = call
        self._claim = claim

    def start(
        self,
        label: str,
        task: str | None = None,
        *,
        precision: float = 0.95,
        recall: float = 0.95,
        batch: int = 200,
        audit: int = 30,
        rounds: int = 3,
    ) -> dict[str, Any]:
        """Begin with a class. precision, recall: aims of a split; batch: items drawn per round; audit: labels checked."""
        sizes = {"batch": batch, "audit": audit, "rounds": rounds}
        return self._call("start_cascade", label=label, task=task, precision=precision, recall=recall, **sizes)

    def list(self, task: str | None = None, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of cascades, newest first, and how many labels of each class people and policies gave."""
        return self._call("cascades", task=task, cursor=cursor, limit=limit)

    def show(self, cascade: str) -> dict[str, Any]:
        """One cascade with its rounds and splits."""
        return self._call("cascade", cascade=cascade)

    def stop(self, cascade: str, reason: str = "stopped") -> dict[str, Any]:
        """Ask nothing more about a class; what was signed stands."""
        return self._call("stop_cascade", cascade=cascade, reason=reason)

    def revoke(self, split: str, reason: str) -> dict[str, Any]:
        """All labels of a split count no more."""
        return self._call("revoke_split", split=split, reason=reason)

    def restore(self, split: str, reason: str) -> dict[str, Any]:
        """The labels of a revoked split count again."""
        return self._call("restore_split", split=split, reason=reason)

    def claim(self, n: int = 48, task: str | None = None) -> dict[str, Any]:
        """Lease up to n questions of the grid."""
        return self._claim("grid", n, task)

    def answer(
        self, questions: Sequence[Mapping[str, Any]], chosen: Collection[str], *, seconds: float = 0.0
    ) -> dict[str, Any]:
        """Answer claimed questions at once: those in ``chosen`` (ids) are of the class, the others are not."""
        answers = [{"id": str(uuid.uuid4()), "question": one["id"], "chosen": one["id"] in chosen} for one in questions]
        return self._call("answer_grid", answers=answers, seconds=seconds)
