from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.errors import Malformed
from handloom.core.protocols import Finding
from handloom.dataset import run, twosample, user
from handloom.dataset.checks import mojibake, personal_data, places
from handloom.dataset.plain import label_value
from handloom.dataset.slices import parse
from handloom.dataset.subject import Subject, as_json
from handloom.dataset.table import Table
from tests import realdata


def findings_of(check: str, *tables: Mapping[str, Sequence[Any]], **more: Any) -> list[Finding]:
    named = [Table(name, columns) for name, columns in zip("abc", tables, strict=False)]
    return run.run(Subject(named, **more), run.installed([check]))


def test_the_duplicates_of_the_spam_messages_are_exactly_416() -> None:
    table = pq.read_table(realdata.path("text/sms_spam.parquet")).to_pydict()
    texts = table["text"]
    seen: set[str] = set()
    repeated = [k for k, text in enumerate(texts) if text in seen or seen.add(text)]
    findings = findings_of("duplicates", table, text="text", label="label")
    assert [as_json(f)["count"] for f in findings] == [416]
    assert as_json(findings[0])["rows"] == repeated


def test_leakage_tells_the_rows_of_the_later_file() -> None:
    train = {"text": ["the first message of all", "the second one is here", "and a third message too"]}
    test = {"text": ["something else entirely", "The  first message of ALL", "and a third massage too", "short"]}
    told = {f.severity: as_json(f) for f in findings_of("leakage", train, test, text="text")}
    assert told["error"]["rows"] == [1]
    assert told["warning"]["rows"] == [2]
    assert {one["file"] for one in told.values()} == {"b"}
    assert findings_of("leakage", test, text="text") == []


def test_rows_of_fields_leak_when_all_fields_are_the_same() -> None:
    train = {"a": [1, 2, 3], "b": ["x", "y", "z"], "y": [0, 0, 1]}
    test = {"a": [3, 2], "b": ["z", "z"], "y": [0, 1]}
    assert [as_json(f)["rows"] for f in findings_of("leakage", train, test, label="y")] == [[0]]


def test_the_same_text_with_two_labels_is_told_in_every_file() -> None:
    train = {"text": ["call me", "good day", "call me"], "label": ["ham", "ham", "spam"]}
    test = {"text": ["Call  me", "other"], "label": ["ham", "ham"]}
    told = [
        (as_json(f)["file"], as_json(f)["rows"])
        for f in findings_of("label_conflicts", train, test, text="text", label="label")
    ]
    assert told == [("a", [0, 2]), ("b", [0])]


def test_new_and_rare_and_lost_classes() -> None:
    train = {"label": ["x"] * 20 + ["y"] * 3}
    test = {"label": ["x", "z", None]}
    told = [
        (as_json(f)["file"], f.severity, as_json(f)["count"])
        for f in findings_of("class_floor", train, test, label="label")
    ]
    assert told == [("b", "error", 1), ("a", "warning", 3), ("b", "warning", 0)]


def test_types_that_a_schema_names_have_to_be_kept() -> None:
    columns = {"price": "number", "name": "word", "gone": "word"}
    findings = findings_of(
        "schema", {"price": ["1.5", "free", 2], "name": ["a", "b", "c"]}, options={"schema": {"columns": columns}}
    )
    assert sorted((as_json(f)["column"], as_json(f)["rows"]) for f in findings) == [("gone", []), ("price", [1])]


def test_slices_with_too_few_rows() -> None:
    findings = findings_of(
        "slice_coverage", {"n": list(range(100))}, slices={"few": parse("n < 5"), "many": parse("n >= 5")}
    )
    assert [(as_json(f)["slice"], as_json(f)["count"]) for f in findings] == [("few", 5)]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("mail ann@example.org now", ["e-mail address"]),
        ("pay with 4111-1111-1111-1111", ["payment card"]),
        ("pay with 4111-1111-1111-1112", []),
        ("DE89 3704 0044 0532 0130 00", ["bank account"]),
        ("DE89 3704 0044 0532 0130 01", []),
        ("call +49 (30) 1234567", ["phone number"]),
        ("ssn 123-45-6789", ["social security number"]),
        ("from 192.168.1.20", ["internet address"]),
        ("version 1.2.3.400 of 2024-01-02 at 12:30", []),
        ("costs 1,000,000 in 2024", []),
    ],
)
def test_personal_data_is_told_by_its_pattern_and_check_digits(text: str, kinds: list[str]) -> None:
    assert personal_data.kinds(text) == kinds


