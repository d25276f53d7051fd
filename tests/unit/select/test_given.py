"""What strategies are given: lists, frames and masks are taken; what makes no sense is refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from handloom import select
from handloom.core.errors import BadValue

CHANCES: Any = [[0.9, 0.1], [0.5, 0.5], [0.3, 0.7]]
PLACES: Any = [[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]


def bad(value: object) -> Any:
    """Something that no type checker would let through."""
    return value


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


class Frame:
    """Anything that says how it looks as an array, as data frames do."""

    def __init__(self, values: list[list[float]]) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.values, dtype=dtype)


@pytest.mark.parametrize("shape", [list, Frame, np.array])
def test_lists_and_frames_count_as_arrays(shape: Callable[[Any], Any]) -> None:
    assert [p.index for p in select.margin(shape(CHANCES), 2, rng=rng())] == [1, 2]
    assert {p.index for p in select.badge(shape(PLACES), shape(CHANCES), 2, labelled=[0], rng=rng())} == {1, 2}


def test_mask_of_what_is_labelled_means_the_rows_it_marks() -> None:
    mask = [True, False, True]
    for picks in (
        select.k_center(PLACES, 3, labelled=mask, rng=rng()),
        select.margin(CHANCES, 3, candidates=np.invert(mask), rng=rng()),
    ):
        assert [p.index for p in picks] == [1]


@pytest.mark.parametrize(
    ("pick", "words"),
    [
        (lambda: select.margin(bad([0.9, 0.5]), 1, rng=rng()), r"shape \(rows, columns\); found \(2,\)"),
        (lambda: select.entropy(bad(np.zeros((3, 0))), 1, rng=rng()), "found .3, 0."),
        (lambda: select.margin(bad([["a", "b"]]), 1, rng=rng()), "no array of numbers"),
        (lambda: select.margin(bad([[0.5], [0.5, 0.5]]), 1, rng=rng()), "no array of numbers"),
        (lambda: select.margin(bad([[7.0, -3.0]]), 1, rng=rng()), "logits or percentages"),
        (lambda: select.least_confidence(bad([[70.0, 30.0]]), 1, rng=rng()), "logits or percentages"),
        (lambda: select.margin(CHANCES, bad(1.5), rng=rng()), "n is a whole number"),
        (lambda: select.margin(CHANCES, True, rng=rng()), "n is a whole number"),
        (lambda: select.badge(PLACES, CHANCES[:2], 1, rng=rng()), "embeddings of 3, probabilities of 2"),
        (lambda: select.bald(bad([CHANCES, CHANCES]), bad("two"), rng=rng()), "n is a whole number"),
        (lambda: select.bald(CHANCES, 1, rng=rng()), r"shape \(draws, rows, classes\)"),
        (lambda: select.gain_per_second(CHANCES, bad([1.0]), 1, rng=rng()), "probabilities of 3, seconds of 1"),
        (lambda: select.k_center(PLACES, 1, labelled=[3], rng=rng()), "labelled are rows from 0 to 2; found 3 to 3"),
        (lambda: select.k_center(PLACES, 1, labelled=[-1], rng=rng()), "found -1 to -1"),
        (lambda: select.typiclust(PLACES, 1, labelled=[True], rng=rng()), "one value per row; found 1 for 3"),
        (lambda: select.random(3, 1, candidates=["a"], rng=rng()), "numbers of rows, or a mask"),
    ],
)
def test_what_makes_no_sense_is_refused(pick: Callable[[], Any], words: str) -> None:
    with pytest.raises(BadValue, match=words):
        pick()


def test_fewer_than_one_is_nothing() -> None:
    for n in (0, -3):
        assert select.margin(CHANCES, n, rng=rng()) == []
        assert select.k_center(PLACES, n, rng=rng()) == []
