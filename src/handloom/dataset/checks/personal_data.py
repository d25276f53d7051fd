"""Patterns of personal data: addresses, numbers of phones, cards and accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...core.protocols import Finding
from ..subject import Subject, found, rows_that


def _luhn(text: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    digits = [int(c) for c in text if c.isdigit()]
    doubled = (d * 2 - 9 * (d > 4) if k % 2 else d for k, d in enumerate(reversed(digits)))
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _iban(text: str) -> bool:
    """The check digits of bank accounts (ISO 13616)."""
    compact = re.sub(r"\s", "", text).upper()
    turned = compact[4:] + compact[:4]
    return 15 <= len(compact) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _phone(text: str) -> bool:
    digits = sum(c.isdigit() for c in text)
    return (text.startswith(("+", "(")) or any(c in text for c in " -./")) and 9 <= digits <= 15


def _internet(text: str) -> bool:
    return all(int(part) < 256 for part in text.split("."))


# Every pattern is linear in the length of the text: no repeated group holds another repetition of the same characters.
PATTERNS: dict[str, tuple[re.Pattern[str], Callable[[str], bool]]] = {
    "e-mail address": (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"), lambda text: True),
    "payment card": (re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])"), _luhn),
    "bank account": (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b"), _iban),
    "phone number": (re.compile(r"(?<![\w.])(?<!\d )(?:\+|\(?0)\d(?:[ ()./-]{0,2}\d){7,13}(?!\w)"), _phone),
    "social security number": (re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])"), lambda text: True),
    "internet address": (re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"), _internet),
}  # fmt: skip
_HINT = re.compile(r"[@\d]")


class PersonalData:
    """Cells of words that hold what looks like personal data. Cards and accounts are told by their check digits. The
    message shows no value; the rows say where to look. Option ``allow``: names of patterns not to look for."""

    name = "personal_data"
    options = ("allow",)

    def check(self, subject: Subject) -> list[Finding]:
        allowed = set(subject.option(self.name, "allow", ()))
        findings = []
        for table in subject.tables:
            for column, values in table.columns.items():
                rows: dict[str, list[int]] = {}
                for k, value in enumerate(values):
                    for name in kinds(value) if isinstance(value, str) and _HINT.search(value) else ():
                        rows.setdefault(name, []).append(k)
                for name, hits in rows.items():
                    if name not in allowed:
                        message = f"{rows_that(len(hits), 'hold')} what looks like personal data in {column!r}: {name}"
                        findings.append(found(self.name, "warning", table, hits, message, column=column, pattern=name))
        return findings


def kinds(text: Any) -> list[str]:
    """Names of the patterns of personal data in a text."""
    return [name for name, (pattern, fits) in PATTERNS.items() if any(fits(m[0]) for m in pattern.finditer(text))]
