"""Whether the fields and labels of later files are spread as in the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.protocols import Finding
from .. import columns, twosample
from ..subject import Subject, found
from ..table import Table

ALPHA = 0.01
MODERATE, LARGE = 0.1, 0.25


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of two tables. index: population stability index. p: of a chance difference. words: what moved."""

    field: str
    test: str
    p: float
    effect: float
    index: float
    words: str


class Shift:
    """Fields, lengths of texts and labels that are spread otherwise than in the first file, beyond chance (all tests of a
    file together raise a false alarm in at most 1 % of cases; option ``alpha``) and by an effect that matters.

    Numbers: Kolmogorov and Smirnov's distance; categories and labels: chi-square; both with the population stability
    index, from 0.1 a warning, from 0.25 an error, below told only. Columns that number their rows are left out.
    """

    name = "shift"
    options = ("alpha",)

    def check(self, subject: Subject) -> list[Finding]:
        alpha = subject.option(self.name, "alpha", ALPHA)
        findings = []
        for table in subject.tables[1:]:
            compared = list(_compare(subject, subject.tables[0], table))
            beyond = twosample.holm([one.p for one in compared], alpha)
            findings += [
                self._finding(table, one) for one, told in zip(compared, beyond, strict=True) if told and one.p < 1
            ]
        return findings

    def _finding(self, table: Table, one: Compared) -> Finding:
        effect = max(one.index, one.effect if one.test == "ks" else 0.0)
        severity = "error" if one.index >= LARGE else "warning" if effect >= MODERATE else "info"
        message = f"{one.field} is spread otherwise: {one.words} (stability index {one.index:.2f}, p = {one.p:.1g})"
        numbers = {"field": one.field, "test": one.test, "p": one.p, "effect": one.effect, "psi": one.index}
        return found(self.name, severity, table, [], message, **numbers)


def _compare(subject: Subject, first: Table, table: Table) -> Iterator[Compared]:
    for name in subject.fields():
        if name in table.columns and name != subject.text:
            yield from _field(repr(name), first[name], table[name])
    if subject.text is not None and subject.text in first.columns and subject.text in table.columns:
        lengths = [np.array([len(str(v or "")) for v in t[subject.text]], dtype=float) for t in (first, table)]
        yield _numbers(f"the length of {subject.text!r}", *lengths)
    labels = subject.labels(first), subject.labels(table)
    if labels[0] is not None and labels[1] is not None:
        yield _categories("the label", *([word or "" for word in words] for words in labels if words is not None))


def _field(name: str, a: Sequence[Any], b: Sequence[Any]) -> Iterator[Compared]:
    kind = columns.kind(a)
    if kind == columns.NUMBER:
        one, other = columns.numbers(a), columns.numbers(b)
        if one is not None and other is not None and not columns.is_identifier(a):
            yield _numbers(name, one, other)
    elif kind == columns.CATEGORY:
        yield _categories(name, columns.categories(a), columns.categories(b))
    elif kind == columns.TEXT and not columns.is_identifier(a):
        yield _numbers(
            f"the length of {name}", *(np.array([len(str(v or "")) for v in x], dtype=float) for x in (a, b))
        )


def _numbers(name: str, a: np.ndarray, b: np.ndarray) -> Compared:
    known = a[~np.isnan(a)], b[~np.isnan(b)]
    distance, p = twosample.kolmogorov(*known)
    absent = np.array([len(known[0]), len(a) - len(known[0])]), np.array([len(known[1]), len(b) - len(known[1])])
    p_absent = twosample.chi_square(*absent) if absent[0][1] or absent[1][1] else 1.0
    middle = [float(np.median(x)) if len(x) else float("nan") for x in known]
    words = f"median {middle[0]:g} before and {middle[1]:g} here, distance {distance:.2f}"
    # Two tests of one field: the smaller p, doubled.
    p = min(1.0, 2 * min(p, p_absent)) if p_absent < 1 else p
    return Compared(name, "ks", p, distance, twosample.stability_index(*twosample.bins(a, b)), words)


def _categories(name: str, a: Sequence[str], b: Sequence[str]) -> Compared:
    counts = Counter(a), Counter(b)
    names = sorted({*counts[0], *counts[1]})
    x, y = (np.array([count[n] for n in names], dtype=float) for count in counts)
    p = twosample.chi_square(x, y)
    moved = y / max(y.sum(), 1) - x / max(x.sum(), 1)
    k = int(np.abs(moved).argmax()) if names else 0
    words = (
        f"{names[k]!r} is {x[k] / max(x.sum(), 1):.1%} before and {y[k] / max(y.sum(), 1):.1%} here" if names else ""
    )
    effect = float(np.abs(moved).sum() / 2)
    return Compared(name, "chi2", p, effect, twosample.stability_index(x, y) if names else 0.0, words)
