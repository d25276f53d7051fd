"""What passes between handloom and a service of outside people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """A connection to a service. secret: 32 bytes that both sides know, never shown; private: whether the address may lie
    in a private network."""

    name: str
    address: str
    options: Mapping[str, Any]
    private: bool = False
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Posted:
    """A question as it goes outside. key: what answers name; deadline: seconds since 1970, after which the own team is
    asked; body: task, kind, shape, labels, multi, item, media, guidelines. Never a suggestion, nor what others said."""

    key: str
    deadline: float
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody outside said. id: the service's own, the same when it says it again; worker: who, by the service's
    name for them; outcome ``skip``: nobody there wants it, so the own team is asked at once."""

    id: str
    key: str
    worker: str
    outcome: str = "answered"
    value: Any = None
    seconds: float = 0.0
    confidence: float | None = None
    note: str | None = None
