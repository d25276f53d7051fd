"""Signed messages over HTTP, in the form that the Standard Webhooks specification gives them.

Three headers: ``webhook-id``, ``webhook-timestamp`` (seconds since 1970) and ``webhook-signature``, a list of
``v1,BASE64`` where BASE64 is HMAC-SHA256(secret, "ID.TIMESTAMP." + raw body). A secret is shown as ``whsec_BASE64``.
Libraries for it exist in most languages; in Python it is four lines.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from ..core.errors import Malformed, NotLoggedIn

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
WINDOW = 300.0
"""Seconds that a message may be old, or ahead of this clock."""
_PREFIX = "whsec_"
_MOST_SIGNATURES = 8


def shown(secret: bytes) -> str:
    """A secret as the other side enters it: ``whsec_BASE64``."""
    return _PREFIX + base64.b64encode(secret).decode()


def read(text: str) -> bytes:
    """The secret behind ``whsec_BASE64``; raises `Malformed`."""
    try:
        return base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f"a secret is {_PREFIX} and base64") from None


def sign(secret: bytes, message: str, now: float, body: bytes) -> dict[str, str]:
    """The three headers of a message. message: its id, the same when it is sent again."""
    stamp = str(int(now))
    return {ID: message, TIMESTAMP: stamp, SIGNATURE: f"v1,{_digest(secret, message, stamp, body)}"}


def verify(secret: bytes, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The id of a message that the other side signed, not more than `WINDOW` ago. Raises `NotLoggedIn`.

    Only whoever knows the secret is told that a message is too old; to others every fault looks the same.
    """
    message, stamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    wanted = _digest(secret, message, stamp, body).encode()
    signed = False
    for part in headers.get(SIGNATURE, "").split(" ")[:_MOST_SIGNATURES]:
        version, _, given = part.partition(",")
        signed |= hmac.compare_digest(given.encode("utf-8", "replace"), wanted) and version == "v1"
    if not signed:
        raise NotLoggedIn(f"{SIGNATURE} does not fit {ID}, {TIMESTAMP} and the body as it was sent")
    age = now - int(stamp) if stamp.isdecimal() and len(stamp) < 15 else float("inf")
    if not -WINDOW <= age <= WINDOW or not 0 < len(message) <= 200:
        raise NotLoggedIn(f"{TIMESTAMP} is more than {WINDOW:g} seconds off, or {ID} is missing; sign it anew")
    return message


def _digest(secret: bytes, message: str, stamp: str, body: bytes) -> str:
    content = f"{message}.{stamp}.".encode("utf-8", "replace") + body
    return base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
