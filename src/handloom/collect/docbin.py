"""spaCy DocBin (.spacy): tokens, entities, span groups and categories of many texts in one packed file.

The format is documented with spaCy's ``DocBin``: zlib over msgpack; per token 64-bit numbers, a word's being its symbol
or its MurmurHash64A with seed 1. spaCy itself is not needed.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import EmptyInput, HandloomError, Malformed, MissingExtra, NotFound, Refused, TooLarge
from ..core.protocols import Bad, Loss, Record
from ..core.shapes import Span
from .conll import tokens_of
from .docbin_symbols import SYMBOLS
from .out import left_out
from .parts import SPANS, Parts, needed_text, one_of, parts, spans_value

MAX_BYTES = 1 << 30
"""Of the unpacked file, which is held in memory as a whole: the format is one piece."""
ORTH, ENT_IOB, ENT_TYPE = 65, 77, 78
_BEGIN, _INSIDE, _OUTSIDE = 3, 1, 2
_GROUP = "sc"
"""The group that spaCy's span categoriser looks for."""
_SPAN = struct.Struct(">QQQllll")
_OURS = "handloom"


class DocBinReader:
    """Entities and all span groups become the task ``spans``, categories of at least 0.5 the task ``label``.

    Options: ``task`` of the categories. Needs the extra ``docbin``.
    """

    name = "docbin"

    def matches(self, path: Path) -> bool:
        return path.suffix.lower() == ".spacy" and path.is_file()

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `MissingExtra`, `NotFound`, `EmptyInput`, `Malformed`, `TooLarge`. A text's line is its number."""
        bundle = _unpacked(path)
        task = str(options.get("task") or "label")
        for number in range(bundle.count):
            try:
                yield bundle.record(number, task)
            except (HandloomError, ValueError, IndexError, KeyError, TypeError, struct.error) as error:
                words = (
                    error.message if isinstance(error, HandloomError) else f"not as spaCy writes it: {error!r}"[:300]
                )
                yield Bad(number + 1, Malformed(f"text {number + 1}: {words}", line=number + 1))
        if not bundle.count:
            raise EmptyInput(f"{path.name} holds no texts")


