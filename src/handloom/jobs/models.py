"""Stored models: packed, unpacked, kept warm, and what each thinks of the pool."""

from __future__ import annotations

import io
import json
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import evaluate
from ..core import registry
from ..core.arrays import Indices, Probs
from ..core.protocols import Content, Encoder, Learner
from ..store import Store, relabelling
from ..store.projects import TaskRow
from ..store.training import Model
from . import columns
from .pool import load_encoder

_KEPT = 4
_warm: OrderedDict[str, Ready] = OrderedDict()
_encoders: OrderedDict[str, Encoder] = OrderedDict()
_counted: OrderedDict[tuple[str, int, int], tuple[int, ...]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Ready:
    """A model in memory. classes: the labels of the task when it was trained; later ones it cannot give."""

    encoder: Encoder
    encoder_digest: str
    learner: Learner
    classes: tuple[str, ...]
    multi: bool

    def predict(self, contents: Sequence[Content]) -> Probs:
        """(n, classes) probabilities."""
        return self.learner.predict(self.encoder.encode(contents))


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model thought of every item of the pool when it was made. ids ascend; probabilities: (n, classes) float16.

    vague: classes that it cannot tell apart, because the label that they were has been split since.
    """

    ids: Indices
    probabilities: np.ndarray
    vague: frozenset[int] = frozenset()

    def at(self, item_ids: Indices) -> tuple[Indices, np.ndarray]:
        """Rows of these items, -1 where an item came later; and which are known."""
        place = np.searchsorted(self.ids, item_ids)
        place[place == self.ids.size] = 0
        known = self.ids[place] == item_ids if self.ids.size else np.zeros(len(item_ids), dtype=bool)
        return np.where(known, place, -1), known


def pack(store: Store, task: TaskRow, learner: Learner, encoder: str) -> str:
    """Store a fitted learner with the digest of the encoder it belongs to; the packed folder's digest.

    The encoder is a blob of its own, shared by all models that use it: a model costs what its learner weighs.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "learner").mkdir()
        learner.save(folder / "learner")
        about = {"kind": task.kind, "version": task.version, "options": dict(task.options), "encoder": encoder}
        (folder / "model.json").write_text(json.dumps(about, sort_keys=True), "utf-8")
        return store.blobs.put_folder(folder)


def load(store: Store, task: TaskRow, digest: str) -> Ready:
    """The model packed under this digest; the last few stay in memory."""
    with _lock:
        if digest in _warm:
            _warm.move_to_end(digest)
            return _warm[digest]
    with tempfile.TemporaryDirectory() as temporary:
        store.blobs.get_folder(digest, Path(temporary))
        about: dict[str, Any] = json.loads((Path(temporary) / "model.json").read_text("utf-8"))
        learner: Learner = registry.find("tasks", about["kind"]).learner(about["options"])
        learner.load(Path(temporary) / "learner")
    encoder = _encoder(store, task, about["encoder"])
    options = about["options"]
    ready = Ready(encoder, about["encoder"], learner, tuple(options["labels"]), bool(options.get("multi", False)))
    with _lock:
        _warm[digest] = ready
        while len(_warm) > _KEPT:
            _warm.popitem(last=False)
    return ready


def _encoder(store: Store, task: TaskRow, digest: str) -> Encoder:
    with _lock:
        if digest in _encoders:
            return _encoders[digest]
    encoder = load_encoder(store, task, digest)
    with _lock:
        _encoders[digest] = encoder
        while len(_encoders) > _KEPT:
            _encoders.popitem(last=False)
    return encoder


def put_scores(store: Store, scores: Scores) -> str:
    """Store scores as an uncompressed npz blob (``ids`` int64, ``probabilities`` float16)."""
    buffer = io.BytesIO()
    np.savez(buffer, ids=scores.ids, probabilities=scores.probabilities)
    return store.blobs.put(buffer.getvalue())


def get_scores(store: Store, model: Model, classes: int) -> Scores | None:
    """The scores of a model in today's labels, with zeros for those that the task got later; None when it has none."""
    if model.scores is None or not store.blobs.has(model.scores):
        return None
    with np.load(store.blobs.path(model.scores), allow_pickle=False) as stored:
        ids, probabilities = stored["ids"], stored["probabilities"]
    moved = columns.columns(store, model)
    if moved is not None:
        probabilities = moved.of(probabilities)
    missing = classes - probabilities.shape[1]
    if missing > 0:
        probabilities = np.pad(probabilities, ((0, 0), (0, missing)))
    return Scores(ids, probabilities, moved.vague if moved is not None else frozenset())


def guesses(store: Store, model: Model, classes: int, multi: bool) -> tuple[int, ...]:
    """How often a model gives each label on the pool; all 0 when its scores are gone. Counted once per process."""
    with store.read() as connection:
        key = (model.scores or "", classes, relabelling.chain(connection, model.task_id).newest)
    with _lock:
        if key in _counted:
            return _counted[key]
    scores = get_scores(store, model, classes)
    if scores is None:
        return (0,) * classes
    said = evaluate.predictions(scores.probabilities, multi=multi)
    counts = said.sum(axis=0) if multi else np.bincount(said, minlength=classes)
    with _lock:
        _counted[key] = found = tuple(int(count) for count in counts)
        while len(_counted) > _KEPT:
            _counted.popitem(last=False)
    return found