def test_a_finding_about_personal_data_does_not_repeat_it() -> None:
    (finding,) = findings_of("personal_data", {"text": ["mail ann@example.org now"]})
    assert "ann@" not in str(as_json(finding))


@given(st.text(alphabet="abc éüñ€中日😀’", max_size=12))
def test_text_read_in_the_wrong_encoding_is_told_and_turned_back(text: str) -> None:
    raw = text.encode("utf-8")
    wrong = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in raw)
    assert not mojibake.is_broken(text)
    assert mojibake.is_broken(wrong) is (not text.isascii())
    if not text.isascii():
        assert mojibake.repair(wrong) == text


def bank() -> dict[str, list[Any]]:
    return pq.read_table(realdata.path("drift/bank_marketing_by_month.parquet")).to_pydict()


def rows(table: dict[str, list[Any]], chosen: Any) -> dict[str, list[Any]]:
    return {name: [values[k] for k in chosen] for name, values in table.items()}


def shifts(train: dict[str, list[Any]], test: dict[str, list[Any]], **more: Any) -> list[Finding]:
    return [f for check in ("shift", "classifier_shift") for f in findings_of(check, train, test, **more)]


def test_bank_marketing_shifts_by_month_and_random_halves_do_not() -> None:
    table = bank()
    period = np.array(table.pop("period"))
    mixed = np.random.default_rng(0).permutation(len(period))
    early, late = (mixed[when[mixed]][:2000] for when in (period < "2008-09", period >= "2009-05"))
    found = shifts(rows(table, early), rows(table, late), label="subscribed")
    assert {f.details.get("field") for f in found if f.severity == "error"} >= {"the label", "'month'"}
    assert [f.severity for f in found if f.check == "classifier_shift"] == ["error"]
    alarms = 0
    for seed in range(8):
        order = np.random.default_rng(seed).permutation(len(period))[:3000]
        alarms += bool(shifts(rows(table, order[:1500]), rows(table, order[1500:]), label="subscribed", seed=seed))
    assert alarms <= 1


def test_questions_out_of_scope_are_a_shift_and_random_halves_are_not() -> None:
    table = pq.read_table(realdata.path("text/clinc150.parquet"), columns=["text", "out_of_scope"]).to_pydict()
    outside = np.array(table["out_of_scope"])
    texts = {"text": table["text"]}
    inside = np.random.default_rng(0).permutation(np.flatnonzero(~outside))
    found = shifts(rows(texts, inside[:3000]), rows(texts, np.flatnonzero(outside)), text="text")
    assert any(f.check == "classifier_shift" and f.severity == "error" for f in found)
    alarms = [
        shifts(rows(texts, inside[s : s + 800]), rows(texts, inside[s + 800 : s + 1600]), text="text")
        for s in range(0, 8000, 1600)
    ]
    assert sum(map(bool, alarms)) <= 1


def test_a_shift_that_shows_only_in_two_fields_together_is_found() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 3000))
    same, turned = (
        {"a": a.tolist(), "b": (a + 0.5 * b).tolist()},
        {"a": a[::-1].tolist(), "b": (-a[::-1] + 0.5 * b).tolist()},
    )
    assert any(f.check == "classifier_shift" for f in shifts(same, turned))
    assert [f for f in findings_of("shift", same, turned) if f.severity != "info"] == []


