"""The map of a task's items on disk: where each lies, what its nearest neighbours are, what the newest model says of it.

A folder per task. A drawn map is a folder of raw little-endian arrays that never change; ``state.json``, replaced last and
at once, says which of them counts. The server reads them as they lie, without numpy; a worker writes them. Safe to delete.

    ids.i64        (n,) items, ascending
    rows.u32       (n,) their rows in the features
    places.f32     (n, 2) as laid out; landmarks.u32: rows of the map that others are placed by
    near.u32       (n, k) rows of the map, nearest first
    tests.u8       (n,) in the living test set
    points.bin     what a browser gets: b"HLM1", n as uint32, first id as uint64, (n,) uint32 ids less the first,
                   (n, 2) uint16 places
    said-m7.bin    of model 7: (n,) uint16 label number + 1 (0: nothing), (n,) uint8 uncertainty
"""

from __future__ import annotations

import heapq
import json
import math
import mmap
import os
import shutil
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

from .lock import FolderLock

MAGIC, COLOURS = b"HLM1", b"HLC1"
SEVERAL, NONE = 65_535, 65_534
"""In place of a label number: several labels, and expressly none of them."""
BESIDES = 64
"""Items kept in view beyond those asked for: what is near is often reached by way of what is a little farther."""
LOOKED_AT = 20_000
"""Vectors compared for one question about neighbours, at most."""


@dataclass(frozen=True, slots=True)
class State:
    """Which map counts. version: name of its folder; features: name of the folder of the features it was made of, and
    encoder: of their encoder; laid: items when it was laid out; frame: of the places; total: items of the project then;
    model: whose predictions are there."""

    version: str
    n: int
    k: int
    laid: int
    total: int
    features: str
    encoder: str
    frame: tuple[float, float, float]
    made: float
    seed: int
    model: int | None = None


class MapFolder:
    """The map of one task."""

    def __init__(self, cache: Path, task_id: int) -> None:
        self.folder = cache / "maps" / f"t{task_id}"
        self._features = cache / "features"

    @property
    def state(self) -> State | None:
        """The map that counts, or None."""
        try:
            raw = json.loads((self.folder / "state.json").read_text("utf-8"))
            return State(**{**raw, "frame": tuple(raw["frame"])})
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Held while drawing; raises `WorkspaceLocked` when another process draws."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FolderLock(self.folder / "lock").take()
        try:
            yield
        finally:
            lock.release()

    def put(self, state: State, arrays: Mapping[str, bytes]) -> State:
        """A new map under a new version; the one before stays for whoever still reads it, older ones go."""
        before = self.state
        number = int(before.version[1:]) + 1 if before is not None else 1
        new = replace(state, version=f"v{number}")
        place = self.folder / new.version
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name, content in arrays.items():
            (place / name).write_bytes(content)
        self._save(new)
        for other in self.folder.glob("v*"):
            if other.is_dir() and other.name not in (new.version, before.version if before else ""):
                shutil.rmtree(other, ignore_errors=True)
        return new

    def put_said(self, model: int, content: bytes) -> State:
        """What a model says of every item of the map that counts."""
        state = self.state
        assert state is not None
        path = self.folder / state.version / f"said-m{model}.bin"
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(content)
        os.replace(temporary, path)
        new = replace(state, model=model)
        self._save(new)
        for other in path.parent.glob("said-m*.bin"):
            if other != path:
                other.unlink(missing_ok=True)
        return new

    def _save(self, state: State) -> None:
        temporary = self.folder / f"state.json.{os.getpid()}"
        temporary.write_text(json.dumps(asdict(state)), "utf-8")
        os.replace(temporary, self.folder / "state.json")

    def path(self, state: State, name: str) -> Path:
        """Where an array of a map lies."""
        return self.folder / state.version / name

    def points(self, state: State) -> bytes:
        """What a browser draws."""
        return self.path(state, "points.bin").read_bytes()

    def ids(self, state: State) -> array[int]:
        """Items of the map, ascending."""
        return _ids(self.path(state, "ids.i64"))

    def tests(self, state: State) -> bytes:
        """1 for each item of the living test set."""
        return self.path(state, "tests.u8").read_bytes()

    def said(self, state: State) -> tuple[bytes, bytes] | None:
        """Label numbers as uint16 and uncertainty as uint8, of the newest model that looked at the map."""
        if state.model is None:
            return None
        try:
            raw = self.path(state, f"said-m{state.model}.bin").read_bytes()
        except FileNotFoundError:
            return None
        return raw[: 2 * state.n], raw[2 * state.n :]

    def neighbours(self, state: State, item_id: int, n: int) -> list[tuple[int, float]] | None:
        """(item, distance) of the n items most like this one, nearest first; None when it is not on the map. Raises
        `FileNotFoundError`, `ValueError` or `IndexError` while the features are being made anew.

        Follows the stored neighbours from item to item, always on from the nearest that was not looked around yet, as
        searches in neighbour graphs do (Malkov and Yashunin 2016), and measures the vectors themselves.
        """
        ids = self.ids(state)
        start = bisect_left(ids, item_id)
        if start == len(ids) or ids[start] != item_id:
            return None
        if state.k == 0:
            return []
        place = self._features / state.features
        width = int(json.loads((place / "state.json").read_text("utf-8"))["latent"])
        with (
            _mapped(self.path(state, "near.u32"), "I") as near,
            _mapped(self.path(state, "rows.u32"), "I") as rows,
            _mapped(place / "vectors.f32", "f") as vectors,
        ):
            found = _walk(start, n, (near, state.k), rows, (vectors, width))
        return [(ids[row], distance) for distance, row in found]


def _walk(
    start: int, n: int, near: tuple[memoryview, int], rows: memoryview, vectors: tuple[memoryview, int]
) -> list[tuple[float, int]]:
    def vector(row: int) -> list[float]:
        begin = rows[row] * vectors[1]
        return cast("list[float]", vectors[0][begin : begin + vectors[1]].tolist())

    k = near[1]
    origin = vector(start)
    seen = {start}
    waiting: list[tuple[float, int]] = [(0.0, start)]
    kept = n + BESIDES
    best: list[tuple[float, int]] = []  # a heap of the nearest so far, farthest on top: (-distance, -row)
    while waiting and len(seen) < LOOKED_AT:
        distance, row = heapq.heappop(waiting)
        if len(best) == kept and distance > -best[0][0]:
            break
        for other in near[0][row * k : (row + 1) * k].tolist():
            if other in seen:
                continue
            seen.add(other)
            away = math.dist(origin, vector(other))
            if len(best) < kept:
                heapq.heappush(best, (-away, -other))
            elif away < -best[0][0]:
                heapq.heapreplace(best, (-away, -other))
            else:
                continue
            heapq.heappush(waiting, (away, other))
    return sorted((-away, -row) for away, row in best)[:n]


@contextmanager
def _mapped(path: Path, kind: str) -> Iterator[memoryview]:
    """The numbers of a file, read where they lie. What is sliced from it must not outlive the block."""
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as raw,
        raw.cast(kind) as view,  # type: ignore[call-overload]
    ):
        yield view


@lru_cache(maxsize=4)
def _ids(path: Path) -> array[int]:
    found = array("q")
    found.frombytes(path.read_bytes())
    return found


def packed_points(ids: array[int], places: bytes) -> bytes:
    """``points.bin``. places: (n, 2) uint16."""
    first = ids[0] if ids else 0
    return MAGIC + struct.pack("<IQ", len(ids), first) + array("I", (one - first for one in ids)).tobytes() + places
