"""Step 3, ask: which question goes out, when, to whom, in what order, with or without a suggestion, with which gold."""

from .batch import Draft, compose, suggest, test_part, wanted
from .conflicts import in_words, sides
from .gold import Conduct, another, conduct, how_many, mingle, share, supply
from .qualify import Practice, practice
from .route import hides, not_after, not_beside, open_to, rule_of

__all__ = [
    "Conduct",
    "Draft",
    "Practice",
    "another",
    "compose",
    "conduct",
    "hides",
    "how_many",
    "in_words",
    "mingle",
    "not_after",
    "not_beside",
    "open_to",
    "practice",
    "rule_of",
    "share",
    "sides",
    "suggest",
    "supply",
    "test_part",
    "wanted",
]
