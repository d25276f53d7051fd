"""Enough rows of every class, and the same classes everywhere."""

from __future__ import annotations

from collections import Counter

from ...core.protocols import Finding
from ..subject import Subject, examples, found, rows_that


class ClassFloor:
    """Classes with fewer rows than ``least`` (default 10 in what is learned from, 1 elsewhere): a warning. Classes that a
    later file has and the first has not: an error, for nothing was learned of them."""

    name = "class_floor"
    options = ("least",)

    def check(self, subject: Subject) -> list[Finding]:
        first = subject.labels(subject.tables[0])
        if first is None:
            return []
        known = Counter(label for label in first if label is not None)
        least = subject.option(self.name, "least", 10)
        findings = []
        few = {label: n for label, n in known.items() if n < least}
        if few:
            rows = [k for k, label in enumerate(first) if label in few]
            message = f"{len(few)} of {len(known)} classes have fewer than {least} rows: {examples(sorted(few))}"
            findings.append(found(self.name, "warning", subject.tables[0], rows, message, classes=few))
        for table in subject.tables[1:]:
            labels = subject.labels(table)
            if labels is None:
                continue
            counts = Counter(label for label in labels if label is not None)
            new = sorted(set(counts) - set(known))
            if new:
                rows = [k for k, label in enumerate(labels) if label in new]
                message = f"{rows_that(len(rows), 'have')} a label that {subject.tables[0].name} does not have: {examples(new)}"
                findings.append(found(self.name, "error", table, rows, message, classes={n: counts[n] for n in new}))
            lost = sorted(set(known) - set(counts))
            if lost and counts:
                message = f"{len(lost)} classes of {subject.tables[0].name} have no row here: {examples(lost)}"
                findings.append(found(self.name, "warning", table, [], message, classes=dict.fromkeys(lost, 0)))
        return findings
