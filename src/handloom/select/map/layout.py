"""Rows on a plane so that near ones stay near: the forces of UMAP (McInnes, Healy and Melville 2018), whole columns at a time.

A row is pulled to its nearest neighbours and pushed from rows drawn at random, with the kernel 1 / (1 + d^2) of t-SNE (van
der Maaten and Hinton 2008). First a few thousand landmarks find their places from their principal components; the others
start between the landmarks nearest to them, and all are moved together for some rounds. New rows are placed the same way,
and nothing that was there before moves.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...core.arrays import Indices, Vectors
from .nearest import Near, graph, nearest_among

Places = npt.NDArray[np.float32]
"""(n, 2)."""
LANDMARKS = 5_000
PULLS = 15
"""Neighbours that pull at a row."""
PUSHES = 3
"""Rows drawn at random that push it, for each pull."""
ROUNDS, POLISH = 120, 40
"""Rounds over all pulls: of the landmarks, and of everything when all are placed."""
BETWEEN = 3
"""Landmarks that a row starts between."""
START = 10.0
"""Half of the width of the plane at the start."""
FAR = 4.0
"""A single force moves a row by at most so much."""
SOFT = 1e-3


def lay_out(vectors: Vectors, near: Near, *, rng: np.random.Generator) -> tuple[Places, Indices]:
    """(n, 2) a place for every row, and the rows that were landmarks, ascending.

    near: (n, k) the nearest other rows of each row, as `graph` gives them.
    """
    n = len(vectors)
    if n <= 2 or near.shape[1] == 0:
        return np.array([[k, 0] for k in range(n)], dtype=np.float32).reshape(n, 2), np.arange(n, dtype=np.int64)
    whole = n <= LANDMARKS
    landmarks = np.arange(n) if whole else np.sort(rng.choice(n, size=LANDMARKS, replace=False))
    few = np.ascontiguousarray(vectors[landmarks], dtype=np.float32)
    around = near[:, :PULLS] if whole else graph(few, PULLS, rng=rng)
    places = _settled(_principal(few, rng), around, rounds=ROUNDS, heat=1.0, rng=rng)
    if whole:
        return places, landmarks
    every = place(vectors, few, places, rng=rng)
    every[landmarks] = places
    return _settled(every, near[:, :PULLS], rounds=POLISH, heat=1.0, rng=rng), landmarks


def place(vectors: Vectors, landmarks: Vectors, places: Places, *, rng: np.random.Generator) -> Places:
    """(n, 2) places for rows between their nearest landmarks, nearer ones counting more. Nothing else moves.

    landmarks: (m, d) their vectors; places: (m, 2) where they are.
    """
    k = min(BETWEEN, len(landmarks))
    near = nearest_among(vectors, landmarks, k, rng=rng)
    out = np.empty((len(vectors), 2), dtype=np.float32)
    for begin in range(0, len(vectors), 8192):
        span = slice(begin, begin + 8192)
        gaps = vectors[span, None, :] - landmarks[near[span]]
        squares = np.einsum("ijk,ijk->ij", gaps, gaps)
        pull = 1.0 / (squares + SOFT)
        pull /= pull.sum(axis=1, keepdims=True)
        out[span] = np.einsum("ij,ijk->ik", pull, places[near[span]])
    spread = 0.02 * places.std(axis=0) / np.sqrt(max(len(landmarks) / LANDMARKS, SOFT))
    # Rows between the same landmarks would lie on top of each other and push each other without end.
    return (out + rng.standard_normal(out.shape, dtype=np.float32) * spread).astype(np.float32)


def _principal(vectors: Vectors, rng: np.random.Generator) -> Places:
    """The first two principal components, scaled to the plane, with noise that parts identical rows."""
    centred = vectors - vectors.mean(axis=0)
    values, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    two = directions[:, np.argsort(-values, kind="stable")[:2]]
    two *= np.where(np.take_along_axis(two, np.abs(two).argmax(axis=0)[None], axis=0) < 0, -1.0, 1.0)
    found = (centred @ two.astype(np.float32)).astype(np.float32)
    if found.shape[1] < 2:
        found = np.pad(found, ((0, 0), (0, 2 - found.shape[1])))
    widest = float(np.abs(found).max()) or 1.0
    noise = rng.standard_normal(found.shape, dtype=np.float32) * np.float32(0.01)
    return (found * np.float32(START / widest) + noise).astype(np.float32)


def _settled(places: Places, near: Near, *, rounds: int, heat: float, rng: np.random.Generator) -> Places:
    """Move every row by its pulls and pushes, one neighbour of each at a time, in steps that shrink to nothing."""
    y = places.astype(np.float32).copy()
    n, k = near.shape
    columns = np.ascontiguousarray(near.T)
    for step in range(rounds):
        strength = np.float32(heat * (1.0 - step / rounds))
        for c in rng.permutation(k):
            gap = y[columns[c]] - y
            pull = 2.0 / (1.0 + np.einsum("ij,ij->i", gap, gap))
            move = np.clip(gap * pull[:, None], -FAR, FAR)
            # One draw of rows pushes everybody: shifted against each other, each meets another one.
            drawn = rng.permutation(n)
            for shift in range(1, PUSHES + 1):
                other = y[np.roll(drawn, shift)]
                gap = y[drawn] - other
                square = np.einsum("ij,ij->i", gap, gap)
                push = 2.0 / ((SOFT + square) * (1.0 + square))
                move[drawn] += np.clip(gap * push[:, None], -FAR, FAR)
            y += strength * move
    return y
