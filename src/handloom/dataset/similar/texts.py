"""Texts that are almost the same, among 100,000 others, without comparing all pairs.

Two texts are near-duplicates when at least ``threshold`` of them is the same: 1 - edits / length of the longer, edits
being the fewest characters to put in, take out or replace (Levenshtein 1966). Texts are compared as `normalise` leaves
them. The search goes in three steps, each of which only narrows:

1. Each text is sketched by 16 of its character n-grams, taken in an order that is the same for all texts: the rarest
   first (those of no other text left out), by hash among equally rare ones, as MinHash does (Broder 1997). Pairs that
   share a gram of their sketches are looked at. Rare grams keep stock phrases from making everybody a candidate.
2. A pair with e edits differs by at most 4 e in its counts of character pairs (Ukkonen 1992): cheap, and never wrong.
3. The edits are counted (`handloom.dataset.similar.edits`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...core.errors import TooLarge
from .edits import bound, share
from .near import Near, distinct

THRESHOLD = 0.8
SHORTEST = 12
"""Characters below which a text has no near-duplicates, only equals: "ok then" and "so then" say little of each other."""

MOST = 1 << 24
SKETCH = 16
_SHORT, _LONG = 5, 9  # characters of a gram
_SHORT_BELOW, _LONG_FROM = 90, 60  # characters; between both a text is sketched both ways, so that pairs meet across
_SLOTS = 24  # bits of the largest table of counts
_CHUNK = 1 << 17  # characters hashed at a time: bounds the memory
_PAIRS = 1 << 16  # pairs looked at together
_BINS = 128
_CROWD = 24
"""Texts with one gram in common that are all compared with each other; in a larger crowd each with its neighbours."""
_NEIGHBOURS = 6


def normalise(text: str) -> str:
    """Case folded, spaces as one, compatible characters as one (NFKC)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    plain = " ".join(text.casefold().split())
    return text if plain == text else plain  # one object less to keep


def near(texts: Sequence[str], threshold: float = THRESHOLD) -> Near:
    """All pairs found among texts that are different and `normalise`d, at most 16 million. Chance plays no part."""
    if len(texts) > MOST:
        raise TooLarge(f"{len(texts):,} texts are more than the {MOST:,} that are compared with each other")
    flat = _Flat.of(texts)
    bins = _histograms(flat)
    found = [np.zeros(0, dtype=np.int64)]
    found += [_close(flat, bins, pairs, threshold) for pairs in _candidates(flat)]
    pairs = distinct(np.concatenate(found))
    first, second = pairs >> 32, pairs & 0xFFFFFFFF
    keep = bound(flat.codes, flat.starts, first, second) >= threshold
    first, second = first[keep], second[keep]
    same = np.fromiter(
        (share(str(texts[a]), str(texts[b])) for a, b in zip(first.tolist(), second.tolist(), strict=True)),
        float,
        len(first),
    )
    keep = same >= threshold
    return Near(first[keep], second[keep], same[keep])


@dataclass(frozen=True, slots=True)
class _Flat:
    """All texts in one array of a byte per character (other alphabets hashed into it). starts: (n + 1,)."""

    codes: np.ndarray
    starts: np.ndarray

    @staticmethod
    def of(texts: Sequence[str]) -> _Flat:
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        starts = np.concatenate([[0], np.cumsum(lengths)])
        codes = np.empty(starts[-1], dtype=np.uint8)
        for a, b in _chunks(starts):
            points = np.frombuffer("".join(texts[a:b]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
            codes[starts[a] : starts[b]] = points ^ (points >> 7) * 37
        return _Flat(codes, starts)

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.starts)


def _chunks(starts: np.ndarray) -> Iterator[tuple[int, int]]:
    """Ranges of rows that hold about `_CHUNK` characters, at least one row each."""
    a, n = 0, len(starts) - 1
    while a < n:
        b = max(a + 1, int(np.searchsorted(starts, starts[a] + _CHUNK, "right")) - 1)
        yield a, b
        a = b


def _candidates(flat: _Flat) -> Iterator[np.ndarray]:
    """Pairs of rows that share a gram of their sketches, as first << 32 | second, some at a time."""
    lengths = flat.lengths
    by_length = np.argsort(lengths, kind="stable")
    for size, wanted in (
        (_SHORT, (lengths >= SHORTEST) & (lengths < _SHORT_BELOW)),
        (_LONG, lengths >= _LONG_FROM),
    ):
        for pairs in _together(_sketches(flat, wanted, size, by_length), by_length):
            for start in range(0, len(pairs), _PAIRS):
                yield distinct(pairs[start : start + _PAIRS])


def _sketches(flat: _Flat, wanted: np.ndarray, size: int, by_length: np.ndarray) -> np.ndarray:
    """The sketches of the wanted rows, up to `SKETCH` grams each: gram << 24 | place of the row by length, sorted."""
    total = int(flat.lengths[wanted].sum())
    bits = min(_SLOTS, max(12, (2 * total).bit_length()))
    counts = np.zeros(1 << bits, dtype=np.uint8)  # up to 250, above which all are equally common
    for _, hashes in _grams(flat, wanted, size):
        cells = (hashes >> np.uint64(64 - bits)).astype(np.int64)
        cells.sort()
        first = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]]) if len(cells) else cells
        often, cells = np.diff(np.r_[first, len(cells)]), cells[first]
        counts[cells] = np.minimum(counts[cells] + often, 250)
    place = np.empty(len(by_length), dtype=np.uint64)
    place[by_length] = np.arange(len(by_length))
    found = [np.zeros(0, dtype=np.uint64)]
    for of, hashes in _grams(flat, wanted, size):
        often = counts[(hashes >> np.uint64(64 - bits)).astype(np.int64)]
        shared = often > 1
        of, hashes, often = of[shared], hashes[shared], often[shared]
        base = of[0] if len(of) else 0
        rarity = np.frexp(often.astype(np.float32))[1].astype(np.uint64)
        key = (of - base).astype(np.uint64) << np.uint64(44) | rarity << np.uint64(40) | hashes >> np.uint64(24)
        key = distinct(key)
        row = (key >> np.uint64(44)).astype(np.int64)
        kept = np.arange(len(row)) - np.searchsorted(row, row) < SKETCH
        found.append(key[kept] << np.uint64(24) | place[row[kept] + base])  # the row and the rarity fall off the left
    packed = np.concatenate(found)
    packed.sort()
    return packed


