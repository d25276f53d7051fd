"""The default learner of texts: logistic regression on words and word pairs beside latent semantic vectors."""

from __future__ import annotations

from ..linear import Linear

LATENT = 20.0
"""Chosen on snips, sms_spam, mwml and banking77 at 30 to 4,000 labels; see `handloom.tasks.linear.Linear`."""


def learner(*, multi: bool) -> Linear:
    """A new, unfitted learner."""
    return Linear(multi=multi, latent=LATENT)
