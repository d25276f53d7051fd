"""The readers of other tools' formats keep the contract of readers; the plain ones do so in unit/collect."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import msgpack
import openpyxl

from handloom.collect.docbin import DocBinWriter
from handloom.collect.huggingface import HuggingFaceWriter
from handloom.core import registry
from handloom.core.protocols import Reader
from handloom.testing import ReaderContract

from .formats import ANNA, json_file, json_lines, png, text

Source = tuple[Path, Mapping[str, Any], int]


class _Format(ReaderContract):
    name: ClassVar[str]

    def reader(self) -> Reader:
        return registry.find("readers", self.name)


class _OneJson(_Format):
    """A format that is one array of objects, or lines of them."""

    good_ones: ClassVar[list[Any]]
    bad_ones: ClassVar[list[Any]]
    suffix: ClassVar[str] = ".json"

    def made(self, path: Path, values: list[Any]) -> Path:
        return json_file(path, values) if self.suffix == ".json" else json_lines(path, *values)

    def good(self, folder: Path) -> Source:
        return self.made(folder / f"good{self.suffix}", self.good_ones), {}, len(self.good_ones)

    def broken(self, folder: Path) -> Source:
        path = self.made(folder / f"broken{self.suffix}", [*self.good_ones, *self.bad_ones, *self.good_ones])
        return path, {}, 2 * len(self.good_ones)

    def empty(self, folder: Path) -> Path:
        path = folder / f"empty{self.suffix}"
        path.write_text("[]" if self.suffix == ".json" else "\n")
        return path


class TestJson(_OneJson):
    name = "json"
    good_ones: ClassVar = [{"text": "win", "label": "spam"}, {"text": "hello", "label": "ham"}]
    bad_ones: ClassVar = [7, {"text": "", "label": "ham"}]


class TestDoccano(_OneJson):
    name, suffix = "doccano", ".jsonl"
    good_ones: ClassVar = [
        {"id": 1, "text": "Anna lives in Paris", "label": [[0, 4, "person"]], "Comments": []},
        {"id": 2, "text": "spam", "label": ["spam"], "Comments": ["odd"]},
        {
            "id": 3,
            "text": "Anna lives in Paris",
            "entities": [
                {"id": 5, "label": "person", "start_offset": 0, "end_offset": 4},
                {"id": 9, "label": "place", "start_offset": 14, "end_offset": 19},
            ],
            "relations": [{"id": 1, "from_id": 5, "to_id": 9, "type": "lives in"}],
        },
    ]
    bad_ones: ClassVar = [{"id": 4, "label": []}, {"text": "x", "label": [[3, 1, "person"]]}, "{oops"]


class TestProdigy(_OneJson):
    name, suffix = "prodigy", ".jsonl"
    good_ones: ClassVar = [
        {"text": "Anna", "spans": [{"start": 0, "end": 4, "label": "person"}], "_task_hash": 1, "answer": "accept"},
        {"text": "no", "label": "spam", "_task_hash": 2, "answer": "reject"},
        {"text": "two", "options": [{"id": "a", "text": "A"}], "accept": ["a"], "_task_hash": 3, "answer": "accept"},
    ]
    bad_ones: ClassVar = [
        {"_task_hash": 4},
        {"text": "x", "_task_hash": 5, "spans": [{"start": 0, "end": "1", "label": "p"}]},
    ]


class TestArgilla(_OneJson):
    name = "argilla"
    good_ones: ClassVar = [
        {
            "id": "a",
            "fields": {"text": "Anna"},
            "metadata": {"n": 1},
            "suggestions": {"topic": {"value": "x", "score": 0.5, "agent": "m"}},
            "responses": {
                "topic": [
                    {"value": "y", "user_id": "u"},
                    {"value": "y", "user_id": "v"},
                    {"value": "x", "user_id": "w"},
                ],
                "names": [{"value": [{"label": "person", "start": 0, "end": 4}], "user_id": "u"}],
            },
            "vectors": {},
        }
    ]
    bad_ones: ClassVar = [{"id": "b", "fields": {}}, 3]


class TestLabelStudio(_OneJson):
    name = "labelstudio"
    good_ones: ClassVar = [
        {
            "id": 1,
            "data": {"text": "Anna lives in Paris"},
            "annotations": [
                {
                    "completed_by": 1,
                    "lead_time": 3.5,
                    "result": [
                        {
                            "id": "a",
                            "from_name": "ner",
                            "to_name": "text",
                            "type": "labels",
                            "value": {"start": 0, "end": 4, "text": "Anna", "labels": ["person"]},
                        },
                        {"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["good"]}},
                        {"from_name": "stars", "to_name": "text", "type": "rating", "value": {"rating": 4}},
                    ],
                }
            ],
            "predictions": [],
        },
        {"id": 2, "data": {"text": "Bob"}, "annotations": [{"was_cancelled": True, "result": []}]},
    ]
    bad_ones: ClassVar = [{"id": 3, "annotations": []}, {"data": {"text": "x"}, "annotations": [{"result": [3]}]}]


class TestCoco(_Format):
    name = "coco"

    def good(self, folder: Path) -> Source:
        return self._made(folder / "good", []), {}, 2

    def broken(self, folder: Path) -> Source:
        nameless = {"id": 3, "width": 8, "height": 6}
        return self._made(folder / "broken", [nameless]), {}, 2

    def empty(self, folder: Path) -> Path:
        return json_file(folder / "empty.json", {"images": [], "annotations": [], "categories": []})

    def _made(self, folder: Path, more: list[Any]) -> Path:
        (folder / "annotations").mkdir(parents=True)
        (folder / "images").mkdir()
        (folder / "images" / "a.png").write_bytes(png(1))
        listed = [{"id": i, "file_name": name, "width": 8, "height": 6} for i, name in ((7, "a.png"), (8, "gone.png"))]
        box = {"image_id": 7, "category_id": 2, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0, "id": 1}
        crowd = {**box, "id": 2, "iscrowd": 1, "segmentation": {"size": [6, 8], "counts": "0`1"}}
        file = {"images": [*listed[:1], *more, *listed[1:]], "categories": [{"id": 2, "name": "cell"}]}
        json_file(folder / "annotations" / "instances_val.json", {"annotations": [box, crowd], **file})
        return folder


class TestVoc(_Format):
    name = "voc"

    def good(self, folder: Path) -> Source:
        return self._made(folder / "good"), {}, 2

    def broken(self, folder: Path) -> Source:
        path = self._made(folder / "broken")
        bomb = '<!DOCTYPE a [<!ENTITY b "x">]><annotation><filename>&b;</filename></annotation>'
        (path / "Annotations" / "bomb.xml").write_text(bomb)
        (path / "Annotations" / "half.xml").write_text("<annotation><filename>")
        return path, {}, 2

    def empty(self, folder: Path) -> Path:
        (folder / "nothing").mkdir()
        return folder / "nothing"

    def _made(self, path: Path) -> Path:
        for part in ("Annotations", "JPEGImages", "ImageSets/Main"):
            (path / part).mkdir(parents=True)
        (path / "JPEGImages" / "a.png").write_bytes(png(1))
        (path / "ImageSets" / "Main" / "train.txt").write_text("a\n")
        box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>4</xmax><ymax>6</ymax></bndbox>"
        thing = f"<object><name>cell</name><difficult>1</difficult>{box}</object>"
        for stem in ("a", "b"):
            words = f"<annotation><filename>{stem}.png</filename>{thing}</annotation>"
            (path / "Annotations" / f"{stem}.xml").write_text(words)
        return path


class TestYolo(_Format):
    name = "yolo"

    def good(self, folder: Path) -> Source:
        return self._made(folder / "good"), {}, 3

    def broken(self, folder: Path) -> Source:
        path = self._made(folder / "broken")
        (path / "images" / "x.png").write_bytes(png(8))
        (path / "labels" / "x.txt").write_text("0 0.5 0.5\n")
        return path, {}, 3

    def empty(self, folder: Path) -> Path:
        (folder / "nothing" / "labels").mkdir(parents=True)
        return folder / "nothing"

    def _made(self, path: Path) -> Path:
        for part in ("images", "labels"):
            (path / part).mkdir(parents=True)
        for i, row in enumerate(("0 0.5 0.5 0.25 0.5\n1 0 0 1 0 1 1\n", "", None)):
            (path / "images" / f"{i}.png").write_bytes(png(i))
            if row is not None:
                (path / "labels" / f"{i}.txt").write_text(row)
        (path / "data.yaml").write_text("nc: 2\nnames: ['cell', \"crystal\"]\n")
        return path


class TestConll(_Format):
    name = "conll"

    def good(self, folder: Path) -> Source:
        path = folder / "good.conll"
        path.write_text(
            "-DOCSTART- -X- O\n\nAnna NNP B-PER\nlives VBZ O\n\n# key = two\nin\tIN\tO\nParis\tNNP\tS-LOC\n", "utf-8"
        )
        return path, {}, 2

    def broken(self, folder: Path) -> Source:
        path = folder / "broken.conll"
        path.write_bytes(b"Anna B-PER\nlives\n\nBob B-PER\n\nalone\n\ncaf\xe9 O\n\nEve O\n")
        return path, {}, 2

    def empty(self, folder: Path) -> Path:
        path = folder / "empty.conll"
        path.write_text("\n\n")
        return path


class TestExcel(_Format):
    name = "excel"

    def good(self, folder: Path) -> Source:
        return self._made(folder / "good.xlsx", [["hello", "ham"], [None, None], ["win", "spam"]]), {}, 2

    def broken(self, folder: Path) -> Source:
        return (
            self._made(folder / "broken.xlsx", [["hello", "ham"], ["a", "b", "c"], [None, "ham"], ["win", "spam"]]),
            {},
            2,
        )

    def empty(self, folder: Path) -> Path:
        return self._made(folder / "empty.xlsx", [])

    def _made(self, path: Path, rows: list[list[Any]]) -> Path:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in [["text", "label"], *rows] if rows else []:
            sheet.append(row)
        book.save(path)
        return path


class TestHuggingFace(_Format):
    name = "huggingface"

    def good(self, folder: Path) -> Source:
        return self._made(folder / "good"), {}, 2

    def broken(self, folder: Path) -> Source:
        path = self._made(folder / "broken")
        info = json.loads((path / "dataset_info.json").read_text())
        info["features"]["n"] = {"_type": "ClassLabel", "names": ["no"]}
        json_file(path / "dataset_info.json", info)
        return path, {}, 1

    def empty(self, folder: Path) -> Path:
        (folder / "nothing").mkdir()
        json_file(folder / "nothing" / "dataset_info.json", {"features": {}})
        return folder / "nothing"

    def _made(self, path: Path) -> Path:
        rows = [text(i, f"a text of number {i}", meta={"n": i}) for i in (0, 1)]
        list(HuggingFaceWriter().write(iter(rows), path, {}))
        return path


class TestDocBin(_Format):
    name = "docbin"

    def good(self, folder: Path) -> Source:
        path = folder / "good.spacy"
        rows = [text(1, "Anna lives in Paris", ANNA), text(2, "a\nb", labels={"label": "x"})]
        list(DocBinWriter().write(iter(rows), path, {}))
        return path, {}, 2

    def broken(self, folder: Path) -> Source:
        path = self.good(folder)[0]
        message = msgpack.unpackb(zlib.decompress(path.read_bytes()))
        message["strings"].remove("a")
        path.write_bytes(zlib.compress(msgpack.packb(message)))
        return path, {}, 1

    def empty(self, folder: Path) -> Path:
        path = folder / "empty.spacy"
        list(DocBinWriter().write(iter(()), path, {}))
        return path


class TestFormRecognizer(_Format):
    name = "formrecognizer"

    def good(self, folder: Path) -> Source:
        return self._made(folder / "good"), {}, 2

    def broken(self, folder: Path) -> Source:
        path = self._made(folder / "broken")
        (path / "c.pdf").write_bytes(b"no")
        (path / "d.pdf").write_bytes(b"%PDF-1.4 d")
        (path / "d.pdf.labels.json").write_text("{oops")
        return path, {}, 2

    def empty(self, folder: Path) -> Path:
        (folder / "nothing").mkdir()
        return folder / "nothing"

    def _made(self, path: Path) -> Path:
        path.mkdir()
        for name in "ab":
            (path / f"{name}.pdf").write_bytes(b"%PDF-1.4 " + name.encode())
        page = {"page": 1, "width": 8.5, "height": 11, "unit": "inch", "lines": [{"text": "No 7"}]}
        json_file(path / "a.pdf.ocr.json", {"analyzeResult": {"readResults": [page]}})
        box = {"page": 1, "text": "7", "boundingBoxes": [[0.1, 0.1, 0.2, 0.1, 0.2, 0.2, 0.1, 0.2]]}
        json_file(path / "a.pdf.labels.json", {"labels": [{"label": "number", "value": [box, {**box, "page": 9}]}]})
        return path
