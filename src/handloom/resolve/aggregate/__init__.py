"""Answers of several actors become labels with a posterior: one algorithm a file.

`votes` makes numbered answers from arrays; every aggregator of single choices takes them and gives an `Aggregate`.
"""

from .dawid_skene import dawid_skene
from .incremental import Incremental, Update
from .majority import majority
from .result import Aggregate
from .votes import Votes, votes

__all__ = ["Aggregate", "Incremental", "Update", "Votes", "dawid_skene", "majority", "votes"]
