"""Answer shapes: the closed set of typed values a question can ask for, one file each.

Each shape validates a JSON value at the rim into a frozen dataclass, turns it back, and says what differs between two.
A task names its shape; nothing here names a task.
"""

from .base import Shape
from .change import Change
from .choice import Choice, ChoiceShape
from .decision import MAX_TEXT, DecisionShape, Verdict
from .known import SHAPES, shape
from .labels import MAX_LABEL_LENGTH, MAX_LABELS
from .regions import Region, Regions, RegionsShape
from .spans import Relation, Span, Spans, SpansShape
from .verdict import ERRORS, LabelVerdict, VerdictShape

__all__ = [
    "ERRORS",
    "MAX_LABELS",
    "MAX_LABEL_LENGTH",
    "MAX_TEXT",
    "SHAPES",
    "Change",
    "Choice",
    "ChoiceShape",
    "DecisionShape",
    "LabelVerdict",
    "Region",
    "Regions",
    "RegionsShape",
    "Relation",
    "Shape",
    "Span",
    "Spans",
    "SpansShape",
    "Verdict",
    "VerdictShape",
    "shape",
]
