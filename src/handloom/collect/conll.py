"""CoNLL: a token per line, its tag in a column, an empty line between sentences; tags in IO, BIO or BIOES."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..core.errors import EmptyInput, Malformed, RaggedRow, Refused
from ..core.protocols import Bad, Loss, Record
from . import bio, json_text
from .lines import Lines, plain_suffix
from .out import left_out
from .parts import SPANS, Parts, needed_text, nothing_said, one_of, parts, spans_value

_SUFFIXES = (".conll", ".conllu", ".bio", ".iob", ".iob2", ".bioes")
_COMMENT = re.compile(r"#\s*([\w.-]+)\s*=\s*(.*)")
_TOKEN = re.compile(r"\S+")
_LOOKED_AT = 50


class ConllReader:
    """Options: ``column`` of the tag (from 0, or from the end: default -1), ``task`` (``spans``), ``encoding``.

    The text is the tokens with blanks between them, or that of a comment ``# text = ...``; a comment ``# key = ...`` is
    the key. Further columns are kept in meta as ``columns``, ``-DOCSTART-`` counts documents.
    """

    name = "conll"

    def matches(self, path: Path) -> bool:
        if not path.is_file():
            return False
        suffix = plain_suffix(path)
        return suffix in _SUFFIXES or (suffix in (".txt", ".tsv", "") and _looks(path))

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `EmptyInput`, `BadEncoding` for an unknown encoding. A bad line makes its sentence a bad one."""
        try:
            column = int(options.get("column", -1))
        except (TypeError, ValueError) as error:
            raise Malformed(f"column is a number, from 0 or from the end; found {options['column']!r}") from error
        task = str(options.get("task") or SPANS)
        lines = Lines(path, options.get("encoding"))
        found = False
        try:
            for sentence in _sentences(lines):
                found = True
                yield sentence if isinstance(sentence, Bad) else _record(sentence, column, task)
        finally:
            lines.close()
        if not found:
            raise EmptyInput(f"{path.name} holds no sentences")


@dataclass(slots=True)
class _Sentence:
    """Lines of one sentence. rows: cells of each token. told: what comments say."""

    line: int
    rows: list[list[str]] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    document: int = 0
    error: Refused | None = None


def _sentences(lines: Lines) -> Iterator[_Sentence | Bad]:
    going = _Sentence(1)
    document = 0
    wrong: list[Refused] = []
    for text in _texts(lines, wrong):
        if wrong:
            going.error = going.error or wrong.pop()
            continue
        text = text.rstrip("\r\n")
        if text.startswith("-DOCSTART-"):
            document += 1
            continue
        if not text.strip():
            if going.rows or going.error:
                yield _ended(going, document)
            going = _Sentence(lines.number + 1)
            continue
        comment = _COMMENT.fullmatch(text)
        if comment and not going.rows:
            going.told[comment[1]] = comment[2]
            continue
        if not going.rows and not going.told:
            going.line = lines.number
        cells = text.split("\t") if "\t" in text else text.split()
        if going.rows and len(cells) != len(going.rows[0]):
            going.error = going.error or _ragged(lines.number, cells, going.rows[0])
        going.rows.append(cells)
    if going.rows or going.error:
        yield _ended(going, document)


def _texts(lines: Lines, wrong: list[Refused]) -> Iterator[str]:
    """Lines as text; one that cannot be read is put into ``wrong`` and given as an empty word."""
    while True:
        try:
            yield next(lines)
        except StopIteration:
            return
        except Refused as error:
            wrong.append(error)
            yield ""


def _ended(sentence: _Sentence, document: int) -> _Sentence | Bad:
    sentence.document = document
    return Bad(sentence.line, sentence.error) if sentence.error else sentence


def _ragged(line: int, cells: Sequence[str], first: Sequence[str]) -> RaggedRow:
    words = f"line {line} has {len(cells)} columns, the sentence began with {len(first)}"
    return RaggedRow(words, line=line, found=len(cells), expected=len(first))


def _record(sentence: _Sentence, column: int, task: str) -> Record | Bad:
    width = len(sentence.rows[0])
    if width < 2 or not -width <= column < width or column % width == 0:
        words = f"line {sentence.line} has {width} columns; a token and a tag are needed, the tag in column {column}"
        return Bad(sentence.line, Malformed(words, line=sentence.line))
    tokens = [row[0] for row in sentence.rows]
    tags = [row[column] for row in sentence.rows]
    losses: list[str] = []
    text, bounds = _placed(tokens, sentence.told, losses)
    others = [i for i in range(1, width) if i != column % width]
    meta: dict[str, Any] = {}
    if others:
        meta["columns"] = [[row[i] for row in sentence.rows] for i in others]
    if sentence.document:
        meta["document"] = sentence.document
    meta |= {name: value for name, value in sentence.told.items() if name not in ("key", "text", "text_json")}
    try:
        value = spans_value(bio.decode(tags, bounds))
    except Refused as error:
        return Bad(sentence.line, type(error)(f"sentence at line {sentence.line}: {error.message}", line=sentence.line))
    return Record(
        sentence.line, {"text": text}, sentence.told.get("key"), {task: value}, meta or None, None, tuple(losses)
    )


