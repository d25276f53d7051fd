"""What models said about items of the pool, read where it lies: a page of a million items touches a few pages of disk."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.ids import show
from ..core.later import later
from ..jobs import columns
from ..store import training
from ..store.training import Model
from .session import Session

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

MODELS_SHOWN = 10


def newest(session: Session, task_id: int, item_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """``{"label", "probability", "model"}`` of the newest model, by item; items that came after it are absent."""
    with session.store.read() as connection:
        model = training.newest_model(connection, task_id)
    if model is None or not item_ids:
        return {}
    labels, multi = _labels(session, model)
    found = _chances(session, model, item_ids)
    return {
        number: {**_said(chances, labels, multi), "model": show("model", model.id)} for number, chances in found.items()
    }


def of_item(session: Session, task_id: int, item_id: int) -> list[dict[str, Any]]:
    """``{"model", "number", "label", "probability"}`` of the last models, newest first."""
    with session.store.read() as connection:
        models = training.models(connection, task_id, limit=MODELS_SHOWN)
    shown = []
    for model in models:
        labels, multi = _labels(session, model)
        for chances in _chances(session, model, [item_id]).values():
            about = {"model": show("model", model.id), "number": model.number}
            shown.append({**about, **_said(chances, labels, multi)})
    return shown


def _labels(session: Session, model: Model) -> tuple[list[str], bool]:
    """The labels of the model's columns in today's names; one that was split keeps the name that the model learned."""
    task = session.case_of(model.project_id).task_by_id(model.task_id)
    if task is None:
        return [], False
    multi = bool(task.options.get("multi"))
    if task.version == 1:  # nothing was ever renamed
        return task.options["labels"], multi
    with session.store.read() as connection:
        past = columns.past(connection, model)
    names = [past.chain.label(label, past.version) or label for label in past.labels]
    return names, multi


def _chances(session: Session, model: Model, item_ids: Sequence[int]) -> dict[int, np.ndarray]:
    if model.scores is None or not session.store.blobs.has(model.scores):
        return {}
    ids, probabilities = _mapped(session.store.blobs.path(model.scores))
    wanted = np.asarray(item_ids, dtype=np.int64)
    places = np.searchsorted(ids, wanted)
    return {
        int(number): np.asarray(probabilities[place], dtype=np.float32)
        for number, place in zip(wanted, places, strict=True)
        if place < ids.shape[0] and ids[place] == number
    }


def _said(chances: np.ndarray, labels: Sequence[str], multi: bool) -> dict[str, Any]:
    best = int(np.argmax(chances))
    if multi:
        chosen = [k for k in range(len(chances)) if chances[k] >= 0.5]
        sure = float(np.prod(np.where(chances >= 0.5, chances, 1 - chances)))
        return {"label": ", ".join(labels[k] for k in chosen), "probability": round(sure, 4)}
    return {"label": labels[best], "probability": round(float(chances[best]), 4)}


@lru_cache(maxsize=32)
def _mapped(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """``ids`` and ``probabilities`` of an uncompressed npz as memory maps, since loading them whole costs their size."""
    return _member(path, "ids.npy"), _member(path, "probabilities.npy")


def _member(path: Path, name: str) -> np.ndarray:
    with zipfile.ZipFile(path) as pack:
        start = pack.getinfo(name).header_offset
    with path.open("rb") as file:
        file.seek(start + 26)  # in a zip's local header: two lengths, then the name and an extra field of those lengths
        head = file.read(4)
        file.seek(start + 30 + int.from_bytes(head[:2], "little") + int.from_bytes(head[2:], "little"))
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, kind = read(file)
        if 0 in shape:
            return np.zeros(shape, dtype=kind)
        return np.memmap(path, dtype=kind, mode="r", offset=file.tell(), shape=shape)
