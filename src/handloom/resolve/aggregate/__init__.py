"""Answers of several actors become labels with a posterior: one algorithm a file.

`votes` makes numbered answers from arrays; every method of `METHODS` takes them and gives an `Aggregate`. Numbers, orders,
spans and sets of labels have methods of their own.
"""

from collections.abc import Callable

from .auto import auto, confusable
from .dawid_skene import dawid_skene
from .glad import glad
from .incremental import Incremental, Update
from .mace import mace
from .majority import majority
from .multi_label import MultiLabel, multi_label
from .numeric import Numeric, median, weighted_mean
from .one_coin import one_coin
from .rankings import Ranking, bradley_terry, plackett_luce
from .result import Aggregate
from .spans import Marked, SpanAggregate, aggregate_spans
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
    "Marked",
    "MultiLabel",
    "Numeric",
    "Ranking",
    "SpanAggregate",
    "Update",
    "Votes",
    "aggregate_spans",
    "auto",
    "bradley_terry",
    "confusable",
    "dawid_skene",
    "glad",
    "mace",
    "majority",
    "median",
    "multi_label",
    "one_coin",
    "plackett_luce",
    "votes",
    "weighted_mean",
]
