"""Pascal VOC: one XML file per image, boxes in pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from ..core.errors import BadItem, EmptyInput, HandloomError, Malformed, Refused
from ..core.protocols import Bad, Loss, Record
from ..core.shapes import Region
from . import safe_xml, tree
from .out import left_out
from .parts import REGIONS, Parts, needed_image, nothing_said, one_of, parts, regions_value
from .pictures import NOT_FOUND, Album, Pictures, size_of, without_bytes

MAX_XML = 16 * 1024 * 1024
_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_FLAGS = ("truncated", "difficult", "occluded")
_OBJECT = frozenset(("name", "pose", "bndbox", *_FLAGS))


class VocReader:
    """A folder or zip with ``Annotations/*.xml`` (or .xml files beside the images). Options: ``task`` (``regions``).

    A box is from xmin, ymin to xmax, ymax as the file has them, so that width is xmax - xmin; the split is that of
    ``ImageSets/Main``. Not kept: folder, path, source, owner, depth, segmented.
    """

    name = "voc"

    def matches(self, path: Path) -> bool:
        return tree.recognised(path, _is_voc)

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `NotFound`, `EmptyInput`, `Malformed` for a zip that is none. An XML file that is bad is one bad line."""
        opened = tree.source(path)
        task = str(options.get("task") or REGIONS)
        line = 0
        try:
            pictures = Pictures(opened, opened.entries())
            splits = _splits(opened)
            for entry in opened.entries():
                if tree.suffix(entry) != ".xml":
                    continue
                line += 1
                yield _one(opened, entry, pictures, line, (task, splits))
        finally:
            opened.close()
        if not line:
            raise EmptyInput(f"there are no .xml files in {path.name}")


def _splits(opened: tree.Source) -> dict[str, str]:
    """Split by the stem of the image. ``trainval`` says less than train and val, so it stands back."""
    found: dict[str, str] = {}
    for entry in opened.entries():
        if "ImageSets" in entry.parts and tree.suffix(entry) == ".txt" and not entry.error:
            name = PurePosixPath(entry.parts[-1]).stem
            for row in opened.read(entry, MAX_XML).decode("utf-8", "replace").splitlines():
                stem = row.split()[0] if row.split() else ""
                if stem and (stem not in found or found[stem] == "trainval"):
                    found[stem] = name
    return found


def _one(
    opened: tree.Source, entry: tree.Entry, pictures: Pictures, line: int, told: tuple[str, Mapping[str, str]]
) -> Record | Bad:
    if entry.error:
        return Bad(line, entry.error)
    try:
        root = safe_xml.parse(opened.read(entry, MAX_XML))
        return replace(_record(root, PurePosixPath(entry.parts[-1]).stem, pictures, told), line=line)
    except HandloomError as error:
        return Bad(line, type(error)(f"{entry.name}: {error.message}", **error.details))


def _record(root: Element, stem: str, pictures: Pictures, told: tuple[str, Mapping[str, str]]) -> Record:
    if root.tag != "annotation":
        raise Malformed(f"the root is <{root.tag}>, not <annotation>")
    task, splits = told
    named = (root.findtext("filename") or "").strip()
    losses: list[str] = []
    regions = [_region(number, one, losses) for number, one in enumerate(root.iterfind("object"), 1)]
    meta = {"split": splits[stem]} if stem in splits else None
    # The XML file's own name is surer than what stands in it: files are renamed, their content is forgotten.
    entry = pictures.find(stem, named)
    media = None
    if entry is None:
        size = [_whole(root.findtext(f"size/{side}")) for side in ("width", "height")]
        data = without_bytes(named or stem, *size)
        losses.append(NOT_FOUND)
    else:
        data, media = pictures.read(entry)
    key = entry.parts[-1] if entry else named or stem
    return Record(0, data, key, {task: regions_value(regions)}, meta, media, tuple(losses))


def _region(number: int, one: Element, losses: list[str]) -> dict[str, Any]:
    label = (one.findtext("name") or "").strip()
    box = one.find("bndbox")
    if not label or box is None:
        raise BadItem(f"object {number} needs a <name> and a <bndbox>")
    corners = [_number(number, corner, box.findtext(corner)) for corner in _CORNERS]
    losses += [f"<{child.tag}> of objects is left out" for child in one if child.tag not in _OBJECT]
    attributes: dict[str, Any] = {name: 1 for name in _FLAGS if (one.findtext(name) or "0").strip() not in ("0", "")}
    pose = (one.findtext("pose") or "").strip()
    if pose and pose != "Unspecified":
        attributes["pose"] = pose
    left, top, right, bottom = corners
    if right < left or bottom < top:
        raise BadItem(f"object {number} ({label}) has xmax < xmin or ymax < ymin: {corners}")
    region = {"kind": "box", "label": label, "x": left, "y": top, "width": right - left, "height": bottom - top}
    return {**region, "attributes": attributes} if attributes else region


def _number(number: int, corner: str, text: str | None) -> float:
    try:
        return float((text or "").strip())
    except ValueError:
        raise BadItem(f"object {number} has no number in <{corner}>; found {str(text)[:40]!r}") from None


def _whole(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() else None


class VocWriter:
    """``Annotations/``, ``JPEGImages/`` and, where items have splits, ``ImageSets/Main/`` in a folder."""

    name = "voc"
    suffix = ""

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        album = Album(path / "JPEGImages")
        (path / "Annotations").mkdir(parents=True, exist_ok=True)
        for record in records:
            try:
                found = parts(record)
                image = needed_image(found, "VOC")
                name = album.name(record, image)
                yield from found.lost("VOC", keeps=frozenset(("key", "regions", "split")))
                yield from _write(found, image, name, path)
                yield from album.put(found, name)
            except Refused as error:
                yield left_out(record, error)


def _write(found: Parts, image: Mapping[str, Any], name: str, path: Path) -> Iterator[Loss]:
    record = found.record
    value, losses = one_of(found.regions, "VOC", "regions", record.line)
    losses += nothing_said(value, "VOC", "regions", record.line)
    yield from losses
    root = Element("annotation")
    _put(root, "folder", "JPEGImages")
    _put(root, "filename", name)
    size = size_of(image)
    if size:
        element = SubElement(root, "size")
        for side, number in zip(("width", "height", "depth"), (*size, 3), strict=True):
            _put(element, side, number)
    for region in value.regions if value else ():
        if region.kind != "box" or region.frame is not None:
            yield Loss(record.line, f"VOC has no place for a {region.kind if region.kind != 'box' else 'frame'}")
            continue
        yield from (Loss(record.line, f"VOC has no place for the attribute {a!r}") for a in _object(root, region))
    indent(root)
    stem = PurePosixPath(name).stem
    ElementTree(root).write(path / "Annotations" / f"{stem}.xml", encoding="utf-8")
    split = str((record.meta or {}).get("split") or "")
    if split:
        sets = path / "ImageSets" / "Main"
        sets.mkdir(parents=True, exist_ok=True)
        plain = "".join(c if c.isalnum() or c in "-_" else "_" for c in split)
        with (sets / f"{plain}.txt").open("a", encoding="utf-8") as out:
            out.write(stem + "\n")


def _object(root: Element, region: Region) -> list[str]:
    """Add one box; gives the names of attributes that VOC does not know."""
    attributes = dict(region.attributes)
    element = SubElement(root, "object")
    _put(element, "name", region.label)
    _put(element, "pose", attributes.pop("pose", "Unspecified"))
    for flag in _FLAGS:
        _put(element, flag, int(bool(attributes.pop(flag, 0))))
    box = SubElement(element, "bndbox")
    x, y, width, height = region.numbers
    for corner, number in zip(_CORNERS, (x, y, round(x + width, 4), round(y + height, 4)), strict=True):
        _put(box, corner, number)
    return list(attributes)


def _put(parent: Element, tag: str, text: object) -> None:
    SubElement(parent, tag).text = str(text)


def _is_voc(opened: tree.Source, first: Sequence[tree.Entry]) -> bool:
    found = next((entry for entry in first if not entry.error and tree.suffix(entry) == ".xml"), None)
    return found is not None and b"<annotation" in opened.read(found, MAX_XML)[:4096]
