"""The installed command, run as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..workspaces import new_workspace


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        return json.loads(self.out)


def environment() -> dict[str, str]:
    """Ours, without what would change what the command does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDLOOM_")}
    return {**kept, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONWARNINGS": "default"}


def handloom(*arguments: object, folder: Path | None = None, before: Callable[[], None] | None = None) -> Ended:
    """Run ``handloom`` with these arguments in this folder; ``before`` runs in the new process just before it."""
    done = subprocess.run(
        [sys.executable, "-m", "handloom.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env=environment(),
        check=False,
        preexec_fn=before,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def made(folder: Path, labels: str = "ham,spam") -> Path:
    """A workspace in this folder with one text project."""
    workspace = folder / "workspace"
    with new_workspace(workspace) as site:
        site.create_project("mail", [{"name": "label", "kind": "text_class@1", "labels": labels.split(",")}])
    return workspace
