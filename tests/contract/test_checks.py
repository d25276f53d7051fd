"""All installed checks of datasets keep the contract of checks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from handloom.core import registry
from handloom.core.protocols import Check
from handloom.dataset.slices import parse
from handloom.dataset.subject import Given, Subject
from handloom.dataset.table import Table
from handloom.testing.checks import CheckContract, example_subject


def changed(number: int, **columns: Any) -> Subject:
    """The example with some cells of one table replaced: ``column={row: value}``."""
    subject = example_subject()
    tables = list(subject.tables)
    new = {name: list(values) for name, values in tables[number].columns.items()}
    for column, cells in columns.items():
        for row, value in cells.items():
            new.setdefault(column, [None] * len(tables[number]))[row] = value
    tables[number] = Table(tables[number].name, new)
    return replace(subject, tables=tuple(tables), memory={})


def text(number: int, row: int) -> str:
    return str(example_subject().tables[number]["text"][row])


class TestClassFloor(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "class_floor")

    def broken(self) -> Subject:
        return changed(1, label={3: "new"})


class TestClassifierShift(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "classifier_shift")

    def broken(self) -> Subject:
        return changed(1, channel=dict.fromkeys(range(40), "post"), amount=dict.fromkeys(range(20, 60), 9.0))


class TestDuplicates(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "duplicates")

    def broken(self) -> Subject:
        return changed(0, text={9: text(0, 4)})


class TestGoldAccuracy(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "gold_accuracy")

    def broken(self) -> Subject:
        return replace(example_subject(), answers=[Given("ann", k, "ham", "spam") for k in range(12)])


class TestLabelConflicts(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "label_conflicts")

    def broken(self) -> Subject:
        return changed(0, text={9: text(0, 4).upper()}, label={9: "ham", 4: "spam"})


class TestLabelShare(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "label_share")

    def broken(self) -> Subject:
        people = ["ann"] * 40 + ["bob"] * 10 + ["eve"] * 10
        return replace(example_subject(), answers=[Given(actor, k, "ham") for k, actor in enumerate(people)])


class TestLeakage(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "leakage")

    def broken(self) -> Subject:
        return changed(1, text={5: text(0, 2), 7: text(0, 8)[:-2] + "zz"})


class TestMissing(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "missing")

    def broken(self) -> Subject:
        return changed(0, text={5: "  "}, amount={6: float("nan"), 7: "N/A"})


class TestMojibake(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "mojibake")

    def broken(self) -> Subject:
        return changed(0, text={5: "ein cafÃ© in MÃ¼nchen", 6: "it\ufffds"})


class TestNearDuplicates(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "near_duplicates")

    def broken(self) -> Subject:
        return changed(0, text={9: text(0, 4)[:-3] + "yyy", 11: text(0, 10).title()})


class TestPersonalData(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "personal_data")

    def broken(self) -> Subject:
        return changed(0, text={1: "write to ann.b@example.org", 2: "card 4111 1111 1111 1111", 3: "+49 30 1234567"})


class TestPlaces(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "places")

    def broken(self) -> Subject:
        return changed(
            0,
            regions={1: [{"label": "cell", "xmin": 4, "ymin": 4, "xmax": 4, "ymax": 9}]},
            spans={2: '[{"start": 3, "end": 3, "label": "x"}]', 3: [{"start": 0, "end": 9_999, "label": "x"}]},
        )


class TestSchema(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "schema")

    def broken(self) -> Subject:
        return changed(1, other={0: 1})


class TestShift(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "shift")

    def broken(self) -> Subject:
        return changed(1, amount={k: float(k) + 5 for k in range(60)}, label=dict.fromkeys(range(55), "ham"))


class TestSliceCoverage(CheckContract):
    def check(self) -> Check:
        return registry.find("checks", "slice_coverage")

    def broken(self) -> Subject:
        return replace(example_subject(), slices={"far": parse("amount > 100")})


def test_every_installed_check_is_tested_here() -> None:
    tested = {case().check().name for case in CheckContract.__subclasses__()}
    assert set(registry.names("checks")) <= tested


def test_clean_data_of_another_draw_is_clean_too() -> None:
    alarms = [
        finding.message
        for seed in range(1, 6)
        for name in ("shift", "classifier_shift", "near_duplicates", "leakage")
        for finding in registry.find("checks", name).check(example_subject(200, seed=seed))
    ]
    assert alarms == []
    assert np.all([len(t) == 200 for t in example_subject(200).tables])
