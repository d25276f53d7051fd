"""Slices: named subsets of a dataset, each saved as a predicate over fields and values derived from them.

    length(text) > 200 and not label == "spam"
    `days past` <= 30 or channel in ("mail", "chat")
    text contains "refund" and country is not missing

A predicate is parsed into a small tree of the forms below and nothing else; no part of it is ever run as Python. It looks
at the content of a row alone, so the same content gives the same slice after an export and an import.

compare    == != < <= > >=   words with words, numbers with numbers; a number written as text counts as a number
words      contains, starts with, ends with; these and == tell case apart, ``lower(x)`` does away with it
sets       in ("a", "b")
missing    is missing, is not missing; a missing value fits no other comparison
logic      and, or, not, parentheses
functions  length(x) characters or elements; words(x); lower(x)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core.errors import Malformed
from .table import Table, is_missing

MAX_LENGTH = 5_000
MAX_DEPTH = 50
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|`(?P<quoted>[^`]+)`|(?P<name>[^\W\d][\w.]*)|(?P<sign>==|!=|<=|>=|<|>|\(|\)|,))"""
)
_KEYWORDS = frozenset(
    ("and", "or", "not", "in", "is", "missing", "contains", "starts", "ends", "with", "true", "false")
)
_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "length": lambda value: len(value) if isinstance(value, str | list | tuple | Mapping) else len(str(value)),
    "words": lambda value: len(str(value).split()),
    "lower": lambda value: str(value).lower(),
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "contains": lambda a, b: str(b) in a if isinstance(a, str) else isinstance(a, list | tuple) and b in a,
    "starts with": lambda a, b: str(a).startswith(str(b)),
    "ends with": lambda a, b: str(a).endswith(str(b)),
}
_SIGNS = tuple(sign for sign in _COMPARE if not sign[0].isalpha())


@dataclass(frozen=True, slots=True)
class Field:
    """The value of a column."""

    name: str

    def __str__(self) -> str:
        plain = re.fullmatch(r"[^\W\d][\w.]*", self.name) and self.name not in {*_KEYWORDS, *_FUNCTIONS}
        return self.name if plain else f"`{self.name}`"

    def value(self, row: Mapping[str, Any]) -> Any:
        return row.get(self.name)


@dataclass(frozen=True, slots=True)
class Constant:
    """A word, a number or a truth value."""

    given: Any

    def __str__(self) -> str:
        return json.dumps(self.given, ensure_ascii=False)

    def value(self, row: Mapping[str, Any]) -> Any:
        return self.given


@dataclass(frozen=True, slots=True)
class Call:
    """A function of one value; missing stays missing."""

    function: str
    of: Field | Constant | Call

    def __str__(self) -> str:
        return f"{self.function}({self.of})"

    def value(self, row: Mapping[str, Any]) -> Any:
        found = self.of.value(row)
        return None if is_missing(found) else _FUNCTIONS[self.function](found)


Value = Field | Constant | Call


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values against each other."""

    left: Value
    sign: str
    right: Value

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"

    def holds(self, row: Mapping[str, Any]) -> bool:
        left, right = self.left.value(row), self.right.value(row)
        if is_missing(left) or is_missing(right):
            return False
        try:
            return bool(_COMPARE[self.sign](*_alike(left, right)))
        except TypeError:
            return False


@dataclass(frozen=True, slots=True)
class Among:
    """Whether a value is one of several."""

    left: Value
    among: tuple[Constant, ...]

    def __str__(self) -> str:
        return f"{self.left} in ({', '.join(map(str, self.among))})"

    def holds(self, row: Mapping[str, Any]) -> bool:
        return any(Compare(self.left, "==", one).holds(row) for one in self.among)


@dataclass(frozen=True, slots=True)
class Missing:
    """Whether there is no value."""

    left: Value

    def __str__(self) -> str:
        return f"{self.left} is missing"

    def holds(self, row: Mapping[str, Any]) -> bool:
        return is_missing(self.left.value(row))


@dataclass(frozen=True, slots=True)
class Not:
    """What does not hold."""

    of: Predicate

    def __str__(self) -> str:
        return f"not {self.of}" if isinstance(self.of, Compare | Among | Missing | Not) else f"not ({self.of})"

    def holds(self, row: Mapping[str, Any]) -> bool:
        return not self.of.holds(row)


@dataclass(frozen=True, slots=True)
class Join:
    """``and`` or ``or`` of two or more."""

    word: str
    of: tuple[Predicate, ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(f"({one})" if isinstance(one, Join) else str(one) for one in self.of)

    def holds(self, row: Mapping[str, Any]) -> bool:
        holds = (one.holds(row) for one in self.of)
        return all(holds) if self.word == "and" else any(holds)


Predicate = Compare | Among | Missing | Not | Join


def parse(text: str) -> Predicate:
    """The predicate in words as a tree; ``parse(str(tree))`` is the tree. Raises `Malformed` with the place."""
    if len(text) > MAX_LENGTH:
        raise Malformed(f"a slice is described in at most {MAX_LENGTH} characters; found {len(text)}")
    return _Parser(text).whole()


def select(predicate: Predicate, table: Table) -> np.ndarray:
    """(n,) bool: which rows of a table are in the slice. The fields ``image.width`` and ``image.height`` are known too."""
    names = list(table.columns)
    columns = [table.columns[name] for name in names]
    if table.pictures is not None:
        names += ["image.width", "image.height"]
        columns += [table.pictures.sizes[:, 0].tolist(), table.pictures.sizes[:, 1].tolist()]
    rows = zip(*columns, strict=True)
    return np.fromiter((predicate.holds(dict(zip(names, row, strict=True))) for row in rows), bool, len(table))


def fields(predicate: Predicate) -> set[str]:
    """The columns that a predicate looks at."""

    def of(node: Predicate | Value) -> Iterator[str]:
        match node:
            case Field(name):
                yield name
            case Constant():
                return
            case Call(of=inner) | Not(of=inner) | Missing(left=inner) | Among(left=inner):
                yield from of(inner)
            case Compare(left, _, right):
                yield from of(left)
                yield from of(right)
            case Join(of=parts):
                for part in parts:
                    yield from of(part)

    return set(of(predicate))


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Both as numbers when one is a number and the other reads as one; truth values by their word when one is a word."""
    for_numbers = isinstance(left, int | float) != isinstance(right, int | float)
    if isinstance(left, bool) != isinstance(right, bool):
        return (str(left).lower(), str(right).lower())
    if for_numbers and isinstance(left, str | int | float) and isinstance(right, str | int | float):
        try:
            return float(left), float(right)
        except ValueError:
            return str(left), str(right)
    return left, right


