"""Cells with nothing in them."""

from __future__ import annotations

from ...core.protocols import Finding
from ..subject import Subject, examples, found, rows_that
from ..table import Table, is_missing

PLACEHOLDERS = frozenset(
    ("na", "n/a", "nan", "null", "none", "nil", "?", "-", "--", "unknown", "undefined", "#n/a", "tbd")
)


class Missing:
    """Empty cells, and words that stand for nothing (``N/A``, ``null``, ``?``).

    Nothing in the text or the label is an error, such a word there a warning, for it may be a class or a message. In other
    columns both are a warning from 5 % of a column on (option ``most``, a share), else told only. Rows that could not be
    read are an error.
    """

    name = "missing"
    options = ("most",)

    def check(self, subject: Subject) -> list[Finding]:
        most = subject.option(self.name, "most", 0.05)
        findings = []
        for table in subject.tables:
            if table.unreadable:
                numbers = [number for number, _ in table.unreadable]
                verb = "1 row cannot" if len(numbers) == 1 else f"{len(numbers):,} rows cannot"
                message = f"{verb} be read; the first: {table.unreadable[0][1]}"
                details = {
                    "file": table.name,
                    "count": len(numbers),
                    "share": len(numbers) / (len(table) + len(numbers)),
                }
                findings.append(Finding(self.name, "error", message, {**details, "rows": numbers}))
            if table.pictures is not None and None in table.pictures.digests:
                rows = [k for k, digest in enumerate(table.pictures.digests) if digest is None]
                message = f"{rows_that(len(rows), 'have')} no image that can be opened"
                findings.append(found(self.name, "error", table, rows, message))
            for column, values in table.columns.items():
                if column in (subject.text, subject.label):
                    findings += self._needed(table, column)
                    continue
                rows = [k for k, value in enumerate(values) if is_missing(value) or _stands_for_nothing(value)]
                if rows:
                    severity = "warning" if len(rows) > most * len(table) else "info"
                    message = f"{rows_that(len(rows), 'have')} nothing in {column!r}"
                    findings.append(found(self.name, severity, table, rows, message, column=column))
        return findings

    def _needed(self, table: Table, column: str) -> list[Finding]:
        """Of the text or the label."""
        values = table.columns[column]
        findings = []
        empty = [k for k, value in enumerate(values) if is_missing(value)]
        if empty:
            message = f"{rows_that(len(empty), 'have')} nothing in {column!r}"
            findings.append(found(self.name, "error", table, empty, message, column=column))
        words = [k for k, value in enumerate(values) if _stands_for_nothing(value)]
        if words:
            shown = examples(sorted({str(values[k]).strip() for k in words}))
            message = f"{rows_that(len(words), 'have')} a word for nothing in {column!r}: {shown}"
            findings.append(found(self.name, "warning", table, words, message, column=column))
        return findings


def _stands_for_nothing(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 9 and value.strip().lower() in PLACEHOLDERS
