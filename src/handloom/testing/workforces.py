"""The contract of a `Workforce`: subclass `WorkforceContract` in a test module, say how its service signs, and pytest runs it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ..core.errors import HandloomError, Malformed, NotLoggedIn, Unavailable
from ..core.outside import Link, Posted, Reply
from ..core.protocols import Workforce

NOW = 1_700_000_000.0
SECRET = bytes(range(32))


class WorkforceContract:
    """Every way of asking people outside keeps these promises, whatever it speaks."""

    def workforce(self) -> Workforce:
        """The plug-in under test."""
        raise NotImplementedError

    def signed(self, link: Link, replies: Sequence[Reply], now: float) -> tuple[dict[str, str], bytes]:
        """Headers and body of a call by which a service would say these, written without the plug-in's own code."""
        raise NotImplementedError

    def link(self, address: str = "http://127.0.0.1:9/", **options: Any) -> Link:
        """A connection to a service that is not there."""
        return Link("crowd", address, self.workforce().check(options), private=True, secret=SECRET)

    def replies(self) -> list[Reply]:
        """One that answers, one that passes."""
        said = {"labels": ["spam"]}
        return [
            Reply("r1", "q1.1", "ann", value=said, seconds=2.5),
            Reply("r2", "q2.2", "Ёж", "skip"),
        ]

    def test_it_is_a_workforce_with_a_name(self) -> None:
        assert isinstance(self.workforce(), Workforce)
        assert self.workforce().name

    def test_its_options_have_defaults_can_be_stored_and_are_stable(self) -> None:
        options = self.workforce().check({})
        assert json.loads(json.dumps(options)) == options == self.workforce().check(options)

    def test_an_option_that_it_does_not_have_is_refused(self) -> None:
        with pytest.raises(Malformed):
            self.workforce().check({"no such option": 1})

    def test_what_a_service_signs_is_understood(self) -> None:
        headers, body = self.signed(self.link(), self.replies(), NOW)
        assert self.workforce().receive(self.link(), headers, body, NOW) == self.replies()
        assert self.workforce().receive(self.link(), headers, body, NOW) == self.replies()  # it keeps no state

    def test_what_is_signed_otherwise_changed_unsigned_or_old_is_refused(self) -> None:
        link = self.link()
        headers, body = self.signed(link, self.replies(), NOW)
        other = Link(link.name, link.address, link.options, link.private, secret=SECRET[::-1])
        tries: list[tuple[Link, Mapping[str, str], bytes, float]] = [
            (other, headers, body, NOW),
            (link, headers, body.replace(b"spam", b"eggs"), NOW),
            (link, headers, body + b" ", NOW),
            (link, {}, body, NOW),
            (link, dict.fromkeys(headers, ""), body, NOW),
            (link, headers, body, NOW + 86_400),
            (link, headers, body, NOW - 86_400),
        ]
        for given, head, content, now in tries:
            with pytest.raises(NotLoggedIn):
                self.workforce().receive(given, head, content, now)

    def test_a_service_that_is_not_there_is_an_error_that_names_no_secret(self) -> None:
        posted = Posted("q1.1", NOW + 60, {"task": "mail", "data": {"text": "x"}})
        for call in (
            lambda: self.workforce().push(self.link(), [posted], NOW),
            lambda: self.workforce().withdraw(self.link(), ["q1.1"], NOW),
        ):
            with pytest.raises(Unavailable) as raised:
                call()
            assert isinstance(raised.value, HandloomError)
            assert SECRET.hex() not in str(raised.value)