def test_embeddings_that_moved_are_told_by_a_discriminant() -> None:
    rng = np.random.default_rng(0)
    first, other = rng.standard_normal((2, 600, 20)).astype(np.float32)

    def found(moved: float) -> list[str]:
        tables = [Table("a", {}, embeddings=first), Table("b", {}, embeddings=other + moved)]
        tables = [Table(t.name, {"k": ["x"] * 600}, embeddings=t.embeddings) for t in tables]
        return [f.details["by"] for f in run.run(Subject(tables), run.installed(["classifier_shift"]))]

    assert found(0.0) == []
    assert found(0.3) == ["its embeddings"]


def test_tests_of_two_samples_agree_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=300), rng.normal(0.2, 1.1, size=400)
    distance, p = twosample.kolmogorov(a, b)
    oracle = stats.ks_2samp(a, b)
    assert distance == pytest.approx(oracle.statistic)
    assert p == pytest.approx(oracle.pvalue, rel=0.15)
    counts = np.array([[30, 40, 50.0], [45, 35, 20]])
    assert twosample.chi_square(*counts) == pytest.approx(stats.chi2_contingency(counts).pvalue)
    x, y = rng.integers(0, 9, size=80).astype(float), rng.integers(1, 10, size=90).astype(float)
    area, p = twosample.auc(y, x)
    oracle = stats.mannwhitneyu(y, x, alternative="greater", use_continuity=False)
    assert area == pytest.approx(oracle.statistic / (80 * 90))
    assert p == pytest.approx(oracle.pvalue)
    assert twosample.holm([0.001, 0.04, 0.02, 0.5], 0.05) == [True, False, False, False]
    assert twosample.holm([0.001, 0.02, 0.01], 0.05) == [True, True, True]


def test_functions_of_the_user_are_checks() -> None:
    """Every way in which a function may say no."""

    def test_lower(table: Table) -> None:
        """All is lower case"""
        assert all(text.islower() for text in table["text"]), "capitals"

    def test_rows(table: Table) -> list[int]:
        """No exclamation"""
        return [k for k, text in enumerate(table["text"]) if "!" in text]

    def test_mask(table: Table) -> np.ndarray:
        """No B"""
        return np.array(["B" in text for text in table["text"]])

    def check_size(tables: list[Table]) -> bool:
        """Enough rows"""
        return len(tables[0]) > 5

    def test_broken(table: Table) -> None:
        raise KeyError("x")

    def test_fine(subject: Subject) -> None:
        return None

    names = dict(locals())
    names["helper"] = len
    checks = user.checks(names, None)
    found = run.run(Subject([Table("a", {"text": ["a", "B!"]})]), checks)
    assert {f.check: (f.severity, as_json(f)["rows"], f.message) for f in found} == {
        "test_lower": ("error", [], "test_lower failed: capitals"),
        "test_rows": ("error", [1], "No exclamation: 1 row is wrong"),
        "test_mask": ("error", [1], "No B: 1 row is wrong"),
        "check_size": ("error", [], "Enough rows: does not hold"),
        "test_broken": ("error", [], "test_broken did not run: KeyError: 'x'"),
    }
    assert [check.name for check in checks] == [
        "test_lower",
        "test_rows",
        "test_mask",
        "check_size",
        "test_broken",
        "test_fine",
    ]


class Cases:
    """What a pandera error holds: a frame of the cases that failed."""

    def to_dict(self, orient: str) -> dict[str, list[Any]]:
        assert orient == "list"
        return {"column": ["n", "n", "text"], "check": ["> 0", "> 0", "a column"], "index": [1, 3, None]}


class SchemaErrors(Exception):
    failure_cases = Cases()


class Schema:
    """As pandera's: what it validates has to have positive n."""

    columns = ("n",)

    def validate(self, frame: dict[str, list[Any]], *, lazy: bool) -> None:
        if lazy and min(frame["n"]) <= 0:
            raise SchemaErrors


NEITHER = ", which is no truth, sentence or list of rows from 0 to 2"


