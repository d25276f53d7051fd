"""Answers of several actors become labels with a posterior: one algorithm a file.

`votes` makes numbered answers from arrays; every method of `METHODS` takes them and gives an `Aggregate`.
"""

from collections.abc import Callable

from .auto import auto
from .dawid_skene import dawid_skene
from .glad import glad
from .incremental import Incremental, Update
from .mace import mace
from .majority import majority
from .one_coin import one_coin
from .result import Aggregate
from .votes import Votes, votes

METHODS: dict[str, Callable[[Votes], Aggregate]] = {
    "auto": auto,
    "majority": majority,
    "dawid_skene": dawid_skene,
    "one_coin": one_coin,
    "glad": glad,
    "mace": mace,
}
"""For single choices, by name."""

__all__ = [
    "METHODS",
    "Aggregate",
    "Incremental",
    "Update",
    "Votes",
    "auto",
    "dawid_skene",
    "glad",
    "mace",
    "majority",
    "one_coin",
    "votes",
]
