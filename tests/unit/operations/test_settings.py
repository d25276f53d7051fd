"""Settings are checked one by one and stored in full."""

from __future__ import annotations

from typing import Any

import pytest

from handloom.core.errors import HandloomError
from handloom.core.settings import DEFAULTS, SETTINGS, merged


def test_every_default_passes_its_own_check_and_is_explained() -> None:
    assert merged({}, DEFAULTS) == DEFAULTS
    assert all(setting.words for setting in SETTINGS.values())


def test_what_is_not_named_stays() -> None:
    assert merged({"batch": 3}, {"overlap": 2}) == DEFAULTS | {"batch": 3, "overlap": 2}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch", True),
        ("batch", 1.5),
        ("batch", 1001),
        ("test_share", 1),
        ("test_share", float("nan")),
        ("random_share", "0.1"),
        ("auto", 1),
        ("strategy", "magic"),
        ("heuristic", {"rules": [{"pattern": "a", "label": 1}], "default": "x"}),
        ("heuristic", {"rules": [{"pattern": "(", "label": "x"}], "default": "x"}),
        ("heuristic", {"rules": [{"pattern": "a" * 501, "label": "x"}], "default": "x"}),
        ("heuristic", {"rules": []}),
        ("heuristic", {"python": "no colon"}),
        ("heuristic", {"python": "a.b:c()"}),
        ("heuristic", {"python": "a:b", "default": "x"}),
        ("colour", "red"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: Any) -> None:
    with pytest.raises(HandloomError):
        merged({}, {name: value})


def test_a_heuristic_is_kept_without_what_it_does_not_need() -> None:
    table = {"rules": [{"pattern": "win", "label": "spam", "extra": 1}], "default": "ham", "x": 2}
    kept = merged({}, {"heuristic": table})["heuristic"]
    assert kept == {"rules": [{"pattern": "win", "label": "spam"}], "default": "ham"}
    silent = {"rules": [{"pattern": "win", "label": "spam"}]}
    assert merged({}, {"heuristic": silent})["heuristic"] == {**silent, "default": None}
    assert merged({}, {"heuristic": {"python": "a.b:c"}})["heuristic"] == {"python": "a.b:c"}
