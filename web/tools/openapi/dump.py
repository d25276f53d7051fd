"""Writes the server's OpenAPI document to standard output: what the types of web/src/api/schema.d.ts are made from."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from handloom.server.app import create_app
from handloom.workspace import Workspace


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace, _ = Workspace.create(Path(folder) / "workspace")
        try:
            json.dump(create_app(workspace).openapi(), sys.stdout, indent=1, sort_keys=True)
        finally:
            workspace.close()


if __name__ == "__main__":
    main()
