"""Text lines of a file, decoded one by one, so that a wrong byte is named with its offset and reading can go on."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..core.errors import BadEncoding, EmptyInput, Malformed, NotFound, TooLarge

MAX_LINE = 16 * 1024 * 1024
"""Bytes of one line; a longer one is skipped and reported."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Lines(Iterator[str]):
    """Lines of a file without its byte-order mark. A bad line raises once; the next call goes on behind it.

    number: 1-based number of the line given (or refused) last. Raises `BadEncoding` and `TooLarge` per line.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.number = 0
        self._path = path
        self._offset = 0
        known = _known(encoding) if encoding else None
        self._file = _open(path)
        try:
            mark, marked = self._mark()
        except gzip.BadGzipFile as error:
            self.close()
            raise Malformed(f"{path.name} ends in .gz but is not a gzip file: {error}") from error
        self._encoding = known or marked or "utf-8"
        self._wide = self._encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))
        self._file.seek(0 if self._wide else len(mark))
        self._offset = 0 if self._wide else len(mark)
        self._text = codecs.getreader(self._encoding)(self._file) if self._wide else None

    def _mark(self) -> tuple[bytes, str | None]:
        head = self._file.read(4)
        if not head:
            self.close()
            raise EmptyInput(f"{self._path.name} is empty (0 bytes)")
        for mark, encoding in MARKS:
            if head.startswith(mark):
                return mark, encoding
        return b"", None

    def __next__(self) -> str:
        if self._text is not None:
            return self._next_wide()
        raw = self._file.readline(MAX_LINE)
        if not raw:
            raise StopIteration
        self.number += 1
        start = self._offset
        self._offset += len(raw)
        if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
            self._skip_line()
            raise TooLarge(
                f"line {self.number} is longer than {MAX_LINE // 2**20} MiB; it is skipped", line=self.number
            )
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            raise self._undecodable(raw, start, error) from error

    def _next_wide(self) -> str:
        assert self._text is not None
        try:
            line = self._text.readline(keepends=True)
        except UnicodeError as error:
            raise BadEncoding(
                f"line {self.number + 1} is not {self._encoding}: {error}", line=self.number + 1
            ) from error
        if not line:
            raise StopIteration
        self.number += 1
        return line

    def _undecodable(self, raw: bytes, start: int, error: UnicodeDecodeError) -> BadEncoding:
        byte = raw[error.start]
        place = f"byte 0x{byte:02x} at offset {start + error.start} (line {self.number})"
        hint = "save the file as UTF-8, or name its encoding (for example cp1252 or latin-1)"
        return BadEncoding(
            f"{place} is not {self._encoding.upper()}; {hint}",
            line=self.number,
            offset=start + error.start,
            byte=byte,
        )

    def _skip_line(self) -> None:
        while True:
            raw = self._file.readline(MAX_LINE)
            self._offset += len(raw)
            if not raw or raw.endswith(b"\n"):
                return

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._file.close()


def _open(path: Path) -> IO[bytes] | gzip.GzipFile:
    try:
        if path.suffix.lower() == ".gz":
            return gzip.open(path, "rb")
        return path.open("rb", buffering=1 << 18)
    except FileNotFoundError as error:
        raise NotFound("file", path) from error


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise BadEncoding(
            f"there is no encoding {encoding!r}; common ones are utf-8, cp1252, latin-1, utf-16"
        ) from error


def plain_suffix(path: Path) -> str:
    """``.csv`` for ``rows.csv`` and for ``rows.csv.gz``."""
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""
