"""Content of a later file that an earlier one has too: what is measured there was seen in training."""

from __future__ import annotations

import numpy as np

from ...core.protocols import Finding
from .. import copies
from ..subject import Subject, found, rows_that


class Leakage:
    """Rows of a file that stand in an earlier file: an error where the content is the same but for case and spaces, a
    warning where it is almost the same (options of ``near_duplicates``)."""

    name = "leakage"
    options = ()

    def check(self, subject: Subject) -> list[Finding]:
        if len(subject.tables) < 2:
            return []
        all_rows = copies.of(subject)
        home = self._earliest_table(all_rows)
        near_home = self._nearest_table(all_rows, home)
        findings = []
        for number, table in enumerate(subject.tables[1:], 1):
            here = np.flatnonzero(all_rows.table == number)
            group = all_rows.group[here]
            same = np.where(group >= 0, home[group], number) < number if len(home) else np.zeros(len(here), dtype=bool)
            almost = ~same & (np.where(group >= 0, near_home[group], number) < number) if len(home) else same
            others = ", ".join(t.name for t in subject.tables[:number])
            for rows, severity, how in ((same, "error", "the same"), (almost, "warning", "almost the same")):
                if rows.any():
                    message = f"{rows_that(int(rows.sum()), 'hold')} {how} {all_rows.words} as a row of {others}"
                    findings.append(found(self.name, severity, table, np.flatnonzero(rows), message))
        return findings

    def _earliest_table(self, all_rows: copies.Copies) -> np.ndarray:
        """(groups,) the first table in which each group stands."""
        home = np.full(int(all_rows.group.max(initial=-1)) + 1, int(all_rows.table.max(initial=0)) + 1)
        known = all_rows.group >= 0
        np.minimum.at(home, all_rows.group[known], all_rows.table[known])
        return home

    def _nearest_table(self, all_rows: copies.Copies, home: np.ndarray) -> np.ndarray:
        """(groups,) the first table in which something almost the same as each group stands."""
        out = np.full(len(home), int(home.max(initial=0)) + 1)
        np.minimum.at(out, all_rows.near.first, home[all_rows.near.second])
        np.minimum.at(out, all_rows.near.second, home[all_rows.near.first])
        return out
