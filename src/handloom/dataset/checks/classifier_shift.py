"""Whether a classifier can tell two files apart by all their fields together."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import numpy as np
from scipy import sparse

from ...core.protocols import Finding
from .. import columns, twosample
from ..subject import Subject, found
from ..table import Table

ALPHA = 0.01
TOLD, CLEAR = 0.6, 0.8
MOST = 4_000
"""Rows of each file that take part, drawn at random."""
_WIDTH = 1 << 18
_BINS = 8
_WORD = re.compile(r"\w+")


class ClassifierShift:
    """A classifier two-sample test (Lopez-Paz and Oquab 2017): learned on one half of the rows of two files, it says of
    the other half which file each comes from. Its null needs no permutations: were the files alike, its scores would
    be too, so the ranks of the held-out half follow Mann and Whitney's law whatever the classifier.

    A finding where that is beyond chance (option ``alpha``, 0.01): a warning from an area under the curve of 0.6, an
    error from 0.8 on, below told only. The classifier is naive Bayes over words, binned fields and pairs of
    fields; a linear discriminant where there are embeddings. Labels and keys take no part.
    """

    name = "classifier_shift"
    options = ("alpha",)

    def check(self, subject: Subject) -> list[Finding]:
        alpha = subject.option(self.name, "alpha", ALPHA)
        findings = []
        for number, table in enumerate(subject.tables[1:], 1):
            rng = np.random.default_rng([subject.seed, number])
            first = subject.tables[0]
            tests = {"its fields": _fields(subject, first, table, rng)}
            if first.embeddings is not None and table.embeddings is not None:
                tests["its embeddings"] = _embeddings(first.embeddings, table.embeddings, rng)
            for what, (area, p) in tests.items():
                if p < alpha / len(tests):
                    severity = "error" if area >= CLEAR else "warning" if area >= TOLD else "info"
                    message = (
                        f"a classifier tells this file from {first.name} by {what}: area under the curve {area:.2f}, "
                        f"p = {p:.1g}; 0.50 is chance"
                    )
                    findings.append(found(self.name, severity, table, [], message, auc=area, p=p, by=what))
        return findings


def _fields(subject: Subject, first: Table, table: Table, rng: np.random.Generator) -> tuple[float, float]:
    rows = [rng.permutation(len(t))[:MOST] for t in (first, table)]
    if min(map(len, rows)) < 20:
        return 0.5, 1.0
    names = [n for n in subject.fields() if n in table.columns and not columns.is_identifier(first[n])]
    marks = [np.zeros((sum(map(len, rows)), 0), dtype=np.int64)]
    words: list[list[int]] = [[] for _ in range(sum(map(len, rows)))]
    for name in names:
        values = [t[name][int(k)] for t, of in zip((first, table), rows, strict=True) for k in of]
        kind = columns.TEXT if name == subject.text else columns.kind(values)
        if kind == columns.NUMBER:
            marks.append(_binned(columns.numbers(values))[:, None])
        elif kind == columns.CATEGORY:
            numbered: dict[str, int] = {}
            given = (numbered.setdefault(v, len(numbered)) for v in columns.categories(values))
            marks.append(np.fromiter(given, np.int64, len(values))[:, None])
        elif kind == columns.TEXT:
            for found_words, value in zip(words, values, strict=True):
                found_words.extend(_words(str(value or "")))
    matrix = _matrix(np.column_stack(marks), words)
    return _held_out(matrix, len(rows[0]), len(rows[1]), rng)


def _held_out(matrix: sparse.csr_matrix, n: int, m: int, rng: np.random.Generator) -> tuple[float, float]:
    """Area and p on one half of the rows of a naive Bayes learned on the other. The first n rows are of the first file,
    the m others of the other."""
    is_other = np.arange(n + m) >= n
    learn = np.zeros(len(is_other), dtype=bool)
    for side in (np.flatnonzero(~is_other), np.flatnonzero(is_other)):
        learn[rng.permutation(side)[: len(side) // 2]] = True
    shares = []
    for side in (learn & is_other, learn & ~is_other):
        counts = np.asarray(matrix[side].sum(axis=0)).ravel()
        shares.append((counts + 0.5) / (side.sum() + 1.0))
    weights = np.log(shares[0]) - np.log(shares[1])
    scores = np.asarray(matrix @ weights).ravel()
    return twosample.auc(scores[~learn & is_other], scores[~learn & ~is_other])


def _matrix(marks: np.ndarray, words: list[list[int]]) -> sparse.csr_matrix:
    """Rows by hashed features: each field's bin, each pair of bins, each word and pair of neighbouring words."""
    n, fields = marks.shape
    parts = [marks * 1_000_003 + np.arange(fields) * 7_919]
    left, right = np.triu_indices(fields, 1)
    if 0 < len(left) <= 400:
        parts.append((marks[:, left] * 4_099 + marks[:, right]) * 1_000_003 + np.arange(len(left)) * 104_729 + 17)
    dense = np.concatenate(parts, axis=1)
    dense = (dense * 0x9E3779B1 >> 7) % _WIDTH
    lengths = np.array([len(found) for found in words])
    rows = np.concatenate([np.repeat(np.arange(n), dense.shape[1]), np.repeat(np.arange(n), lengths)])
    listed = np.fromiter((w for found in words for w in found), np.int64, int(lengths.sum()))
    cells = np.unique(rows * _WIDTH + np.concatenate([dense.ravel(), listed]))
    at = (cells // _WIDTH, cells % _WIDTH)
    return sparse.csr_matrix((np.ones(len(cells)), at), shape=(n, _WIDTH))


def _binned(values: np.ndarray | None) -> np.ndarray:
    """Number of the bin of each value; nan is one of its own."""
    if values is None or not np.isfinite(values).any():
        return np.zeros(0 if values is None else len(values), dtype=np.int64)
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, _BINS + 1)[1:-1]))
    return np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, "right"))


def _words(text: str) -> Iterator[int]:
    found_words = _WORD.findall(text.lower())
    for one, other in zip(["", *found_words], [*found_words, ""], strict=True):
        yield zlib.crc32(one.encode("utf-8", "replace")) % _WIDTH
        yield zlib.crc32(f"{one} {other}".encode("utf-8", "replace")) % _WIDTH


def _embeddings(a: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    """Area and p of a linear discriminant (Fisher 1936), its covariance shrunk towards a multiple of the identity."""
    one, other = (x[rng.permutation(len(x))[:MOST]].astype(float) for x in (a, b))
    if min(len(one), len(other)) < 20:
        return 0.5, 1.0
    learn, held = zip(*((x[: len(x) // 2], x[len(x) // 2 :]) for x in (one, other)), strict=True)
    means = [x.mean(axis=0) for x in learn]
    centred = np.concatenate([x - mean for x, mean in zip(learn, means, strict=True)])
    covariance = centred.T @ centred / len(centred)
    shrunk = 0.9 * covariance + (0.1 * np.trace(covariance) / len(covariance) + 1e-12) * np.eye(len(covariance))
    direction = np.linalg.solve(shrunk, means[1] - means[0])
    return twosample.auc(held[1] @ direction, held[0] @ direction)
