"""Text lines of a file, decoded one by one, so that a wrong byte is named with its offset and reading can go on."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from ..core.errors import BadEncoding, EmptyInput, Malformed, NotFound, TooLarge

MAX_LINE = 16 * 1024 * 1024
"""Bytes of one line; a longer one is skipped and reported."""

_HEAD = 1 << 16
_PIECE = 1 << 16
_DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Lines(Iterator[str]):
    """Lines of a file without its byte-order mark. A bad line raises once; the next call goes on behind it.

    A line ends with LF, or with CR where there is no LF in the first 64 KiB, as in tables of old Macs. number: 1-based
    number of the line given (or refused) last. Raises `BadEncoding` and `TooLarge` per line, `Malformed` where a
    compressed file is damaged; nothing behind that place can be read.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.number = 0
        self._path = path
        self._offset = 0
        self._ended = False
        known = _known(encoding) if encoding else None
        self._file = _open(path)
        try:
            mark, marked = self._mark()
        except _DAMAGED as error:
            self.close()
            raise Malformed(f"{path.name} ends in .gz but is not a gzip file: {error}") from error
        self._encoding = known or marked or "utf-8"
        wide = self._encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))
        self._offset = 0 if wide else len(mark)
        self._file.seek(self._offset)
        self._wide = _Wide(self._file, self._encoding) if wide else None

    def _mark(self) -> tuple[bytes, str | None]:
        head = self._file.read1(_HEAD)  # not read(): of a compressed file that is cut off it gives nothing
        if not head:
            self.close()
            raise EmptyInput(f"{self._path.name} is empty (0 bytes)")
        for mark, encoding in MARKS:
            if head.startswith(mark):
                return mark, encoding
        if b"\r" in head and b"\n" not in head:
            self._file = io.BufferedReader(_Returns(self._file), 1 << 18)
        return b"", None

    def __next__(self) -> str:
        if self._ended:
            raise StopIteration
        try:
            return self._next() if self._wide is None else self._next_wide(self._wide)
        except _DAMAGED as error:
            self._ended = True
            self.number += 1
            words = f"line {self.number}: the compressed file is damaged or cut off ({error}); reading ends here"
            raise Malformed(words, line=self.number) from error

    def _next(self) -> str:
        raw = self._file.readline(MAX_LINE)
        if not raw:
            raise StopIteration
        self.number += 1
        start = self._offset
        self._offset += len(raw)
        if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
            self._skip_line()
            raise self._too_long()
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            raise self._undecodable(raw, start, error) from error

    def _next_wide(self, wide: _Wide) -> str:
        try:
            line = next(wide)
        except UnicodeDecodeError as error:
            self._ended = True  # where the next line begins is not known any more
            self.number += 1
            words = f"line {self.number} is not {self._encoding.upper()}: {error.reason}; reading ends here"
            raise BadEncoding(words, line=self.number) from error
        self.number += 1
        if line is None:
            raise self._too_long()
        return line

    def _too_long(self) -> TooLarge:
        words = f"line {self.number} is longer than {MAX_LINE // 2**20} MiB; it is skipped"
        return TooLarge(words, line=self.number)

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


class _Wide(Iterator[str | None]):
    """Lines of UTF-16 or UTF-32, in which LF is more than a byte; None for a line that is too long.

    Raises `UnicodeDecodeError` in place of the line that holds the wrong bytes.
    """

    def __init__(self, file: io.BufferedReader[Any], encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._text: list[str] = []  # what is decoded and not given, in reverse: whole lines and one that goes on
        self._wrong: UnicodeDecodeError | None = None

    def __next__(self) -> str | None:
        pieces: list[str] = []
        size = 0
        while not pieces or not pieces[-1].endswith("\n"):
            if not self._text and not self._fill():
                break
            piece = self._text.pop()
            size += len(piece)
            if size > MAX_LINE:
                pieces.clear()
            pieces.append(piece)
        whole = bool(pieces) and pieces[-1].endswith("\n")
        if not whole and self._wrong:
            raise self._wrong
        if not pieces:
            raise StopIteration
        return "".join(pieces) if size <= MAX_LINE else None

    def _fill(self) -> bool:
        while not self._text and self._wrong is None:
            raw = self._file.read(_PIECE)
            try:
                text = self._decoder.decode(raw, final=not raw)
            except UnicodeDecodeError as error:
                self._wrong = error
                kept = len(error.object) - len(raw)  # what the decoder had from before
                text = self._decoder.decode(raw[: max(0, error.start - kept)])
            # Only LF ends a line: splitlines() would cut at characters that cells and JSON may hold.
            lines = text.split("\n")
            self._text = [last for last in lines[-1:] if last] + [f"{line}\n" for line in reversed(lines[:-1])]
            if not raw:
                break
        return bool(self._text)


class _Returns(io.RawIOBase):
    """Bytes of a file with LF in place of CR, so that every offset stays."""

    def __init__(self, file: io.BufferedReader[Any]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        raw = self._file.read(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(raw)] = raw
        return len(raw)

    def close(self) -> None:
        self._file.close()
        super().close()


def _open(path: Path) -> io.BufferedReader[Any]:
    try:
        if path.suffix.lower() == ".gz":
            return cast("io.BufferedReader[Any]", gzip.open(path, "rb"))
        return cast("io.BufferedReader[Any]", path.open("rb", buffering=1 << 18))
    except FileNotFoundError as error:
        raise NotFound("file", path) from error


def _known(encoding: str) -> str:
    try:
        b"\n".decode(encoding)  # raises LookupError too for codecs that give no text, such as hex
        return codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError):  # one byte is no letter of UTF-16
            return codecs.lookup(encoding).name
        words = f"there is no encoding {encoding!r}; common ones are utf-8, cp1252, latin-1, utf-16"
        raise BadEncoding(words) from error


def plain_suffix(path: Path) -> str:
    """``.csv`` for ``rows.csv`` and for ``rows.csv.gz``."""
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""
