"""All installed strategies keep the contract of strategies."""

from __future__ import annotations

from handloom.core import registry
from handloom.core.protocols import Strategy
from handloom.testing.strategies import StrategyContract


class TestRandom(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "random")


class TestMargin(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "margin")


class TestLeastConfidence(StrategyContract):
    by_score = True

    def strategy(self) -> Strategy:
        return registry.find("strategies", "least_confidence")


class TestTypiClust(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "typiclust")


class TestAuto(StrategyContract):
    def strategy(self) -> Strategy:
        return registry.find("strategies", "auto")


def test_every_installed_strategy_is_tested_here() -> None:
    tested = {case().strategy().name for case in StrategyContract.__subclasses__()}
    assert set(registry.names("strategies")) <= tested
