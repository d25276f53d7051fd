"""The contract of a `Check` of datasets: subclass `CheckContract` in a test module, give it the check, and pytest runs it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np

from ..core.protocols import Check, Finding
from ..dataset.subject import SEVERITIES, Subject, as_json
from ..dataset.table import Table


def example_subject(rows: int = 60, *, seed: int = 0) -> Subject:
    """Two clean tables of texts with a label, a number and a category, alike but for chance."""
    rng = np.random.default_rng(seed)
    words = np.array([f"{a}{b}{c}" for a in "bdkmt" for b in "aeiou" for c in "lnrsx"])

    def table(name: str) -> Table:
        label = rng.integers(2, size=rows)
        texts = [" ".join(rng.choice(words, size=12)) for _ in range(rows)]
        columns = {
            "text": texts,
            "label": ["ham" if k else "spam" for k in label],
            "amount": rng.normal(size=rows).round(3).tolist(),
            "channel": rng.choice(["mail", "chat"], size=rows).tolist(),
        }
        return Table(name, columns)

    return Subject((table("train"), table("test")), text="text", label="label")


class CheckContract:
    """Every check of datasets keeps these promises, whatever it looks for."""

    def check(self) -> Check:
        """The check under test."""
        raise NotImplementedError

    def broken(self) -> Subject:
        """A subject in which it finds something."""
        raise NotImplementedError

    def findings(self, subject: Subject) -> list[Finding]:
        """Its findings, after checking what is true of all: a name, a known severity, a sentence, rows that exist."""
        findings = self.check().check(subject)
        sizes = {table.name: len(table) + len(table.unreadable) for table in subject.tables}
        for finding in findings:
            told = as_json(finding)
            assert finding.check == self.check().name
            assert finding.severity in SEVERITIES
            assert finding.message.strip() == finding.message != ""
            assert told["file"] in sizes
            assert told["count"] == len(told["rows"])
            assert len(set(told["rows"])) == len(told["rows"])
            assert all(type(row) is int and 0 <= row < sizes[told["file"]] for row in told["rows"])
            assert 0 <= told["share"] <= 1
            json.dumps(told, allow_nan=False)
        return findings

    def test_it_is_a_check_with_a_name(self) -> None:
        assert isinstance(self.check(), Check)
        assert self.check().name

    def test_it_finds_nothing_wrong_with_clean_data(self) -> None:
        assert [f for f in self.findings(example_subject()) if f.severity != "info"] == []

    def test_it_finds_what_it_looks_for(self) -> None:
        assert self.findings(self.broken()) != []

    def test_the_same_data_gives_the_same_findings(self) -> None:
        assert self.findings(self.broken()) == self.findings(self.broken())

    def test_it_does_not_change_what_it_is_given(self) -> None:
        subject, kept = self.broken(), copy.deepcopy(self.broken())
        self.findings(subject)
        assert repr(subject.tables) == repr(kept.tables)

    def test_one_table_an_empty_one_and_one_without_label_are_no_trouble(self) -> None:
        first, _ = example_subject().tables
        empty = Table("empty", {name: [] for name in first.columns})
        bare = Table("bare", {"text": [None] * 5})
        for tables in ((first,), (empty,), (first, empty), (empty, first), (first, bare)):
            self.findings(Subject(tables, text="text", label="label"))
        self.findings(Subject((first,)))

    def test_rows_are_told_by_their_number_in_the_file(self) -> None:
        subject = self.broken()
        moved = tuple(
            replace(t, numbers=[k + 3 for k in range(len(t))], unreadable=[(k, "why") for k in range(3)])
            for t in subject.tables
        )
        again = replace(subject, tables=moved, memory={})

        def rows(found: list[Finding], by: int) -> list[list[int]]:
            return sorted([r + by for r in f.details["rows"]] for f in found if "cannot be read" not in f.message)

        assert rows(self.findings(again), 0) == rows(self.findings(subject), 3)
