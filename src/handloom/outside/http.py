"""Outside people behind any service that speaks signed JSON over HTTP. See ``docs/howto/outside-workforce.md``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.errors import Malformed, TooLarge, Unavailable
from ..core.outside import Link, Posted, Reply
from . import sending, signing

QUESTIONS, WITHDRAWN, ANSWERS = "workforce.questions", "workforce.withdrawn", "workforce.answers"
MOST_ANSWERS = 500
"""Answers in one call of the service."""
_SECONDS = 10.0
_FIELDS: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "question": (str,),
    "worker": (str,),
    "outcome": (str,),
    "seconds": (int, float),
    "confidence": (int, float),
    "note": (str,),
}


class HttpWorkforce:
    """Posts questions to one address; the service posts answers back to ``/api/v1/workforce/NAME/answers``."""

    name = "http"

    def check(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The only option is ``timeout``: seconds that the service may take to accept questions, 1 to 60."""
        timeout = options.get("timeout", _SECONDS)
        if set(options) - {"timeout"} or isinstance(timeout, bool) or not isinstance(timeout, int | float):
            raise Malformed("the options of an http workforce are timeout, a number of seconds", field="options")
        if not 1 <= timeout <= 60:
            raise Malformed(f"timeout is 1 to 60 seconds; found {timeout:g}", field="options")
        return {"timeout": float(timeout)}

    def push(self, link: Link, questions: Sequence[Posted], now: float) -> Sequence[str]:
        """Post the questions; any 2xx takes them. A reply ``{"accepted": [keys]}`` takes only those."""
        keys = [one.key for one in questions]
        listed = [{"question": one.key, "deadline": int(one.deadline), **one.body} for one in questions]
        received = _post(link, {"type": QUESTIONS, "workforce": link.name, "questions": listed}, keys, now)
        try:
            said = json.loads(received.body)
        except ValueError:
            return keys
        accepted = said.get("accepted") if isinstance(said, dict) else None
        return [key for key in keys if key in accepted] if isinstance(accepted, list) else keys

    def withdraw(self, link: Link, keys: Sequence[str], now: float) -> None:
        """Post the keys; what the service makes of them is its own affair."""
        _post(link, {"type": WITHDRAWN, "workforce": link.name, "questions": list(keys)}, keys, now)

    def receive(self, link: Link, headers: Mapping[str, str], body: bytes, now: float) -> list[Reply]:
        """The answers of a signed call. Raises `NotLoggedIn`, `Malformed`, `TooLarge`."""
        signing.verify(link.secret, headers, body, now)
        try:
            said = json.loads(body)
        except (ValueError, RecursionError):
            raise Malformed("the body is not JSON") from None
        answers = said.get("answers") if isinstance(said, dict) and said.get("type") == ANSWERS else None
        if not isinstance(answers, list):
            raise Malformed(f'{{"type": "{ANSWERS}", "answers": [...]}} is wanted')
        if len(answers) > MOST_ANSWERS:
            raise TooLarge(f"at most {MOST_ANSWERS} answers in a call; found {len(answers)}")
        return [_reply(number, answer) for number, answer in enumerate(answers)]


def _post(link: Link, message: Mapping[str, Any], keys: Sequence[str], now: float) -> sending.Received:
    """A signed message; its id follows from what it says, so that one sent again is known as the same."""
    body = json.dumps(message, ensure_ascii=False, allow_nan=False).encode()
    said = hashlib.sha256("\n".join((message["type"], *keys)).encode()).hexdigest()[:32]
    headers = signing.sign(link.secret, f"msg_{said}", now, body)
    seconds = link.options.get("timeout", _SECONDS)
    received = sending.post(link.address, body, headers, private=link.private, seconds=seconds)
    if not 200 <= received.status < 300:
        raise Unavailable(f"workforce {link.name} answered {received.status}")
    return received


def _reply(number: int, answer: Any) -> Reply:
    wanted = (
        f"answer {number + 1}: an object with id, question and worker as texts is wanted, and outcome, value, seconds, "
        "confidence, note where there are any"
    )
    if not isinstance(answer, dict) or not {"id", "question", "worker"} <= set(answer) <= {*_FIELDS, "value"}:
        raise Malformed(wanted)
    for name, kinds in _FIELDS.items():
        value = answer.get(name)
        if name in answer and value is not None and (isinstance(value, bool) or not isinstance(value, kinds)):
            raise Malformed(f"{wanted}; {name} is none")
    if not all(isinstance(answer[name], str) and 0 < len(answer[name]) <= 200 for name in ("id", "question", "worker")):
        raise Malformed(f"{wanted}; each with 1 to 200 characters")
    rest = {name: answer[name] for name in ("confidence", "note", "value") if name in answer}
    outcome, seconds = answer.get("outcome") or "answered", answer.get("seconds") or 0.0
    return Reply(answer["id"], answer["question"], answer["worker"], outcome, seconds=float(seconds), **rest)
