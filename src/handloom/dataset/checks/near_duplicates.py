"""Almost the same content twice in one file."""

from __future__ import annotations

import numpy as np

from ...core.protocols import Finding
from .. import copies
from ..subject import Subject, found, rows_that
from ..table import Table


class NearDuplicates:
    """Rows that are almost an earlier row of the same file, but not the same.

    Texts: the same but for case and spaces, or at least 80 % the same (option ``similar``, a share). Images: by their
    small grey picture (option ``images``, a correlation). Embeddings: by cosine (option ``embeddings``). Rows of fields
    are compared exactly only.
    """

    name = "near_duplicates"
    options = ("similar", "images", "embeddings")

    def check(self, subject: Subject) -> list[Finding]:
        findings = []
        for number, table in enumerate(subject.tables):
            rows, partners = self._rows(copies.of(subject), number)
            if len(rows):
                like = _example(subject, table, rows, partners)
                message = f"{rows_that(len(rows), 'are')} almost the same as an earlier row{like}"
                findings.append(
                    found(self.name, "warning", table, rows, message, similar_to=[table.number(k) for k in partners])
                )
        return findings

    def _rows(self, all_rows: copies.Copies, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows of one table that are almost an earlier one, and that earlier one."""
        here = all_rows.table == number
        group, exact = all_rows.group[here], all_rows.exact[here]
        rows = np.arange(len(group))
        groups = int(all_rows.group.max(initial=-1)) + 1
        start = np.full(groups, len(rows))
        np.minimum.at(start, group[group >= 0], rows[group >= 0])
        partner = np.full(groups, len(rows))
        for a, b in ((all_rows.near.first, all_rows.near.second), (all_rows.near.second, all_rows.near.first)):
            np.minimum.at(partner, a, start[b])
        earliest = np.where(group >= 0, np.minimum(start[group], partner[group]), len(rows)) if groups else rows
        first_exact = np.full(int(exact.max(initial=-1)) + 1, len(rows))
        np.minimum.at(first_exact, exact[exact >= 0], rows[exact >= 0])
        repeated = (exact >= 0) & (first_exact[exact] < rows) if len(first_exact) else np.zeros(len(rows), dtype=bool)
        chosen = np.flatnonzero((earliest < rows) & ~repeated)
        return chosen, earliest[chosen]


def _example(subject: Subject, table: Table, rows: np.ndarray, partners: np.ndarray) -> str:
    if subject.text is None or subject.text not in table.columns:
        return ""
    one, other = (str(table[subject.text][int(row)])[:60] for row in (partners[0], rows[0]))
    return f", as {one!r} and {other!r}"