def _placed(tokens: Sequence[str], told: Mapping[str, str], losses: list[str]) -> tuple[str, bio.Bounds]:
    """Text and place of each token; by the comment that tells the text, where the tokens are found in it."""
    text = told.get("text")
    if "text_json" in told:
        try:
            text = str(json_text.parse(told["text_json"]))
        except ValueError:
            losses.append("the comment text_json is no JSON; the tokens are joined by blanks")
    if text is None:
        return bio.joined(tokens)
    bounds, at = [], 0
    for token in tokens:
        start = text.find(token, at)
        if start < 0:
            losses.append("the comment with the text does not hold the tokens; they are joined by blanks")
            return bio.joined(tokens)
        at = start + len(token)
        bounds.append((start, at))
    return text, bounds


def _looks(path: Path) -> bool:
    """Whether the first lines are tokens with tags: several columns and a last one of BIO tags, some not O."""
    try:
        lines = Lines(path)
    except (Refused, OSError):
        return False
    tags: list[str] = []
    try:
        for text in _texts(lines, []):
            cells = text.split()
            if len(cells) >= 2 and not cells[0].startswith(("#", "-DOCSTART-")):
                tags.append(cells[-1])
            if len(tags) >= _LOOKED_AT:
                break
    except Refused:
        return False
    finally:
        lines.close()
    return len(tags) >= 2 and all(bio.TAG.fullmatch(tag) for tag in tags) and "O" in tags


class ConllWriter:
    """Options: ``scheme`` of BIO (default), BIOES, IO; ``labels`` of one task.

    Tokens are the words between blanks, cut where a span begins or ends; where that does not tell the text again, a
    comment does.
    """

    name = "conll"
    suffix = ".conll"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        scheme = str(options.get("scheme") or "BIO").upper()
        if scheme not in bio.SCHEMES:
            raise Malformed(f"scheme is one of {', '.join(bio.SCHEMES)}; found {scheme[:40]!r}")
        with path.open("w", encoding="utf-8", newline="\n") as out:
            for record in records:
                try:
                    text, losses = _sentence(parts(record), scheme)
                except Refused as error:
                    yield left_out(record, error)
                    continue
                yield from losses
                out.write(text)


def _sentence(found: Parts, scheme: str) -> tuple[str, list[Loss]]:
    record, text = found.record, needed_text(found, "CoNLL")
    value, losses = one_of(found.spans, "CoNLL", "spans", record.line)
    losses += nothing_said(value, "CoNLL", "spans", record.line)
    meta = dict(record.meta or {})
    columns = meta.pop("columns", None)
    told = {name: one for name, one in meta.items() if isinstance(one, str) and _tellable(name, one)}
    losses += found.lost("CoNLL", keeps=frozenset(("key", "spans", "meta")))
    losses += [Loss(record.line, f"CoNLL has no place for {name!r} of meta") for name in meta if name not in told]
    spans = value.spans if value else ()
    if value and value.relations:
        losses.append(Loss(record.line, "CoNLL has no place for relations"))
    bounds = tokens_of(text, {edge for span in spans for edge in (span.start, span.end)})
    tags, lost = bio.encode(spans, bounds, scheme)
    losses += [Loss(record.line, f"a span is left out: {why}") for _, why in lost]
    tokens = [text[start:end] for start, end in bounds]
    rows = [tokens, *_columns(columns, len(tokens), losses, record.line), tags]
    lines = []
    if record.key is not None:
        lines.append(f"# key = {record.key}")
    lines += [f"# {name} = {one}" for name, one in told.items()]
    if " ".join(tokens) != text:
        plain = text.isprintable() and text == text.strip()
        lines.append(f"# text = {text}" if plain else f"# text_json = {json.dumps(text)}")
    lines += ["\t".join(cells) for cells in zip(*rows, strict=True)]
    return "\n".join(lines) + "\n\n", losses


def tokens_of(text: str, edges: set[int]) -> list[tuple[int, int]]:
    """Words between blanks, cut at these places too."""
    ordered = sorted(edges)
    bounds: list[tuple[int, int]] = []
    for word in _TOKEN.finditer(text):
        inside = ordered[bisect_right(ordered, word.start()) : bisect_left(ordered, word.end())]
        bounds += pairwise((word.start(), *inside, word.end()))
    return bounds


def _columns(columns: Any, count: int, losses: list[Loss], line: int) -> list[list[str]]:
    """Further columns as they were read, where there is still one cell per token."""
    if not columns:
        return []
    if isinstance(columns, list) and all(isinstance(one, list) and len(one) == count for one in columns):
        return [[str(cell) for cell in one] for one in columns]
    losses.append(Loss(line, "the further columns are left out: they no longer have one cell per token"))
    return []


def _tellable(name: str, value: str) -> bool:
    return bool(re.fullmatch(r"[\w.-]+", name)) and value.isprintable() and value == value.strip() and bool(value)
