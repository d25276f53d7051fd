"""The same content with different labels."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ...core.protocols import Finding
from .. import copies
from ..subject import Subject, examples, found, rows_that


class LabelConflicts:
    """Rows, of all files together, whose content is the same but for case and spaces and whose labels differ."""

    name = "label_conflicts"
    options = ()

    def check(self, subject: Subject) -> list[Finding]:
        labels: list[str | None] = []
        for table in subject.tables:
            labels += subject.labels(table) or [None] * len(table)
        all_rows = copies.of(subject)
        names = {label: k for k, label in enumerate(dict.fromkeys(labels)) if label is not None}
        numbers = np.fromiter((-1 if label is None else names[label] for label in labels), np.int64, len(labels))
        known = np.flatnonzero((numbers >= 0) & (all_rows.group >= 0))
        groups = all_rows.group[known]
        low = np.full(int(groups.max(initial=-1)) + 1, len(names))
        high = np.full(len(low), -1)
        np.minimum.at(low, groups, numbers[known])
        np.maximum.at(high, groups, numbers[known])
        differ = known[low[groups] != high[groups]] if len(groups) else known
        findings = []
        for number, table in enumerate(subject.tables):
            rows = all_rows.row[differ[all_rows.table[differ] == number]]
            if len(rows):
                found_labels = Counter(labels[int(k)] for k in differ)
                shown = examples([label for label, _ in found_labels.most_common()])
                what = f"an {all_rows.words}" if all_rows.words in ("image", "embedding") else f"a {all_rows.words}"
                message = f"{rows_that(len(rows), 'hold')} {what} that is labelled in more than one way ({shown})"
                findings.append(found(self.name, "warning", table, rows, message))
        return findings
