"""Labels that are likely wrong: one detector a file, and `find` and `find_several`, which put them together."""

from .boxes import BoxSuspect, boxes, image_score
from .combiner import Combiner
from .confident_joint import Joint, confident_joint
from .duplicates import Twins, duplicates
from .masks import MaskReport, MaskSuspect, masks
from .multi_label import LabelSuspect, MultiLabel, multi_label
from .neighbours import Around, neighbours
from .normalised_margin import normalised_margin
from .people import Answers, Fused, people
from .queue import Outlook, outlook
from .self_confidence import self_confidence
from .several import SetAnswers, find_several
from .spans import SpanSuspect, spans
from .suspects import Found, Suspect, find
from .tokens import Tokens, TokenSuspect, tokens

__all__ = [
    "Answers",
    "Around",
    "BoxSuspect",
    "Combiner",
    "Found",
    "Fused",
    "Joint",
    "LabelSuspect",
    "MaskReport",
    "MaskSuspect",
    "MultiLabel",
    "Outlook",
    "SetAnswers",
    "SpanSuspect",
    "Suspect",
    "TokenSuspect",
    "Tokens",
    "Twins",
    "boxes",
    "confident_joint",
    "duplicates",
    "find",
    "find_several",
    "image_score",
    "masks",
    "multi_label",
    "neighbours",
    "normalised_margin",
    "outlook",
    "people",
    "self_confidence",
    "spans",
    "tokens",
]