def _grams(flat: _Flat, wanted: np.ndarray, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(row, 64-bit hash) of every gram of the wanted rows, a chunk of rows at a time."""
    for a, b in _chunks(flat.starts):
        if not wanted[a:b].any():
            continue
        codes = flat.codes[flat.starts[a] : flat.starts[b]].astype(np.uint64)
        ends = flat.starts[a + 1 : b + 1] - flat.starts[a]
        n = len(codes) - size + 1
        if n <= 0:
            continue
        rows = np.repeat(np.arange(a, b), flat.lengths[a:b])[:n]
        hashes = np.zeros(n, dtype=np.uint64)
        for j in range(size):
            hashes *= np.uint64(0x100000001B3)
            hashes += codes[j : j + n]
        inside = (ends[rows - a] - np.arange(n) >= size) & wanted[rows]
        hashes = hashes[inside]
        for shift, factor in ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53)):  # MurmurHash3's finish
            hashes ^= hashes >> np.uint64(shift)
            hashes *= np.uint64(factor)
        hashes ^= hashes >> np.uint64(33)
        yield rows[inside], hashes


def _together(packed: np.ndarray, by_length: np.ndarray) -> Iterator[np.ndarray]:
    """Pairs of rows under one gram, as first << 32 | second."""
    rows = by_length.astype(np.int32)[(packed & np.uint64((1 << 24) - 1)).astype(np.int32)]
    same = (packed[1:] ^ packed[:-1]) < np.uint64(1 << 24)
    starts = np.flatnonzero(np.r_[True, ~same]) if len(packed) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.r_[starts, len(packed)])
    for size in np.unique(sizes[(sizes > 1) & (sizes <= _CROWD)]).tolist():
        i, j = np.triu_indices(size, 1)
        groups = starts[sizes == size]
        step = max(1, _PAIRS // len(i))
        for k in range(0, len(groups), step):
            members = rows[groups[k : k + step, None] + np.arange(size)]
            yield _pair(members[:, i].ravel(), members[:, j].ravel())
    crowded = sizes > _CROWD
    rows = rows[np.repeat(crowded, sizes)]
    group = np.repeat(np.arange(crowded.sum()), sizes[crowded])
    for step in range(1, _NEIGHBOURS + 1):
        here = np.flatnonzero(group[:-step] == group[step:])
        yield _pair(rows[here], rows[here + step])


def _pair(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.minimum(a, b).astype(np.int64) << 32 | np.maximum(a, b)


def _close(flat: _Flat, bins: np.ndarray, pairs: np.ndarray, threshold: float) -> np.ndarray:
    """Those pairs whose lengths and counts of character pairs allow them to be similar enough."""
    first, second = pairs >> 32, pairs & 0xFFFFFFFF
    longer = np.maximum(flat.lengths[first], flat.lengths[second])
    keep = np.minimum(flat.lengths[first], flat.lengths[second]) >= threshold * longer
    pairs, first, second, longer = pairs[keep], first[keep], second[keep], longer[keep]
    apart = np.abs(bins[first].astype(np.int16) - bins[second]).sum(axis=1, dtype=np.int32)
    return pairs[apart <= 4 * (1 - threshold) * longer + 1e-9]


def _histograms(flat: _Flat) -> np.ndarray:
    """(n, bins) uint8 counts of the pairs of neighbouring characters, at most 255."""
    n = len(flat.starts) - 1
    out = np.zeros((n, _BINS), dtype=np.uint8)
    for a, b in _chunks(flat.starts):
        codes = flat.codes[flat.starts[a] : flat.starts[b]].astype(np.uint32)
        if len(codes) < 2:
            continue
        rows = np.repeat(np.arange(b - a), flat.lengths[a:b])
        inside = rows[1:] == rows[:-1]
        bins = (codes[:-1] * 2654435761 + codes[1:] * 40503) >> 9 & (_BINS - 1)
        counts = np.bincount(rows[1:][inside] * _BINS + bins[inside], minlength=(b - a) * _BINS)
        out[a:b] = np.minimum(counts, 255).reshape(b - a, _BINS)
    return out
