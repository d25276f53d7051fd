"""Step 6, train: from a dataset version and features to a fitted learner and what it thinks of every item."""

from . import corrections
from .cross_fit import cross_fit
from .fit import class_numbers, predict, targets, trainable

__all__ = ["class_numbers", "corrections", "cross_fit", "predict", "targets", "trainable"]
