"""Simulated crowds for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handloom.resolve.aggregate import Votes, votes


@dataclass(frozen=True)
class Crowd:
    """Answers and what is true: truth (items,), skill (actors,)."""

    votes: Votes
    truth: np.ndarray
    skill: np.ndarray


def crowd(
    seed: int = 0, *, items: int = 60, actors: int = 8, classes: int = 3, per_item: int = 5, skill: float = 0.75
) -> Crowd:
    """Actors of skills around ``skill`` whose errors fall on the other classes alike."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, items)
    skills = np.clip(skill + rng.uniform(-0.2, 0.2, actors), 0.0, 1.0)
    who = np.concatenate([rng.permutation(actors)[:per_item] for _ in range(items)])
    which = np.repeat(np.arange(items), per_item)
    wrong = (truth[which] + rng.integers(1, classes, which.size)) % classes
    said = np.where(rng.random(which.size) < skills[who], truth[which], wrong)
    gold = np.full(items, -1)
    return Crowd(votes(who, which, said, classes=classes, gold=gold), truth, skills)