@dataclass(slots=True)
class _Bundle:
    """An unpacked file. starts: first token of each text. columns: place of an attribute in a token's numbers."""

    message: Mapping[str, Any]
    tokens: np.ndarray
    spaces: np.ndarray
    starts: np.ndarray
    columns: dict[int, int]
    words: dict[int, str]

    @property
    def count(self) -> int:
        return len(self.starts) - 1

    def record(self, number: int, task: str) -> Record:
        first, last = int(self.starts[number]), int(self.starts[number + 1])
        rows = self.tokens[first:last]
        words = [self.words[int(one)] for one in rows[:, self.columns[ORTH]]]
        flags = self._of("flags", number) or {}
        spaces = np.ones(len(words), bool) if flags.get("has_unknown_spaces") else self.spaces[first:last]
        bounds, at = [], 0
        for word, space in zip(words, spaces, strict=True):
            bounds.append((at, at + len(word)))
            at += len(word) + bool(space)
        text = "".join(word + (" " if space else "") for word, space in zip(words, spaces, strict=True))
        if flags.get("has_unknown_spaces"):
            text = text[:-1]
        spans = {**dict.fromkeys(self._entities(rows, bounds)), **dict.fromkeys(self._groups(number, bounds))}
        labels: dict[str, Any] = {}
        if spans or (ENT_IOB in self.columns and rows[:, self.columns[ENT_IOB]].any()):
            labels[SPANS] = spans_value([{"start": s, "end": e, "label": label} for s, e, label in spans])
        key, meta = self._told(number)
        self._categories(number, labels, task, meta)
        return Record(number + 1, {"text": text}, key, labels or None, meta or None)

    def _entities(self, rows: np.ndarray, bounds: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
        if ENT_TYPE not in self.columns or ENT_IOB not in self.columns:
            return
        going: tuple[int, int, str] | None = None
        for row, (start, end) in zip(rows, bounds, strict=True):
            iob, kind = int(row[self.columns[ENT_IOB]]), self.words.get(int(row[self.columns[ENT_TYPE]]), "")
            if iob == _INSIDE and going is not None and going[2] == kind:
                going = (going[0], end, kind)
                continue
            if going is not None:
                yield going
            going = (start, end, kind) if iob in (_BEGIN, _INSIDE) and kind else None
        if going is not None:
            yield going

    def _groups(self, number: int, bounds: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
        packed = self._of("span_groups", number)
        groups = _msgpack().unpackb(packed, strict_map_key=False) if packed else {}
        for group in groups if isinstance(groups, Mapping) else ():
            for one in _msgpack().unpackb(group)["spans"]:
                _, _, label, start, end, _, _ = _SPAN.unpack(one)
                yield bounds[start][0], bounds[end - 1][1], self.words[label]

    def _categories(self, number: int, labels: dict[str, Any], task: str, meta: dict[str, Any]) -> None:
        cats = self._of("cats", number) or {}
        chosen = [str(name) for name, score in cats.items() if score >= 0.5]
        if chosen:
            labels[task] = chosen[0] if len(chosen) == 1 else chosen
        if any(score not in (0, 1) for score in cats.values()):
            meta["cats"] = dict(cats)

    def _told(self, number: int) -> tuple[str | None, dict[str, Any]]:
        """Key and meta that our writer put into the user data; that of others is left alone."""
        packed = self._of("user_data", number)
        data = _msgpack().unpackb(packed, strict_map_key=False, use_list=True) if packed else {}
        ours = data.get(_OURS) if isinstance(data, Mapping) else None
        if not isinstance(ours, Mapping):
            return None, {}
        return ours.get("key"), dict(ours.get("meta") or {})

    def _of(self, name: str, number: int) -> Any:
        listed = self.message.get(name) or ()
        return listed[number] if number < len(listed) else None


def _unpacked(path: Path) -> _Bundle:
    msgpack = _msgpack()
    try:
        packed = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound("file", path) from error
    if not packed:
        raise EmptyInput(f"{path.name} is empty (0 bytes)")
    try:
        stream = zlib.decompressobj()
        raw = stream.decompress(packed, MAX_BYTES)
        if stream.unconsumed_tail:
            raise TooLarge(f"{path.name} unpacks to more than {MAX_BYTES // 2**20} MiB; split it", limit=MAX_BYTES)
        message = msgpack.unpackb(raw, strict_map_key=False)
        attributes = [int(one) for one in message["attrs"]]
        tokens = np.frombuffer(message["tokens"], dtype="<u8").reshape(-1, len(attributes))
        spaces = np.frombuffer(message["spaces"], dtype=bool)
        starts = np.concatenate(([0], np.cumsum(np.frombuffer(message["lengths"], dtype="<i4"))))
        if starts[-1] != len(tokens) or len(spaces) != len(tokens):
            raise ValueError(f"{len(tokens)} tokens, but the lengths add up to {starts[-1]}")
        words = {word_number(word): word for word in message["strings"]}
    except (zlib.error, ValueError, KeyError, TypeError, msgpack.UnpackException) as error:
        raise Malformed(f"{path.name} is no DocBin: {str(error)[:200]}") from error
    columns = {attribute: i for i, attribute in enumerate(attributes)}
    return _Bundle(message, tokens, spaces, starts, columns, {0: "", **words})


class DocBinWriter:
    """Entities, and where spans overlap all of them in the group ``sc``; categories; key and meta as user data.

    Held in memory as a whole, as the format is one piece. Needs the extra ``docbin``.
    """

    name = "docbin"
    suffix = ".spacy"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        sheet = _Sheet()
        for record in records:
            try:
                yield from sheet.add(parts(record))
            except Refused as error:
                yield left_out(record, error)
        path.write_bytes(sheet.packed())


@dataclass(slots=True)
class _Sheet:
    """A DocBin that is being filled."""

    strings: dict[str, int] = field(default_factory=lambda: {"": 0})
    tokens: list[np.ndarray] = field(default_factory=list)
    spaces: list[bool] = field(default_factory=list)
    cats: list[tuple[str, ...] | None] = field(default_factory=list)
    groups: list[bytes] = field(default_factory=list)
    told: list[bytes] = field(default_factory=list)

    def add(self, found: Parts) -> Iterator[Loss]:
        record, text = found.record, needed_text(found, "DocBin")
        choice, losses = one_of(found.choices, "DocBin", "choice", record.line)
        value, more = one_of(found.spans, "DocBin", "spans", record.line)
        yield from (*losses, *more, *found.lost("DocBin", keeps=frozenset(("key", "meta", "choice", "spans"))))
        if value and value.relations:
            yield Loss(record.line, "DocBin has no place for relations")
        spans = value.spans if value else ()
        bounds, spaces = _cut(text, spans)
        rows = np.zeros((len(bounds), 3), dtype="<u8")
        rows[:, 0] = [self._number(text[start:end]) for start, end in bounds]
        rows[:, 1] = _OUTSIDE if value else 0
        overlap = self._mark(rows, spans, bounds)
        self.groups.append(self._group(spans, bounds) if overlap else b"")
        self.tokens.append(rows)
        self.spaces += spaces
        self.cats.append(choice)
        ours = {"key": record.key, "meta": dict(record.meta or {})}
        self.told.append(_msgpack().packb({_OURS: ours} if record.key is not None or record.meta else {}))

    def packed(self) -> bytes:
        known = sorted({label for chosen in self.cats for label in chosen or ()})
        message = {
            "version": "0.1",
            "attrs": [ORTH, ENT_IOB, ENT_TYPE],
            "tokens": np.concatenate([*self.tokens, np.zeros((0, 3), "<u8")]).tobytes(),
            "spaces": np.asarray(self.spaces, dtype=bool).tobytes(),
            "lengths": np.asarray([len(rows) for rows in self.tokens], dtype="<i4").tobytes(),
            "strings": sorted(self.strings),
            "cats": [{} if one is None else {name: float(name in one) for name in known} for one in self.cats],
            "flags": [{"has_unknown_spaces": False} for _ in self.tokens],
            "span_groups": self.groups,
            "user_data": self.told,
        }
        return zlib.compress(_msgpack().packb(message))

    def _number(self, word: str) -> int:
        number = self.strings.get(word)
        if number is None:
            number = self.strings[word] = word_number(word)
        return number

    def _mark(self, rows: np.ndarray, spans: Sequence[Span], bounds: Sequence[tuple[int, int]]) -> bool:
        """Write the spans as entities, the longest first; gives whether some overlap and have no room."""
        begins, ends = _edges(bounds)
        overlap = False
        for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label)):
            first, last = begins[span.start], ends[span.end]
            if rows[first : last + 1, 2].any():
                overlap = True
                continue
            rows[first : last + 1, 1] = _INSIDE
            rows[first, 1] = _BEGIN
            rows[first : last + 1, 2] = self._number(span.label)
        return overlap

    def _group(self, spans: Sequence[Span], bounds: Sequence[tuple[int, int]]) -> bytes:
        begins, ends = _edges(bounds)
        packed = [
            _SPAN.pack(0, 0, self._number(s.label), begins[s.start], ends[s.end] + 1, s.start, s.end) for s in spans
        ]
        group = _msgpack().packb({"name": _GROUP, "attrs": {}, "spans": packed})
        return _msgpack().packb({group: [_GROUP]})


