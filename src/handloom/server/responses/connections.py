"""Services of outside people, and addresses that are told what happens."""

from __future__ import annotations

from typing import Any, Literal

from .base import Shown, Time


class WorkforceShown(Shown):
    """A service. answers: where it sends them; deadline: seconds; out, answered, given_back: questions; people: theirs."""

    name: str
    kind: str
    task: str | None
    address: str
    answers: str
    options: dict[str, Any]
    deadline: float
    most: int
    keep: int
    state: Literal["active", "paused"]
    failures: int
    error: str | None
    next_try: Time | None
    created: Time
    out: int
    answered: int
    given_back: int
    people: int


class WorkforceWithSecret(WorkforceShown):
    """A service with the secret that is shown this once, null where it was not made anew."""

    secret: str | None


class Workforces(Shown):
    """The services of a project."""

    workforces: list[WorkforceShown]


class AnswerTaken(Shown):
    """What became of one answer of a service."""

    id: str
    state: Literal["counted", "late", "repeated", "returned", "unknown", "refused"]
    code: str | None = None
    message: str | None = None


class AnswersTaken(Shown):
    """What became of each, in their order."""

    results: list[AnswerTaken]


class WebhookShown(Shown):
    """An address. tries: of the message it is at; dead after 12 of them; status: of its last reply."""

    id: str
    address: str
    kinds: list[str]
    state: Literal["active", "paused", "dead"]
    delivered: int
    tries: int
    status: int | None
    error: str | None
    next_try: Time | None
    created: Time


class NewWebhook(WebhookShown):
    """A new address with the secret that is shown this once."""

    secret: str


class Webhooks(Shown):
    """The addresses of a project."""

    webhooks: list[WebhookShown]


class WebhookTested(Shown):
    """How a message of the type handloom.test fared."""

    ok: bool
    status: int | None
    error: str | None


class Disconnected(Shown):
    """What is there no more."""

    removed: str
