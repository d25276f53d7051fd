"""The docs are tested: what can be used has a heading, what is written is what the code says."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from handloom.core.events import EVENTS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def test_generated_reference_is_what_the_code_says() -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import reference
    finally:
        sys.path.remove(str(ROOT / "tools"))
    assert reference.stale() == [], "run make docs"


def emitted() -> set[str]:
    """Kinds of all events that the code writes: first argument of every `.emit(...)`."""
    kinds: set[str] = set()
    for path in (ROOT / "src" / "handloom").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "emit":
                first = node.args[0] if node.args else None
                assert isinstance(first, ast.Constant), f"{path}:{node.lineno}: write the kind of an event in full"
                kinds.add(first.value)
    return kinds


def test_every_event_is_documented_and_every_documented_event_happens() -> None:
    assert emitted() == set(EVENTS)


@pytest.mark.parametrize(
    "page", sorted(p.relative_to(ROOT).as_posix() for p in [ROOT / "README.md", *DOCS.rglob("*.md")])
)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    broken = []
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not ((ROOT / page).parent / target).exists():
            broken.append(target)
    assert broken == []


def test_words_of_the_design_are_in_the_glossary() -> None:
    headings = set(re.findall(r"^## (.+)$", (DOCS / "glossary.md").read_text("utf-8"), re.M))
    nouns = "Workspace Project Item Task Question Answer Suggestion Label Decision Actor Gold Commit Run Model Release"
    assert set(nouns.split()) <= headings


def test_browser_listens_to_every_kind_of_event() -> None:
    """Browsers only receive the named events that they ask for."""
    source = (ROOT / "web" / "src" / "core" / "live.ts").read_text("utf-8")
    listened = re.findall(r"'([a-z]+\.[a-z_]+)'", source[source.index("KINDS") :])
    assert listened == sorted(EVENTS)