def _edges(bounds: Sequence[tuple[int, int]]) -> tuple[dict[int, int], dict[int, int]]:
    """Token by its first character, and by the end of it."""
    return {start: i for i, (start, _) in enumerate(bounds)}, {end: i for i, (_, end) in enumerate(bounds)}


def _cut(text: str, spans: Sequence[Span]) -> tuple[list[tuple[int, int]], list[bool]]:
    """Tokens, and whether one blank follows each; other white space is a token of its own, so the text stays whole."""
    starts, ends = {span.start for span in spans}, {span.end for span in spans}
    edges = sorted(starts | ends)
    bounds: list[tuple[int, int]] = []
    spaces: list[bool] = []
    at = 0
    for start, end in [*tokens_of(text, starts | ends), (len(text), len(text))]:
        # A blank that belongs to a span is a token; any other one is a mark on the token before it.
        if bounds and text[at:start].startswith(" ") and at not in starts and at + 1 not in ends:
            spaces[-1] = True
            at += 1
        inside = edges[bisect_right(edges, at) : bisect_left(edges, start)]
        for left, right in pairwise((at, *inside, start)):
            if left < right:
                bounds.append((left, right))
                spaces.append(False)
        if start < end:
            bounds.append((start, end))
            spaces.append(False)
        at = end
    return bounds, spaces


def word_number(word: str) -> int:
    """How spaCy knows a word: the number of its symbol, else its hash."""
    return 0 if not word else SYMBOLS.get(word) or _murmur(word.encode("utf-8", "surrogatepass"))


def _murmur(data: bytes, seed: int = 1) -> int:
    """MurmurHash64A of Austin Appleby, as the library murmurhash calls it for spaCy."""
    mask, mix = 0xFFFFFFFFFFFFFFFF, 0xC6A4A7935BD1E995
    found = (seed ^ (len(data) * mix)) & mask
    whole = len(data) - len(data) % 8
    for (piece,) in struct.iter_unpack("<Q", data[:whole]):
        piece = (piece * mix) & mask
        piece = ((piece ^ (piece >> 47)) * mix) & mask
        found = ((found ^ piece) * mix) & mask
    if len(data) > whole:
        found = ((found ^ int.from_bytes(data[whole:], "little")) * mix) & mask
    found = ((found ^ (found >> 47)) * mix) & mask
    return found ^ (found >> 47)


def _msgpack() -> Any:
    try:
        import msgpack
    except ImportError as error:
        raise MissingExtra("msgpack", "docbin") from error
    return msgpack
