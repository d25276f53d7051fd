"""spaCy, datasets and pycocotools themselves: open what handloom wrote, and make files for handloom to read.

python formats_open.py FOLDER     FOLDER holds made.spacy, made_hf/ and made_coco.json; theirs.spacy and theirs_hf/ are put there
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import datasets
import spacy
from pycocotools.coco import COCO
from spacy.tokens import Doc, DocBin, Span

folder = Path(sys.argv[1])
told: dict[str, object] = {"spacy": spacy.__version__, "datasets": datasets.__version__}

blank = spacy.blank("en")
docs = list(DocBin().from_disk(folder / "made.spacy").get_docs(blank.vocab))
told["spacy_texts"] = [doc.text for doc in docs]
told["spacy_entities"] = [[[e.start_char, e.end_char, e.label_] for e in doc.ents] for doc in docs]

theirs = DocBin(store_user_data=True)
for doc in docs[:100]:
    made = Doc(blank.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])
    made.ents = [Span(made, e.start, e.end, label=e.label_) for e in doc.ents]
    theirs.add(made)
theirs.to_disk(folder / "theirs.spacy")

opened = datasets.load_from_disk(str(folder / "made_hf"))
parts = opened if isinstance(opened, datasets.DatasetDict) else {"": opened}
told["hf_texts"] = [text for part in parts.values() for text in part["text"]]
features = datasets.Features(
    {
        "tokens": datasets.Sequence(datasets.Value("string")),
        "ner_tags": datasets.Sequence(datasets.ClassLabel(names=["O", "B-person", "I-person"])),
    }
)
rows = {"tokens": [["Anna", "Smith", "left"], ["nobody"]], "ner_tags": [[1, 2, 0], [0]]}
made_set = datasets.Dataset.from_dict(rows, features=features)
datasets.DatasetDict({"train": made_set, "test": made_set}).save_to_disk(str(folder / "theirs_hf"))

coco = COCO(str(folder / "made_coco.json"))
told["coco"] = {
    "images": len(coco.imgs),
    "annotations": len(coco.anns),
    "area": sum(int(coco.annToMask(one).sum()) for one in coco.loadAnns(coco.getAnnIds()[:50]) if one["segmentation"]),
}
print()
print(json.dumps(told))
