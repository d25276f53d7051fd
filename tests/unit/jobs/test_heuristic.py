from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from handloom.core.errors import BadTask, Forbidden, UnknownLabel
from handloom.jobs import heuristic
from handloom.testing import temporary_workspace

CLASSES = ("ham", "spam")
GOOD = {"rules": [{"pattern": "win|free", "label": "spam"}], "default": "ham"}
ENDLESS = {"rules": [{"pattern": "(a+)+$", "label": "spam"}], "default": "ham"}
TASK = {"name": "mail", "kind": "text_class@1", "labels": list(CLASSES)}


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of the user in the current folder."""
    lines = [
        "def guess(data):",
        "    return 'spam' if 'win' in data['text'] else None",
        "def number(data):",
        "    return 3",
        "def fails(data):",
        "    return data['subject']",
        "nothing = 1",
    ]
    name = f"rules_of_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text("\n".join(lines), "utf-8")
    monkeypatch.chdir(tmp_path)
    return name


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(heuristic.TRUST, "1")


def test_python_is_refused_unless_whoever_runs_it_trusts_it(rules: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(heuristic.TRUST, raising=False)
    with pytest.raises(Forbidden, match="--trust-python"):
        heuristic.made({"python": f"{rules}:guess"}, CLASSES)
    monkeypatch.setenv(heuristic.TRUST, "true")  # only the one word that the docs name
    with pytest.raises(Forbidden):
        heuristic.made({"python": f"{rules}:guess"}, CLASSES)


def test_a_trusted_function_says_a_label_or_nothing(rules: str, trusting: None) -> None:
    say = heuristic.made({"python": f"{rules}:guess"}, CLASSES)
    assert [say({"text": text}) for text in ("you win", "hello")] == ["spam", None]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("{}:number", "gave '3' \\(int\\)"),
        ("{}:fails", "failed: KeyError"),
        ("{}:nothing", "is a int"),
        ("{}:missing", "cannot be imported"),
        ("no_such_module_here:f", "cannot be imported: ModuleNotFoundError"),
    ],
)
def test_what_is_wrong_with_a_function_is_said(rules: str, trusting: None, name: str, words: str) -> None:
    with pytest.raises(BadTask, match=words):
        heuristic.made({"python": name.format(rules)}, CLASSES)({"text": "x"})


def test_a_heuristic_has_to_suit_one_of_the_tasks() -> None:
    heuristic.check(None, [CLASSES])
    heuristic.check(GOOD, [("a", "b"), CLASSES])
    with pytest.raises(UnknownLabel):
        heuristic.check(GOOD, [("a", "b")])


@pytest.mark.parametrize(
    ("setting", "error"),
    [
        (ENDLESS, BadTask),
        (GOOD | {"default": "eggs"}, UnknownLabel),
        ({"python": "os:getcwd"}, Forbidden),
    ],
)
def test_rules_are_checked_when_the_setting_is_changed(
    setting: dict[str, Any], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(heuristic.TRUST, raising=False)
    with temporary_workspace() as site:
        project = site.create_project("mail", [TASK])
        with pytest.raises(error):
            project.change_settings({"heuristic": setting})
        with pytest.raises(error):
            site.create_project("other", [TASK], {"heuristic": setting})
        assert project.refresh()["settings"]["heuristic"] is None
        assert project.change_settings({"heuristic": GOOD})["settings"]["heuristic"] == GOOD