@pytest.mark.parametrize(
    ("said", "messages"),
    [
        (["row 1 is odd", "row 2 too"], ["row 1 is odd", "row 2 too"]),
        ({2, 0}, ["test_it: 2 rows are wrong"]),
        ([7], ["test_it returned list '[7]'" + NEITHER]),
        ([-1], ["test_it returned list '[-1]'" + NEITHER]),
        ([1.5], ["test_it returned list '[1.5]'" + NEITHER]),
        (np.zeros(2, dtype=bool), ["test_it returned ndarray '[False False]'" + NEITHER]),
        (np.zeros(3, dtype=bool), []),
        ([], []),
    ],
)  # fmt: skip
def test_whatever_a_function_of_the_user_returns_is_told_in_words(said: Any, messages: list[str]) -> None:
    def test_it(table: Table) -> Any:
        return said

    (check,) = user.checks({"test_it": test_it}, None)
    found = check.check(Subject([Table("a", {"n": [1, 2, 3]})]))
    assert [one.message for one in found] == messages


def test_a_schema_is_a_check_and_needs_pandas() -> None:
    (check,) = user.checks({"mails": Schema(), "Schema": Schema}, dict)
    found = run.run(Subject([Table("a", {"n": [1, -1, 1, 0]}), Table("b", {"n": [1]})]), [check])
    assert [(f.check, as_json(f)["file"], as_json(f)["rows"], f.message) for f in found] == [
        ("mails", "a", [1, 3], "'n' does not keep > 0"),
        ("mails", "a", [], "'text' does not keep a column"),
    ]
    with pytest.raises(Malformed, match="needs pandas"):
        user.checks({"mails": Schema()}, None)


def test_an_option_that_a_check_does_not_have_or_of_another_kind_is_refused() -> None:
    table = Table("a", {"text": ["one", "two"], "label": ["x", "y"]})
    for options, words in (
        ({"leakage": {"similar": 0.9}}, "has no option 'similar'; it has none"),
        ({"near_duplicates": {"similr": 0.9}}, "its options are similar, images, embeddings"),
        ({"missing": {"most": "abc"}}, "missing.most is a number, as 0.05; found 'abc'"),
        ({"class_floor": {"least": 2.5}}, "class_floor.least is a whole number"),
    ):
        with pytest.raises(Malformed, match=re.escape(words)):
            run.check([table], text="text", label="label", options=options)


def test_a_word_for_nothing_is_a_warning_where_it_may_be_a_class() -> None:
    found = findings_of("missing", {"text": ["one", None, "?"], "label": ["none", "a", ""]}, text="text", label="label")
    told = {(one.severity, one.details["column"]): one.details["rows"] for one in found}
    assert told == {
        ("error", "text"): [1],
        ("warning", "text"): [2],
        ("error", "label"): [2],
        ("warning", "label"): [0],
    }


@pytest.mark.parametrize("text", [None, "text"])
def test_embeddings_that_are_almost_the_same_are_near_whatever_else_there_is(text: str | None) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(30, 16)).astype(np.float32), rng.normal(size=(20, 16)).astype(np.float32)
    first[9], second[5], second[6] = first[4] * 1.001 + 0.0005, first[7] + 0.001, first[8]
    names = [
        {"label": ["x"] * n} | ({text: [f"row {i} of {n} rows" for i in range(n)]} if text else {}) for n in (30, 20)
    ]
    tables = [Table("a", names[0], embeddings=first), Table("b", names[1], embeddings=second)]
    options = {"near_duplicates": {"similar": 0.999}}
    found = run.check(tables, text=text, label="label", only=["near_duplicates", "leakage"], options=options)
    told = {(one.check, one.severity, one.details["file"]): one.details["rows"] for one in found}
    assert told.pop(("near_duplicates", "warning", "a")) == [9]
    same = {("leakage", "warning", "b"): [5, 6]}
    assert told == (same if text else {("leakage", "error", "b"): [6], ("leakage", "warning", "b"): [5]})


def test_a_cell_of_deeply_nested_json_ends_no_test() -> None:
    deep = "[" * 20_000 + "]" * 20_000
    assert places.marks(deep) == []
    assert label_value(deep) == {"labels": [deep]}
