"""The arrows of the design: who may import whom. Read from the source, `TYPE_CHECKING` and hidden imports included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "src" / "handloom"
STEPS = frozenset(("collect", "select", "ask", "resolve", "dataset", "train", "evaluate", "release", "monitor"))
BELOW_LOOP = frozenset(("core", "store", "outside", "tasks", "jobs", "workers")) | STEPS

# What each part may import besides itself. An arrow never points the other way.
MAY: dict[str, frozenset[str]] = {
    "core": frozenset(),
    "store": frozenset(("core",)),
    "outside": frozenset(("core",)),  # speaks with services, addresses to tell and a provider of identities
    **dict.fromkeys(STEPS, frozenset(("core",))),
    "tasks": frozenset(("core",)) | STEPS,
    "workers": frozenset(("core", "store")),  # starts worker processes; the server calls it
    "jobs": frozenset(("core", "store", "outside", "tasks")) | STEPS,  # the bodies of the long steps
    "loop": BELOW_LOOP,
    "flow": BELOW_LOOP | {"loop"},  # runs the loop's jobs in worker processes
    "operations": BELOW_LOOP | {"loop", "workspace"},
    "handle": frozenset(("core",)),  # the methods that workspace and client share
    "workspace": BELOW_LOOP | {"loop", "operations", "handle"},
    "opening": frozenset(("core", "workspace", "client", "handle")),
    "client": frozenset(("core", "handle")),
    "server": BELOW_LOOP | {"loop", "operations", "workspace"},
    "testing": BELOW_LOOP | {"loop", "operations", "handle", "workspace"},
    "cli": BELOW_LOOP | {"loop", "flow", "operations", "handle", "workspace", "opening", "client", "server", "testing"},
}


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    first = relative.parts[0] if len(relative.parts) > 1 else relative.stem
    return "" if first in ("__init__", "__main__") else first


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, part of handloom) for every import of our own code, wherever it stands in the file."""
    package = ["handloom", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, node.module] if node.module else base)
            names = [f"{stem}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "handloom" and len(parts) > 1:
                yield node.lineno, parts[1]


FILES = sorted(ROOT.rglob("*.py"))


@pytest.mark.parametrize("part", sorted({part_of(path) for path in FILES} - {""}))
def test_part_imports_only_what_lies_below_it(part: str) -> None:
    assert part in MAY, f"{part} has no place in the layers; give it one here and in docs/why/layers.md"
    allowed = MAY[part] | {part}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for path in FILES
        if part_of(path) == part
        for line, target in imported(path)
        if target not in allowed and target in MAY
    ]
    assert wrong == []


def test_no_core_file_names_a_task() -> None:
    kinds = ("text_class", "image_class")
    assert [p.name for p in (ROOT / "core").glob("*.py") for k in kinds if k in p.read_text("utf-8")] == []


def test_only_the_store_speaks_sql() -> None:
    wrong = []
    for path in FILES:
        if part_of(path) == "store":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            wrong += [
                f"{path.relative_to(ROOT)}:{node.lineno}" for n in names if n.split(".")[0] in ("sqlalchemy", "sqlite3")
            ]
    assert wrong == []
