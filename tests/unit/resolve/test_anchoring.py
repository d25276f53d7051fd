from __future__ import annotations

import numpy as np
import pytest

from handloom.core.errors import Malformed
from handloom.resolve.anchoring import Followed, Rate, newcombe, report


def answers(n: int = 900) -> Followed:
    """Actor 0 judges for themselves, actor 1 accepts whatever is shown, actor 2 was never asked."""
    rng = np.random.default_rng(3)
    actors = np.where(rng.random(n) < 0.5, 0, np.where(rng.random(n) < 0.5, 1, 3))
    shown = rng.random(n) < 0.7
    right = (rng.random(n) < 0.6).astype(np.int64)
    alone = np.where(rng.random(n) < 0.9, right == 1, right == 0)
    return Followed(actors, shown, np.where((actors == 1) & shown, True, alone), right)


def test_follower_is_reported_and_those_who_judge_are_not() -> None:
    found = {row.actor: row for row in report(answers())}
    assert sorted(found) == [-1, 0, 1, 3]
    follower = found[1].warning
    assert follower is not None
    assert "follows wrong suggestions: 100%" in follower
    assert found[0].warning is None
    assert found[3].warning is None
    assert found[1].shown.value == 1.0
    assert found[1].wrong.low > found[1].wrong_blind.high


def test_without_known_wrong_suggestions_the_difference_in_agreement_speaks() -> None:
    asked = answers()
    unknown = Followed(asked.actors, asked.shown, asked.accepted, np.full(asked.right.size, -1))
    found = {row.actor: row for row in report(unknown)}
    assert found[1].wrong.n == 0
    assert np.isnan(found[1].wrong.value)
    assert "more often when they are shown" in str(found[1].warning)
    assert found[0].warning is None


def test_interval_of_a_difference_is_that_of_newcombe_1998() -> None:
    # Table II, example (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339.
    one, other = Rate(56 / 70, 0.6918, 0.8769, 70), Rate(48 / 80, 0.4905, 0.7005, 80)
    found = newcombe(one, other)
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=2e-3), pytest.approx(0.3339, abs=2e-3))


def test_no_answers_say_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    (all_,) = report(Followed(none, none.astype(bool), none.astype(bool), none))
    assert (all_.shown.n, all_.difference.low, all_.difference.high, all_.warning) == (0, -1.0, 1.0, None)
    with pytest.raises(Malformed, match="differ in length"):
        report(Followed(none, np.ones(1, dtype=bool), none.astype(bool), none))
