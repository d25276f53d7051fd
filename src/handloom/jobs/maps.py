"""The step that draws the map of a task's items, places new ones on it, and colours it by the newest model."""

from __future__ import annotations

import time
from array import array
from typing import Any

import numpy as np

from ..core.arrays import Indices
from ..select import map as plane
from ..store import Store, training
from ..store.features import Pool
from ..store.maps import NONE, SEVERAL, MapFolder, State, packed_points
from ..store.projects import TaskRow
from . import models
from .learn import task_of
from .pool import folder, ready
from .work import Work

MOST = 200_000
"""Items on a map at most; of more, as many drawn at random. The screen says so."""
NEAR = 32
"""Neighbours kept of every item."""
ANEW = 2.0
"""When there are so many times the items that it was laid out for, a map is laid out anew; else what lies stays."""


def of(store: Store, task_id: int) -> MapFolder:
    """Where the map of a task lies."""
    return MapFolder(store.cache, task_id)


def draw(work: Work, _state: dict[str, Any]) -> dict[str, Any]:
    """Draw the map, or place what is new on it. ``args``: seed, and fresh to lay it out anew whatever is there."""
    task = task_of(work)
    args = work.job.args
    return _drawn(work, task, seed=int(args.get("seed", 0)), fresh=bool(args.get("fresh", False)))


def keep_up(work: Work, _state: dict[str, Any]) -> dict[str, Any]:
    """After a training: the same for a map that somebody has asked for; nothing where nobody did."""
    task = task_of(work)
    state = of(work.store, task.id).state
    if state is None:
        return {}
    _drawn(work, task, seed=state.seed, fresh=False)
    return {}


def _drawn(work: Work, task: TaskRow, *, seed: int, fresh: bool) -> dict[str, Any]:
    store = work.store
    pool, there = ready(store, task), of(store, task.id)
    if pool is None:
        return {"words": "there is nothing to draw yet"}
    with there.held():
        state = there.state
        rows = _rows(pool, seed)
        known = there.ids(state) if state is not None else array("q")
        same = state is not None and state.encoder == pool.encoder and list(known) == pool.ids[rows].tolist()
        if fresh or not same or state is None:
            work.report(f"looks for the neighbours of {rows.size:,} items")
            state = _put(there, task, store, pool, rows, seed=seed, fresh=fresh)
        work.report("colours the map")
        _colour(store, task, there, state)
    return {"items": int(rows.size), "words": f"{rows.size:,} items are on the map"}


def _rows(pool: Pool, seed: int) -> Indices:
    """Rows of the pool that are on the map: all, or those whose id is drawn; the same ones again as the pool grows."""
    n = pool.ids.size
    if n <= MOST:
        return np.arange(n, dtype=np.int64)
    mixed = (pool.ids.astype(np.uint64) + np.uint64(seed)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    order = np.argsort(mixed, kind="stable")[:MOST]
    return np.sort(order)


def _put(there: MapFolder, task: TaskRow, store: Store, pool: Pool, rows: Indices, *, seed: int, fresh: bool) -> State:
    vectors = np.ascontiguousarray(pool.features.vectors[rows], dtype=np.float32)
    rng = np.random.default_rng((seed, rows.size))
    near = plane.graph(vectors, NEAR, rng=rng)
    old = there.state
    stays = old is not None and not fresh and old.encoder == pool.encoder and rows.size <= ANEW * old.laid
    if stays and old is not None:
        places, landmarks = _grown(there, old, pool, rows, vectors, rng)
        points, frame = plane.as_uint16(places, old.frame)
        laid = old.laid
    else:
        places, landmarks = plane.lay_out(vectors, near, rng=rng)
        points, frame = plane.as_uint16(places)
        laid = int(rows.size)
    ids = pool.ids[rows]
    known = array("q")
    known.frombytes(ids.astype("<i8").tobytes())
    new = State(
        version="v0", n=int(rows.size), k=int(near.shape[1]), laid=laid, total=int(pool.ids.size),
        features=folder(store, task).folder.name, encoder=pool.encoder, frame=frame, made=time.time(), seed=seed,
    )  # fmt: skip
    return there.put(
        new,
        {
            "ids.i64": ids.astype("<i8").tobytes(),
            "rows.u32": rows.astype("<u4").tobytes(),
            "places.f32": places.astype("<f4").tobytes(),
            "landmarks.i64": pool.ids[rows[landmarks]].astype("<i8").tobytes(),
            "near.u32": near.astype("<u4").tobytes(),
            "tests.u8": pool.tests[rows].astype("u1").tobytes(),
            "points.bin": packed_points(known, points.tobytes()),
        },
    )


def _grown(
    there: MapFolder, old: State, pool: Pool, rows: Indices, vectors: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, Indices]:
    """Places of the rows: those that lay there before stay, the others come between the landmarks nearest to them."""
    ids = pool.ids[rows]
    known = np.fromfile(there.path(old, "ids.i64"), dtype="<i8")
    before = np.fromfile(there.path(old, "places.f32"), dtype="<f4").reshape(-1, 2)
    marks = np.fromfile(there.path(old, "landmarks.i64"), dtype="<i8")
    at = np.searchsorted(known, ids).clip(0, max(len(known) - 1, 0))
    stayed = known[at] == ids
    places = before[at].astype(np.float32)
    landmarks = np.flatnonzero(np.isin(ids, marks) & stayed)
    new = np.flatnonzero(~stayed)
    if new.size:
        places[new] = plane.place(vectors[new], vectors[landmarks], places[landmarks], rng=rng)
    return places, landmarks


def _colour(store: Store, task: TaskRow, there: MapFolder, state: State) -> None:
    with store.read() as connection:
        model = training.newest_model(connection, task.id)
    if model is None or (state.model == model.id and there.said(state) is not None):
        return
    classes = len(task.options["labels"])
    scores = models.get_scores(store, model, classes)
    if scores is None:
        return
    ids = np.fromfile(there.path(state, "ids.i64"), dtype="<i8")
    place, known = scores.at(ids)
    label, doubt = np.zeros(ids.size, dtype="<u2"), np.zeros(ids.size, dtype="u1")
    chances = scores.probabilities[place[known]].astype(np.float32)
    label[known], doubt[known] = said(chances, multi=bool(task.options.get("multi")))
    there.put_said(model.id, label.tobytes() + doubt.tobytes())


def said(chances: np.ndarray, *, multi: bool) -> tuple[np.ndarray, np.ndarray]:
    """(n,) uint16 label number + 1 and (n,) uint8 uncertainty: 255 where the two likeliest labels are equally likely.

    chances: (n, classes). multi: of several labels `SEVERAL`, of none `NONE`; uncertain where one of them is near 0.5.
    """
    if multi:
        chosen = chances >= 0.5
        count = chosen.sum(axis=1)
        label = np.where(count == 1, chosen.argmax(axis=1) + 1, np.where(count == 0, NONE, SEVERAL))
        doubt = 1.0 - np.abs(2.0 * chances - 1.0).min(axis=1)
    else:
        label = chances.argmax(axis=1) + 1
        two = np.sort(chances, axis=1)[:, -2:] if chances.shape[1] > 1 else np.repeat(chances, 2, axis=1)
        doubt = 1.0 - (two[:, 1] - two[:, 0]) if chances.shape[1] > 1 else np.zeros(len(chances))
    return label.astype("<u2"), np.round(np.clip(doubt, 0, 1) * 255).astype("u1")
