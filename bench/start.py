"""Cold start of `serve` to the first 200, and what it holds when idle.

python -m bench.start [--runs 5]

Twice: with compiled modules, as they are after an installation by pip or after the first start, and with every module
compiled anew, as on the very first start where nobody compiled them.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from . import serving


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="handloom-bench-") as temporary:
        folder = Path(temporary) / "workspace"
        made = serving.cli("init", "--workspace", str(folder))
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(temporary) / "compiled")}
        serving.start(folder, made["token"], **kept).stop()  # compiles; not counted
        compiled = _starts(folder, made["token"], args.runs, kept)
        never = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(Path(temporary) / "none")}
        first = _starts(folder, made["token"], args.runs, never)
    out = {**compiled, "first_start_cpu_s": first["start_cpu_s"]}
    print(out, flush=True)
    return out


def _starts(folder: Path, token: str, runs: int, environment: dict[str, str]) -> dict[str, float]:
    """Medians of some starts."""
    cpu, wall, held = [], [], []
    for _ in range(runs):
        server = serving.start(folder, token, **environment)
        cpu.append(server.start_cpu)
        wall.append(server.start_wall)
        time.sleep(1)
        held.append(serving.memory(server.pid))
        server.stop()
    return {
        "start_cpu_s": round(statistics.median(cpu), 2),
        "start_wall_s": round(statistics.median(wall), 2),
        "idle_mb": round(statistics.median(held), 1),
    }


if __name__ == "__main__":
    main()
