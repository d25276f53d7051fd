"""The same content twice in one file."""

from __future__ import annotations

import numpy as np

from ...core.protocols import Finding
from .. import copies
from ..subject import Subject, found, rows_that


class Duplicates:
    """Rows whose text (image, or all fields) stands in an earlier row of the same file, byte for byte."""

    name = "duplicates"
    options = ()

    def check(self, subject: Subject) -> list[Finding]:
        all_rows = copies.of(subject)
        findings = []
        for number, table in enumerate(subject.tables):
            here = np.flatnonzero(all_rows.table == number)
            exact = all_rows.exact[here]
            known = np.flatnonzero(exact >= 0)
            _, first = np.unique(exact[known], return_index=True)
            again = np.setdiff1d(known, known[first])
            if len(again):
                message = f"{rows_that(len(again), 'hold')} the same {all_rows.words} as an earlier row"
                findings.append(found(self.name, "warning", table, again, message))
        return findings
