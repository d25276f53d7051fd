"""The methods that crowd-kit has too, against what it makes of the same answers (written by tools/crowd_oracle.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handloom.resolve import aggregate

ORACLE = json.loads((Path(__file__).parent / "crowd_oracle.json").read_text("utf-8"))
TRUTH = np.array(ORACLE["truth"])


def _both(name: str) -> tuple[aggregate.Aggregate, np.ndarray, np.ndarray]:
    """Ours, and the labels and posteriors of the oracle."""
    answers = aggregate.votes(ORACLE["actors"], ORACLE["items"], ORACLE["values"], classes=ORACLE["classes"])
    theirs: dict[str, Any] = ORACLE["crowd_kit"][name]
    return aggregate.METHODS[name](answers), np.array(theirs["labels"]), np.array(theirs["posteriors"])


def test_majority_is_the_same_to_the_digit() -> None:
    ours, labels, posteriors = _both("majority")
    np.testing.assert_allclose(ours.posteriors, posteriors, atol=1e-4)
    ranked = np.sort(posteriors, axis=1)
    decided = ranked[:, -1] - ranked[:, -2] > 1e-3  # ties fall otherwise there
    assert decided.sum() > 150
    assert (ours.labels[decided] == labels[decided]).all()


@pytest.mark.parametrize(
    ("name", "mean", "labels_alike"), [("one_coin", 0.002, 1.0), ("glad", 0.01, 1.0), ("mace", 0.01, 0.99)]
)
def test_posteriors_lie_beside_those_of_the_oracle(name: str, mean: float, labels_alike: float) -> None:
    ours, labels, posteriors = _both(name)
    assert ours.raw is not None  # before it is made honest about answers that depend on each other
    assert np.abs(ours.raw - posteriors).mean() <= mean
    assert (ours.labels == labels).mean() >= labels_alike


def test_dawid_skene_pools_and_is_no_less_right() -> None:
    ours, labels, _ = _both("dawid_skene")
    assert (ours.labels == labels).mean() >= 0.97  # not the same model: confusions are pulled toward what is common
    assert (ours.labels == TRUTH).mean() >= (labels == TRUTH).mean()
