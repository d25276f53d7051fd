"""What a shape can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from .change import Change


class Shape(Protocol):
    """A kind of value: parse from JSON, show as JSON, compare. ``show(parse(x))`` is the one stored form of x."""

    name: str

    def parse(self, raw: Any, options: Mapping[str, Any], task: str) -> Any: ...

    def show(self, value: Any) -> dict[str, Any]: ...

    def options(self, raw: Mapping[str, Any]) -> dict[str, Any]: ...

    def diff(self, before: Any, after: Any) -> Sequence[Change]: ...
