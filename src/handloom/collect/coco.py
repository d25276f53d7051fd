"""COCO: images, categories and annotations in one JSON file, with boxes, polygons and masks."""

from __future__ import annotations

import json
import re
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..core.errors import BadItem, EmptyInput, HandloomError, Malformed, NotFound, Refused
from ..core.protocols import Bad, Loss, Record
from ..core.shapes import Region
from ..core.shapes.regions import shown
from . import rle, tree
from .guessing import SPLIT_NAMES
from .json_stream import element_at, elements, head
from .out import left_out
from .parts import REGIONS, Parts, needed_image, nothing_said, one_of, parts, regions_value
from .pictures import NOT_FOUND, Album, Pictures, size_of, without_bytes

_COCO = re.compile(r'\{(.*?)"(images|annotations)"\s*:\s*\[', re.DOTALL)
_IMAGE = frozenset(("id", "file_name", "width", "height"))
_KNOWN = frozenset(("id", "image_id", "category_id", "bbox", "segmentation", "area", "iscrowd", "attributes", "score"))
_POINT = frozenset(("keypoints", "num_keypoints"))


class CocoReader:
    """A COCO file, or a folder with some in it (``annotations/*.json``) and the images anywhere below.

    Options: ``task`` (default ``regions``), ``images`` (folder of the images of a single file). Memory: 24 bytes per
    annotation and the names of the images.
    """

    name = "coco"

    def matches(self, path: Path) -> bool:
        return bool(_files(path))

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `NotFound`, `EmptyInput`, `Malformed` for JSON that breaks off."""
        if not path.exists():
            raise NotFound("file or folder", path)
        files = _files(path) or [path]
        below = Path(options["images"]) if options.get("images") else path if path.is_dir() else _around(path)
        source = tree.Folder(below)
        pictures = Pictures(source, source.entries())
        task = str(options.get("task") or REGIONS)
        found = False
        every = chain.from_iterable(_file(file, pictures, task) for file in files)
        for line, record in enumerate(every, 1):
            found = True
            yield _numbered(record, line)
        if not found:
            raise EmptyInput(f"{path.name} names no images")


def _numbered(found: Record | Bad, line: int) -> Record | Bad:
    if isinstance(found, Bad):
        return Bad(line, found.error)
    return Record(line, found.data, found.key, found.labels, found.meta, found.media, found.losses)


def _files(path: Path) -> list[Path]:
    """The COCO files at this path: the file itself, or those in a folder and in its ``annotations``."""
    if path.is_dir():
        found = [*path.glob("*.json"), *path.glob("annotations/*.json"), *path.glob("*/_annotations.coco.json")]
        return sorted(one for one in found if _looks(one))
    return [path] if path.suffix.lower() == ".json" and path.is_file() and _looks(path) else []


def _looks(path: Path) -> bool:
    return is_coco(head(path))


def is_coco(text: str) -> bool:
    """Whether a document that begins so is COCO."""
    return bool(_COCO.match(text.removeprefix("\ufeff").lstrip()))


def _around(path: Path) -> Path:
    """Where the images of a single file are looked for: its folder, or the one above ``annotations``."""
    return path.parent.parent if path.parent.name == "annotations" else path.parent


@dataclass(slots=True)
class _Index:
    """Where images and annotations lie in the file, and the names of the categories."""

    names: dict[Any, str] = field(default_factory=dict)
    image_of: dict[Any, int] = field(default_factory=dict)
    images: array[int] = field(default_factory=lambda: array("q"))
    owners: array[int] = field(default_factory=lambda: array("q"))
    places: array[int] = field(default_factory=lambda: array("q"))
    strays: list[tuple[int, str]] = field(default_factory=list)


def _index(path: Path) -> _Index:
    """One pass over the file. Annotations may stand before their images."""
    index = _Index()
    early: dict[Any, list[tuple[int, int]]] = {}
    for one in elements(path):
        value = one.value
        if one.problem:
            index.strays.append((one.line, f"line {one.line}, in {one.key!r}: {one.problem}"))
        elif one.key == "categories" and isinstance(value, dict) and isinstance(value.get("id"), int | str):
            index.names[value["id"]] = str(value.get("name") or value["id"])
        elif one.key == "images" and isinstance(value, dict) and isinstance(value.get("id"), int | str):
            index.image_of[value["id"]] = len(index.images) // 2
            index.images.extend((one.offset, one.size))
        elif one.key == "annotations" and isinstance(value, dict) and isinstance(value.get("image_id"), int | str):
            if value["image_id"] in index.image_of:
                _place(index, value["image_id"], one.offset, one.size)
            else:
                early.setdefault(value["image_id"], []).append((one.offset, one.size))
        elif one.key in ("images", "annotations", "categories"):
            index.strays.append((one.line, f"line {one.line} is no object of {one.key} with an id: {str(value)[:80]}"))
    for image, places in early.items():
        if image not in index.image_of:
            index.strays.append((1, f"{len(places)} annotations belong to image {image!r}, which is not listed"))
            continue
        for offset, size in places:
            _place(index, image, offset, size)
    return index


def _place(index: _Index, image: Any, offset: int, size: int) -> None:
    index.owners.append(index.image_of[image])
    index.places.extend((offset, size))


def _file(path: Path, pictures: Pictures, task: str) -> Iterator[Record | Bad]:
    index = _index(path)
    owners = np.asarray(index.owners, dtype=np.int64)
    order = np.argsort(owners, kind="stable")
    first = np.searchsorted(owners[order], np.arange(len(index.images) // 2 + 1))
    split = next((word for word in re.split(r"[^a-z]+", path.stem.lower()) if word in SPLIT_NAMES), None)
    with path.open("rb") as file:
        for number in range(len(index.images) // 2):
            image = element_at(file, index.images[2 * number], index.images[2 * number + 1])
            places = [(index.places[2 * i], index.places[2 * i + 1]) for i in order[first[number] : first[number + 1]]]
            try:
                marked = [element_at(file, offset, size) for offset, size in places]
                yield _record(image, marked, index.names, pictures, (task, split))
            except HandloomError as error:
                yield Bad(
                    0, type(error)(f"image {image.get('file_name') or image['id']!r}: {error.message}", **error.details)
                )
    yield from (Bad(0, Malformed(f"{path.name}: {words}", line=line)) for line, words in index.strays)


def _record(
    image: Mapping[str, Any],
    marked: list[dict[str, Any]],
    names: Mapping[Any, str],
    pictures: Pictures,
    told: tuple[str, str | None],
) -> Record:
    task, split = told
    name = image.get("file_name")
    if not isinstance(name, str) or not name:
        raise BadItem("it has no file_name")
    losses: list[str] = []
    regions = [one for annotation in marked if (one := _region(annotation, names, losses))]
    meta = {key: value for key, value in image.items() if key not in _IMAGE and value not in (None, "")}
    nested = meta.pop("meta", None)
    meta |= nested if isinstance(nested, dict) else {}
    if split:
        meta.setdefault("split", split)
    entry = pictures.find(name)
    media = None
    if entry is None:
        data = without_bytes(name, image.get("width"), image.get("height"))
        losses.append(NOT_FOUND)
    else:
        data, media = pictures.read(entry)
    return Record(0, data, name, {task: regions_value(regions)}, meta or None, media, tuple(losses))


def _region(one: Mapping[str, Any], names: Mapping[Any, str], losses: list[str]) -> dict[str, Any] | None:
    """One annotation as a region: its polygon or mask where it has one, else its box."""
    category = one.get("category_id")
    if not isinstance(category, int | str) or category not in names:
        losses.append(f"an annotation of category {category!r}, which is not listed, is left out")
        return None
    attributes = dict(one.get("attributes") or {}) if isinstance(one.get("attributes"), Mapping) else {}
    attributes |= {name: one[name] for name in ("iscrowd", "score") if one.get(name)}
    region: dict[str, Any] = (
        {"label": names[category], "attributes": attributes} if attributes else {"label": names[category]}
    )
    segmentation, box, points = one.get("segmentation"), one.get("bbox"), one.get("keypoints")
    losses += [f"{name!r} of annotations is left out" for name in one if name not in _KNOWN | _POINT]
    if isinstance(segmentation, Mapping):
        counts = segmentation.get("counts")
        counts = rle.from_text(counts) if isinstance(counts, str) else counts
        return {**region, "kind": "mask", "size": segmentation.get("size"), "counts": counts}
    if isinstance(segmentation, list) and segmentation:
        if not all(isinstance(ring, list) for ring in segmentation):
            raise BadItem("a segmentation is a list of rings, each a list of numbers, as [[x, y, x, y, x, y]]")
        rings = [[list(p) for p in zip(ring[0::2], ring[1::2], strict=False)] for ring in segmentation]
        return {**region, "kind": "polygon", "rings": rings}
    if isinstance(points, list) and one.get("num_keypoints") == 1 and len(points) == 3:
        return {**region, "kind": "point", "x": points[0], "y": points[1]}
    if points:
        losses.append("keypoints of annotations are left out")
    if not isinstance(box, list) or len(box) != 4:
        losses.append("an annotation without box, polygon or mask is left out")
        return None
    return {**region, "kind": "box", **dict(zip(("x", "y", "width", "height"), box, strict=True))}


class CocoWriter:
    """``annotations/instances.json`` and ``images/`` in a folder; where the name ends in .json, that file alone."""

    name = "coco"
    suffix = ""

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        alone = path.suffix.lower() == ".json"
        target = path if alone else path / "annotations" / "instances.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as later:
            sheet = _Sheet(out, later, None if alone else Album(path / "images"))
            out.write('{"info": {"description": "written by handloom"},\n"images": [')
            for record in records:
                try:
                    yield from sheet.add(parts(record))
                except Refused as error:
                    yield left_out(record, error)
            sheet.finish()


@dataclass(slots=True)
class _Sheet:
    """A COCO file that is being written: images go straight into it, annotations wait in a file of their own."""

    out: IO[str]
    later: IO[str]
    album: Album | None
    categories: dict[str, int] = field(default_factory=dict)
    images: int = 0
    annotations: int = 0

    def add(self, found: Parts) -> Iterator[Loss]:
        record, image = found.record, needed_image(found, "COCO")
        value, losses = one_of(found.regions, "COCO", "regions", record.line)
        losses += nothing_said(value, "COCO", "regions", record.line)
        yield from losses
        yield from found.lost("COCO", keeps=frozenset(("key", "meta", "regions")))
        size = size_of(image)
        if size is None:
            raise BadItem("COCO wants the size of each image, which is not known here")
        name = (self.album or Album(Path())).name(record, image)
        if self.album:
            yield from self.album.put(found, name)
        elif record.media:
            yield Loss(record.line, "a single COCO file holds no images; name a folder to have them beside it")
        self.images += 1
        entry = {"id": self.images, "file_name": name, "width": size[0], "height": size[1]}
        if record.meta:
            entry["meta"] = dict(record.meta)
        self._write(self.out, entry, self.images)
        for region in value.regions if value else ():
            if region.frame is not None:
                yield Loss(record.line, "COCO has no place for frames")
            self.annotations += 1
            self._write(self.later, self._annotation(region), self.annotations)

    def finish(self) -> None:
        self.out.write('\n],\n"annotations": [')
        self.later.seek(0)
        while piece := self.later.read(1 << 20):
            self.out.write(piece)
        listed = [{"id": number, "name": name} for name, number in self.categories.items()]
        self.out.write(f'\n],\n"categories": {json.dumps(listed, ensure_ascii=False)}\n}}\n')

    def _annotation(self, region: Region) -> dict[str, Any]:
        category = self.categories.setdefault(region.label, len(self.categories) + 1)
        attributes = dict(region.attributes)
        x, y, width, height = region.bounds()
        entry: dict[str, Any] = {
            "id": self.annotations,
            "image_id": self.images,
            "category_id": category,
            "bbox": [x, y, width, height],
            "area": _area(region),
            "iscrowd": int(bool(attributes.pop("iscrowd", 0))),
            "segmentation": [],
        }
        made = shown(region)
        if region.kind == "polygon":
            entry["segmentation"] = [[n for point in ring for n in point] for ring in made["rings"]]
        elif region.kind == "mask":
            entry["segmentation"] = {"size": made["size"], "counts": made["counts"]}
        elif region.kind == "point":
            entry |= {"keypoints": [x, y, 2], "num_keypoints": 1}
        if "score" in attributes:
            entry["score"] = attributes.pop("score")
        if attributes:
            entry["attributes"] = attributes
        return entry

    def _write(self, out: IO[str], entry: Mapping[str, Any], number: int) -> None:
        out.write(("\n" if number == 1 else ",\n") + json.dumps(entry, ensure_ascii=False))


def _area(region: Region) -> float:
    """Pixels; of a polygon by the shoelace formula, ring by ring."""
    if region.kind == "mask":
        return sum(region.numbers[3::2])
    if region.kind == "polygon":
        rings = [np.asarray(ring, dtype=float) for ring in region.rings()]
        return round(
            sum(abs(np.dot(r[:, 0], np.roll(r[:, 1], 1)) - np.dot(r[:, 1], np.roll(r[:, 0], 1))) / 2 for r in rings), 2
        )
    _, _, width, height = region.bounds()
    return width * height
