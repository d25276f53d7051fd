"""What every task of shape ``choice`` shares: which learner, which metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from ..core import registry
from ..core.arrays import Probs
from ..core.protocols import Encoder, Learner
from ..evaluate import choice_metrics


class ChoiceTask:
    """One or several labels for one field of an item.

    options (all optional): ``multi``; ``learner`` and ``encoder``, names registered under ``handloom.learners`` and
    ``handloom.encoders`` as functions from these options to a new instance; built in are ``linear``, the
    task's own encoder and, for texts, ``sentence`` with ``model``.
    """

    kind = ""
    shape = "choice"
    widget = "choice"
    fields: ClassVar[Mapping[str, str]] = {}

    def check(self, data: Mapping[str, Any]) -> None:
        """Raise `BadItem` when the item lacks what the task needs."""
        raise NotImplementedError

    def own_encoder(self, options: Mapping[str, Any]) -> Encoder:
        """The encoder used unless the options name another."""
        raise NotImplementedError

    def own_learner(self, *, multi: bool) -> Learner:
        """The learner used unless the options name another."""
        raise NotImplementedError

    def encoder(self, options: Mapping[str, Any]) -> Encoder:
        """A new encoder, before `fit` or `load`; raises `UnknownKind` for a name nobody registered."""
        name = options.get("encoder")
        return registry.find("encoders", name)(options) if name else self.own_encoder(options)

    def learner(self, options: Mapping[str, Any]) -> Learner:
        """A new learner, before `fit` or `load`; raises `UnknownKind` for a name nobody registered."""
        name = options.get("learner", "linear")
        if name == "linear":
            return self.own_learner(multi=bool(options.get("multi", False)))
        return registry.find("learners", name)(options)

    def metrics(
        self, truth: np.ndarray, probabilities: Probs, classes: Sequence[str], *, rng: np.random.Generator
    ) -> dict[str, Any]:
        """See `handloom.evaluate.choice_metrics`: truth is (n,) class numbers or, multi-label, (n, classes) of 0 and 1."""
        return choice_metrics(truth, probabilities, classes, rng=rng)
