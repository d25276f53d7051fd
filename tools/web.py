"""Runs an npm script of web/ with the Node that setup finds: python tools/web.py check | test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import setup

if __name__ == "__main__":
    environment, npm = setup.node()
    command = [*npm, "run", "--silent", *sys.argv[1:]]
    raise SystemExit(subprocess.run(command, cwd=setup.WEB, env=environment, stdin=subprocess.DEVNULL).returncode)
