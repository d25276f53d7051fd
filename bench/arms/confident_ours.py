"""Our arm of `bench.label_errors.speed`; argument: where the labels and probabilities lie."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import numpy as np

from handloom.resolve.label_errors import confident_joint


def peak() -> int:
    """Largest resident size since `forget`, in kB; `ru_maxrss` would include what the parent had when it forked."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    where = sys.argv[1]
    labels, chances = np.load(f"{where}.y.npy"), np.load(f"{where}.p.npy")
    Path("/proc/self/clear_refs").write_text("5")
    before, resident = resource.getrusage(resource.RUSAGE_SELF), peak()
    flagged = confident_joint(labels, chances).flagged
    after = resource.getrusage(resource.RUSAGE_SELF)
    more = peak() - resident
    np.save(f"{where}.ours.npy", flagged)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"cpu_s": round(spent, 3), "extra_mb": round(more / 1024, 1)}))
