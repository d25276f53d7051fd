"""The numbers of the README, one measurement after the other, each in a process of its own.

python -m bench [name ...]     without names: all; each script alone takes options, see `python -m bench.NAME --help`
"""

from __future__ import annotations

import subprocess
import sys

# Short ones first. How many labels a strategy needs is measured by `handloom bench core-1`: hours of CPU over all sets.
ALL = (
    "start",
    "size",
    "bulk",
    "formats",
    "answers",
    "beside",
    "contention",
    "refresh",
    "kill",
    "crashes",
    "web_latency",
    "selection",
    "aggregation",
    "team",
    "quality",
    "label_errors",
    "structured_errors",
    "cascade",
    "map",
    "data_tests",
    "versions",
    "object_store",
    "bundles",
    "curation",
)


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(ALL))
    if unknown:
        print(f"there is no measurement {', '.join(unknown)}; known are {', '.join(ALL)}", file=sys.stderr)
        return 2
    failed = []
    for name in names or ALL:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
