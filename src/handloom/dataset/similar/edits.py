"""How many characters differ between two texts: one pair exactly, and many pairs at once as a bound.

Both count Levenshtein's edits as Myers (1999) does, a row of the table being the bits of an integer; `bound` does so for
thousands of pairs with each numpy call.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

LONG = 2_000
"""Characters from which edits are counted in words."""


def share(a: str, b: str) -> float:
    """How much of two texts is the same, in [0, 1]: 1 - edits / length of the longer; 1 for two empty ones."""
    if max(len(a), len(b)) > LONG:
        return _share(a.split(), b.split())
    return _share(a, b)


def edits(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Levenshtein's distance: fewest elements to put in, take out or replace. Myers 1999, as Hyyrö 2003 states it."""
    while a and b and a[0] == b[0]:
        k = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        a, b = a[k:], b[k:]
    k = next((i for i, (x, y) in enumerate(zip(reversed(a), reversed(b), strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[: len(a) - k], b[: len(b) - k]
    if not a or not b:
        return len(a) + len(b)
    where: dict[Hashable, int] = {}
    for i, x in enumerate(a):
        where[x] = where.get(x, 0) | 1 << i
    last, full = 1 << (len(a) - 1), (1 << len(a)) - 1
    up, down, distance = full, 0, len(a)
    for y in b:
        match = where.get(y, 0)
        zero = (((match & up) + up) ^ up) | match | down
        plus, minus = down | (~(zero | up) & full), up & zero
        distance += bool(plus & last) - bool(minus & last)
        plus = plus << 1 | 1
        up = (minus << 1 | ~(zero | plus)) & full
        down = plus & zero & full
    return distance


def bound(codes: np.ndarray, starts: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """At least as much as is the same of each pair of texts, (pairs,) in [0, 1]; 1 where that is not worked out.

    codes: uint8, all texts after each other; starts: (texts + 1,). Characters that `_SYMBOLS` confuses count as equal.
    """
    lengths = np.diff(starts)
    out = np.ones(len(first))
    if not len(codes):
        return out
    longest = np.maximum(lengths[first], lengths[second])
    words = np.maximum(lengths[first] + 63, 64) // 64
    for size in np.unique(words[longest <= _MOST]).tolist():
        here = np.flatnonzero((words == size) & (longest <= _MOST))
        # Pairs of one length together: a loop runs as far as the longest of its texts.
        here = here[np.argsort(lengths[second[here]], kind="stable")]
        for start in range(0, len(here), _BATCH):
            part = here[start : start + _BATCH]
            a, b = _padded(codes, starts, first[part]), _padded(codes, starts, second[part])
            out[part] = 1 - _distances(*a, *b, size) / np.maximum(longest[part], 1)
    return out


_MOST = 512
"""Characters up to which pairs are worked out together; beyond, one by one is as fast."""
_BATCH = 2_048
_SYMBOLS = np.arange(256, dtype=np.uint8) & 63
_SYMBOLS[ord("a") : ord("z") + 1] = np.arange(26)
_SYMBOLS[ord("0") : ord("9") + 1] = np.arange(26, 36)
_SYMBOLS[ord(" ")] = 36


def _padded(codes: np.ndarray, starts: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n, longest) symbols of some texts, and their lengths."""
    lengths = starts[rows + 1] - starts[rows]
    at = starts[rows][:, None] + np.arange(int(lengths.max(initial=1)))
    return _SYMBOLS[codes[np.minimum(at, len(codes) - 1)]], lengths


def _distances(a: np.ndarray, a_lengths: np.ndarray, b: np.ndarray, b_lengths: np.ndarray, size: int) -> np.ndarray:
    """Edits of each pair. The bits of ``a`` fill ``size`` words of 64; carries run from one word to the next."""
    n, one = len(a), np.uint64(1)
    where = np.zeros((64, size, n), dtype=np.uint64)
    pairs = np.arange(n)
    for i in range(a.shape[1]):
        bit = np.where(i < a_lengths, one << np.uint64(i % 64), np.uint64(0))
        where[a[:, i], i // 64, pairs] |= bit
    up = [np.full(n, ~np.uint64(0)) for _ in range(size)]
    down = [np.zeros(n, dtype=np.uint64) for _ in range(size)]
    last, top = (a_lengths - 1) // 64, ((a_lengths - 1) % 64).astype(np.uint64)
    distance, ends = a_lengths.copy(), a_lengths.copy()
    for j in range(b.shape[1]):
        match = where[b[:, j], :, pairs]
        plus_in, minus_in, carry = (
            np.ones(n, dtype=np.uint64),
            np.zeros(n, dtype=np.uint64),
            np.zeros(n, dtype=np.uint64),
        )
        for w in range(size):
            here = match[:, w]
            both = here & up[w]
            total = both + up[w]
            again = total + carry
            carry = ((total < both) | (again < total)).astype(np.uint64)
            zero = (again ^ up[w]) | here | down[w]
            plus, minus = down[w] | ~(zero | up[w]), up[w] & zero
            at = last == w
            distance[at] += ((plus[at] >> top[at]) & one).astype(np.int64) - ((minus[at] >> top[at]) & one).astype(
                np.int64
            )
            plus_out, minus_out = plus >> np.uint64(63), minus >> np.uint64(63)
            plus, minus = plus << one | plus_in, minus << one | minus_in
            up[w], down[w] = minus | ~(zero | plus), plus & zero
            plus_in, minus_in = plus_out, minus_out
        done = b_lengths == j + 1
        ends[done] = distance[done]
    return np.where(a_lengths == 0, b_lengths, ends)


def _share(a: Sequence[Hashable], b: Sequence[Hashable]) -> float:
    longer = max(len(a), len(b))
    return 1 - edits(a, b) / longer if longer else 1.0
