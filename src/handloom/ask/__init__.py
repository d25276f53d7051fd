"""Step 3, ask: which question goes out, when, in what order, with or without a suggestion."""

from .batch import Draft, compose, suggest, test_part, wanted

__all__ = ["Draft", "compose", "suggest", "test_part", "wanted"]
