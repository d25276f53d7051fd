"""What reading and writing a format costs, what is lost, and whether the tools themselves open what was written.

python -m bench.formats [--data FOLDER] [--tools] [--servers]     --servers: Label Studio and doccano too (minutes each)
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from handloom import collect
from handloom.core.protocols import Bad, Record

from . import peers

ARMS = Path(__file__).parent / "arms"
DATA = Path(os.environ.get("HANDLOOM_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
TEXTS = (
    "jsonl",
    "csv",
    "parquet",
    "arrow",
    "excel",
    "huggingface",
    "conll",
    "docbin",
    "doccano",
    "prodigy",
    "argilla",
    "labelstudio",
)
IMAGES = ("coco", "voc", "yolo")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what came of it."""
    began = time.process_time()
    value = work()
    return time.process_time() - began, value


def speed(records: Sequence[Record], forms: Sequence[str], folder: Path) -> None:
    """Rows per CPU second, both ways, and what was lost."""
    digest = collect.records_digest(records)
    for form in forms:
        target = folder / f"{form}{collect.find_writer(form).suffix}"
        wrote, account = timed(lambda t=target, f=form: collect.write(iter(records), t, f))
        read, back = timed(lambda t=target, f=form: list(collect.read(t, {"reader": "parquet" if f == "arrow" else f})))
        same = collect.records_digest(back) == digest
        losses = "; ".join(f"{count:,} x {reason}" for reason, (count, _) in list(account.losses.items())[:3]) or "-"
        rows = len(records)
        print(
            f"| {form} | {rows / wrote:,.0f} | {rows / read:,.0f} | {'same' if same else 'differs'} | {losses} |",
            flush=True,
        )


def sources(data: Path) -> None:
    """Real files as they lie: rows, bad lines, losses, rows per CPU second."""
    names = (
        "images/bccd_detection_voc.zip",
        "images/omniglot_small1.zip",
        "ner/wnut17.parquet",
        "ner/crossner.parquet",
        "text/snips_intents_slots.parquet",
        "preferences/hh_rlhf_harmless_test.parquet",
        "preferences/qa_feedback_dev.jsonl.gz",
        "documents/invoices_labelled.zip",
        "tabular/adult.parquet",
    )
    for name in names:
        took, found = timed(lambda n=name: list(collect.read(data / n)))
        bad = sum(isinstance(one, Bad) for one in found)
        lost = sum(len(one.losses) for one in found if isinstance(one, Record))
        form = collect.find_reader(data / name).name
        print(f"| {name} | {form} | {len(found) - bad:,} | {bad} | {lost} | {len(found) / took:,.0f} |", flush=True)


def stream(folder: Path) -> None:
    """Peak memory of reading a large COCO file. Stands alone in its process: the peak is that of the whole process."""
    path = folder / "large.json"
    image = '{{"id": {i}, "file_name": "{i}.jpg", "width": 640, "height": 480}}'
    box = '{{"id": {i}, "image_id": {m}, "category_id": 1, "bbox": [1, 2, 30, 40], "iscrowd": 0, "segmentation": []}}'
    with path.open("w") as out:
        out.write('{"images": [' + ",".join(image.format(i=i) for i in range(50_000)))
        out.write('], "categories": [{"id": 1, "name": "cell"}], "annotations": [')
        for i in range(500_000):
            out.write(("," if i else "") + box.format(i=i, m=i % 50_000))
        out.write("]}")
    next(iter(collect.read(path)))  # what the first use loads is not counted
    began, base = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    regions = sum(len((r.labels or {})["regions"]["regions"]) for r in collect.read(path) if isinstance(r, Record))
    took, peak = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = path.stat().st_size / 2**20
    print(
        f"COCO of {size:.0f} MiB, {regions:,} boxes: {took:.1f} s CPU, {peak / 1024:.0f} MiB peak ({base / 1024:.0f} before)"
    )


def tools(records: Sequence[Record], boxes: Sequence[Record], folder: Path) -> None:
    """spaCy, datasets and pycocotools open our files, and we theirs."""
    collect.write(iter(records), folder / "made.spacy", "docbin")
    collect.write(iter(records), folder / "made_hf", "huggingface")
    collect.write(iter(boxes), folder / "made_coco.json", "coco")
    told = peers.arm("formats", ARMS / "formats_open.py", folder)
    texts = [record.data["text"] for record in records]
    spans = [sorted([s["start"], s["end"], s["label"]] for s in (r.labels or {})["spans"]["spans"]) for r in records]
    print(
        f"spaCy {told['spacy']}: texts same {told['spacy_texts'] == texts}, entities same {told['spacy_entities'] == spans}"
    )
    back = list(collect.read(folder / "theirs.spacy"))
    print(f"its own DocBin read the same: {collect.records_digest(back) == collect.records_digest(records[:100])}")
    print(f"datasets {told['datasets']}: texts same {sorted(told['hf_texts']) == sorted(texts)}")
    theirs = [(one.data, one.labels, one.meta) for one in collect.read(folder / "theirs_hf") if isinstance(one, Record)]
    print(f"its own data set read: {theirs}")
    regions = sum(len((one.labels or {})["regions"]["regions"]) for one in boxes)
    print(f"pycocotools: {told['coco']}; written were {len(boxes)} images, {regions} boxes")


def servers(records: Sequence[Record], folder: Path) -> None:
    """Label Studio and doccano import what we wrote and export it again; read back, is it the same?"""
    labels = sorted({s["label"] for r in records for s in (r.labels or {})["spans"]["spans"]})
    config = "".join(f'<Label value="{label}"/>' for label in labels)
    config = f'<View><Labels name="spans" toName="text">{config}</Labels><Text name="text" value="$text"/></View>'
    (folder / "config.xml").write_text(config, "utf-8")
    digest = collect.records_digest(records)
    for name, to, words in (("label-studio", "labelstudio", "config.xml"), ("doccano", "doccano", "SequenceLabeling")):
        home = folder / f"home-{name}"
        home.mkdir()
        made, out = (
            folder / f"made-{to}{collect.find_writer(to).suffix}",
            folder / f"out-{to}{collect.find_writer(to).suffix}",
        )
        collect.write(iter(records), made, to)
        third = folder / words if words.endswith(".xml") else words
        script = ARMS / f"formats_{name.replace('-', '_')}.py"
        told = peers.child(peers.python(name), script, home, made, third, out)
        same = collect.records_digest(collect.read(out)) == digest
        print(f"{peers.PINS[name][0]}: {json.dumps(told)}; its export is read as the same: {same}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--tools", action="store_true")
    parser.add_argument("--servers", action="store_true")
    parser.add_argument("--stream", action="store_true", help="only the memory of a large file")
    given = parser.parse_args()
    if given.stream:
        with tempfile.TemporaryDirectory() as name:
            stream(Path(name))
        return
    records = [one for one in collect.read(given.data / "ner/wnut17.parquet") if isinstance(one, Record)]
    boxes = [one for one in collect.read(given.data / "images/bccd_detection_voc.zip") if isinstance(one, Record)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources(given.data)
        speed(records, TEXTS, folder)
        speed(boxes, IMAGES, folder)
        subprocess.run([sys.executable, "-m", "bench.formats", "--stream"], check=True)
        if given.tools:
            tools(records, boxes, folder)
        if given.servers:
            servers(list(islice(records, 300)), folder)


if __name__ == "__main__":
    main()
