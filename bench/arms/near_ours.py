"""Near-duplicate texts with handloom. One argument: a JSON file with texts and the rows that are copies."""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path

from handloom.dataset.similar import texts

given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
before = resource.getrusage(resource.RUSAGE_SELF)
found = texts.near([texts.normalise(text) for text in given["texts"]])
after = resource.getrusage(resource.RUSAGE_SELF)
told, copies = {*found.second.tolist(), *found.first.tolist()}, set(given["copies"])
pairs = [(a, b) for a, b in zip(found.first.tolist(), found.second.tolist(), strict=True) if {a, b} & copies]
print(
    json.dumps(
        {
            "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
            "peak_mb": round(int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024),
            "recall": round(len(told & copies) / len(copies), 4),
            "precision": round(len(pairs) / max(1, len(found)), 4),
        }
    )
)
