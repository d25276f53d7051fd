"""Which rows of which tables hold the same content, or almost the same. Worked out once and used by several checks."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.ids import canonical
from .similar import images, texts, vectors
from .similar.near import Near, joined, none
from .subject import Subject, label_word
from .table import Table, is_missing

EMBEDDING_THRESHOLD = 0.97


@dataclass(frozen=True, slots=True)
class Copies:
    """Rows of all tables after each other, N in all.

    table: (N,) number of the table. row: (N,) position in it. exact, group: (N,) numbers; equal where the content is the
    same byte for byte, or the same but for case, spaces and forms of a character. -1 where there is no content.
    near: pairs of groups that are almost the same. words: what the content is, for messages.
    """

    table: np.ndarray
    row: np.ndarray
    exact: np.ndarray
    group: np.ndarray
    near: Near
    words: str

    def first(self, numbers: np.ndarray) -> np.ndarray:
        """(N,) for each row, the earliest of all rows with its number; itself where it has none."""
        known = np.flatnonzero(numbers >= 0)
        start = np.full(int(numbers.max(initial=-1)) + 1, len(numbers))
        np.minimum.at(start, numbers[known], known)
        out = np.arange(len(numbers))
        out[known] = start[numbers[known]]
        return out


def of(subject: Subject) -> Copies:
    """The copies in a subject, worked out at the first call. Options of ``near_duplicates``: ``similar``, ``images``,
    ``embeddings`` (how much of two texts, small pictures or vectors has to be the same)."""
    if "copies" not in subject.memory:
        subject.memory["copies"] = _copies(subject)
    return subject.memory["copies"]


def _copies(subject: Subject) -> Copies:
    tables = subject.tables
    table = np.repeat(np.arange(len(tables)), [len(t) for t in tables])
    row = np.concatenate([np.arange(len(t)) for t in tables]) if tables else np.zeros(0, dtype=np.int64)
    if subject.text is not None and any(subject.text in t.columns for t in tables):
        return _texts(subject, table, row)
    if any(t.pictures is not None for t in tables):
        return _pictures(subject, table, row)
    exact = _numbered([key for t in tables for key in _whole_rows(subject, t)])
    words = "row"
    if _embedded(subject) and not np.any(exact >= 0):  # nothing but vectors: they are the content
        words = "embedding"
        exact = _numbered([vector.tobytes() for t in tables for vector in t.embeddings])  # type: ignore[union-attr]
    return Copies(table, row, exact, exact, _vectors(subject, exact), words)


def _texts(subject: Subject, table: np.ndarray, row: np.ndarray) -> Copies:
    name = str(subject.text)
    given: list[str | None] = []
    for t in subject.tables:
        cells = t.columns.get(name) or [None] * len(t)
        given += [None if is_missing(cell) else _words(cell) for cell in cells]
    exact = _numbered(given)
    numbers: dict[str, int] = {}
    alike = np.full(int(exact.max(initial=-1)) + 1, -1)
    for text, number in zip(given, exact.tolist(), strict=True):
        if text is not None and alike[number] < 0:
            alike[number] = numbers.setdefault(texts.normalise(text), len(numbers))
    group = np.where(exact >= 0, alike[exact], -1) if len(alike) else exact
    near = texts.near(list(numbers), subject.option("near_duplicates", "similar", texts.THRESHOLD))
    return Copies(table, row, exact, group, joined(near, _vectors(subject, group)), "text")


def _words(cell: Any) -> str:
    """The text of a cell; a list of tokens as one text."""
    return " ".join(map(str, cell)) if isinstance(cell, list | tuple) else str(cell)


def _pictures(subject: Subject, table: np.ndarray, row: np.ndarray) -> Copies:
    digests: list[str | None] = []
    small = []
    for t in subject.tables:
        pictures = t.pictures
        digests += list(pictures.digests) if pictures else [None] * len(t)
        small.append(pictures.thumbnails if pictures else np.zeros((len(t), images.SIDE**2), dtype=np.uint8))
    exact = _numbered(digests)
    threshold = subject.option("near_duplicates", "images", images.THRESHOLD)
    near = images.near(np.concatenate(small)[_representatives(exact)], threshold)
    return Copies(table, row, exact, exact, joined(near, _vectors(subject, exact)), "image")


def _embedded(subject: Subject) -> bool:
    return all(t.embeddings is not None for t in subject.tables)


def _vectors(subject: Subject, groups: np.ndarray) -> Near:
    """Pairs of groups whose embeddings are almost the same; none where a table has no embeddings."""
    known = [t.embeddings for t in subject.tables if t.embeddings is not None]
    if not known or not _embedded(subject):
        return none()
    threshold = subject.option("near_duplicates", "embeddings", EMBEDDING_THRESHOLD)
    return vectors.near(np.concatenate(known)[_representatives(groups)], threshold, seed=subject.seed)


def _whole_rows(subject: Subject, table: Table) -> list[str | None]:
    """All fields of each row as one word, but for label and key; None where all are missing."""
    names = [name for name in subject.fields() if name in table.columns]
    out: list[str | None] = []
    for cells in zip(*(table.columns[name] for name in names), strict=True):
        words = [label_word(cell) for cell in cells]
        out.append(canonical(words) if any(word is not None for word in words) else None)
    return out or [None] * len(table)


def _numbered(keys: Sequence[Hashable | None]) -> np.ndarray:
    """Equal keys by one number, counted from 0 in order of appearance; -1 for None."""
    numbers: dict[Hashable, int] = {}
    given = (-1 if key is None else numbers.setdefault(key, len(numbers)) for key in keys)
    return np.fromiter(given, np.int64, len(keys))


def _representatives(numbers: np.ndarray) -> np.ndarray:
    """The first row with each number, in the order of the numbers."""
    known = np.flatnonzero(numbers >= 0)
    _, first = np.unique(numbers[known], return_index=True)
    return known[first]
