"""From the last answer of a batch to a refreshed model and a re-ranked pool, features cached.

python -m bench.refresh [--texts 100000] [--labels 5000] [--rounds 5]

digits: 1,797 images of 64 pixels, 200 labels. texts: sentences of snips, repeated with other words up to the number
asked for. Each round gives 20 answers and then runs the loop in this process, as a warm worker does; the median counts.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import random
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image
from sklearn.datasets import load_digits
from tests.realdata import folder
from tests.workshop import Workshop

from handloom import loop, workers
from handloom.store import Store

Data = Sequence[tuple[Mapping[str, Any], str]]


def digits(store: Store) -> Data:
    """scikit-learn's digits as small PNG files."""
    pixels, labels = load_digits(return_X_y=True)
    out = []
    for image, label in zip(pixels, labels, strict=True):
        buffer = io.BytesIO()
        Image.fromarray((image.reshape(8, 8) * 15.9375).astype(np.uint8)).save(buffer, "PNG")
        digest = store.blobs.put(buffer.getvalue())
        content = {"blob": digest, "media_type": "image/png", "width": 8, "height": 8}
        out.append(({"image": content}, str(label)))
    return out


def texts(n: int) -> Data:
    """n sentences with the intents of snips; from the second time on each has a few words of another of its intent."""
    table = pq.read_table(folder() / "text/snips_intents_slots.parquet", columns=["text", "label"]).to_pydict()
    rows = list(zip(table["text"], table["label"], strict=True))
    by_intent: dict[str, list[str]] = {}
    for text, intent in rows:
        by_intent.setdefault(intent, []).append(text)
    rng = random.Random(0)
    rng.shuffle(rows)
    out = []
    for k in range(n):
        text, intent = rows[k % len(rows)]
        if k >= len(rows):
            words, other = text.split(), rng.choice(by_intent[intent]).split()
            text = " ".join(words[: len(words) // 2] + other[len(other) // 2 :]) + f" {k}"
        out.append(({"text": text}, intent))
    return out


def measure(store: Store, data: Data, kind: str, labels: int, rounds: int) -> dict[str, Any]:
    """Seconds of encoding once, and of every refresh."""
    made = Workshop(store, data, kind=kind, given=labels - 20)
    began = time.perf_counter()
    made.advance()
    first = time.perf_counter() - began
    seconds, parts = [], []
    for _ in range(rounds):
        while made.work(20 - made.fresh()):
            pass
        began = time.perf_counter()
        did = made.advance()
        seconds.append(time.perf_counter() - began)
        assert [one.action for one in did] == ["refresh"], did
        parts.append(_parts(made))
    beside = with_a_worker(made, rounds)
    began = time.process_time()
    for _ in range(20):
        made.advance(loop.durable)
    look = (time.process_time() - began) / 20
    return {
        "items": len(data),
        "labels": made.models()[0].labels,
        "first_with_encoding_s": round(first, 2),
        "refresh_s": round(statistics.median(seconds), 3),
        "worst_s": round(max(seconds), 3),
        "look_when_nothing_is_due_cpu_ms": round(look * 1000, 2),
        "refresh_by_a_worker_process_s": beside,
        "steps_s": {name: round(statistics.median(part[name] for part in parts), 3) for name in parts[0]},
    }


def with_a_worker(made: Workshop, rounds: int) -> float:
    """The same through the job table and a warm worker process: from the last answer to the end of the job."""
    process = workers.start(made.store.folder, idle_seconds=60)
    seconds = []
    try:
        for number in range(rounds + 1):
            while made.work(20 - made.fresh()):
                pass
            models, began = len(made.models()), time.perf_counter()
            made.advance(loop.durable)
            while len(made.models()) == models or made.jobs()[0].state != "done":
                time.sleep(0.005)
            if number:  # the first one starts the worker
                seconds.append(time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait()
    return round(statistics.median(seconds), 3)


def _parts(made: Workshop) -> dict[str, float]:
    """Seconds per step of the newest job, from its progress events."""
    job = made.jobs()[0]
    events = [event for event in made.events("job.progress") if event.body["job"] == f"j{job.id}"]
    out: dict[str, float] = {}
    words = {step.words: step.name for step in loop.JOBS["refresh"]}
    current = None
    for before, after in itertools.pairwise(events):
        current = words.get(before.body["message"], current)
        if current is not None:
            out[current] = out.get(current, 0.0) + after.at - before.at
    return out


def main(arguments: list[str] | None = None) -> list[dict[str, Any]]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--labels", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args(arguments)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        with Store.create(Path(temporary) / "digits") as store:
            rows.append({"case": "digits"} | measure(store, digits(store), "image_class@1", 200, args.rounds))
        print(json.dumps(rows[-1]), flush=True)
        with Store.create(Path(temporary) / "texts") as store:
            rows.append({"case": "texts"} | measure(store, texts(args.texts), "text_class@1", args.labels, args.rounds))
        print(json.dumps(rows[-1]), flush=True)
    return rows


if __name__ == "__main__":
    main()
