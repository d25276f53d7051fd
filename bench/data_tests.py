"""Data tests: the scan of 100k texts for copies and leakage, and false alarms of the tests for shift.

python -m bench.data_tests [--texts 100000] [--peer 10000] [--splits 200] [--data FOLDER]

Texts are drawn from a made-up vocabulary with the frequencies of Zipf; 2 % of them are copies with a tenth of their words
replaced (half of them within a file, half across), or with a tenth of their characters changed. The peer, datasketch,
looks at the same texts (fewer, for its time) with 128 permutations over 5-character grams at a Jaccard of 0.5.
False alarms: findings of any severity of `shift` and `classifier_shift` on random halves.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from handloom.dataset import run
from handloom.dataset.subject import Subject
from handloom.dataset.table import Table

from . import peers

HERE = Path(__file__).resolve().parent


def corpus(n: int, how: str, seed: int = 0) -> tuple[list[str], list[str], list[int], list[int]]:
    """Two files of texts in all n, and the rows of copies: in the first file of itself, in the second of the first."""
    rng, draw = np.random.default_rng(seed), random.Random(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(rng.choice(letters, size=k)) for k in rng.integers(2, 10, size=20_000)]
    often = 1 / np.arange(1, len(words) + 1)
    often /= often.sum()
    copies = n // 100
    sizes = rng.integers(10, 40, size=n - 2 * copies)
    at = rng.choice(len(words), size=int(sizes.sum()), p=often)
    texts = [" ".join(words[k] for k in part) for part in np.split(at, np.cumsum(sizes)[:-1])]
    first = texts[: int(0.88 * n)]
    second = texts[len(first) :]
    chosen = draw.sample(range(len(first)), 2 * copies)
    made = [_copy(first[k], how, words, draw) for k in chosen]
    rows = range(len(first), len(first) + copies), range(len(second), len(second) + copies)
    return first + made[:copies], second + made[copies:], list(rows[0]), list(rows[1])


def _copy(text: str, how: str, words: Sequence[str], draw: random.Random) -> str:
    parts: list[str] = text.split() if how == "words" else list(text)
    for k in draw.sample(range(len(parts)), max(1, round(len(parts) / 10))):
        new = draw.choice("abcdefghijklmnopqrstuvwxyz")
        parts[k] = draw.choice(words) if how == "words" else draw.choice(("", new, parts[k] + new))
    return (" " if how == "words" else "").join(parts)


def scan(n: int, how: str) -> dict[str, Any]:
    """The installed command on two Parquet files: CPU seconds, memory, and which copies it tells."""
    first, second, within, across = corpus(n, how)
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("train.parquet", "test.parquet")]
        for path, texts in zip(files, (first, second), strict=True):
            pq.write_table(pa.table({"text": texts, "label": ["ab"[k % 2] for k in range(len(texts))]}), path)
        out = Path(folder) / "out.json"
        command = [sys.executable, "-m", "handloom.cli", "dataset", "test", *map(str, files), "--text", "text"]
        command += ["--label", "label", "--only", "near_duplicates", "--only", "leakage", "--json", str(out)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        findings = json.loads(out.read_text("utf-8"))["findings"]
    told = {(f["check"], f["file"]): set(f["rows"]) for f in findings}
    wanted = {("near_duplicates", "train.parquet"): set(within), ("leakage", "test.parquet"): set(across)}
    right = sum(len(told.get(key, set()) & rows) for key, rows in wanted.items())
    # A copy of a row of the first file that is in the second twice is a near-duplicate there too: told rightly.
    extra = sum(len(told.get(key, set()) - rows) for key, rows in wanted.items())
    return {
        "texts": n,
        "changed": how,
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
        "peak_mb": round(after.ru_maxrss / 1024),
        "recall": round(right / (len(within) + len(across)), 4),
        "precision": round(right / max(1, right + extra), 4),
    }


def peer(n: int) -> dict[str, Any]:
    """The same texts in one list for datasketch and for us, in a process each."""
    first, second, within, across = corpus(n, "words")
    copies = [*within, *(len(first) + k for k in across)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps({"texts": first + second, "copies": copies}), "utf-8")
        theirs = peers.arm("datasketch", HERE / "arms" / "near_datasketch.py", path)
        ours = peers.child(sys.executable, HERE / "arms" / "near_ours.py", path)
    return {"texts": n, "ours": ours, "datasketch": theirs, "cpu_ratio": round(theirs["cpu_s"] / ours["cpu_s"], 1)}


def alarms(table: dict[str, list[Any]], splits: int, size: int, **meaning: Any) -> dict[str, Any]:
    """How many of so many random halves raise any finding. size: rows of each half."""
    checks = run.installed(["shift", "classifier_shift"])
    began, raised = time.process_time(), 0
    n = len(next(iter(table.values())))
    for seed in range(splits):
        order = np.random.default_rng(seed).permutation(n)[: 2 * size].tolist()
        halves = [Table(name, {c: [v[k] for k in part] for c, v in table.items()})
                  for name, part in (("one", order[:size]), ("other", order[size:]))]  # fmt: skip
        raised += bool(run.run(Subject(halves, seed=seed, **meaning), checks))
    return {"splits": splits, "rows": size, "alarms": raised, "cpu_s": round(time.process_time() - began, 1)}


def shifted(one: dict[str, list[Any]], other: dict[str, list[Any]], **meaning: Any) -> list[str]:
    """What is told of two real parts that differ."""
    found = run.run(
        Subject([Table("one", one), Table("other", other)], **meaning), run.installed(["shift", "classifier_shift"])
    )
    return [f"{f.severity} {f.check} {f.details.get('field', f.details.get('by'))}" for f in found]


def part(table: dict[str, list[Any]], rows: np.ndarray) -> dict[str, list[Any]]:
    return {name: [values[k] for k in rows.tolist()] for name, values in table.items()}


def real(data: Path, splits: int) -> dict[str, Any]:
    """Bank marketing by month and clinc150 in and out of scope: random halves, and the parts."""
    bank = pq.read_table(data / "drift" / "bank_marketing_by_month.parquet").to_pydict()
    period = np.array(bank.pop("period"))
    rng = np.random.default_rng(0)
    early, late = (rng.permutation(np.flatnonzero(w))[:2000] for w in (period < "2008-09", period >= "2009-05"))
    clinc = pq.read_table(data / "text" / "clinc150.parquet").to_pydict()
    outside = np.array(clinc["out_of_scope"])
    texts = {"text": clinc["text"], "label": clinc["label"]}
    inside = rng.permutation(np.flatnonzero(~outside))[:3000]
    only_text = {"text": clinc["text"]}
    return {
        "bank halves": alarms(bank, splits, 2000, label="subscribed"),
        "bank by month": shifted(part(bank, early), part(bank, late), label="subscribed"),
        "clinc halves": alarms(texts, splits, 2000, text="text", label="label"),
        "clinc in and out of scope": shifted(
            part(only_text, inside), part(only_text, np.flatnonzero(outside)), text="text"
        ),
    }


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--peer", type=int, default=10_000)
    parser.add_argument("--splits", type=int, default=200)
    default = os.environ.get("HANDLOOM_DATA") or HERE.parents[1] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(default))
    args = parser.parse_args(arguments)
    out: dict[str, Any] = {"scan": [scan(args.texts, how) for how in ("words", "characters")]}
    print(json.dumps(out), flush=True)
    if args.peer:
        out["peer"] = peer(args.peer)
        print(json.dumps(out["peer"]), flush=True)
    if args.splits and args.data.exists():
        out["shift"] = real(args.data, args.splits)
        print(json.dumps(out["shift"], indent=1), flush=True)
    return out


if __name__ == "__main__":
    main()
