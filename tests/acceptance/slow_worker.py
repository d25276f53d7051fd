"""A worker whose learner says when it fits and goes on at a line of input; run as a program by `test_worker`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from handloom import flow
from handloom.core import registry
from handloom.tasks.linear import Linear


class Waiting(Linear):
    """`Linear`, after a line of input."""

    def fit(self, *args: Any, **more: Any) -> None:
        print("fitting", flush=True)
        sys.stdin.readline()
        super().fit(*args, **more)


if __name__ == "__main__":
    registry.find("tasks", "text_class@1").__class__.learner = lambda self, options: Waiting()
    flow.work(Path(sys.argv[1]), 60)
