"""Data sets of a suite, read and encoded: features of a pool to pick from and of held-out items that measure."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image
from sklearn.datasets import load_digits

from ...collect.delimited import DelimitedReader
from ...core import registry
from ...core.arrays import Features, Indices
from ...core.errors import EmptyInput, Malformed
from ...core.protocols import Content, Learner
from .suite import Set

Columns = dict[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Ready:
    """A set with one division into pool and test. lengths: of the texts, to tell who reads how long; 1 elsewhere."""

    classes: tuple[str, ...]
    pool: Features
    test: Features
    truth: Indices
    wanted: Indices
    lengths: np.ndarray
    learner: Callable[[], Learner]


@dataclass(frozen=True, slots=True)
class _Raw:
    """Items or rows, their class numbers, and which are held out (None: to be drawn)."""

    items: Any
    classes: tuple[str, ...]
    truth: Indices
    held: np.ndarray | None
    lengths: np.ndarray


@lru_cache(maxsize=2)
def ready(one: Set, data: Path | None, seed: int) -> Ready:
    """The set, divided and encoded; the encoder sees the pool's unlabelled items only. The last two stay in memory."""
    raw = _raw(one, data)
    if raw.held is None:
        order = np.random.default_rng(seed).permutation(len(raw.truth))
        test, pool = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
    else:
        test, pool = np.flatnonzero(raw.held), np.flatnonzero(~raw.held)
    kind = "image_class@1" if one.kind == "image" else "text_class@1"
    task = registry.find("tasks", kind)
    if one.kind == "table":
        features, held_out = _tabled(raw.items, pool, test)
    else:
        encoder = task.encoder({})
        encoder.fit([raw.items[i] for i in pool])
        features, held_out = (encoder.encode([raw.items[i] for i in rows]) for rows in (pool, test))
    return Ready(
        raw.classes,
        features,
        held_out,
        raw.truth[pool],
        raw.truth[test],
        raw.lengths[pool],
        lambda: task.learner({"labels": list(raw.classes)}),
    )


def divides(one: Set) -> bool:
    """Whether the division into pool and test is another for every seed."""
    return one.split is None


@lru_cache(maxsize=2)
def _raw(one: Set, data: Path | None) -> _Raw:
    if one.kind == "image":
        return _pictures(one, data)
    columns = _columns(one, data)
    given = _column(columns, one.label, one)
    kept = [i for i, value in enumerate(given) if value is not None]
    if not kept:
        raise EmptyInput(f"no row of {one.file} has a value in {one.label!r}")
    classes, truth = np.unique([str(given[i]) for i in kept], return_inverse=True)
    held = None
    if one.split is not None:
        values = _column(columns, one.split, one)
        held = np.array([str(values[i]) in one.held_out for i in kept])
        if held.all() or not held.any():
            raise Malformed(
                f"no row of {one.file} tells pool and test apart: {one.split!r} in {', '.join(one.held_out)}"
            )
    names = one.content or tuple(n for n in columns if n not in (one.label, one.split))
    parts = [_column(columns, name, one) for name in names]
    if one.kind == "table":
        items: Any = {name: [part[i] for i in kept] for name, part in zip(names, parts, strict=True)}
        lengths = np.ones(len(kept))
    else:
        texts = ["\n".join(str(part[i]) for part in parts if part[i] is not None) for i in kept]
        items = [Content({"text": text}, _nothing) for text in texts]
        lengths = np.array([max(1, len(text)) for text in texts], dtype=np.float64)
    return _Raw(items, tuple(classes.tolist()), truth.astype(np.int64), held, lengths)


def _nothing(digest: str) -> bytes:
    raise KeyError(digest)


def _columns(one: Set, data: Path | None) -> Columns:
    path = (data or Path()) / one.file
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pydict()
    if path.suffix in (".csv", ".tsv"):
        names: dict[str, list[Any]] = {}
        for row in DelimitedReader().rows(path, {}):
            if isinstance(row, tuple):
                for name, value in row[1].items():
                    names.setdefault(name, []).append(value or None)
        return dict(names)
    raise Malformed(f"set {one.name}: texts and tables are read from .parquet, .csv or .tsv; found {one.file}")


def _column(columns: Columns, name: str, one: Set) -> Sequence[Any]:
    if name not in columns:
        raise Malformed(f"{one.file} has no column {name!r}; it has {', '.join(columns)[:300]}")
    return columns[name]


def _pictures(one: Set, data: Path | None) -> _Raw:
    blobs, labels = _digits() if not one.file else _zipped((data or Path()) / one.file, one.within)
    classes, truth = np.unique(labels, return_inverse=True)
    items = [Content({"image": {"blob": str(i)}}, lambda key: blobs[int(key)]) for i in range(len(blobs))]
    return _Raw(items, tuple(classes.tolist()), truth.astype(np.int64), None, np.ones(len(items)))


def _digits() -> tuple[list[bytes], list[str]]:
    given: Any = load_digits()
    blobs = []
    for image in given.images:
        file = io.BytesIO()
        Image.fromarray(np.rint(image * 255 / 16).astype(np.uint8)).save(file, "PNG")
        blobs.append(file.getvalue())
    return blobs, [str(label) for label in given.target]


def _zipped(path: Path, within: str) -> tuple[list[bytes], list[str]]:
    """Images of a zip of class folders and their classes, of those below a folder named ``within`` when it is given."""
    with zipfile.ZipFile(path) as archive:
        names = sorted(n for n in archive.namelist() if n.lower().endswith((".jpg", ".jpeg", ".png")))
        names = [n for n in names if not within or within in n.split("/")[:-1]]
        if not names:
            raise EmptyInput(f"{path.name} holds no image" + (f" below a folder {within!r}" if within else ""))
        return [archive.read(n) for n in names], [n.split("/")[-2] for n in names]


def _tabled(columns: Columns, pool: Indices, test: Indices) -> tuple[Features, Features]:
    """Numbers with mean 0 and spread 1 in the pool, a column per word that the pool holds; vectors of unit length."""
    blocks: list[np.ndarray] = []
    for values in columns.values():
        given = np.array([_number(v) for v in values])
        if np.isfinite(given).sum() > 0.95 * sum(v is not None for v in values):
            mean, spread = np.nanmean(given[pool]), np.nanstd(given[pool])
            blocks.append(np.nan_to_num((given - mean) / (spread or 1))[:, None].clip(-5, 5))
        else:
            words = np.array([str(v) for v in values])
            known = np.unique(words[pool])
            blocks.append((words[:, None] == known[None, :]).astype(np.float64))
    matrix = np.concatenate(blocks, axis=1).astype(np.float32)
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    vectors = (matrix / np.where(length > 0, length, 1)).astype(np.float32)
    return Features(matrix[pool], vectors[pool]), Features(matrix[test], vectors[test])


def _number(value: Any) -> float:
    """nan for what is no number, and for nothing."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
