"""Predictions of releases: logged as they are given, some of them sampled into questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..core.errors import NotFound
from ..core.ids import show
from . import schema

if TYPE_CHECKING:
    from .training import Release
    from .writer import Tx

y = schema.prediction


@dataclass(frozen=True, slots=True)
class NewPrediction:
    """What a release said about an input. sampled: why it becomes an item, or None; probability: of a random draw."""

    data: Mapping[str, Any]
    value: Mapping[str, Any]
    confidence: float
    probabilities: Mapping[str, float]
    sampled: str | None
    probability: float
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """A logged prediction."""

    id: int
    project_id: int
    task_id: int
    release_id: int
    model_id: int
    data: Mapping[str, Any]
    value: Mapping[str, Any]
    confidence: float
    probabilities: Mapping[str, float]
    sampled: str | None
    probability: float
    item_id: int | None
    feedback: Mapping[str, Any] | None
    actor_id: int
    created: float


_COLUMNS = tuple(y.c[name] for name in Prediction.__slots__)


def add(tx: Tx, new: Sequence[NewPrediction], release: Release, *, actor_id: int) -> list[int]:
    """Log predictions of a release; their numbers in the same order."""
    common = {
        "project_id": release.project_id,
        "task_id": release.task_id,
        "release_id": release.id,
        "model_id": release.model_id,
        "actor_id": actor_id,
        "created": tx.now,
    }
    rows = [
        {
            "data": dict(one.data),
            "value": dict(one.value),
            "confidence": one.confidence,
            "probabilities": dict(one.probabilities),
            "sampled": one.sampled,
            "probability": one.probability,
            "item_id": one.item_id,
        }
        | common
        for one in new
    ]
    return list(tx.execute(_INSERT, rows).scalars()) if rows else []


_INSERT = sa.insert(y).returning(y.c.id, sort_by_parameter_order=True)


def get(connection: sa.Connection, prediction_id: int) -> Prediction:
    """The prediction of that number; raises `NotFound`."""
    row = connection.execute(sa.select(*_COLUMNS).where(y.c.id == prediction_id)).first()
    if row is None:
        raise NotFound("prediction", show("prediction", prediction_id))
    return Prediction(*row)


def page(connection: sa.Connection, project_id: int, *, before: int | None, limit: int) -> list[Prediction]:
    """Predictions of a project, newest first, from the one before ``before``."""
    query = sa.select(*_COLUMNS).where(y.c.project_id == project_id).order_by(y.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(y.c.id < before)
    return [Prediction(*row) for row in connection.execute(query)]


def recent(connection: sa.Connection, project_id: int, release_id: int, *, limit: int) -> list[Any]:
    """Rows (confidence, value) of the newest predictions of a release."""
    query = (
        sa.select(y.c.confidence, y.c.value)
        .where(y.c.project_id == project_id, y.c.release_id == release_id)
        .order_by(y.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query).all())


def set_feedback(tx: Tx, prediction: Prediction, feedback: Mapping[str, Any], item_id: int | None) -> None:
    """Keep what somebody said about a prediction, and the item that it became."""
    tx.execute(sa.update(y).where(y.c.id == prediction.id).values(feedback=dict(feedback), item_id=item_id))
    tx.emit(
        "prediction.feedback",
        project=prediction.project_id,
        actor=feedback.get("actor"),
        subject=show("prediction", prediction.id),
        body=dict(feedback),
    )
