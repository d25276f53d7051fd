"""Writes requirements/dev.txt: every dependency pinned, for all platforms, naming no package registry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    python = sys.executable
    subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
    command = [python, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--upgrade", "--python-version", "3.11"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header", "--group", "dev"]
    target = ROOT / "requirements" / "dev.txt"
    target.parent.mkdir(exist_ok=True)
    subprocess.run([*command, "--output-file", str(target), "pyproject.toml"], cwd=ROOT, check=True)
