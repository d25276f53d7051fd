"""All installed strategies keep the contract of strategies."""

from __future__ import annotations

from handloom.core import registry
from handloom.core.protocols import Strategy
from handloom.testing.strategies import StrategyContract


class TestAnchors(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "anchors")


class TestAuto(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "auto")


class TestBadge(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "badge")


class TestBald(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "bald")


class TestBandit(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "bandit")


class TestClusterMargin(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "cluster_margin")


class TestCommittee(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "committee")


class TestDensity(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "density")


class TestEntropy(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "entropy")


class TestGainPerSecond(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "gain_per_second")


class TestKCenter(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "k_center")


class TestLeastConfidence(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "least_confidence")


class TestMargin(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "margin")


class TestNoiseStability(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "noise_stability")


class TestProbCover(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "prob_cover")


class TestRandom(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "random")


class TestTypiClust(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "typiclust")


def test_every_installed_strategy_is_tested_here() -> None:
    tested = {case().strategy().name for case in StrategyContract.__subclasses__()}
    assert set(registry.names("strategies")) <= tested
