"""What the server imports stays light: it writes job rows and starts workers, and computes nothing."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("dbos", "sklearn", "scipy", "torch", "pyarrow", "pandas")


def test_the_loop_imports_neither_the_queue_nor_anything_that_computes() -> None:
    code = f"import sys, handloom.loop, handloom.workers; print([m for m in {HEAVY} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
