"""From one format to another: a reader in front, a writer behind, and an account of what was lost on the way."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core import registry
from ..core.errors import BadReference, EmptyInput, HandloomError, Malformed
from ..core.protocols import Bad, Loss, Record, Writer
from .out import LEFT_OUT

MAX_REASONS = 1000
MAX_LINES = 20
"""Reasons that are listed, and lines of each."""


@dataclass(slots=True)
class Account:
    """What became of the records. left_out: those of which nothing was written.

    rejected: lines that were not read, with why. losses: reason -> how often and where.
    """

    records: int = 0
    left_out: int = 0
    rejected_total: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    losses: dict[str, tuple[int, list[int]]] = field(default_factory=dict)
    more_losses: int = 0

    def reject(self, bad: Bad) -> None:
        self.rejected_total += 1
        if len(self.rejected) < MAX_REASONS:
            error = bad.error if isinstance(bad.error, HandloomError) else Malformed(str(bad.error))
            self.rejected.append({"line": bad.line, "code": error.code, "message": error.message})

    def lose(self, loss: Loss) -> None:
        self.left_out += loss.reason.startswith(LEFT_OUT)
        count, lines = self.losses.get(loss.reason, (0, []))
        if not count and len(self.losses) >= MAX_REASONS:
            self.more_losses += 1
            return
        if len(lines) < MAX_LINES:
            lines.append(loss.line)
        self.losses[loss.reason] = (count + 1, lines)

    def shown(self) -> dict[str, Any]:
        """``{"records", "rejected", "rejected_total", "losses": [{"reason", "count", "lines"}], "more_losses"}``."""
        ordered = sorted(self.losses.items(), key=lambda one: -one[1][0])
        return {
            "records": self.records,
            "rejected": self.rejected,
            "rejected_total": self.rejected_total,
            "losses": [{"reason": reason, "count": count, "lines": lines} for reason, (count, lines) in ordered],
            "more_losses": self.more_losses,
        }


def find_writer(name: str) -> Writer:
    """The writer of that name. Raises `UnknownKind` with the nearest known one."""
    return registry.find("writers", name)


def write(
    records: Iterable[Record | Bad],
    target: Path,
    to: str,
    options: Mapping[str, Any] | None = None,
    tick: Callable[[Account], None] = lambda account: None,
) -> Account:
    """Write records in the format ``to``. tick: called with the account after each record, for a bar.

    What is made appears at its place when it is whole. Raises `BadReference` when a folder is there already,
    `EmptyInput` when there was nothing to write, and what reader and writer raise.
    """
    writer = find_writer(to)
    if target.is_dir() and (writer.suffix or any(target.iterdir())):
        raise BadReference(f"{target} is a folder that holds something already; name another place")
    account = Account()
    part = target.with_name(f".part-{target.name}")  # the ending stays: some writers go by it
    _remove(part)
    try:
        for loss in writer.write(_counted(records, account, tick), part, options or {}):
            account.lose(loss)
        if not account.records or account.left_out == account.records:
            raise EmptyInput(_nothing(account))
        if target.is_dir():
            target.rmdir()
        part.replace(target)
    finally:
        _remove(part)
    return account


def _counted(records: Iterable[Record | Bad], account: Account, tick: Callable[[Account], None]) -> Iterator[Record]:
    for record in records:
        if isinstance(record, Bad):
            account.reject(record)
        else:
            account.records += 1
            for reason in record.losses:
                account.lose(Loss(record.line, reason))
            yield record
        tick(account)


def _nothing(account: Account) -> str:
    if account.left_out:
        reason = next(reason for reason in account.losses if reason.startswith(LEFT_OUT))
        return f"nothing of {account.records:,} records fits into this format: {reason}"
    if not account.rejected:
        return "there is nothing to write: the source holds no records"
    first = account.rejected[0]
    return f"none of {account.rejected_total:,} lines could be read; line {first['line']}: {first['message']}"


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
