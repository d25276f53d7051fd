"""What `import handloom` gives and costs."""

from __future__ import annotations

import subprocess
import sys

import handloom


def test_public_names_are_few_sorted_and_there() -> None:
    assert len(handloom.__all__) <= 30
    assert handloom.__all__ == sorted(handloom.__all__)
    assert all(getattr(handloom, name) is not None for name in handloom.__all__)


def test_import_brings_no_heavy_library() -> None:
    heavy = ("sklearn", "scipy", "torch", "fastapi", "sqlalchemy", "pyarrow", "PIL", "dbos")
    script = f"import sys, handloom; print([m for m in {heavy!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_server_does_not_compute() -> None:
    """Models are fitted by workers; the process that answers people imports no learner and no job engine."""
    heavy = ("numpy", "PIL", "sklearn", "scipy", "dbos", "pandas")
    script = f"import sys, handloom.server.run; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
