"""Which column of a table is what: given by the user, or guessed from the first rows and shown to the user."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import BadItem, Malformed, Refused
from ..core.protocols import Bad, Record
from . import images

Row = tuple[int, Mapping[str, Any]]
"""Line number and cells by column name."""

TEST_NAMES = frozenset(("test", "testing", "holdout"))
CHECK_NAMES = frozenset(("dev", "val", "valid", "validate", "validation", "eval"))
SPLIT_NAMES = frozenset(("train", "training", "dataset")) | TEST_NAMES | CHECK_NAMES
_LABEL_NAMES = ("label", "labels", "class", "category", "intent", "tag", "target", "sentiment", "topic", "y", "answer")
_TEXT_NAMES = ("text", "sentence", "content", "body", "message", "utterance", "question", "title", "description")
_KEY_NAMES = ("key", "id", "uid", "uuid", "guid", "item", "item_id", "doc_id", "document_id")
_SPLIT_COLUMNS = ("split", "fold", "subset", "partition", "set")
_IMAGE_VALUE = re.compile(r"data:image/|.+\.(png|jpe?g|gif|webp|bmp|tiff?)$", re.IGNORECASE)
_ROWS_LOOKED_AT = 200
_ROWS_NEEDED = 20


@dataclass(frozen=True, slots=True)
class Columns:
    """Fields of the item by the columns they come from, and the columns of label, key and split.

    fields: ``{"text": ("title", "description")}``; several columns are joined by a line break.
    task: the task the label belongs to. separator: splits one cell into several labels.
    """

    fields: Mapping[str, tuple[str, ...]]
    label: str | None = None
    key: str | None = None
    split: str | None = None
    task: str = "label"
    separator: str | None = None
    used: frozenset[str] = field(init=False, repr=False, compare=False)
    """All columns that have a meaning."""

    def __post_init__(self) -> None:
        single = (c for c in (self.label, self.key, self.split) if c)
        object.__setattr__(self, "used", frozenset(single).union(*self.fields.values()))

    @staticmethod
    def parse(options: Mapping[str, Any]) -> Columns | None:
        """From reader options; None when no field is named, so that the columns are guessed.

        Raises `Malformed`.
        """
        raw = options.get("fields")
        if raw is None:
            return None
        if not isinstance(raw, Mapping) or not raw:
            raise Malformed(
                'fields is an object of item fields and columns, as {"text": "title"} or {"text": ["title", "body"]}'
            )
        fields = {str(name): (source,) if isinstance(source, str) else tuple(source) for name, source in raw.items()}
        return Columns(
            fields,
            options.get("label"),
            options.get("key"),
            options.get("split"),
            options.get("task") or "label",
            options.get("separator"),
        )

    def check(self, known: Sequence[str]) -> None:
        """Raise `Malformed` for a column that the source does not have."""
        missing = sorted(self.used - set(known))
        if missing:
            have = ", ".join(map(str, known))[:500]
            raise Malformed(
                f"there is no column {', '.join(map(repr, missing))}; the columns are {have}",
                missing=missing,
                columns=list(known)[:100],
            )

    def record(self, line: int, row: Mapping[str, Any]) -> Record:
        """One row as a record. Raises `BadItem` when a field is empty, `BadImage` for broken bytes."""
        data: dict[str, Any] = {}
        media: dict[str, bytes] = {}
        for name, sources in self.fields.items():
            value = _joined(row, sources)
            if isinstance(value, Mapping) and isinstance(value.get("bytes"), bytes):
                data[name] = images.as_field(value["bytes"])
                media[name] = value["bytes"]
            elif value is None or value == "":
                raise BadItem(
                    f"line {line} has nothing in {' and '.join(sources)}, which gives the field {name!r}", line=line
                )
            else:
                data[name] = value
        label = _label(row.get(self.label), self.separator) if self.label else None
        meta = self._meta(row)
        return Record(
            line=line,
            data=data,
            key=_key(row.get(self.key)) if self.key else None,
            labels=None if label is None else {self.task: label},
            meta=meta or None,
            media=media or None,
        )

    def _meta(self, row: Mapping[str, Any]) -> dict[str, Any]:
        rest = (name for name in row if name not in self.used)
        meta = {name: plain(row[name]) for name in rest if row[name] not in (None, "")}
        if self.split and row.get(self.split) not in (None, ""):
            meta["split"] = str(row[self.split])
        return meta


@dataclass(frozen=True, slots=True)
class Guess:
    """Proposed columns, with the reason for each in words, for the user to correct."""

    columns: Columns
    reasons: Mapping[str, str] = field(default_factory=dict)


def records(rows: Iterator[Row | Bad], options: Mapping[str, Any]) -> Iterator[Record | Bad]:
    """Rows of a table as records; without ``fields`` in the options, the columns are guessed from the first rows."""
    first = list(itertools.islice(rows, _ROWS_LOOKED_AT))
    seen = [row[1] for row in first if not isinstance(row, Bad)]
    columns = Columns.parse(options)
    if seen:
        columns = columns or guess(seen, str(options.get("task") or "label")).columns
        columns.check(list(dict.fromkeys(itertools.chain.from_iterable(seen))))
    for row in itertools.chain(first, rows):
        if isinstance(row, Bad):
            yield row
            continue
        if columns is None:
            columns = guess([row[1]], str(options.get("task") or "label")).columns
        try:
            yield columns.record(*row)
        except Refused as error:
            yield Bad(row[0], error)


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
    if not fields:
        name, content, why = _content_field(left, values, kind)
        left.remove(content)
        fields = {name: (content,)}
        reasons[name] = why
    label = _label_column(left, values)
    if label:
        different = len({str(v) for v in values[label]})
        reasons["label"] = f"{different} different in the first {len(values[label])} rows"
    if key:
        reasons["key"] = "a different value in every row"
    if split:
        reasons["split"] = "holds " + ", ".join(sorted({str(v) for v in values[split]}))
    return Guess(Columns({n: tuple(sources) for n, sources in fields.items()}, label, key, split, task), reasons)


def _content_field(names: Sequence[str], values: Mapping[str, Sequence[Any]], kind: str | None) -> tuple[str, str, str]:
    """Name of the item's field, the column it comes from, and why."""
    image = next((n for n in names if _is_image(values[n])), None)
    if image:
        return "image", image, "holds images"
    content = _content(names, values)
    if content is None:
        have = ", ".join(values)[:500] or "none"
        raise Malformed(
            f"no column looks like text or an image; name one: field=column (the columns are {have})",
            columns=list(values)[:100],
        )
    length = _mean_length(values[content])
    name = "image" if (kind or "").startswith("image") else "text"
    return name, content, f"the longest text, {length:.0f} characters on average"


