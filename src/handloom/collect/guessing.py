"""Which column of a table is what, judged by names and the first rows' values, for the user to see and correct."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import Malformed
from . import bio
from .columns import Columns, objects
from .parts import REGIONS, SPANS

TEST_NAMES = frozenset(("test", "testing", "holdout"))
CHECK_NAMES = frozenset(("dev", "val", "valid", "validate", "validation", "eval"))
SPLIT_NAMES = frozenset(("train", "training", "dataset")) | TEST_NAMES | CHECK_NAMES
_LABEL_NAMES = ("label", "labels", "class", "category", "intent", "tag", "target", "sentiment", "topic", "y", "answer")
_TEXT_NAMES = ("text", "sentence", "content", "body", "message", "utterance", "question", "title", "description")
_KEY_NAMES = ("key", "id", "uid", "uuid", "guid", "item", "item_id", "doc_id", "document_id")
_SPLIT_COLUMNS = ("split", "fold", "subset", "partition", "set")
_IMAGE_VALUE = re.compile(r"data:image/|.+\.(png|jpe?g|gif|webp|bmp|tiff?)$", re.IGNORECASE)
_ROWS_NEEDED = 20
_LONG = 20
"""Characters on average from which a column without a telling name is a text."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Proposed columns, with the reason for each in words, for the user to correct."""

    columns: Columns
    reasons: Mapping[str, str] = field(default_factory=dict)


def guess(
    rows: Sequence[Mapping[str, Any]],
    task: str = "label",
    kind: str | None = None,
    fields: Mapping[str, Sequence[str]] | None = None,
) -> Guess:
    """Which columns hold the content, the label, the key and the split, judged by names and the first rows' values.

    kind: a task kind such as ``image_class@1``; decides the field's name. fields: known already, so not guessed.
    Raises `Malformed` when nothing fits.
    """
    names = list(dict.fromkeys(itertools.chain.from_iterable(rows)))
    values = {name: [row[name] for row in rows if row.get(name) not in (None, "")] for name in names}
    known = {c for sources in (fields or {}).values() for c in sources}
    names = [name for name in names if values[name] and name not in known]
    split = _find(names, _SPLIT_COLUMNS, lambda n: all(str(v).lower() in SPLIT_NAMES for v in values[n]))
    key = _find([n for n in names if n != split], _KEY_NAMES, lambda n: len(set(map(str, values[n]))) == len(values[n]))
    left = [n for n in names if n not in (split, key)]
    reasons: dict[str, str] = {}
    also = {shape: n for n in left if (shape := _shape_of(values[n]))}
    left = [n for n in left if n not in also.values()]
    reasons |= {task: f"holds {task} as objects" for task in also}
    tokens, tags = _token_columns(left, rows)
    if tags and tokens and not fields:
        left = [n for n in left if n not in (tokens, tags)]
        fields = {"text": (tokens,)}
        reasons |= {"text": "lists of tokens", "tags": f"one tag per token of {tokens}"}
    label = None
    if not fields and kind is None and _is_table(left, values):
        label = _label_column(left, values, task)
        fields = {n: (n,) for n in left if n != label}
        reasons |= dict.fromkeys(fields, "a column of a table without a text")
    elif not fields:
        fields = _content_fields(left, values, kind, reasons)
    left = [n for n in left if n not in {c for sources in fields.values() for c in sources}]
    label = label or _label_column(left, values, task)
    if label:
        different = len({str(v) for v in values[label]})
        reasons["label"] = f"{different} different in the first {len(values[label])} rows"
    if key:
        reasons["key"] = "a different value in every row"
    if split:
        reasons["split"] = "holds " + ", ".join(sorted({str(v) for v in values[split]}))
    columns = Columns({n: tuple(sources) for n, sources in fields.items()}, label, key, split, task, None, also, tags)
    return Guess(columns, reasons)


