"""How far people agree: one statistic a file, each with n and an interval. Chance is an argument: ``rng``."""

from .cohen import cohen
from .confusions import Confusion, confusions
from .fleiss import fleiss
from .icc import icc
from .kendall import kendall_tau, kendall_w
from .krippendorff import krippendorff
from .percent import percent
from .spans import Matched, matched, span_f1
from .tables import Pair, by_class, by_group, by_pair

__all__ = [
    "Confusion",
    "Matched",
    "Pair",
    "by_class",
    "by_group",
    "by_pair",
    "cohen",
    "confusions",
    "fleiss",
    "icc",
    "kendall_tau",
    "kendall_w",
    "krippendorff",
    "matched",
    "percent",
    "span_f1",
]
