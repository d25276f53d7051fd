"""Modules that are read on first use."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading

import pytest

from handloom.core import later as later_module
from handloom.core.later import later


def test_a_module_is_read_when_a_name_of_it_is_asked_for() -> None:
    script = (
        "import sys; from handloom.core.later import later; found = later('colorsys');"
        "before = 'colorsys' in sys.modules; value = found.rgb_to_hsv(0, 0, 1)[2];"
        "print(before, 'colorsys' in sys.modules, value)"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "True", "1"]


def test_a_patch_of_the_module_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = later("textwrap")
    assert found.dedent is textwrap.dedent
    monkeypatch.setattr(textwrap, "dedent", str.strip)
    assert found.dedent is str.strip


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError, match="unheard"):
        _ = later("textwrap").unheard


def test_modules_are_read_ahead_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(later_module, "import_module", read.append)
    monkeypatch.setattr(later_module, "_ahead", set[str]())
    for _ in range(2):
        later_module.ahead("handloom.one", "handloom.other")
        for thread in threading.enumerate():
            if thread.name == "handloom-ahead":
                thread.join()
    assert read == ["handloom.one", "handloom.other"]
