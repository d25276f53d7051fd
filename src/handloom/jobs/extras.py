"""What some strategies want besides embeddings and probabilities; made only for those, for at most 20,000 candidates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import select, train
from ..core.arrays import Draws, Features, Indices
from ..core.protocols import Learner, Round
from ..store import Store, picking, training
from ..store.features import Pool
from ..store.projects import TaskRow
from ..store.training import Model
from . import models

MEMBERS = 5
MOST = 20_000
"""Candidates that draws are made for; of more, as many drawn at random."""
NOISE = 0.15
"""Noise on the input: standard deviations of a column (dense), or the share of the words left out (sparse)."""
REMEMBERED = 20
"""Batches of the bandit whose reward is worked out."""
HEAVY = frozenset(("committee", "noisy"))
"""Extras that need models to be fitted or run, which only a job may do."""


def draws_for(candidates: Indices, rng: np.random.Generator) -> Indices:
    """The candidates that draws are made for, ascending."""
    if candidates.size <= MOST:
        return candidates
    return np.sort(rng.choice(candidates, size=MOST, replace=False))


def committee(
    learner: Callable[[], Learner],
    features: Features,
    rows: Indices,
    targets: np.ndarray,
    some: Indices,
    rng: np.random.Generator,
) -> Draws:
    """(members, n, classes) of learners fitted on labels drawn with replacement; nan outside ``some``. Breiman 1996.

    targets: (rows, classes) of the labelled rows.
    """
    asked = features.take(some)
    out = np.full((MEMBERS, len(features), targets.shape[1]), np.nan, dtype=np.float32)
    for member in out:
        drawn = rng.integers(len(rows), size=len(rows))
        fitted = learner()
        fitted.fit(features.take(rows[drawn]), targets[drawn], weights=None, rng=rng)
        member[some] = fitted.predict(asked)
    return out


def noisy(learner: Learner, features: Features, classes: int, some: Indices, rng: np.random.Generator) -> Draws:
    """(draws, n, classes) of the model on inputs with noise; nan outside ``some``."""
    asked = features.take(some)
    out = np.full((MEMBERS, len(features), classes), np.nan, dtype=np.float32)
    for draw in out:
        found = learner.predict(Features(with_noise(asked.matrix, rng), asked.vectors))
        draw[some] = 0.0  # labels that the task got after this model
        draw[some, : found.shape[1]] = found
    return out


def with_noise(matrix: Any, rng: np.random.Generator) -> Any:
    """A copy with noise: a sparse matrix loses some of its entries, to a dense one a part of each column's spread is added."""
    if hasattr(matrix, "tocsr"):  # asked so because the server, which loads this module, does without scipy
        out = matrix.tocsr(copy=True)
        out.data *= (rng.random(out.data.size) >= NOISE) / (1 - NOISE)
        return out
    spread = NOISE * matrix.std(axis=0, dtype=np.float32)
    return matrix + spread * rng.standard_normal(matrix.shape, dtype=np.float32)


def seconds(store: Store, task: TaskRow, pool: Pool) -> np.ndarray:
    """(n,) expected seconds of an answer to each item, learned from the answers there are."""
    with store.read() as connection:
        items, taken = picking.answer_seconds(connection, task.id)
    rows, measured = select.measured_rows(pool.ids, items, taken)
    return select.expected_seconds(np.asarray(pool.features.vectors), rows, measured)


def rounds(store: Store, task: TaskRow) -> tuple[Round, ...]:
    """The bandit's newest batches with what each improved: mean log-likelihood of the test labels, model after minus before.

    Both models are measured on the same items, the living test set, which is a uniformly random part of the pool.
    """
    classes = tuple(task.options["labels"])
    with store.read() as connection:
        batches = picking.arms(connection, task.id, "bandit", limit=REMEMBERED + 1)
        newest = training.newest_model(connection, task.id)
        items, values = picking.labelled(connection, task.id, test=True)
        by_id = {model.id: model for model in training.models(connection, task.id)}
    if not batches:
        return ()
    numbers = train.class_numbers(values, classes)
    after = [batch.model_id for batch in batches[1:]] + [newest.id if newest else None]
    likelihood: dict[int | None, float | None] = {None: None}
    for number in {batch.model_id for batch in batches} | set(after):
        if number in by_id:
            likelihood[number] = _likelihood(store, by_id[number], items, numbers, len(classes))
    found = []
    for batch, then in zip(batches, after, strict=True):
        before, now = likelihood.get(batch.model_id), likelihood.get(then)
        gain = None if before is None or now is None or batch.model_id == then else now - before
        found.append(Round(batch.strategy, gain))
    return tuple(found)


def _likelihood(store: Store, model: Model, items: Indices, numbers: Indices, classes: int) -> float | None:
    scores = models.get_scores(store, model, classes)
    if scores is None or not items.size:
        return None
    place, known = scores.at(items)
    known &= numbers >= 0
    if not known.any():
        return None
    chances = scores.probabilities[place[known], numbers[known]].astype(np.float64)
    return float(np.log(np.clip(chances, 1e-3, 1)).mean())
