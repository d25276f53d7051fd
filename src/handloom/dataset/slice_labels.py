"""Slices under other names of labels: what a predicate says of labels is said of what they are called after a migration.

A comparison is rewritten where it then says of every label what it said of it before. Names that are compared as a whole
follow a merge as answers do: what was said of one of the labels is said of what they became. Nothing is guessed after a
split.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..core.relabel import Migration
from .contents import LABEL
from .slices import Among, Call, Compare, Constant, Field, Join, Missing, Not, Predicate, Value, fields, parse

Naming = Callable[[str], str]


def renamed(where: str, step: Migration) -> str | None:
    """The predicate as it reads after a migration: the same text where it says nothing of its labels, None where nobody can
    tell (a label that was split, or a part of a name). Raises `Malformed`."""
    before = parse(where)
    after = _node(before, step)
    return None if after is None else where if after == before else str(after)


def _node(node: Predicate, step: Migration) -> Predicate | None:
    match node:
        case Not(of=inner):
            new = _node(inner, step)
            return None if new is None else Not(new)
        case Join(word=word, of=parts):
            read = [_node(part, step) for part in parts]
            new_parts = tuple(part for part in read if part is not None)
            return Join(word, new_parts) if len(new_parts) == len(read) else None
        case Missing():
            return node
        case Compare() | Among():
            return _comparison(node, step) if LABEL in fields(node) else node


def _comparison(node: Compare | Among, step: Migration) -> Compare | Among | None:
    if fields(node) != {LABEL}:
        return None  # against another column: what stands there is not renamed
    whole = isinstance(node, Among) or node.sign in ("==", "!=")
    plain = whole and Field(LABEL) in (node.left, getattr(node, "right", None))
    for candidate in _candidates(node, step):
        if _same(node, candidate, step) or (plain and step.kind == "merge" and candidate != node):
            return candidate
    return None


def _candidates(node: Compare | Among, step: Migration) -> Iterator[Compare | Among]:
    yield node
    if step.kind != "split":
        names = dict.fromkeys(step.sources, step.targets[0])
        yield _with(node, lambda name: names.get(name, name))
        small = {name.lower(): new.lower() for name, new in names.items()}
        yield _with(node, lambda name: small.get(name, name))


def _with(node: Compare | Among, naming: Naming) -> Compare | Among:
    if isinstance(node, Among):
        return replace(node, among=tuple(dict.fromkeys(_constant(one, naming) for one in node.among)))
    return replace(node, left=_value(node.left, naming), right=_value(node.right, naming))


def _value(value: Value, naming: Naming) -> Value:
    if isinstance(value, Constant):
        return _constant(value, naming)
    return value if isinstance(value, Field) else Call(value.function, _value(value.of, naming))


def _constant(one: Constant, naming: Naming) -> Constant:
    return Constant(naming(one.given)) if isinstance(one.given, str) else one


def _same(old: Compare | Among, new: Compare | Among, step: Migration) -> bool:
    """Whether the new comparison says of each label, alone and in a list, what the old one said of it."""
    for name in step.before:
        now = step.label(name)
        for after in (now,) if now is not None else step.targets:
            for one, other in ((name, after), ([name], [after])):
                if old.holds({LABEL: one}) != new.holds({LABEL: other}):
                    return False
    return True
