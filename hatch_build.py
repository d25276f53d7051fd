"""Puts the built user interface into the wheel; builds it first where a checkout has none yet."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent


class UserInterface(BuildHookInterface):
    """A wheel without the interface would start and show nothing, so that is refused unless asked for."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        built = ROOT / "src" / "handloom" / "web" / "index.html"
        if version == "editable" or os.environ.get("HANDLOOM_SKIP_UI") or built.is_file():
            return
        if not (ROOT / "web" / "package.json").is_file():
            raise FileNotFoundError("the user interface is not built and web/ is not here; build from a checkout")
        sys.path.insert(0, str(ROOT / "tools"))
        import setup

        setup.ui()
