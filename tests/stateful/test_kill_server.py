"""The short version of `python -m bench.kill`: SIGKILL under load loses nothing that was acknowledged."""

from __future__ import annotations

import pytest
from bench import kill


@pytest.mark.slow
def test_every_acknowledged_answer_survives_sigkill() -> None:
    report = kill.run(times=5, seed=1, questions=3000)
    assert report["acknowledged"] > 50
    assert report["lost"] == 0
    assert report["refused"] == []
    assert report["differences"] == 0
