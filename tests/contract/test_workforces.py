"""All installed workforces keep the contract, and signed messages are what the specification says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
from collections.abc import Sequence
from typing import Any

import pytest

from handloom.core import registry
from handloom.core.errors import BadReference, NotLoggedIn, Unavailable
from handloom.core.outside import Link, Reply
from handloom.core.protocols import Workforce
from handloom.outside import sending, signing
from handloom.testing.workforces import WorkforceContract

from ..acceptance.outside import service


class TestHttp(WorkforceContract):
    def workforce(self) -> Workforce:
        return registry.find("workforces", "http")

    def signed(self, link: Link, replies: Sequence[Reply], now: float) -> tuple[dict[str, str], bytes]:
        answers: list[dict[str, Any]] = [
            {
                "id": r.id,
                "question": r.key,
                "worker": r.worker,
                "outcome": r.outcome,
                "value": r.value,
                "seconds": r.seconds,
            }
            for r in replies
        ]
        body = json.dumps({"type": "workforce.answers", "answers": answers}).encode()
        stamp = str(int(now))
        digest = hmac.new(link.secret, f"m1.{stamp}.".encode() + body, hashlib.sha256).digest()
        sign = f"v1a,ignored v1,{base64.b64encode(digest).decode()}"
        return {"webhook-id": "m1", "webhook-timestamp": stamp, "webhook-signature": sign}, body


def test_every_installed_workforce_is_tested_here() -> None:
    assert set(registry.names("workforces")) == {case().workforce().name for case in WorkforceContract.__subclasses__()}


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    """Standard Webhooks, and the test vector that its libraries share."""
    secret = signing.read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    headers = signing.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signing.shown(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert signing.verify(secret, headers, body, 1614265330 + 300) == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    with pytest.raises(NotLoggedIn):
        signing.verify(secret, headers, body, 1614265330 + 301)


@pytest.mark.parametrize(
    ("ip", "public", "private"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
        ("127.0.0.1", False, True),
        ("10.1.2.3", False, True),
        ("192.168.0.9", False, True),
        ("fd00::1", False, True),
        ("::1", False, True),
        ("169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("::ffff:10.0.0.1", False, True),
        ("0.0.0.0", False, False),
        ("224.0.0.1", False, False),
        ("100.64.0.1", False, False),
    ],
)
def test_messages_go_nowhere_they_should_not(ip: str, public: bool, private: bool) -> None:
    address = ipaddress.ip_address(ip)
    assert (sending.allowed(address, private=False), sending.allowed(address, private=True)) == (public, private)


def test_a_name_that_stands_for_a_forbidden_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolved(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("93.184.216.34", "169.254.169.254")]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with pytest.raises(Unavailable, match="may not go"):
        sending.post("http://innocent.example/", b"{}", {}, private=True, seconds=5)


def test_what_comes_back_is_read_up_to_a_limit_and_for_a_time() -> None:
    with service() as outside:
        outside.says = "x" * 500_000
        received = sending.post(outside.url, b"{}", {"x-a": "b"}, private=True, seconds=20)
        assert (received.status, len(received.body)) == (200, sending.MOST_REPLY)
        assert outside.headers[0]["host"] == outside.url.split("/")[2]
        outside.slow = True
        with pytest.raises(Unavailable, match=r"within 0\.2 seconds"):
            sending.post(outside.url, b"{}", {}, private=True, seconds=0.2)


@pytest.mark.parametrize(
    "address", ["https://example.org/#x", "//example.org", "https://ex\u00e4mple.org", "https://a:0/", None, 7]
)
def test_an_address_that_is_none_is_refused(address: object) -> None:
    with pytest.raises(BadReference):
        sending.checked(address)
