"""Eighteen data sets for `handloom bench` that are not in core-1: to try changes of a strategy on, and to see it on new data.

python -m bench.unseen FOLDER      needs the test data ($HANDLOOM_DATA); writes the files and FOLDER/unseen.json, then:
handloom bench FOLDER/unseen.json --data FOLDER --seeds 5 --strategies random,margin,badge,auto
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from sklearn.datasets import load_breast_cancer
from tests.realdata import folder

# Name, kind, label column, batch, budget.
TABLES = (
    ("bank", "subscribed", 20, 600),
    ("diabetes", "__target__", 20, 300),
    ("blood", "__target__", 20, 300),
    ("heart", "__target__", 10, 120),
    ("titanic", "Survived", 20, 300),
    ("house", "label", 20, 500),
    ("breast", "label", 10, 150),
)
TEXTS = (("uci", 800), ("dblp", 800), ("crossdomain", 600), ("explain", 600), ("toxictype", 600), ("drd2", 500))
ALPHABETS = (
    ("korean", "Korean", 40, 360),
    ("greek", "Greek", 24, 230),
    ("balinese", "Balinese", 24, 230),
    ("aramaic", "Early_Aramaic", 22, 210),
)


def suite() -> dict[str, Any]:
    """The declaration that `handloom bench` reads."""
    sets: list[dict[str, Any]] = [
        {"name": name, "kind": "table", "file": f"{name}.parquet", "label": label, "batch": batch, "budget": budget}
        for name, label, batch, budget in TABLES
    ]
    sets += [
        {"name": name, "kind": "text", "file": f"{name}.parquet", "content": ["text"], "budget": budget}
        for name, budget in TEXTS
    ]
    sets.append({"name": "cells", "kind": "image", "file": "cells.zip", "budget": 200})
    letters = str(folder() / "images" / "omniglot_small1.zip")
    sets += [
        {"name": name, "kind": "image", "file": letters, "within": within, "batch": batch, "budget": budget}
        for name, within, batch, budget in ALPHABETS
    ]
    return {"name": "unseen", "sets": sets}


def read(name: str) -> pa.Table:
    """A file of the test data."""
    return pq.read_table(folder() / name)


def some(table: pa.Table, n: int, rng: np.random.Generator) -> pa.Table:
    """n rows drawn at random, in their order."""
    return table.take(pa.array(np.sort(rng.permutation(table.num_rows)[:n])))


def tables(rng: np.random.Generator) -> dict[str, pa.Table]:
    """Files of tables and of plain texts, by name."""
    faults = "tabular/learn2clean"
    house = read(f"{faults}/house_train.parquet")
    price = np.array(house["SalePrice"].to_pylist())
    band = np.digitize(price, np.quantile(price, [0.33, 0.67, 0.9]))
    cancer: Any = load_breast_cancer()
    columns = {f"c{i}": cancer.data[:, i] for i in range(cancer.data.shape[1])}
    return {
        # The length of a call tells how it ended, so it is left out.
        "bank": some(read("drift/bank_marketing_by_month.parquet").drop_columns(["duration", "period"]), 12_000, rng),
        "diabetes": read(f"{faults}/diabetes_raw.parquet"),
        "blood": read(f"{faults}/blood_transfusion_raw.parquet"),
        "heart": read(f"{faults}/heart_statlog_raw.parquet"),
        "titanic": read(f"{faults}/titanic.parquet").drop_columns(["PassengerId", "Name", "Ticket", "Cabin"]),
        "house": house.drop_columns(["Id", "SalePrice"]).append_column("label", pa.array([f"p{k}" for k in band])),
        "breast": pa.table({**columns, "label": [str(k) for k in cancer.target]}),
        "uci": read("text/uci_sentiment_sentences.parquet"),
        "dblp": some(read("topics/dblp_titles.parquet"), 8000, rng),
    }


def texts() -> dict[str, pa.Table]:
    """Texts whose classes are found in other files: domain, explained relation, kind of insult, activity of a molecule."""
    rng = np.random.default_rng(1)
    crossner = read("ner/crossner.parquet").to_pydict()
    pairs = read("pairs/esnli_dev_test.parquet").to_pydict()
    drawn = rng.permutation(len(pairs["label"]))[:4000].tolist()
    explained = {
        "text": [pairs["explanation_1"][k] or "" for k in drawn],
        "label": [pairs["label"][k] for k in drawn],
    }
    insults = toxic()
    chosen = rng.permutation(len(insults))[:6000].tolist()
    molecules = read("molecules/drd2_activity.parquet").to_pydict()
    activity = np.array(molecules["activity"])
    few = rng.choice(np.flatnonzero(activity <= 0.5), 6000, replace=False)
    mixed = rng.permutation(np.concatenate((np.flatnonzero(activity > 0.5), few))).tolist()
    return {
        "crossdomain": pa.table({"text": [" ".join(t) for t in crossner["tokens"]], "label": crossner["domain"]}),
        "explain": pa.table(explained),
        "toxictype": pa.table({"text": [insults[k][0] for k in chosen], "label": [insults[k][1] for k in chosen]}),
        "drd2": pa.table(
            {
                "text": [molecules["smiles"][k] for k in mixed],
                "label": ["active" if activity[k] > 0.5 else "no" for k in mixed],
            }
        ),
    }


def toxic() -> list[tuple[str, str]]:
    """Comments and the kind that most of their marked spans have; kinds of more than a hundred comments."""
    annotations, spans, comments = (
        read(f"rationales/toxic_spans_{part}.parquet").to_pydict() for part in ("annotations", "spans", "comments")
    )
    comment = dict(zip(annotations["annotation"], annotations["comment_id"], strict=True))
    kinds: dict[int, Counter[str]] = defaultdict(Counter)
    for annotation, kind in zip(spans["annotation"], spans["type"], strict=True):
        kinds[comment[annotation]][kind] += 1
    text = dict(zip(comments["comment_id"], comments["comment_text"], strict=True))
    rows = [(text[k], found.most_common(1)[0][0]) for k, found in kinds.items() if k in text]
    often = {kind for kind, n in Counter(kind for _, kind in rows).items() if n > 100}
    return [row for row in rows if row[1] in often]


def cells(path: Path, rng: np.random.Generator) -> None:
    """Blood cells cut out along their boxes, 64 x 64, in class folders; of the red ones two of five."""
    count = 0
    with (
        zipfile.ZipFile(folder() / "images" / "bccd_detection_voc.zip") as given,
        zipfile.ZipFile(path, "w") as out,
    ):
        pictures = {Path(n).stem: n for n in given.namelist() if Path(n).suffix in (".jpg", ".jpeg")}
        for name in given.namelist():
            if not name.endswith(".xml") or Path(name).stem not in pictures:
                continue
            picture = Image.open(io.BytesIO(given.read(pictures[Path(name).stem]))).convert("RGB")
            for one in ElementTree.fromstring(given.read(name)).iter("object"):
                kind = one.findtext("name") or ""
                edges = [int(float(one.findtext(f"bndbox/{e}") or 0)) for e in ("xmin", "ymin", "xmax", "ymax")]
                left, top, right, bottom = edges
                if right - left < 4 or bottom - top < 4 or (kind == "RBC" and rng.random() > 0.4):
                    continue
                file = io.BytesIO()
                picture.crop((left, top, right, bottom)).resize((64, 64)).save(file, "PNG")
                out.writestr(f"{kind}/{count}.png", file.getvalue())
                count += 1


def main(arguments: list[str]) -> None:
    """Write everything."""
    target = Path(arguments[0])
    target.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for name, table in (tables(rng) | texts()).items():
        pq.write_table(table, target / f"{name}.parquet")
    cells(target / "cells.zip", rng)
    (target / "unseen.json").write_text(json.dumps(suite(), indent=1), "utf-8")
    print(f"wrote {len(suite()['sets'])} sets; now: handloom bench {target / 'unseen.json'} --data {target} --seeds 5")


if __name__ == "__main__":
    main(sys.argv[1:])
