from __future__ import annotations

import os
import subprocess
import sys

from handloom.store.pieces import STALE_SECONDS, Pace, forsaken, trace


def test_what_this_process_left_is_not_forsaken_however_old() -> None:
    assert not forsaken(trace(), last=0.0, now=10 * STALE_SECONDS)


def test_an_earlier_process_of_the_same_number_is_gone() -> None:
    assert forsaken(trace() | {"process": "another"}, last=0.0, now=0.0)


def test_a_process_that_has_ended_is_gone_and_one_that_runs_is_not() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert forsaken(trace() | {"pid": ended.pid}, last=0.0, now=0.0)
    assert not forsaken(trace() | {"pid": os.getppid()}, last=0.0, now=10 * STALE_SECONDS)


def test_another_host_is_known_by_the_time_of_its_last_piece() -> None:
    far = trace() | {"host": "far-away"}
    assert not forsaken(far, last=100.0, now=100.0 + STALE_SECONDS)
    assert forsaken(far, last=100.0, now=101.0 + STALE_SECONDS)


def test_pieces_at_most_double_and_keep_within_bounds() -> None:
    pace = Pace(10, 4, 30)
    assert pace.keep(10, lambda: "done") == "done"
    assert pace.size == 20
    pace.keep(20, lambda: None)
    assert pace.size == 30
    pace.keep(1, lambda: sum(range(2_000_000)))  # far longer than a turn
    assert pace.size == 4
