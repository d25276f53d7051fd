"""cleanlab's arm of `bench.label_errors.speed`: the default call, then with one process; CPU seconds include its children."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import numpy as np
from cleanlab.filter import find_label_issues


def spent() -> float:
    """CPU seconds of this process and its ended children."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def peak() -> int:
    """Largest resident size of this process in kB; its children come on top."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


if __name__ == "__main__":
    where = sys.argv[1]
    labels, chances = np.load(f"{where}.y.npy"), np.load(f"{where}.p.npy")
    Path("/proc/self/clear_refs").write_text("5")
    resident, start = peak(), spent()
    flagged = find_label_issues(labels, chances)
    middle, more = spent(), peak() - resident
    alone = find_label_issues(labels, chances, n_jobs=1)
    end = spent()
    assert (alone == flagged).all()
    np.save(f"{where}.cleanlab.npy", flagged)
    report = {
        "cpu_s": round(middle - start, 3),
        "cpu_one_job_s": round(end - middle, 3),
        "extra_mb": round(more / 1024, 1),
    }
    print(json.dumps(report))
