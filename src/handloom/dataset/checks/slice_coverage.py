"""Enough rows in every slice."""

from __future__ import annotations

import numpy as np

from ...core.protocols import Finding
from ..slices import select
from ..subject import Subject, found


class SliceCoverage:
    """Slices with fewer rows than ``least`` (default 20) in a file: no number about them could be trusted."""

    name = "slice_coverage"
    options = ("least",)

    def check(self, subject: Subject) -> list[Finding]:
        least = subject.option(self.name, "least", 20)
        findings = []
        for table in subject.tables:
            for name, predicate in subject.slices.items():
                rows = np.flatnonzero(select(predicate, table))
                if len(rows) < least:
                    message = f"the slice {name!r} ({predicate}) has {len(rows)} rows; {least} are wanted"
                    findings.append(found(self.name, "warning", table, rows, message, slice=name))
        return findings
