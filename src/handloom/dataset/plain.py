"""Differences between two plain files, with no project around them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

from .diff import Change, Plain, diff, label_changes
from .subject import label_word
from .table import Table, is_missing

Key = tuple[str, int]
"""Key or content of a row, and which of the rows with that key it is, from 0."""


def rows(
    table: Table, *, key: str | None, content: str | None, label: str | None, split: str | None
) -> dict[Key, Plain]:
    """The rows of a file by their key, or by their content where there is no key column, or by all that is no label.

    What is compared: the label, the split, and (with a key) all other columns.
    """
    out: dict[Key, Plain] = {}
    seen: Counter[Hashable] = Counter()
    told = [name for name in table.columns if name not in (label, split)]
    for k in range(len(table)):
        row = table.row(k)
        if key is not None:
            name = label_word(row[key]) or ""
        elif content is not None:
            name = str(row[content] or "")
        else:
            name = json.dumps([label_word(row[field]) for field in told], ensure_ascii=False)
        data = {field: label_word(row[field]) for field in told if field not in (key, content if key is None else None)}
        value = label_value(row[label]) if label is not None else None
        split_word = label_word(row[split]) if split is not None else None
        kept = data if key is not None or content is not None else None
        out[name, seen[name]] = Plain(value, split=split_word, data=kept)
        seen[name] += 1
    return out


def label_value(cell: Any) -> Any:
    """The label in a cell as the value of a shape: a list of objects with start and end is spans, and so on."""
    if is_missing(cell):
        return None
    if isinstance(cell, str) and cell[:1] in "[{":
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return {"labels": [cell]}
    if isinstance(cell, dict):
        return cell
    if isinstance(cell, list | tuple):
        if cell and all(isinstance(part, dict) for part in cell):
            return {"spans" if "start" in cell[0] else "regions": list(cell)}
        words = [str(part) for part in cell]
        tags = words and all(word == "O" or word[1:2] == "-" for word in words)
        return {"tags": words} if tags else {"labels": words}
    return {"labels": [label_word(cell)]}


def as_text(changes: list[Change[Key, Plain]], most: int = 20) -> Iterator[str]:
    """One line per changed row, the first ``most`` of them."""
    for found in changes[:most]:
        name, again = found.key
        shown = (name if len(name) <= 60 else name[:57] + "...") + (f" (copy {again + 1})" if again else "")
        moved = ", ".join(f"{a or 'nothing'} -> {b or 'nothing'}" for a, b in label_changes(found))
        moves = [moved] if moved else []
        if found.before and found.after and "resplit" in found.kinds:
            moves.append(f"{found.before.split} -> {found.after.split}")
        if found.before and found.after and "edited" in found.kinds:
            old, new = found.before.data or {}, found.after.data or {}
            moves += [f"{f}: {old.get(f)!r} -> {new.get(f)!r}" for f in {**old, **new} if old.get(f) != new.get(f)]
        yield f"{', '.join(found.kinds)}: {shown}" + (f"  {'; '.join(moves)}" if moves else "")
    if len(changes) > most:
        yield f"and {len(changes) - most:,} more"


def compare(before: dict[Key, Plain], after: dict[Key, Plain]) -> list[Change[Key, Plain]]:
    """All rows that differ between two files."""
    return list(diff(before, after))


def as_json(found: Change[Key, Plain]) -> dict[str, Any]:
    """``{"key", "kinds", "before", "after", "parts"}`` of one row."""

    def side(row: Plain | None) -> dict[str, Any] | None:
        return None if row is None else {"value": row.value, "split": row.split, "data": row.data}

    parts = [{"kind": part.kind, "before": part.before, "after": part.after} for part in found.parts]
    return {
        "key": found.key[0],
        "copy": found.key[1],
        "kinds": list(found.kinds),
        "before": side(found.before),
        "after": side(found.after),
        "parts": parts,
    }
