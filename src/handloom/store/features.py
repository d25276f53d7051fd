"""Features of a project's items on disk: appended as items arrive, read as memory maps, safe to delete.

One folder per project, encoder and fit. Arrays are raw little-endian files that only grow; ``state.json``, replaced
last and at once, says how much of them counts, so a crash in the middle of an append loses that append and no more.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core.arrays import Features, Indices
from .lock import FolderLock

_DENSE = "matrix.f32"
_SPARSE = ("data.f32", "indices.i32", "indptr.i64")


@dataclass(frozen=True, slots=True)
class State:
    """How much of the arrays counts. encoder: blob of the encoder's packed folder; content: running digest of the rows."""

    encoder: str
    fitted: int
    content: str
    rows: int = 0
    newest: int = 0
    width: int = 0
    latent: int = 0
    sparse: bool = False
    stored: int = 0


@dataclass(frozen=True, slots=True)
class Pool:
    """Features of all encoded items, in the order of their ids. tests: whether each is in the living test set."""

    ids: Indices
    tests: np.ndarray
    features: Features
    encoder: str


class FeatureFolder:
    """The features that one encoder made of one project's items."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def state(self) -> State | None:
        """What is there, or None."""
        try:
            return State(**json.loads((self.folder / "state.json").read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def lock(self) -> FolderLock:
        """Held while appending; raises `WorkspaceLocked` when another process appends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return FolderLock(self.folder / "lock").take()

    def start(self, encoder: str, fitted: int) -> State:
        """Begin anew for an encoder (the digest of its packed folder) that was fitted on so many items."""
        for path in self.folder.iterdir():
            if path.name != "lock":
                path.unlink()
        new = State(encoder=encoder, fitted=fitted, content="")
        self._save(new)
        return new

    def adopt(self, other: FeatureFolder, ids: Sequence[int], tests: Sequence[bool]) -> State:
        """Copy what another project has for the same contents in the same order, under the ids of this one."""
        state = other.state
        assert state is not None
        for name in (*_SPARSE, _DENSE, "vectors.f32"):
            (self.folder / name).unlink(missing_ok=True)
            if (other.folder / name).exists():
                shutil.copyfile(other.folder / name, self.folder / name)
        np.asarray(ids, dtype="<i8").tofile(self.folder / "ids.i64")
        np.asarray(tests, dtype="u1").tofile(self.folder / "tests.u8")
        new = replace(state, newest=int(ids[-1]) if len(ids) else 0)
        self._save(new)
        return new

    def append(self, ids: Sequence[int], tests: Sequence[bool], features: Features, content: str) -> State:
        """Add rows. ``content``: the running digest after them."""
        state = self.state
        assert state is not None
        matrix, vectors = features.matrix, np.ascontiguousarray(features.vectors, dtype="<f4")
        is_sparse = not isinstance(matrix, np.ndarray)
        stored = state.stored + (int(matrix.nnz) if is_sparse else 0)
        new = replace(
            state,
            content=content,
            rows=state.rows + len(ids),
            newest=int(ids[-1]) if len(ids) else state.newest,
            width=int(matrix.shape[1]),
            latent=int(vectors.shape[1]),
            sparse=is_sparse,
            stored=stored,
        )
        self._add("ids.i64", state.rows * 8, np.asarray(ids, dtype="<i8"))
        self._add("tests.u8", state.rows, np.asarray(tests, dtype="u1"))
        self._add("vectors.f32", state.rows * new.latent * 4, vectors)
        if is_sparse:
            self._add(_SPARSE[0], state.stored * 4, np.asarray(matrix.data, dtype="<f4"))
            self._add(_SPARSE[1], state.stored * 4, np.asarray(matrix.indices, dtype="<i4"))
            self._add(_SPARSE[2], state.rows * 8, np.asarray(matrix.indptr[:-1] + state.stored, dtype="<i8"))
        else:
            self._add(_DENSE, state.rows * new.width * 4, np.ascontiguousarray(matrix, dtype="<f4"))
        self._save(new)
        return new

    def load(self) -> Pool:
        """Everything, as memory maps."""
        state = self.state
        assert state is not None
        n = state.rows
        matrix: Any = self._csr(state) if state.sparse else self._map(_DENSE, "<f4", (n, state.width))
        vectors = self._map("vectors.f32", "<f4", (n, state.latent))
        ids = np.array(self._map("ids.i64", "<i8", (n,)))
        tests = np.array(self._map("tests.u8", "u1", (n,))).astype(bool)
        return Pool(ids, tests, Features(matrix, vectors), state.encoder)

    def blank(self, items: Sequence[int]) -> int:
        """Make the rows of these items zero, as if nothing were in them. How many there were."""
        state = self.state
        if state is None or not state.rows:
            return 0
        lock = self.lock()
        try:
            ids = np.array(self._map("ids.i64", "<i8", (state.rows,)))
            rows = np.flatnonzero(np.isin(ids, np.asarray(items, dtype=np.int64)))
            names = {"vectors.f32": state.latent} | ({} if state.sparse else {_DENSE: state.width})
            for name, width in names.items():
                if width and rows.size:
                    np.memmap(self.folder / name, dtype="<f4", mode="r+", shape=(state.rows, width))[rows] = 0
            if state.sparse and rows.size and state.stored:
                ends = np.append(self._map(_SPARSE[2], "<i8", (state.rows,)), state.stored)
                data = np.memmap(self.folder / _SPARSE[0], dtype="<f4", mode="r+", shape=(state.stored,))
                columns = np.memmap(self.folder / _SPARSE[1], dtype="<i4", mode="r+", shape=(state.stored,))
                for row in rows:
                    data[ends[row] : ends[row + 1]] = 0
                    columns[ends[row] : ends[row + 1]] = 0
            return int(rows.size)
        finally:
            lock.release()

    def _csr(self, state: State) -> Any:
        from scipy import sparse  # only where features are sparse: the server lists items without it

        indptr = np.append(self._map(_SPARSE[2], "<i8", (state.rows,)), state.stored)
        data = self._map(_SPARSE[0], "<f4", (state.stored,))
        indices = self._map(_SPARSE[1], "<i4", (state.stored,))
        matrix = sparse.csr_matrix((state.rows, state.width), dtype=np.float32)
        kind = np.int32 if state.stored < 2**31 else np.int64
        matrix.data, matrix.indices, matrix.indptr = data, indices.astype(kind, copy=False), indptr.astype(kind)
        return matrix

    def _map(self, name: str, kind: str, shape: tuple[int, ...]) -> np.ndarray:
        if 0 in shape:
            return np.zeros(shape, dtype=kind)
        return np.memmap(self.folder / name, dtype=kind, mode="r", shape=shape)

    def _add(self, name: str, keep: int, array: np.ndarray) -> None:
        """Append to a file after cutting off what a crashed append left."""
        path = self.folder / name
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(keep)
            file.seek(keep)
            array.tofile(file)

    def _save(self, state: State) -> None:
        temporary = self.folder / f"state.json.{os.getpid()}"
        temporary.write_text(json.dumps(asdict(state)), "utf-8")
        os.replace(temporary, self.folder / "state.json")


def siblings(folder: Path, wanted: str) -> list[FeatureFolder]:
    """Feature folders beside this one whose name ends like ``wanted``: same encoder and options, other projects."""
    return [
        FeatureFolder(path)
        for path in sorted(folder.glob(f"*-{wanted}"))
        if path.is_dir() and (path / "state.json").exists()
    ]
