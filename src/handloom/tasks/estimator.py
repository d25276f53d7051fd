"""A scikit-learn estimator of the user's own as a learner, in one file:

    # my_learner.py
    from sklearn.naive_bayes import ComplementNB
    from handloom.tasks.estimator import SklearnLearner

    def complement_nb(options):
        return SklearnLearner(ComplementNB(), "complement_nb@1", multi=options.get("multi", False))

    # pyproject.toml
    [project.entry-points."handloom.learners"]
    complement_nb = "my_learner:complement_nb"

Estimators have no format of their own but pickle, and reading a pickle runs whatever code is in it. So a stored model is only
read when ``trust`` is set, by whoever knows where the file comes from; the built-in learners need no such trust.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from ..core.arrays import Features, Indices, Probs
from ..core.errors import Corrupt, Forbidden, NotEnoughLabels, WrongState


class SklearnLearner:
    """Wraps a classifier with ``fit`` and ``predict_proba`` (or ``decision_function``); one copy per label when ``multi``.

    dense: give it ``Features.vectors`` instead of ``Features.matrix``, for estimators that cannot read sparse input.
    trust: allow `load`. A soft label counts as its likeliest class (multi-label: from one half on).
    """

    def __init__(
        self, estimator: Any, name: str, *, multi: bool = False, dense: bool = False, trust: bool = False
    ) -> None:
        self.estimator = estimator
        self.name = name
        self.multi = multi
        self.dense = dense
        self.trust = trust
        self.classes = 0
        self.present: Indices = np.zeros(0, dtype=np.int64)
        self.fitted: list[Any] = []

    def fit(
        self, features: Features, targets: np.ndarray, *, weights: np.ndarray | None, rng: np.random.Generator
    ) -> None:
        """Fit clones of the estimator; an integer ``random_state`` is drawn from ``rng`` where it has one."""
        targets = np.asarray(targets, dtype=np.float32)
        if targets.ndim != 2 or targets.shape[0] == 0:
            raise NotEnoughLabels("a model needs at least one labelled item; none was given")
        self.classes = targets.shape[1]
        if self.multi:
            hard = (targets >= 0.5).astype(np.int64)
            mixed = (hard.min(axis=0) != hard.max(axis=0)).nonzero()[0]
            self.present = np.flatnonzero(hard.max(axis=0))
            self.fitted = [
                self._fit_one(features, hard[:, k], weights, rng) if k in mixed else None for k in self.present
            ]
            return
        hard = targets.argmax(axis=1)
        self.present = np.unique(hard)
        self.fitted = [self._fit_one(features, hard, weights, rng) if self.present.size > 1 else None]

    def predict(self, features: Features) -> Probs:
        """(n, classes) probabilities; a class without a label gets 0."""
        if not self.fitted and not self.classes:
            raise WrongState("this model was never fitted; call fit or load first")
        out = np.zeros((len(features), self.classes), dtype=np.float32)
        if self.multi:
            for k, one in zip(self.present, self.fitted, strict=True):
                out[:, k] = 1.0 if one is None else self._chances(one, features)[:, 1]
        else:
            one = self.fitted[0]
            out[:, self.present] = 1.0 if one is None else self._chances(one, features)
        return out

    def save(self, folder: Path) -> None:
        """Write ``learner.joblib`` and, with its digest, ``learner.json`` into an existing folder."""
        if not self.classes:
            raise WrongState("this model was never fitted; there is nothing to save")
        joblib.dump(self.fitted, folder / "learner.joblib")
        about = {"name": self.name, "classes": self.classes, "present": self.present.tolist(), "multi": self.multi}
        about |= {"dense": self.dense, "digest": _digest(folder / "learner.joblib")}
        (folder / "learner.json").write_text(json.dumps(about), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read what `save` wrote. Raises `Forbidden` unless ``trust`` was set, `Corrupt` when the file has changed."""
        if not self.trust:
            raise Forbidden(
                f"the stored model {self.name} is a pickle, and reading one runs the code in it; make the learner with "
                "SklearnLearner(..., trust=True) if you know where this workspace comes from"
            )
        about = json.loads((folder / "learner.json").read_text(encoding="utf-8"))
        if _digest(folder / "learner.joblib") != about["digest"]:
            raise Corrupt(f"learner.joblib of {about['name']} is not the file that was saved; train the model again")
        self.fitted = joblib.load(folder / "learner.joblib")
        self.classes, self.multi, self.dense = about["classes"], about["multi"], about["dense"]
        self.present = np.array(about["present"], dtype=np.int64)

    def _fit_one(
        self, features: Features, target: np.ndarray, weights: np.ndarray | None, rng: np.random.Generator
    ) -> Any:
        one: Any = clone(self.estimator)
        if "random_state" in one.get_params():
            one.set_params(random_state=int(rng.integers(2**31)))
        extra = {"sample_weight": weights} if weights is not None and has_fit_parameter(one, "sample_weight") else {}
        return one.fit(self._matrix(features), target, **extra)

    def _chances(self, one: Any, features: Features) -> np.ndarray:
        """(n, classes of this estimator) probabilities; a decision value d of a margin classifier counts as softmax(d)."""
        if hasattr(one, "predict_proba"):
            return one.predict_proba(self._matrix(features))
        value = np.asarray(one.decision_function(self._matrix(features)), dtype=np.float64)
        value = np.stack((-value / 2, value / 2), axis=1) if value.ndim == 1 else value
        value = np.exp(value - value.max(axis=1, keepdims=True))
        return value / value.sum(axis=1, keepdims=True)

    def _matrix(self, features: Features) -> Any:
        return features.vectors if self.dense else features.matrix


def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=20).hexdigest()
