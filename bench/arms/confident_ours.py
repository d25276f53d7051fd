"""Our arm of `bench.label_errors.speed`; argument: where the labels and probabilities lie."""

from __future__ import annotations

import json
import resource
import sys

import numpy as np

from handloom.resolve.label_errors import confident_joint

where = sys.argv[1]
labels, chances = np.load(f"{where}.y.npy"), np.load(f"{where}.p.npy")
before = resource.getrusage(resource.RUSAGE_SELF)
flagged = confident_joint(labels, chances).flagged
after = resource.getrusage(resource.RUSAGE_SELF)
np.save(f"{where}.ours.npy", flagged)
spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({"cpu_s": round(spent, 3), "extra_mb": round((after.ru_maxrss - before.ru_maxrss) / 1024, 1)}))