def _content_fields(
    names: Sequence[str], values: Mapping[str, Sequence[Any]], kind: str | None, reasons: dict[str, str]
) -> dict[str, tuple[str, ...]]:
    """The item's fields, the columns they come from, and (put into ``reasons``) why.

    Without a kind to serve, several long texts of which none has a telling name are a field each: a pair.
    """
    image = next((n for n in names if _is_image(values[n])), None)
    if image:
        reasons["image"] = "holds images"
        return {"image": (image,)}
    content = _content(names, values)
    if content is None:
        have = ", ".join(values)[:500] or "none"
        raise Malformed(
            f"no column looks like text or an image; name one: field=column (the columns are {have})",
            columns=list(values)[:100],
        )
    if kind is None and content.casefold() not in _TEXT_NAMES:
        long = [n for n in _texts(names, values) if _mean_length(values[n]) >= _LONG and not _repeats(values[n])]
        if len(long) > 1:
            reasons |= {n: f"a text of {_mean_length(values[n]):.0f} characters on average" for n in long}
            return {n: (n,) for n in long}
    if kind is not None and content.casefold() not in _TEXT_NAMES and _repeats(values[content]):
        different = len({str(value) for value in values[content]})
        raise Malformed(
            f"no column looks like a text: the longest, {content!r}, has {different} different values in the first "
            f"{len(values[content])} rows, and the same text twice is one item; name one: field=column "
            f"(the columns are {', '.join(values)[:500]})",
            columns=list(values)[:100],
        )
    name = "image" if (kind or "").startswith("image") else "text"
    reasons[name] = f"the longest text, {_mean_length(values[content]):.0f} characters on average"
    return {name: (content,)}


def _is_table(names: Sequence[str], values: Mapping[str, Sequence[Any]]) -> bool:
    """Whether no column is a text or an image: none has a telling name or is long, and there are several."""
    if len(names) < 3 or any(n.casefold() in _TEXT_NAMES or _is_image(values[n]) for n in names):
        return False
    return all(_mean_length(values[n]) < _LONG for n in _texts(names, values))


def _shape_of(values: Sequence[Any]) -> str | None:
    """``spans`` or ``regions`` when every cell is a list of them; empty lists alone tell nothing."""
    found = set()
    for value in values:
        parsed = objects(value)
        if isinstance(parsed, Mapping):
            found.add(REGIONS if "regions" in parsed else SPANS)
            continue
        if parsed is None:
            return None
        for one in parsed:
            names = set(one)
            found.add(REGIONS if "kind" in names else SPANS if {"start", "end", "label"} <= names else None)
    return found.pop() if len(found) == 1 else None


def _token_columns(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """The columns of tokens and of their tags: lists of words, as long as each other, and only one holds BIO tags."""
    listed = [n for n in names if all(_words_list(row.get(n)) for row in rows)]
    tags = [n for n in listed if all(bio.TAG.fullmatch(tag) for row in rows for tag in row[n])]
    for name in tags:
        for other in listed:
            if other not in tags and all(len(row[other]) == len(row[name]) for row in rows):
                return other, name
    return None, None


def _words_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _find(names: Sequence[str], wanted: Iterable[str], fits: Any) -> str | None:
    folded = {name.casefold(): name for name in reversed(names)}
    return next((folded[w] for w in wanted if w in folded and fits(folded[w])), None)


def _mean_length(values: Sequence[Any]) -> float:
    return sum(len(str(v)) for v in values) / max(1, len(values))


def _is_image(values: Sequence[Any]) -> bool:
    def one(value: Any) -> bool:
        if isinstance(value, Mapping):
            return isinstance(value.get("bytes"), bytes)
        return isinstance(value, str) and bool(_IMAGE_VALUE.match(value[:500]))

    return all(one(v) for v in values)


def _content(names: Sequence[str], values: Mapping[str, Sequence[Any]]) -> str | None:
    """The column of words that is longest on average, among those with a telling name if there are any."""
    texts = _texts(names, values)
    named = [n for n in texts if n.casefold() in _TEXT_NAMES]
    return max(named or texts, key=lambda n: _mean_length(values[n]), default=None)


def _texts(names: Sequence[str], values: Mapping[str, Sequence[Any]]) -> list[str]:
    return [n for n in names if n.casefold() not in _LABEL_NAMES and all(_is_words(v) for v in values[n])]


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and not value.startswith(("[{", "{", "[["))


def _label_column(names: Sequence[str], values: Mapping[str, Sequence[Any]], task: str) -> str | None:
    """A column of the task's name, as an export has it, else one named like a label, else the only one with few values."""

    def short(name: str) -> bool:
        return (
            all(isinstance(v, str | int | bool | list) or _whole(v) for v in values[name])
            and _mean_length(values[name]) <= 80
        )

    named = _find(names, (task.casefold(), *_LABEL_NAMES), short)
    if named:
        return named
    others = (*_KEY_NAMES, *_SPLIT_COLUMNS)
    few = [n for n in names if n.casefold() not in others and short(n) and _repeats(values[n])]
    return few[0] if len(few) == 1 else None


def _repeats(values: Sequence[Any]) -> bool:
    """Whether there are enough rows to tell, and each value stands in four of them on average."""
    return len(values) >= _ROWS_NEEDED and 2 <= len({str(v) for v in values}) <= len(values) // 4


def _whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()
