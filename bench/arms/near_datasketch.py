"""Near-duplicate texts with datasketch's MinHash LSH. One argument: a JSON file with texts and the rows that are copies."""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path

from datasketch import MinHash, MinHashLSH  # type: ignore[import-not-found]  # of the peer's environment

given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
texts = [" ".join(text.casefold().split()) for text in given["texts"]]
before = resource.getrusage(resource.RUSAGE_SELF)
lsh = MinHashLSH(threshold=0.5, num_perm=128)
sketches = MinHash.bulk(
    [[text[k : k + 5].encode() for k in range(max(1, len(text) - 4))] for text in texts], num_perm=128
)
pairs = []
for row, sketch in enumerate(sketches):
    pairs += [(other, row) for other in lsh.query(sketch) if sketch.jaccard(sketches[other]) >= 0.5]
    lsh.insert(row, sketch)
after = resource.getrusage(resource.RUSAGE_SELF)
copies = set(given["copies"])
told = {row for pair in pairs for row in pair}
print(
    json.dumps(
        {
            "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
            "peak_mb": round(int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024),
            "recall": round(len(told & copies) / len(copies), 4),
            "precision": round(sum(bool({*pair} & copies) for pair in pairs) / max(1, len(pairs)), 4),
        }
    )
)
