"""The short version of `python -m bench.crashes`: SIGKILL in the middle leaves the old state or the new one."""

from __future__ import annotations

import random

import pytest
from bench import crashes


@pytest.mark.parametrize("what", crashes.THINGS)
def test_a_kill_in_the_middle_leaves_no_third_state(what: str) -> None:
    found = crashes.crashes(what, 4, 150, random.Random(1))
    assert found["old"] + found["new"] == 4
