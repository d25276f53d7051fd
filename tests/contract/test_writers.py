"""Every built-in writer keeps the contract of writers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from handloom.collect import images
from handloom.core import registry
from handloom.core.protocols import Reader, Record, Writer
from handloom.testing import WriterContract

from .formats import ANNA, BOX, EMILE, LIVES, MASK, NESTED, POINT, POLYGON, picture, png, text

TEXTS = (
    text(1, "Anna lives in Paris", ANNA),
    text(2, "nothing here", {"spans": []}),
    text(3, "Émile 😀\n met  Bob", EMILE),
)
WORDS = (text(1, "hello", labels={"label": "ham"}), text(2, 'win, "now"\n', labels={"label": "spam"}))
BOTH = (*TEXTS[:1], text(2, "two of them", labels={"label": ["a", "b"]}), text(3, "none at all"))
BOXES = (picture(1, BOX, POLYGON), picture(2), picture(3, {**BOX, "x": 0.5}))


class _Format(WriterContract):
    name: ClassVar[str]
    read_by: ClassVar[str | None] = None
    holds: ClassVar[Sequence[Record]] = TEXTS
    loses: ClassVar[Record] = text(9, "Anna lives in Paris", LIVES, meta={"x": [1]})

    def writer(self) -> Writer:
        return registry.find("writers", self.name)

    def reader(self) -> Reader:
        return registry.find("readers", self.read_by or self.name)

    def records(self) -> Sequence[Record]:
        return self.holds

    def lossy(self) -> Record:
        return self.loses


class TestCsv(_Format):
    name, holds, loses = "csv", WORDS, text(9, "a", meta={"n": 1})


class TestExcel(_Format):
    name, holds, loses = "excel", WORDS, text(9, "a" * 40_000)


class TestParquet(_Format):
    name, loses = "parquet", text(9, "a", meta={"x": {"y": 1}})


class TestArrow(TestParquet):
    name, read_by = "arrow", "parquet"


class TestHuggingFace(TestParquet):
    name = "huggingface"


class TestHuggingFaceImages(_Format):
    name, holds, loses = "huggingface", BOXES, picture(9, BOX, meta={"x": {"y": 1}})


class TestConll(_Format):
    name = "conll"


class TestConllBioes(_Format):
    name = "conll"

    def options(self) -> Mapping[str, Any]:
        return {"scheme": "BIOES"}


class TestConllIo(TestConllBioes):
    loses = text(9, "Anna Bert", {"spans": [{"start": s, "end": s + 4, "label": "person"} for s in (0, 5)]})

    def options(self) -> Mapping[str, Any]:
        return {"scheme": "IO"}


class TestDocBin(_Format):
    name, holds = "docbin", (*TEXTS, text(4, "Anna lives in Paris", NESTED), *BOTH[1:])


class TestDoccano(_Format):
    name, holds = "doccano", (*BOTH, *TEXTS, text(4, "Anna lives in Paris", LIVES))
    loses = picture(9, BOX)


class TestProdigy(_Format):
    name, holds, loses = (
        "prodigy",
        (*BOTH, *TEXTS, text(4, "Anna lives in Paris", LIVES)),
        text(9, "a", labels={"a": 1}),
    )


class TestArgilla(_Format):
    name, holds = "argilla", (*BOTH, *TEXTS)


class TestLabelStudio(_Format):
    name, holds = "labelstudio", (*BOTH, *TEXTS, text(4, "Anna lives in Paris", LIVES))
    loses = Record(9, {"image": {"path": "a.png"}}, labels={"regions": {"regions": [BOX]}})


class TestLabelStudioImages(_Format):
    name = "labelstudio"
    holds = tuple(
        Record(i, {"image": {"path": f"{i}.png", "width": 8, "height": 6}}, labels={"regions": {"regions": [region]}})
        for i, region in enumerate((BOX, POLYGON, MASK, POINT, {**BOX, "attributes": {"blurred": True}}), 1)
    )
    loses = picture(9, BOX)


class TestCoco(_Format):
    name, holds, loses = "coco", (*BOXES, picture(4, MASK, POINT)), picture(9, {**BOX, "frame": 1})


class TestVoc(_Format):
    name, holds = "voc", (picture(1, BOX, {**BOX, "attributes": {"difficult": 1, "pose": "left"}}), picture(2))
    loses = picture(9, POLYGON)


class TestYolo(_Format):
    name, holds, loses = "yolo", BOXES, picture(9, MASK)


class TestImageFolder(_Format):
    name = "images"
    holds = tuple(
        Record(i, {"image": images.as_field(png(i))}, f"{i}.png", {"label": label}, media={"image": png(i)})
        for i, label in ((1, "cat"), (2, "dog"))
    )
    loses = picture(9, BOX)


class TestTextFolder(_Format):
    name, holds, loses = "texts", WORDS, text(9, "a", labels={"label": ["x", "y"]})


class TestJsonLines(_Format):
    name, holds = "jsonl", (*BOTH, *TEXTS)
    loses = text(9, "a", labels={"label": float("nan")})
