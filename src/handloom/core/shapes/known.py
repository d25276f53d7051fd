"""The closed set of shapes: a new one is a file here and a line in `SHAPES`."""

from __future__ import annotations

from ..errors import UnknownKind
from .base import Shape
from .choice import ChoiceShape
from .decision import DecisionShape
from .regions import RegionsShape
from .spans import SpansShape
from .verdict import VerdictShape

SHAPES: dict[str, Shape] = {
    s.name: s for s in (ChoiceShape(), DecisionShape(), RegionsShape(), SpansShape(), VerdictShape())
}


def shape(name: str) -> Shape:
    """The shape of that name; raises `UnknownKind`."""
    if name not in SHAPES:
        raise UnknownKind("shape", name, tuple(SHAPES))
    return SHAPES[name]