class _Parser:
    """Recursive descent; one method per level of the grammar, loosest first."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._split(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Predicate:
        found = self._join("or")
        if self._at < len(self._tokens):
            raise self._error("the end")
        return found

    def _split(self, text: str) -> Iterator[tuple[str, str, int]]:
        at = 0
        while text[at:].strip():
            token = _TOKEN.match(text, at)
            if token is None:
                raise Malformed(
                    f"at character {at + 1} of the slice {text[:200]!r}: {text[at:].strip()[:20]!r} is unknown"
                )
            kind = str(token.lastgroup)
            yield kind, token[kind], token.start(kind)
            at = token.end()

    def _join(self, word: str) -> Predicate:
        one = self._join_and if word == "or" else self._not
        parts = [one()]
        while self._word(word):
            parts.append(one())
        return parts[0] if len(parts) == 1 else Join(word, tuple(parts))

    def _join_and(self) -> Predicate:
        return self._join("and")

    def _not(self) -> Predicate:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Malformed(f"the slice {self._text[:200]!r} is nested deeper than {MAX_DEPTH} levels")
        try:
            if self._word("not"):
                return Not(self._not())
            if self._sign("("):
                inner = self._join("or")
                self._need(")")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Predicate:
        left = self._value()
        if self._word("is"):
            absent: Predicate = Missing(left)
            turned = self._word("not")
            if not self._word("missing"):
                raise self._error("missing")
            return Not(absent) if turned else absent
        if self._word("in"):
            self._need("(")
            among = [self._constant()]
            while self._sign(","):
                among.append(self._constant())
            self._need(")")
            return Among(left, tuple(among))
        if self._word("contains"):
            return Compare(left, "contains", self._value())
        for word in ("starts", "ends"):
            if self._word(word):
                if not self._word("with"):
                    raise self._error("with")
                return Compare(left, f"{word} with", self._value())
        for sign in _SIGNS:
            if self._sign(sign):
                return Compare(left, sign, self._value())
        raise self._error("a comparison such as == or contains")

    def _value(self) -> Value:
        kind, text = self._peek()
        if kind == "quoted" or (kind == "name" and text not in _KEYWORDS):
            self._at += 1
            if kind == "name" and self._peek() == ("sign", "("):
                return self._call(text)
            return Field(text)
        return self._constant()

    def _call(self, name: str) -> Call:
        if name not in _FUNCTIONS:
            raise Malformed(f"there is no function {name!r} for slices; known are {', '.join(sorted(_FUNCTIONS))}")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Malformed(f"the slice {self._text[:200]!r} is nested deeper than {MAX_DEPTH} levels")
        self._need("(")
        inner = self._value()
        self._need(")")
        self._depth -= 1
        return Call(name, inner)

    def _constant(self) -> Constant:
        kind, text = self._peek()
        if kind == "number":
            self._at += 1
            return Constant(float(text) if set(text) & set(".eE") else int(text))
        if kind == "text":
            self._at += 1
            return Constant(_unquoted(text))
        if kind == "name" and text in ("true", "false"):
            self._at += 1
            return Constant(text == "true")
        raise self._error("a field, a number or a word in quotes")

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at][:2] if self._at < len(self._tokens) else ("end", "")

    def _word(self, word: str) -> bool:
        if self._peek() == ("name", word):
            self._at += 1
            return True
        return False

    def _sign(self, sign: str) -> bool:
        if self._peek() == ("sign", sign):
            self._at += 1
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._sign(sign):
            raise self._error(repr(sign))

    def _error(self, expected: str) -> Malformed:
        here = self._at < len(self._tokens)
        where = f"character {self._tokens[self._at][2] + 1}" if here else "the end"
        what = repr(self._tokens[self._at][1][:40]) if here else "nothing"
        return Malformed(f"at {where} of the slice {self._text[:200]!r}: expected {expected}, found {what}")


def _unquoted(text: str) -> str:
    if text.startswith('"'):
        try:
            return json.loads(text, strict=False)
        except ValueError:
            pass
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
