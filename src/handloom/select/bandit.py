"""Learns while labelling which strategy helps here: each batch is drawn by one of several, good ones more often.

The reward of a batch is what it improved on the random reserve (see `Round`). Gains shrink as a model learns, so a reward is
compared with those of the batches just before and after it; what an arm gained over its neighbours, averaged with recent
batches weighing more, decides its chance. The chance of every arm stays above a floor and is written into every reason, so
that what was picked can be weighed later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..core.protocols import Pick, Pool, Round, Strategy
from .auto import Auto
from .badge import Badge
from .margin import Margin
from .typiclust import TypiClust

FLOOR = 0.1
"""Share of the batches that is spread evenly over all arms."""
NEIGHBOURS = 3
"""Batches before and after with which a reward is compared."""
MEMORY = 0.97
"""Weight of a batch relative to the one after it."""
PRIOR = 2.0
"""Imagined batches per arm, of no advantage but what an arm is leant towards."""
SHARPNESS = 2.0
LEAN = {"auto": 0.5}
"""Advantage that an arm is thought to have before anything is known, in units of the usual difference between batches."""


def bandit(
    pool: Pool,
    n: int,
    *,
    arms: Mapping[str, Strategy],
    rng: np.random.Generator,
    lean: Mapping[str, float] | None = None,
) -> list[Pick]:
    """n of the pool's candidates by one arm, drawn by what the arms gained in ``pool.rounds``.

    lean: what an arm is thought to gain over the others before anything is known (default: nothing). Only arms take part
    whose needs the pool has. Each pick keeps the name of its arm as strategy, and the chance with which the arm was drawn
    in its reason.
    """
    usable = {name: arm for name, arm in arms.items() if _can(arm, pool)} or arms
    names = list(usable)
    chance = chances(pool.rounds, names, lean)
    arm = names[int(rng.choice(len(names), p=chance))]
    share = chance[names.index(arm)]
    return [
        Pick(p.index, p.score, p.probability, p.strategy, f"{p.reason} [{arm}, drawn with chance {share:.2f}]")
        for p in usable[arm].pick(pool, n, rng=rng)
    ]


def _can(arm: Strategy, pool: Pool) -> bool:
    """Whether all that the arm needs is there: before the first model that leaves those that need none."""
    return all(getattr(pool, need) is not None for need in getattr(arm, "needs", ()))


def chances(
    rounds: Sequence[Round], arms: Sequence[str], lean: Mapping[str, float] | None = None
) -> npt.NDArray[np.float64]:
    """(arms,) with what chance each arm picks the next batch; even, or as ``lean`` says, before any reward is known."""
    total = np.array([PRIOR * (lean or {}).get(name, 0.0) for name in arms])
    weight = np.full(len(arms), PRIOR)
    advantages = _advantages([r for r in rounds if r.reward is not None and r.strategy in arms])
    for age, (name, advantage) in enumerate(reversed(advantages)):
        place = arms.index(name)
        total[place] += MEMORY**age * advantage
        weight[place] += MEMORY**age
    height = SHARPNESS * total / np.sqrt(weight)
    even = np.exp(height - height.max())
    return FLOOR / len(arms) + (1 - FLOOR) * even / even.sum()


def _advantages(rounds: Sequence[Round]) -> list[tuple[str, float]]:
    """Per batch its arm and its reward minus the mean of its neighbours', in units of the usual difference."""
    rewards = np.array([r.reward for r in rounds], dtype=np.float64)
    if len(rewards) < 2:
        return []
    over = np.empty(len(rewards))
    for place in range(len(rewards)):
        near = np.arange(max(0, place - NEIGHBOURS), min(len(rewards), place + NEIGHBOURS + 1))
        over[place] = rewards[place] - rewards[near[near != place]].mean()
    usual = float(np.median(np.abs(over)))
    scaled = np.clip(over / usual, -3, 3) if usual > 0 else np.zeros(len(over))
    return [(r.strategy, float(x)) for r, x in zip(rounds, scaled, strict=True)]


class Bandit:
    """`bandit` as a plug-in, over auto, badge, margin and typiclust."""

    name = "bandit"
    help = "tries auto, badge, margin and typiclust, and learns which one helps here"
    needs = ("rounds",)

    def __init__(self, arms: Mapping[str, Strategy] | None = None) -> None:
        self.arms = arms or {"auto": Auto(), "badge": Badge(), "margin": Margin(), "typiclust": TypiClust()}

    def pick(self, pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]:
        """n of the pool's candidates."""
        return bandit(pool, n, arms=self.arms, rng=rng, lean=LEAN)
