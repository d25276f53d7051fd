"""Cold start of `serve` to the first 200, and what it holds when idle.

python -m bench.start [--runs 5]
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
    cpu, wall, held = [], [], []
    with tempfile.TemporaryDirectory(prefix="handloom-bench-") as temporary:
        folder = Path(temporary) / "workspace"
        made = serving.cli("init", "--workspace", str(folder))
        for _ in range(args.runs):
            server = serving.start(folder, made["token"])
            cpu.append(server.start_cpu)
            wall.append(server.start_wall)
            time.sleep(1)
            held.append(serving.memory(server.pid))
            server.stop()
    out = {
        "start_cpu_s": round(statistics.median(cpu), 2),
        "start_wall_s": round(statistics.median(wall), 2),
        "idle_mb": round(statistics.median(held), 1),
    }
    print(out, flush=True)
    return out


if __name__ == "__main__":
    main()
