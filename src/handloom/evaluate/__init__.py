"""Step 7: how good a model is, with n and an interval beside every number."""

from .baselines import Heuristic, Rules, heuristic_predictions, majority, rules
from .calibration import calibration_error
from .compare import accuracy_difference, flipped, macro_f1_difference
from .curves import area_under, labels_to
from .intervals import Measured, bootstrap, measured, proportion, weighted_proportion, wilson
from .metrics import (
    accuracy,
    choice_metrics,
    confusion,
    label_macro_f1,
    micro_f1,
    per_class,
    predictions,
)
from .report import Contender, findings, report
from .tables import macro_f1

__all__ = [
    "Contender",
    "Heuristic",
    "Measured",
    "Rules",
    "accuracy",
    "accuracy_difference",
    "area_under",
    "bootstrap",
    "calibration_error",
    "choice_metrics",
    "confusion",
    "findings",
    "flipped",
    "heuristic_predictions",
    "label_macro_f1",
    "labels_to",
    "macro_f1",
    "macro_f1_difference",
    "majority",
    "measured",
    "micro_f1",
    "per_class",
    "predictions",
    "proportion",
    "report",
    "rules",
    "weighted_proportion",
    "wilson",
]
