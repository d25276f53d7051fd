"""What a model trained under older labels says in today's: columns of renamed and merged labels are added up.

The chance of a label that was split is shared evenly among the new ones, for the model cannot tell them apart. That makes
it unsure exactly where people have to say; it suggests none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.later import later
from ..core.relabel import Chain
from ..store import Store, projects, relabelling, training
from ..store.training import Model

if TYPE_CHECKING:
    import numpy as np

    from ..core.arrays import Probs
else:
    np = later("numpy")  # the server looks at chains, workers add columns up


@dataclass(frozen=True, slots=True)
class Columns:
    """weights: (labels then, labels now). vague: numbers of the labels now that the model cannot tell apart."""

    weights: np.ndarray
    vague: frozenset[int]

    def of(self, chances: np.ndarray) -> np.ndarray:
        """(n, labels now) of (n, labels then), in the same type."""
        moved = chances.astype(np.float32) @ self.weights
        return np.minimum(moved, 1.0).astype(chances.dtype)


@dataclass(frozen=True, slots=True)
class Past:
    """The labels that a model was trained with, and what has become of them."""

    labels: tuple[str, ...]
    version: int
    chain: Chain

    @property
    def overtaken(self) -> bool:
        """Whether any label has another name now."""
        return self.chain.newest > self.version

    @property
    def stale(self) -> tuple[str, ...]:
        """Labels of the model that were split since: what it says of them means nothing exact any more."""
        return tuple(label for label in self.labels if self.chain.label(label, self.version) is None)

    def read(self, value: Any) -> Any:
        """A value of the model in today's labels, None when it cannot be told."""
        return self.chain.read(value, self.version)


def past(connection: Any, model: Model) -> Past:
    """The labels of a model and the migrations of its task."""
    params = training.the_run(connection, model.run_id).params
    labels = params.get("options", {}).get("labels", ())
    return Past(tuple(labels), int(params.get("task_version", 0)), relabelling.chain(connection, model.task_id))


def columns(store: Store, model: Model) -> Columns | None:
    """How to bring a model's probabilities to today's labels; None when they have the same names."""
    with store.read() as connection:
        before = past(connection, model)
        if not before.overtaken:
            return None
        now = projects.task_by_id(connection, model.task_id).options["labels"]
    return between(before, now)


def between(before: Past, now: Sequence[str]) -> Columns:
    """`columns` where all is known."""
    place = {label: k for k, label in enumerate(now)}
    weights = np.zeros((len(before.labels), len(now)), dtype=np.float32)
    vague: set[int] = set()
    for k, label in enumerate(before.labels):
        targets = [place[one] for one in before.chain.targets_of(label, before.version) if one in place]
        weights[k, targets] = 1.0 / max(len(targets), 1)
        vague.update(targets if len(targets) > 1 else ())
    return Columns(weights, frozenset(vague))


def told(before: Past, chances: Probs) -> tuple[tuple[str, ...], np.ndarray]:
    """(classes, (n, classes)) of a model that serves: renamed and merged labels under their new names; one that was split
    keeps the name that the model learned, since no other would be true."""
    names = [before.chain.label(label, before.version) or label for label in before.labels]
    classes = tuple(dict.fromkeys(names))
    place = {label: k for k, label in enumerate(classes)}
    out = np.zeros((len(chances), len(classes)), dtype=np.asarray(chances).dtype)
    for k, name in enumerate(names):
        out[:, place[name]] += np.asarray(chances)[:, k]
    return classes, np.minimum(out, 1.0)
