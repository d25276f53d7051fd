"""Texts as weighted word and word-pair counts (TF-IDF), with latent semantic vectors for distances.

Words are hashed, so a text added later needs no new fit: only the inverse document frequencies and the directions
of the latent space are learned, both from unlabelled texts.
"""

from __future__ import annotations

import json
import re
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ...core.arrays import Features, Indices
from ...core.errors import EmptyInput, WrongState
from ...core.protocols import Content
from ..sparse import Csr, restrict, right_singular_vectors, unit_rows, used_columns

BITS = 20
COLUMNS = 1 << BITS
CHUNK = 4096
SAMPLE = 20_000
LATENT = 128
LATENT_COLUMNS = 30_000
MAX_WORDS_HELD = 500_000

# Scripts without spaces between words count character by character; all others by runs of letters and digits.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93], dtype=np.uint64)


class _Words(dict[str, int]):
    """Stable 32-bit number of each word, remembered while a call lasts."""

    def __missing__(self, word: str) -> int:
        if len(self) >= MAX_WORDS_HELD:
            self.clear()
        number = self[word] = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        return number


class TfidfEncoder:
    """``matrix``: sparse TF-IDF of words and word pairs, unit rows; ``vectors``: at most 128 latent dimensions, unit rows."""

    name = "tfidf-lsa@1"

    def __init__(self, field: str = "text") -> None:
        self.field = field
        self.idf: npt.NDArray[np.float32] | None = None
        self.columns: Indices = np.zeros(0, dtype=np.int64)
        self.directions: npt.NDArray[np.float32] = np.zeros((0, 1), dtype=np.float32)

    def fit(self, items: Iterable[Content]) -> None:
        """Learn word frequencies from all texts and the latent directions from a uniform sample of 20,000."""
        rng = np.random.default_rng(0)
        frequency = np.zeros(COLUMNS, dtype=np.int64)
        sample: list[str] = []
        seen = 0
        for texts in self._chunks(items):
            frequency += np.bincount(_counts(texts).indices, minlength=COLUMNS)
            seen = _reservoir(sample, texts, seen, rng)
        if seen == 0:
            raise EmptyInput("there is no text to learn word frequencies from; add items first")
        self.idf = (np.log((1 + seen) / (1 + frequency)) + 1).astype(np.float32)
        matrix = self._weigh(_counts(sample))
        self.columns = used_columns(matrix, LATENT_COLUMNS)
        if self.columns.size:
            self.directions = right_singular_vectors(restrict(matrix, self.columns), LATENT, rng)

    def encode(self, items: Iterable[Content]) -> Features:
        """Features of the texts, in order; raises `WrongState` before `fit` or `load`."""
        matrices = [self._weigh(_counts(texts)) for texts in self._chunks(items)]
        if not matrices:
            matrices = [self._weigh(_counts([]))]
        vectors = [
            unit_rows(np.asarray(restrict(m, self.columns) @ self.directions, dtype=np.float32)) for m in matrices
        ]
        return Features(sparse.vstack(matrices, format="csr", dtype=np.float32), np.concatenate(vectors))

    def save(self, folder: Path) -> None:
        """Write ``encoder.npz`` and ``encoder.json`` into an existing folder."""
        if self.idf is None:
            raise WrongState("this text encoder has learned nothing yet; call fit first")
        np.savez_compressed(folder / "encoder.npz", idf=self.idf, columns=self.columns, directions=self.directions)
        (folder / "encoder.json").write_text(json.dumps({"name": self.name, "field": self.field}), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        self.field = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))["field"]
        with np.load(folder / "encoder.npz", allow_pickle=False) as stored:
            self.idf, self.columns, self.directions = stored["idf"], stored["columns"], stored["directions"]

    def _chunks(self, items: Iterable[Content]) -> Iterator[list[str]]:
        texts = (item.data[self.field] for item in items)
        while chunk := list(islice(texts, CHUNK)):
            yield chunk

    def _weigh(self, counts: Csr) -> Csr:
        """(1 + log count) * idf, rows of unit length; an empty text stays an empty row."""
        if self.idf is None:
            raise WrongState("this text encoder has learned nothing yet; call fit or load first")
        data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        length = np.sqrt(np.bincount(rows, weights=data * data, minlength=counts.shape[0]))
        data /= length[rows]
        return sparse.csr_matrix((data.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)


def _counts(texts: Sequence[str]) -> Csr:
    """(n, 2**20) counts of hashed words and word pairs."""
    words = _Words()
    numbers, ends = array("Q"), [0]
    for text in texts:
        numbers.extend(map(words.__getitem__, _WORD.findall(text.lower())))
        ends.append(len(numbers))
    single = np.frombuffer(numbers, dtype=np.uint64) if numbers else np.zeros(0, dtype=np.uint64)
    end = np.array(ends, dtype=np.int64)
    lengths = np.diff(end)
    rows = np.repeat(np.arange(len(texts)), lengths)
    inside = rows[1:] == rows[:-1] if rows.size else np.zeros(0, dtype=bool)
    pairs = (single[:-1] * _MIX[0] + single[1:] * _MIX[1])[inside]
    columns = np.concatenate((_column(single * _MIX[1]), _column(pairs)))
    owner = np.concatenate((rows, rows[1:][inside]))
    order = np.argsort(owner, kind="stable")
    indptr = np.concatenate(([0], np.cumsum(lengths + np.maximum(lengths - 1, 0))))
    counts = sparse.csr_matrix(
        (np.ones(columns.size, dtype=np.float32), columns[order], indptr), shape=(len(texts), COLUMNS)
    )
    counts.sum_duplicates()
    return counts


def _column(number: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
    """A well mixed 64-bit number cut to a column."""
    mixed = (number ^ (number >> np.uint64(32))) * _MIX[2]
    return (mixed >> np.uint64(64 - BITS)).astype(np.int32)


def _reservoir(sample: list[str], texts: Sequence[str], seen: int, rng: np.random.Generator) -> int:
    """Keep ``sample`` a uniform sample of everything seen (Vitter 1985, algorithm R); gives the new count."""
    room = max(0, SAMPLE - len(sample))
    sample.extend(texts[:room])
    rest = texts[room:]
    if rest:
        places = rng.integers(0, np.arange(seen + room, seen + len(texts)) + 1)
        for place, text in zip(places, rest, strict=True):
            if place < SAMPLE:
                sample[place] = text
    return seen + len(texts)
