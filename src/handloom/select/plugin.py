"""A strategy's function as a plug-in: what it takes of the pool, and what stands in where that is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..core.protocols import Pick, Pool
from .random import random


class Plugin:
    """Calls ``function(*needs, n, candidates=, rng=, **takes)``.

    needs: fields of the pool, in the order of the function's first arguments. takes: fields that it is given by name.
    instead: the plug-ins to ask where one of ``needs`` is missing, as before the first model; the first that has all of
    its own is taken, and when none has, the draw is at random.
    """

    name: str
    help: str
    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()
    instead: tuple[type[Plugin], ...] = ()
    function: ClassVar[Callable[..., list[Pick]]]

    def pick(self, pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]:
        """n of the pool's candidates."""
        for kind in (type(self), *self.instead):
            given = [getattr(pool, need) for need in kind.needs]
            if all(part is not None for part in given):
                arrays = [
                    part.vectors if need == "features" else part for need, part in zip(kind.needs, given, strict=True)
                ]
                return kind.function(*arrays, n, candidates=pool.candidates, rng=rng, **kind.named(pool))
        return random(0, n, candidates=pool.candidates, rng=rng)

    @classmethod
    def named(cls, pool: Pool) -> dict[str, Any]:
        """The arguments given by name besides the candidates and the chance."""
        return {field: getattr(pool, field) for field in cls.takes}
