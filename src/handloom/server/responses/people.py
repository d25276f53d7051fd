"""Actors, sessions, tokens."""

from __future__ import annotations

from typing import Literal

from .base import Shown, Time, Who, example


class Actor(Who):
    """Who answers."""

    kind: Literal["person", "model", "rule", "import"]
    role: Literal["annotator", "reviewer", "expert", "engineer", "owner"]
    state: Literal["active", "paused", "removed"]
    created: Time
    answers: int
    median_seconds: float | None
    last_seen: Time | None


class Me(Actor):
    """The acting actor. ``can``: actions its role allows; ``csrf``: for the header X-Handloom-CSRF, with a cookie only."""

    csrf: str | None
    can: list[str]


class LoggedIn(Shown):
    """After a one-time code."""

    actor: Actor
    csrf: str


class Actors(Shown):
    """A page of actors."""

    actors: list[Actor]
    next: str | None


class NewActor(Shown):
    """A new actor and its token, shown this once."""

    actor: Actor
    token: str


class Token(Shown):
    """A new token; the old one is void."""

    model_config = example(token="hl_a3_mQx...")
    token: str


class LoginPath(Shown):
    """A one-time login address."""

    model_config = example(path="/login#Vv3n0r4pTq", expires="2026-11-21T05:29:35.120Z")
    path: str
    expires: Time


class ProviderShown(Shown):
    """A provider of identities, by the name on its button."""

    label: str


class Ways(Shown):
    """How one may log in besides one-time addresses and tokens."""

    provider: ProviderShown | None


class Away(Shown):
    """Where the browser goes on."""

    address: str
