"""Text that was read in the wrong encoding."""

from __future__ import annotations

import re

from ...core.protocols import Finding
from ..subject import Subject, found, rows_that

# Two or more characters that UTF-8 read as Windows-1252 gives for one; the replacement character; C1 controls.
_SUSPECT = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    "|\ufffd|[\u0080-\u009f]"
)


class Mojibake:
    """Words such as ``cafÃ©``: UTF-8 that was read as Windows-1252, told by turning it back; and characters that stand
    for something lost (U+FFFD)."""

    name = "mojibake"
    options = ()

    def check(self, subject: Subject) -> list[Finding]:
        findings = []
        for table in subject.tables:
            for column, values in table.columns.items():
                rows = [k for k, value in enumerate(values) if isinstance(value, str) and is_broken(value)]
                if rows:
                    told = f"{rows_that(len(rows), 'were')} read in the wrong encoding in {column!r}"
                    message = told + _example(str(values[rows[0]]))
                    findings.append(found(self.name, "warning", table, rows, message, column=column))
        return findings


def _example(text: str) -> str:
    """The first broken word, and what it was."""
    word = next((word for word in text.split() if is_broken(word)), text[:60])
    meant = repair(word)
    return f", as {word[:60]!r}" + (f" for {meant[:60]!r}" if meant else "")


def is_broken(text: str) -> bool:
    """Whether a text was decoded wrongly."""
    if text.isascii() or not _SUSPECT.search(text):
        return False
    return "\ufffd" in text or repair(text) is not None


def repair(text: str) -> str | None:
    """The text as it was meant, or None. Runs of foreign characters that are UTF-8 when written back are turned."""

    def turned(run: re.Match[str]) -> str:
        try:
            return b"".join(map(_byte, run[0])).decode("utf-8")
        except (UnicodeDecodeError, UnicodeEncodeError):
            return run[0]

    meant = re.sub("[^\x00-\x7f]{2,}", turned, text)
    return meant if meant != text else None


def _byte(character: str) -> bytes:
    """Windows-1252, with the five bytes it leaves undefined as they are."""
    return character.encode("latin-1") if "\x80" <= character <= "\x9f" else character.encode("cp1252")
