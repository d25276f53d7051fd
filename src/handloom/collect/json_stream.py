"""One big JSON document, element by element: the arrays of a file that does not fit into memory."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..core.errors import BadEncoding, EmptyInput, HandloomError, Malformed, NotFound, TooLarge
from . import json_text

MAX_ELEMENT = 64 * 1024 * 1024
"""Bytes of one element of an array, or of one other value at the top."""
_PIECE = 1 << 18
_SPACE = re.compile(r"[ \t\r\n]*")
HEAD = 1 << 18
"""Bytes that a reader looks at to tell whether a file is of its kind."""


@dataclass(frozen=True, slots=True)
class Element:
    """A value of the document. key: the name at the top of the document, "" when the document is an array.

    line: where it begins, from 1. offset, size: its bytes in the file. problem: why it cannot be stored as it stands
    (NaN, half of a surrogate pair), though what is behind it can be read.
    """

    key: str
    value: Any
    line: int
    offset: int
    size: int
    problem: str | None = None


def elements(path: Path) -> Iterator[Element]:
    """Elements of the array that the file is, or of every array at the top of its object; other values as they come.

    Memory: one element. Raises `NotFound`, `EmptyInput`, and `Malformed`, `BadEncoding`, `TooLarge` with a line where
    the document breaks; nothing behind that place can be read.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFound("file", path) from error
    with file:
        yield from _Scanner(file, path.name).document()


def element_at(file: IO[bytes], offset: int, size: int) -> Any:
    """The element at a place that `elements` gave."""
    file.seek(offset)
    return json.loads(file.read(size))


def head(path: Path) -> str:
    """The first quarter of a MiB as text, "" for what is no text; to tell what kind of file it is."""
    try:
        with path.open("rb") as file:
            return codecs.getincrementaldecoder("utf-8-sig")().decode(file.read(HEAD)).lstrip()
    except (OSError, UnicodeDecodeError):
        return ""


def first_object(path: Path) -> dict[str, Any] | None:
    """The first object of an array or of JSON lines; None when the file does not begin with one of them."""
    text = head(path)
    start = text[1:].lstrip() if text.startswith("[") else text
    try:
        value, _ = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_array(path: Path) -> bool:
    """Whether the document begins as an array."""
    return head(path).startswith("[")


class _Scanner:
    """A window of text over the file that moves on and grows only for an element that needs it."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self._text = ""
        self._at = 0
        self._left = b""  # bytes of a letter that a piece cut in two
        self._read = 0  # bytes taken from the file and decoded
        self._offset = 0  # of the character at self._at
        self._line = 1
        self._ended = False
        self._problem: str | None = None
        self._decoder = json_text.decoder(self._note)

    def document(self) -> Iterator[Element]:
        self._begin()
        first = self._next()
        if first == "[":
            self._take(1)
            yield from self._array("")
        elif first == "{":
            self._take(1)
            yield from self._members()
        elif first == "":
            raise EmptyInput(f"{self._name} is empty")
        else:
            raise self._wrong("a JSON document begins with [ or {")
        if self._next():
            raise self._wrong("there is more behind the end of the document")

    def _begin(self) -> None:
        head = self._file.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise BadEncoding(f"{self._name} is UTF-16; save it as UTF-8", line=1)
        start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        self._file.seek(start)
        self._read = self._offset = start

    def _members(self) -> Iterator[Element]:
        if self._next() == "}":
            self._take(1)
            return
        while True:
            name = self._value("")
            if not isinstance(name.value, str) or self._next() != ":":
                raise self._wrong('an object has members as "name": value')
            self._take(1)
            if self._next() == "[":
                self._take(1)
                yield from self._array(name.value)
            else:
                yield self._value(name.value)
            if not self._more("}"):
                return

    def _array(self, key: str) -> Iterator[Element]:
        if self._next() == "]":
            self._take(1)
            return
        while True:
            yield self._value(key)
            if not self._more("]"):
                return

    def _more(self, close: str) -> bool:
        found = self._next()
        if found not in (",", close):
            raise self._wrong(f"expected , or {close}")
        self._take(1)
        return found == ","

    def _value(self, key: str) -> Element:
        """The value that begins here. A window that ends inside it is doubled until the value is whole."""
        self._next()
        while True:
            self._problem = None
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
                # A number at the very end of a window may go on behind it.
                if self._ended or end < len(self._text):
                    break
            except RecursionError as error:
                raise self._wrong(json_text.reason(error)) from error
            except ValueError as error:
                if self._ended:
                    raise self._wrong(json_text.reason(error)) from error
            if len(self._text) - self._at > MAX_ELEMENT:
                raise TooLarge(
                    f"the value that begins on line {self._line} of {self._name} is not JSON, or larger than "
                    f"{MAX_ELEMENT // 2**20} MiB",
                    line=self._line,
                )
            self._fill()
        line, offset = self._line, self._offset
        problem = self._problem or json_text.halves(value, self._text, self._at, end)
        self._take(end - self._at)
        return Element(key, value, line, offset, self._offset - offset, problem)

    def _note(self, why: str) -> None:
        self._problem = why

    def _next(self) -> str:
        """The character behind white space, "" at the end; nothing is taken but the white space."""
        while True:
            end = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
            if end > self._at:
                self._take(end - self._at)
            if end < len(self._text) or self._ended:
                return self._text[end : end + 1]
            self._fill()

    def _take(self, count: int) -> None:
        """Move on by so many characters."""
        end = self._at + count
        self._line += self._text.count("\n", self._at, end)
        self._offset += count if self._text.isascii() else len(self._text[self._at : end].encode())
        self._at = end

    def _fill(self) -> None:
        """Drop what was taken and read on, at least as much as there is left."""
        self._text = self._text[self._at :]
        self._at = 0
        raw = self._file.read(max(_PIECE, len(self._text)))
        self._ended = not raw
        piece = self._left + raw
        try:
            text, used = codecs.utf_8_decode(piece, "strict", self._ended)
        except UnicodeDecodeError as error:
            raise self._undecodable(piece, error) from error
        self._left = piece[used:]
        self._read += used
        self._text += text

    def _undecodable(self, piece: bytes, error: UnicodeDecodeError) -> BadEncoding:
        offset = self._read + error.start
        line = self._line + self._text.count("\n") + piece.count(b"\n", 0, error.start)
        return BadEncoding(
            f"byte 0x{piece[error.start]:02x} at offset {offset} (line {line}) is not UTF-8; save the file as UTF-8",
            line=line,
            offset=offset,
        )

    def _wrong(self, why: str) -> HandloomError:
        return Malformed(
            f"{self._name} is not JSON at line {self._line}: {why[:200]}; nothing behind this can be read",
            line=self._line,
        )
