from __future__ import annotations

import numpy as np
import pytest

from handloom.core.protocols import Finding
from handloom.monitor import drift, sample, stability_index


def run(confidences: list[float], recent: list[float], random: float = 0.0, uncertain: float = 0.0) -> list[str | None]:
    found = sample(confidences, recent, random_share=random, uncertain_share=uncertain, rng=np.random.default_rng(3))
    return [one.why if one else None for one in found]


def test_a_random_share_is_drawn_whatever_the_confidence() -> None:
    found = run([0.99] * 2000 + [0.1] * 2000, [], random=0.1)
    sure, unsure = found[:2000].count("random"), found[2000:].count("random")
    assert 150 < sure < 250
    assert 150 < unsure < 250


def test_the_chance_of_a_random_draw_is_kept_with_it() -> None:
    found = sample([0.5], [], random_share=1.0, uncertain_share=0.0, rng=np.random.default_rng(0))
    assert found[0] is not None
    assert found[0].probability == 1.0


def test_the_least_sure_against_what_came_before_are_taken() -> None:
    recent = list(np.linspace(0.5, 1.0, 200))
    assert run([0.4, 0.9, 0.95], recent, uncertain=0.05) == ["uncertain", None, None]


def test_nothing_is_called_unsure_before_enough_was_seen() -> None:
    assert run([0.1], [0.9] * 5, uncertain=0.5) == [None]


def test_equal_confidences_are_not_all_unsure() -> None:
    assert run([0.7] * 50, [0.7] * 50, uncertain=0.05) == [None] * 50


def test_equal_mixes_have_index_zero() -> None:
    assert stability_index({"a": 50, "b": 50}, {"a": 500, "b": 500}) == pytest.approx(0, abs=1e-3)
    assert stability_index({}, {}) == 0


def test_a_shifted_mix_is_found_and_said() -> None:
    found = drift({"a": 500, "b": 500}, {"a": 180, "b": 20})
    assert isinstance(found, Finding)
    assert "shifted" in found.message
    assert found.details["n"] == 200


@pytest.mark.parametrize("seen", [{"a": 9, "b": 1}, {"a": 105, "b": 95}])
def test_too_little_or_too_small_a_shift_says_nothing(seen: dict[str, int]) -> None:
    assert drift({"a": 500, "b": 500}, seen) is None


def test_chance_in_many_labels_is_no_drift() -> None:
    rng = np.random.default_rng(0)
    labels = [f"l{k}" for k in range(50)]
    for _ in range(20):
        expected = dict(zip(labels, rng.multinomial(2000, [1 / 50] * 50).tolist(), strict=True))
        seen = dict(zip(labels, rng.multinomial(120, [1 / 50] * 50).tolist(), strict=True))
        assert drift(expected, seen) is None