def plain(value: Any) -> Any:
    """A cell as JSON can hold it: dates and numbers of other libraries become text or plain numbers."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return str(value)


def label_text(value: Any) -> str:
    """A label as the word it is shown as: ``3.0`` and ``3`` are ``"3"``, ``True`` is ``"true"``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _label(value: Any, separator: str | None) -> str | list[str] | None:
    if value is None or value == "" or value != value:
        return None
    if isinstance(value, list | tuple):
        return [label_text(v) for v in value]
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = None
        if isinstance(parsed, list):
            return [label_text(v) for v in parsed]
    if separator and isinstance(value, str):
        return [part.strip() for part in value.split(separator) if part.strip()]
    return label_text(value) or None


def _key(value: Any) -> str | None:
    return None if value is None or value == "" else label_text(value)


def _joined(row: Mapping[str, Any], sources: Sequence[str]) -> Any:
    if len(sources) == 1:
        value = row.get(sources[0])
        return (
            value
            if isinstance(value, Mapping)
            else plain(value)
            if not isinstance(value, bool | int | float)
            else str(value)
        )
    return "\n".join(str(row[s]) for s in sources if row.get(s) not in (None, ""))


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
    texts = [n for n in names if n.casefold() not in _LABEL_NAMES and all(_is_words(v) for v in values[n])]
    named = [n for n in texts if n.casefold() in _TEXT_NAMES]
    return max(named or texts, key=lambda n: _mean_length(values[n]), default=None)


def _is_words(value: Any) -> bool:
    return isinstance(value, str) and not value.startswith(("[{", "{", "[["))


def _label_column(names: Sequence[str], values: Mapping[str, Sequence[Any]]) -> str | None:
    def short(name: str) -> bool:
        return (
            all(isinstance(v, str | int | bool | list) or _whole(v) for v in values[name])
            and _mean_length(values[name]) <= 80
        )

    named = _find(names, _LABEL_NAMES, short)
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
