"""Against worked examples of the papers that the statistics come from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handloom.core.errors import Malformed
from handloom.core.shapes.spans import Span
from handloom.resolve import agreement
from handloom.resolve.agreement.krippendorff import Level

RNG = np.random.default_rng(0)
Rows = Sequence[Sequence[float | str | None]]

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), sections A, B and C.
BINARY: Rows = ([0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
LETTERS: Rows = (list("aabbdcccedda"), list("babbbccceddd"))
FOUR: Rows = (
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
)
# Fleiss (1971), table 1: 30 patients, six psychiatrists each, five diagnoses.
DIAGNOSES = (
    *("00060", "03003", "01401", "00006", "03030", "20400", "00402", "20310", "20040", "00006"),
    *("10050", "11040", "03300", "10050", "02031", "00501", "30012", "51000", "02040", "10203"),
    *("00006", "01050", "02013", "20040", "10041", "05010", "40002", "02040", "10500", "00006"),
)
# Shrout and Fleiss (1979), table 2: six targets, four judges.
RATINGS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def long(rows: Rows) -> tuple[list[int], list[float | str]]:
    """Columns item and value of a table of observers by units."""
    pairs = [(unit, value) for row in rows for unit, value in enumerate(row) if value is not None]
    return [unit for unit, _ in pairs], [value for _, value in pairs]


@pytest.mark.parametrize(
    ("rows", "level", "alpha"),
    [
        (BINARY, "nominal", 0.095),
        (LETTERS, "nominal", 0.692),
        (FOUR, "nominal", 0.743),
        (FOUR, "ordinal", 0.815),
        (FOUR, "interval", 0.849),
        (FOUR, "ratio", 0.797),
    ],
)
def test_alpha_is_that_of_krippendorff_2011(rows: Rows, level: Level, alpha: float) -> None:
    found = agreement.krippendorff(*long(rows), level, rng=RNG)
    assert found["value"] == pytest.approx(alpha, abs=5e-4)
    assert found["low"] <= found["value"] <= found["high"]


def test_alpha_counts_only_items_with_two_answers() -> None:
    assert agreement.krippendorff(*long(FOUR), rng=RNG)["n"] == 11


def pairwise_alpha(rows: list[list[float]], apart) -> float:
    """By the definition: all pairs, one after the other."""
    rows = [row for row in rows if len(row) > 1]
    everything = [v for row in rows for v in row]
    n = len(everything)
    seen = sum(sum(apart(a, b) for a, b in permutations(row, 2)) / (len(row) - 1) for row in rows) / n
    expected = sum(apart(a, b) for a, b in permutations(everything, 2)) / (n * (n - 1))
    return 1 - seen / expected


@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=4), min_size=2, max_size=8))
@settings(max_examples=30, deadline=None)
def test_closed_forms_equal_the_sum_over_all_pairs(rows: list[list[float]]) -> None:
    items = [unit for unit, row in enumerate(rows) for _ in row]
    values = np.array([v for row in rows for v in row], dtype=float)
    kept = [v for row in rows if len(row) > 1 for v in row]
    known = len(set(kept)) > 1
    ranks = {v: sum(w < v for w in kept) + sum(w == v for w in kept) / 2 for v in kept}
    forms = {
        "nominal": lambda a, b: float(a != b),
        "ordinal": lambda a, b: (ranks[a] - ranks[b]) ** 2,
        "interval": lambda a, b: (a - b) ** 2,
        "ratio": lambda a, b: ((a - b) / (a + b)) ** 2,
    }
    for level, apart in forms.items():
        found = agreement.krippendorff(items, values, level, rng=RNG, rounds=5)  # type: ignore[arg-type]
        if not known:
            assert found["value"] is None
        else:
            assert found["value"] == pytest.approx(pairwise_alpha(rows, apart), abs=1e-9)


def test_interval_alpha_of_many_different_numbers_needs_no_table_of_pairs() -> None:
    rng = np.random.default_rng(2)
    centre = rng.normal(size=40_000)
    values = np.concatenate((centre, centre + rng.normal(scale=0.5, size=40_000)))
    found = agreement.krippendorff(np.tile(np.arange(40_000), 2), values, "interval", rng=rng)
    # Two noisy measures of one thing: variance 1 + 0 and 1 + 0.25, half the squared difference 0.125.
    assert found["value"] == pytest.approx(1 - 0.125 / 1.125, abs=0.01)
    assert found["high"] - found["low"] < 0.01


def test_kappa_is_that_of_fleiss_1971() -> None:
    items = [i for i, row in enumerate(DIAGNOSES) for _ in range(6)]
    values = [k for row in DIAGNOSES for k, times in enumerate(row) for _ in range(int(times))]
    found = agreement.fleiss(items, values, rng=RNG)
    assert found["value"] == pytest.approx(0.430, abs=5e-4)
    assert found["n"] == 30
    assert 0.3 < found["low"] < 0.43 < found["high"] < 0.56


def test_kappa_is_that_of_fleiss_cohen_and_everitt_1969() -> None:
    # Table 1, n = 200: kappa 0.429.
    counts = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
    first = [i for i in range(3) for j in range(3) for _ in range(counts[i][j])]
    second = [j for i in range(3) for j in range(3) for _ in range(counts[i][j])]
    found = agreement.cohen(first, second, rng=RNG)
    assert found["value"] == pytest.approx(0.429, abs=5e-4)
    # Its large-sample standard error there is 0.055.
    assert (found["high"] - found["low"]) / (2 * 1.96) == pytest.approx(0.055, abs=0.004)


def test_quadratic_kappa_is_between_and_all_are_one_for_equal_answers() -> None:
    one, other = [1, 2, 3, 4, 4, 2], [1, 2, 4, 4, 3, 1]
    plain, linear, quadratic = (
        agreement.cohen(one, other, rng=RNG, weights=w)["value"] for w in ("none", "linear", "quadratic")
    )
    assert plain < linear < quadratic < 1
    assert agreement.cohen(one, one, rng=RNG)["value"] == 1
    assert agreement.cohen([1, 1], [1, 1], rng=RNG)["value"] is None


@pytest.mark.parametrize(
    ("form", "value"), [("1,1", 0.17), ("2,1", 0.29), ("3,1", 0.71), ("1,k", 0.44), ("2,k", 0.62), ("3,k", 0.91)]
)
def test_icc_is_that_of_shrout_and_fleiss_1979(form: str, value: float) -> None:
    found = agreement.icc(RATINGS, form)  # type: ignore[arg-type]
    assert found["value"] == pytest.approx(value, abs=5e-3)
    assert found["low"] <= found["value"] <= found["high"]


def test_icc_intervals_are_those_printed_by_psych_for_the_same_table() -> None:
    # R psych::ICC on the table above: lower and upper bounds.
    expected = {
        "1,1": (-0.13, 0.72),
        "2,1": (0.019, 0.76),
        "3,1": (0.34, 0.95),
        "2,k": (0.071, 0.93),
        "3,k": (0.68, 0.99),
    }
    for form, (low, high) in expected.items():
        found = agreement.icc(RATINGS, form)  # type: ignore[arg-type]
        assert (found["low"], found["high"]) == (pytest.approx(low, abs=6e-3), pytest.approx(high, abs=6e-3))


def test_w_is_that_of_siegel_1956() -> None:
    # Three executives rank six applicants: sums of ranks 8, 14, 11, 11, 11, 8, W = 0.16.
    ranks = [[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]
    assert agreement.kendall_w(ranks, rng=RNG)["value"] == pytest.approx(0.162, abs=5e-4)
    assert agreement.kendall_w([[1, 2, 3], [10, 20, 30], [4, 5, 9]], rng=RNG)["value"] == 1


def test_w_with_two_actors_is_the_mean_of_spearman_and_one() -> None:
    one, other = [1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5]
    rho = 1 - 6 * sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) / (6 * 35)
    found = agreement.kendall_w([one, other], rng=RNG)
    assert found["value"] == pytest.approx((rho + 1) / 2)
    assert (found["low"], found["high"]) == (0.0, 1.0)
    assert agreement.kendall_tau(one, other) == pytest.approx(1 - 2 * 3 / 15)


def test_percent_counts_pairs() -> None:
    found = agreement.percent([0, 0, 0, 1, 1, 2], ["a", "a", "b", "a", "a", "b"], rng=RNG)
    assert found["value"] == pytest.approx(2 / 4)
    assert found["n"] == 2


def test_one_answer_per_item_says_nothing() -> None:
    for statistic in (agreement.percent, agreement.fleiss, agreement.krippendorff):
        assert statistic([0, 1, 2], [1, 0, 1], rng=RNG)["value"] is None


def span(start: int, end: int, label: str = "x") -> Span:
    return Span(start, end, label)


def test_spans_match_exactly_nearly_and_by_overlap() -> None:
    one = [span(0, 5), span(10, 20), span(12, 15, "y")]
    other = [span(12, 15, "y"), span(11, 20), span(4, 9)]
    assert agreement.matched(one, other, "exact").common == 1
    assert agreement.matched(one, other, "tolerant", tolerance=1).common == 2
    assert agreement.matched(one, other, "overlap").common == 3
    assert agreement.matched(one, other, "characters").f1 == pytest.approx(2 * (1 + 9 + 3) / (18 + 17))


def test_span_is_paired_once_and_as_many_as_possible_are() -> None:
    wide = [span(0, 10)]
    assert agreement.matched(wide, [span(0, 4), span(5, 9)], "overlap").common == 1
    # Taking (0, 6) for (0, 3) first would leave (4, 6) alone.
    assert agreement.matched([span(0, 6), span(0, 3)], [span(0, 3), span(4, 6)], "overlap").common == 2
    assert agreement.matched([], [], "exact").f1 == 1.0


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6), st.sampled_from("xy")), max_size=6), st.randoms())
@settings(max_examples=25, deadline=None)
def test_order_of_spans_does_not_matter_and_equal_sets_agree(raw: list[tuple[int, int, str]], shuffle) -> None:
    spans = [Span(start, start + length, label) for start, length, label in raw]
    again = list(spans)
    shuffle.shuffle(again)
    for how in ("exact", "tolerant", "overlap", "characters"):
        assert agreement.matched(spans, again, how).f1 == 1.0
        assert agreement.matched(spans, again[1:], how) == agreement.matched(again, again[1:], how)


def test_span_agreement_over_documents_draws_documents() -> None:
    same, apart = [span(0, 5)], [span(7, 9)]
    found = agreement.span_f1([[same, same], [same, apart], [[], []], [same]], rng=RNG)
    assert found["n"] == 3
    assert found["value"] == pytest.approx((2 + 0 + 2) / (2 + 2 + 2))


def test_class_that_people_confuse_has_the_lower_alpha() -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 3, 200)
    said = [np.where((truth > 0) & (rng.random(200) < 0.4), 3 - truth, truth) for _ in range(3)]
    found = agreement.by_class(np.tile(np.arange(200), 3), np.concatenate(said), rng=rng, rounds=50)
    assert found[0]["value"] == 1.0
    assert found[1]["high"] < 0.6


def test_groups_are_compared_within_themselves() -> None:
    items, values = [0, 0, 1, 1, 2, 2, 3, 3], [0, 0, 1, 1, 0, 1, 1, 0]
    found = agreement.by_group(items, values, ["good"] * 4 + ["bad"] * 4, rng=RNG, rounds=20)
    assert found["good"]["value"] == 1.0
    assert found["bad"]["value"] < 0
    with pytest.raises(Malformed, match="every answer has a group"):
        agreement.by_group([0], [0], [], rng=RNG)


def test_pairs_of_actors_share_items() -> None:
    found = agreement.by_pair(["a", "b", "a", "b", "c"], [0, 0, 1, 1, 7], ["x", "x", "x", "y", "x"])
    assert [(p.first, p.second, p.n, p.share) for p in found] == [("a", "b", 2, 0.5)]
    assert found[0].kappa == pytest.approx(0.0)
    assert found[0].low < 0.5 < found[0].high


def test_text_is_no_number() -> None:
    with pytest.raises(Malformed, match="need numbers"):
        agreement.krippendorff([0, 0], ["a", "b"], "interval", rng=RNG)
    with pytest.raises(Malformed, match="levels are"):
        agreement.krippendorff([0, 0], [1, 2], "other", rng=RNG)  # type: ignore[arg-type]
    with pytest.raises(Malformed, match="without gaps"):
        agreement.icc([[1.0, float("nan")], [2.0, 3.0]])
