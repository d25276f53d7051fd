"""cleanlab's arm of `bench.label_errors.speed`: the default call, then with one process; CPU seconds include its children."""

from __future__ import annotations

import json
import resource
import sys

import numpy as np
from cleanlab.filter import find_label_issues


def spent() -> float:
    """CPU seconds of this process and its ended children."""
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


if __name__ == "__main__":
    where = sys.argv[1]
    labels, chances = np.load(f"{where}.y.npy"), np.load(f"{where}.p.npy")
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = spent()
    alone = find_label_issues(labels, chances, n_jobs=1)
    middle = spent()
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident
    flagged = find_label_issues(labels, chances)
    end = spent()
    assert (alone == flagged).all()
    np.save(f"{where}.cleanlab.npy", flagged)
    report = {
        "cpu_s": round(end - middle, 3),
        "cpu_one_job_s": round(middle - start, 3),
        "extra_mb": round(more / 1024, 1),
    }
    print(json.dumps(report))
