"""The default learner of images: logistic regression on principal components beside nearness to typical images."""

from __future__ import annotations

from ..linear import Linear


def learner(*, multi: bool) -> Linear:
    """A new, unfitted learner."""
    return Linear(multi=multi)
