"""Blanking content: an item's fields emptied, values cut down to what no content can be in, and quotes found elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

BLANK = "[erased]"
KEY = "erased:"
"""How the key of an erased item begins; the rest is what stands for the item in content digests."""
SHORTEST = 8
"""A text of fewer characters is no quote of anything: it would be found all over."""
WINDOW = 24
"""So many characters in a row that also stand in the content are a quote of it."""
_SAFE = frozenset(("labels", "verdict", "error", "identical", "decision"))


def blank(data: Any, image: Mapping[str, Any] | None = None) -> Any:
    """Data with the same fields and nothing in them. image: what stands for a picture from now on."""
    match data:
        case Mapping() if "blob" in data:
            return dict(image or {})
        case Mapping():
            return {name: blank(value, image) for name, value in data.items()}
        case list() | tuple():
            return []
        case bool() | None:
            return data
        case int() | float():
            return 0
        case _:
            return ""


def value(found: Any) -> Any:
    """A value with labels and places alone: texts that somebody wrote are gone."""
    if not isinstance(found, Mapping):
        return found
    kept = {name: said for name, said in found.items() if name in _SAFE}
    if isinstance(found.get("spans"), list):
        kept["spans"] = [_span(part) for part in found["spans"]]
    if isinstance(found.get("regions"), list):
        kept["regions"] = [{**part, "attributes": {}} if part.get("attributes") else part for part in found["regions"]]
    return kept


def _span(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in ("start", "end", "label", "field") if name in part}


def texts(data: Any) -> Iterator[str]:
    """Every text in some data, names of fields left out."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for part in data.values():
            yield from texts(part)
    elif isinstance(data, list | tuple):
        for part in data:
            yield from texts(part)


def blobs(data: Any) -> Iterator[str]:
    """Digests of the media in some data."""
    if isinstance(data, Mapping):
        if isinstance(data.get("blob"), str):
            yield data["blob"]
        for part in data.values():
            yield from blobs(part)
    elif isinstance(data, list | tuple):
        for part in data:
            yield from blobs(part)


class Quotes:
    """Finds what quotes some contents: a whole text of them, or `WINDOW` characters in a row."""

    def __init__(self, contents: Iterable[Any]) -> None:
        found = {text for data in contents for text in texts(data) if len(text) >= SHORTEST}
        self.whole = tuple(sorted((text for text in found if len(text) < WINDOW), key=len, reverse=True))
        self.long = tuple(sorted(text for text in found if len(text) >= WINDOW))
        self._windows = frozenset(
            text[start : start + WINDOW] for text in self.long for start in range(len(text) - WINDOW + 1)
        )

    def __bool__(self) -> bool:
        return bool(self.whole or self.long)

    def text(self, given: str) -> str:
        """The text with every quote replaced by `BLANK`; the same object when there is none."""
        if self._windows and len(given) >= WINDOW:
            given = self._cut(given)
        for word in self.whole:
            if word in given:
                given = given.replace(word, BLANK)
        return given

    def _cut(self, given: str) -> str:
        spans: list[list[int]] = []
        for start in range(len(given) - WINDOW + 1):
            if given[start : start + WINDOW] in self._windows:
                if spans and start <= spans[-1][1]:
                    spans[-1][1] = start + WINDOW
                else:
                    spans.append([start, start + WINDOW])
        for start, end in reversed(spans):
            given = given[:start] + BLANK + given[end:]
        return given

    def data(self, given: Any) -> Any:
        """JSON with every quote replaced, in names of fields too."""
        match given:
            case str():
                return self.text(given)
            case Mapping():
                return {self.text(name): self.data(part) for name, part in given.items()}
            case list() | tuple():
                return [self.data(part) for part in given]
            case _:
                return given

    def raw(self) -> list[bytes]:
        """What to look for in files: the texts as they are and as JSON writes them; of long ones, their windows apart."""
        pieces = [*self.whole, *(text[start : start + WINDOW] for text in self.long for start in _starts(text))]
        forms = {form for piece in pieces for form in (piece, json.dumps(piece)[1:-1])}
        return sorted({form.encode("utf-8", "surrogatepass") for form in forms})

    def stand_in(self, found: Callable[[bytes], bool]) -> bool:
        """Whether some bytes hold a text whole, told by whether they hold a piece: a phrase that others share is no trace."""
        for text in (*self.whole, *self.long):
            pieces = [text] if len(text) < WINDOW else [text[start : start + WINDOW] for start in _starts(text)]
            if all(found(_utf8(piece)) or found(_utf8(json.dumps(piece)[1:-1])) for piece in pieces):
                return True
        return False


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _starts(text: str) -> Iterator[int]:
    yield from range(0, len(text) - WINDOW, WINDOW)
    yield len(text) - WINDOW
