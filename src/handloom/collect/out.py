"""JSON that is written record by record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ..core.errors import Refused
from ..core.protocols import Loss, Record
from .parts import Parts, parts

Make = Callable[[Parts], tuple[Any, Iterable[Loss]]]
"""What a record becomes, and what of it does not fit. Raises `Refused` when nothing of it does."""

LEFT_OUT = "the record is left out: "
"""How the loss of a whole record begins."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def made(records: Iterable[Record], make: Make, losses: list[Loss]) -> Iterator[str]:
    """What each record becomes, as JSON; one that does not fit at all is left out and listed."""
    for record in records:
        try:
            value, lost = make(parts(record))
            text = _encode(value)
        except (TypeError, ValueError) as error:  # a number that is none, or an object of another library
            losses.append(Loss(record.line, f"{LEFT_OUT}it is not JSON: {str(error)[:100]}"))
            continue
        except Refused as error:
            losses.append(left_out(record, error))
            continue
        losses.extend(lost)
        yield text


def left_out(record: Record, error: Refused) -> Loss:
    """The loss of a whole record."""
    return Loss(record.line, LEFT_OUT + error.message)


def json_lines(records: Iterable[Record], path: Path, make: Make) -> Iterator[Loss]:
    """One object per line."""
    losses: list[Loss] = []
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for text in made(records, make, losses):
            out.write(text + "\n")
            yield from losses
            losses.clear()
    yield from losses


def json_array(records: Iterable[Record], path: Path, make: Make) -> Iterator[Loss]:
    """One array, an element per line."""
    losses: list[Loss] = []
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("[")
        between = "\n"
        for text in made(records, make, losses):
            out.write(between + text)
            between = ",\n"
            yield from losses
            losses.clear()
        out.write("\n]\n")
    yield from losses
