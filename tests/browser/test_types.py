"""The types that the pages are compiled with are those of this server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .site import ROOT

TOOLS = ROOT / "web" / "tools" / "openapi"
SCHEMA = ROOT / "web" / "src" / "api" / "schema.d.ts"


def _code(text: str) -> str:
    """The declarations without their comments: words in the documentation may change freely."""
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def test_generated_types_are_current(tmp_path: Path) -> None:
    generator = TOOLS / "node_modules" / ".bin" / "openapi-typescript"
    if not generator.exists() or shutil.which("node") is None:
        pytest.skip("the type generator is not installed; run `npm ci` in web/tools/openapi")
    document, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    with document.open("wb") as file:
        subprocess.run([sys.executable, TOOLS / "dump.py"], stdout=file, check=True)
    subprocess.run([generator, document, "-o", made], check=True, capture_output=True)
    same = _code(made.read_text(encoding="utf-8")) == _code(SCHEMA.read_text(encoding="utf-8"))
    assert same, "the server's OpenAPI has changed; run `npm run types` in web/"
