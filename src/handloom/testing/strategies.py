"""The contract of a `Strategy`: subclass `StrategyContract` in a test module, give it the strategy, and pytest runs it."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from ..core.arrays import Features
from ..core.protocols import Pick, Pool, Strategy


def example_pool(rows: int = 120, classes: int = 3, labelled: int = 12, *, seed: int = 0, model: bool = True) -> Pool:
    """A pool of ``rows`` items in ``classes`` groups, the first ``labelled`` of a random order with labels.

    With a model there are also five draws for strategies that want a committee or noise.
    """
    rng = np.random.default_rng(seed)
    target = rng.integers(classes, size=rows)
    vectors = (rng.standard_normal((classes, 8))[target] + 0.7 * rng.standard_normal((rows, 8))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chances = rng.dirichlet(np.ones(classes), size=rows).astype(np.float32)
    order = rng.permutation(rows)
    known = order[:labelled].astype(np.int64)
    others = rng.dirichlet(np.ones(classes), size=(5, rows)).astype(np.float32)
    return Pool(
        features=Features(vectors, vectors),
        probabilities=chances if model else None,
        labelled=known,
        targets=target[known].astype(np.int64),
        candidates=np.sort(order[labelled:]).astype(np.int64),
        committee=others if model else None,
        noisy=(0.9 * chances + 0.1 * others).astype(np.float32) if model else None,
        seconds=rng.lognormal(1, 0.5, size=rows).astype(np.float32),
    )


class StrategyContract:
    """Every strategy keeps these promises, whatever it prefers.

    by_score: whether chance only decides between equal rows, so that its picks do not depend on the order of the rows.
    """

    by_score = False

    def strategy(self) -> Strategy:
        """The strategy under test."""
        raise NotImplementedError

    def picks(self, pool: Pool, n: int, seed: int = 0) -> list[Pick]:
        """Its picks, after checking what is true of all picks: candidates only, each once, finite, with a reason."""
        picks = self.strategy().pick(pool, n, rng=np.random.default_rng(seed))
        indices = [p.index for p in picks]
        assert len(set(indices)) == len(indices)
        assert set(indices) <= set(pool.candidates.tolist())
        assert all(type(p.index) is int for p in picks)
        assert all(np.isfinite(p.score) and 0 <= p.probability <= 1 and p.strategy and p.reason for p in picks)
        return picks

    def test_it_is_a_strategy_with_a_name(self) -> None:
        assert isinstance(self.strategy(), Strategy)
        assert self.strategy().name

    def test_it_gives_as_many_as_asked(self) -> None:
        for n in (0, 1, 7, 30):
            assert len(self.picks(example_pool(), n)) == n

    def test_the_same_seed_gives_the_same_picks(self) -> None:
        assert self.picks(example_pool(), 10, seed=3) == self.picks(example_pool(), 10, seed=3)

    def test_it_does_not_change_what_it_is_given(self) -> None:
        pool, again = example_pool(), example_pool()
        self.picks(pool, 10)
        assert pool.features is not None
        assert again.features is not None
        assert np.array_equal(pool.features.vectors, again.features.vectors)
        assert np.array_equal(pool.probabilities, again.probabilities)  # type: ignore[arg-type]
        assert np.array_equal(pool.candidates, again.candidates)

    def test_before_the_first_label_and_model_it_still_picks(self) -> None:
        assert len(self.picks(example_pool(labelled=0, model=False), 9)) == 9

    def test_without_features_it_still_picks(self) -> None:
        assert len(self.picks(replace(example_pool(), features=None), 9)) == 9
        assert len(self.picks(replace(example_pool(model=False), features=None), 9)) == 9

    def test_more_than_there_are_gives_all_there_are(self) -> None:
        pool = example_pool(rows=20, labelled=5)
        assert len(self.picks(pool, 100)) == 15

    def test_one_item_and_none(self) -> None:
        pool = example_pool(rows=6, labelled=5)
        assert len(self.picks(pool, 3)) == 1
        assert self.picks(replace(pool, candidates=np.zeros(0, dtype=np.int64)), 3) == []

    def test_rows_with_nan_are_picked_last(self) -> None:
        pool = example_pool()
        assert pool.features is not None
        assert pool.probabilities is not None
        chances, vectors = pool.probabilities.copy(), pool.features.vectors.copy()
        bad = pool.candidates[:8]
        chances[bad] = np.nan
        vectors[bad] = np.nan
        vectors[bad[:2], 0] = np.inf
        broken = _drawn_like(replace(pool, probabilities=chances, features=Features(vectors, vectors)))
        if self.strategy().name != "random":
            assert not {p.index for p in self.picks(broken, 20)} & set(bad.tolist())
        assert len(self.picks(broken, len(pool.candidates))) == len(pool.candidates)

    def test_equal_scores_do_not_favour_the_first_rows(self) -> None:
        pool = example_pool(rows=200, labelled=0)
        even = np.full((200, 3), 1 / 3, dtype=np.float32)
        same = np.tile(np.array([[1, 0, 0, 0]], dtype=np.float32), (200, 1))
        alike = replace(pool, probabilities=even, features=Features(same, same), seconds=np.ones(200, dtype=np.float32))
        flat = _drawn_like(alike)
        seen = {p.index for seed in range(12) for p in self.picks(flat, 10, seed=seed)}
        assert max(seen) >= 100

    def test_a_task_with_one_known_class(self) -> None:
        pool = example_pool(model=False)
        sure = np.zeros((120, 3), dtype=np.float32)
        sure[:, 1] = 1
        one = _drawn_like(replace(pool, probabilities=sure, targets=np.ones_like(pool.targets)))
        assert len(self.picks(one, 10)) == 10

    def test_a_model_with_one_class_only(self) -> None:
        pool = example_pool(classes=1)
        assert len(self.picks(_drawn_like(pool), 10)) == 10

    def test_multi_label_probabilities(self) -> None:
        pool = example_pool()
        chances = np.random.default_rng(1).random((120, 3)).astype(np.float32)
        assert len(self.picks(_drawn_like(replace(pool, probabilities=chances)), 10)) == 10

    def test_only_some_rows_are_candidates(self) -> None:
        pool = example_pool()
        few = replace(pool, candidates=np.random.default_rng(2).permutation(pool.candidates)[:25])
        assert len(self.picks(few, 8)) == 8

    def test_what_it_needs_are_fields_of_the_pool(self) -> None:
        assert set(getattr(self.strategy(), "needs", ())) <= {f.name for f in fields(Pool)}

    def test_without_what_it_needs_it_still_picks(self) -> None:
        pool = replace(example_pool(), committee=None, noisy=None, seconds=None)
        assert len(self.picks(pool, 9)) == 9

    def test_the_order_of_the_rows_does_not_matter(self) -> None:
        if not self.by_score:
            return
        pool = example_pool()
        assert pool.features is not None
        assert pool.probabilities is not None
        order = np.random.default_rng(5).permutation(120)
        place = np.argsort(order)
        turned = replace(
            pool,
            features=pool.features.take(order),
            probabilities=pool.probabilities[order],
            labelled=place[pool.labelled],
            candidates=place[pool.candidates],
            committee=None if pool.committee is None else pool.committee[:, order],
            noisy=None if pool.noisy is None else pool.noisy[:, order],
            seconds=None if pool.seconds is None else pool.seconds[order],
        )
        assert {int(order[p.index]) for p in self.picks(turned, 10)} == {p.index for p in self.picks(pool, 10)}

    def test_only_random_picks_carry_a_probability(self) -> None:
        pool = example_pool()
        for p in self.picks(pool, 10):
            assert p.probability == (10 / len(pool.candidates) if p.strategy == "random" else 0.0)


def _drawn_like(pool: Pool) -> Pool:
    """The same pool, whose committee and noisy predictions all equal its probabilities."""
    draws = None if pool.probabilities is None else np.repeat(pool.probabilities[None], 3, axis=0)
    return replace(pool, committee=draws, noisy=draws)
