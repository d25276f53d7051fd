"""YOLO: a text file per image, a class and shares of width and height per line; boxes and polygons."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ..core.errors import BadItem, EmptyInput, HandloomError, Refused
from ..core.protocols import Bad, Loss, Record
from ..core.shapes import Region
from . import json_text, tree
from .class_folders import IMAGE_SUFFIXES
from .guessing import SPLIT_NAMES
from .out import left_out
from .parts import REGIONS, Parts, needed_image, one_of, parts, regions_value
from .pictures import FIELD, Album, Pictures, size_of

MAX_LABELS_FILE = 16 * 1024 * 1024
_LISTS = ("data.yaml", "dataset.yaml", "data.yml", "classes.txt", "obj.names")
_ROW = re.compile(rb"\s*\d+(\s+[-+.\deE]+){4,}\s*")
_SAFE = re.compile(r"[^\w-]")


class YoloReader:
    """A folder or zip with ``images/`` and ``labels/`` (or both side by side) and names in data.yaml or classes.txt.

    Options: ``task`` (``regions``). An image with an empty file holds nothing; one without a file is not labelled.
    """

    name = "yolo"

    def matches(self, path: Path) -> bool:
        return tree.recognised(path, _is_yolo)

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `NotFound`, `EmptyInput`, `Malformed` for a zip that is none. A bad row makes its image a bad line."""
        opened = tree.source(path)
        try:
            yield from _records(opened, path, str(options.get("task") or REGIONS))
        finally:
            opened.close()


def _records(opened: tree.Source, path: Path, task: str) -> Iterator[Record | Bad]:
    pictures = Pictures(opened, ())
    labels = {_place(e): e for e in opened.entries() if tree.suffix(e) == ".txt" and not e.error}
    names = _names(opened)
    line = 0
    for entry in opened.entries():
        if tree.suffix(entry) not in IMAGE_SUFFIXES:
            continue
        line += 1
        if entry.error:
            yield Bad(line, entry.error)
            continue
        try:
            data, media = pictures.read(entry)
            said = labels.get(_place(entry))
            losses: list[str] = []
            given = None
            if said is not None:
                size = (data[FIELD]["width"], data[FIELD]["height"])
                regions = _regions(opened.read(said, MAX_LABELS_FILE), said.name, names, size, losses)
                given = {task: regions_value(regions)}
            split = next((part for part in entry.parts[:-1] if part.casefold() in SPLIT_NAMES), None)
            meta = {"split": split} if split else None
            yield Record(line, data, entry.parts[-1], given, meta, media, tuple(losses))
        except HandloomError as error:
            yield Bad(line, type(error)(f"{entry.name}: {error.message}", **error.details))
    if not line:
        raise EmptyInput(f"there are no images in {path.name}; YOLO's shares mean nothing without them")


def _place(entry: tree.Entry) -> tuple[str, ...]:
    """What an image and its text file have in common: folders but for images and labels, and the stem."""
    folders = (part for part in entry.parts[:-1] if part not in ("images", "labels"))
    return (*folders, PurePosixPath(entry.parts[-1]).stem)


def _names(opened: tree.Source) -> dict[int, str]:
    """Class names by number, {} where the folder names none."""
    for entry in opened.entries():
        if entry.parts[-1] in _LISTS and not entry.error:
            text = opened.read(entry, MAX_LABELS_FILE).decode("utf-8-sig", "replace")
            return yaml_names(text) if tree.suffix(entry) in (".yaml", ".yml") else dict(enumerate(text.split("\n")))
    return {}


def yaml_names(text: str) -> dict[int, str]:
    """The ``names`` of a data.yaml: a list or a table, in one line or several. Other YAML is not looked at."""
    lines = iter(text.splitlines())
    for row in lines:
        if not row.startswith("names"):
            continue
        rest = row.partition(":")[2].strip()
        inside = rest.strip("[]{}")
        if rest:
            listed = re.findall(r"""(?:(\d+)\s*:\s*)?("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,]+)""", inside)
            return {int(n) if n else i: _unquoted(name) for i, (n, name) in enumerate(listed)}
        found: dict[int, str] = {}
        for below in lines:
            item = re.fullmatch(r"\s*(?:-\s+|(\d+)\s*:\s*)(.+?)\s*", below)
            if item is None:
                if below.strip() and not below.lstrip().startswith("#"):
                    break
                continue
            found[int(item[1]) if item[1] else len(found)] = _unquoted(item[2])
        return found
    return {}


def _unquoted(text: str) -> str:
    text = text.strip()
    if text.startswith('"') and text.endswith('"'):
        try:
            return str(json_text.parse(text))
        except ValueError:
            return text[1:-1]
    return text[1:-1].replace("''", "'") if text.startswith("'") and text.endswith("'") else text


def _regions(
    raw: bytes, file: str, names: Mapping[int, str], size: tuple[int, int], losses: list[str]
) -> list[dict[str, Any]]:
    regions = []
    for line, row in enumerate(raw.decode("utf-8-sig", "replace").splitlines(), 1):
        cells = row.split()
        if not cells:
            continue
        try:
            number, shares = int(cells[0]), [float(cell) for cell in cells[1:]]
        except ValueError:
            raise BadItem(f"{file}, line {line}: not a class and numbers: {row[:80]!r}", line=line) from None
        if names and number not in names:
            raise BadItem(f"{file}, line {line}: class {number} has no name; known are 0 to {max(names)}", line=line)
        if not names:
            losses.append("no data.yaml or classes.txt names the classes; they are called by their numbers")
        regions.append(
            {"label": names.get(number, str(number)).strip(), **_geometry(shares, size, f"{file}, line {line}")}
        )
    return regions


def _geometry(shares: list[float], size: tuple[int, int], where: str) -> dict[str, Any]:
    """Four numbers are a box (with a fifth, its score), six and more, an even count, are a polygon."""
    width, height = size
    if len(shares) in (4, 5):
        x, y, wide, high = shares[:4]
        box = {"kind": "box", "x": (x - wide / 2) * width, "y": (y - high / 2) * height}
        box |= {"width": wide * width, "height": high * height}
        return {**box, "attributes": {"score": shares[4]}} if len(shares) == 5 else box
    if len(shares) < 6 or len(shares) % 2:
        raise BadItem(f"{where}: {len(shares)} numbers are neither a box (4) nor a polygon (6, 8, ...)")
    ring = [[x * width, y * height] for x, y in zip(shares[0::2], shares[1::2], strict=True)]
    return {"kind": "polygon", "rings": [ring]}


class YoloWriter:
    """``images/``, ``labels/`` (by split where items have one) and ``data.yaml`` in a folder."""

    name = "yolo"
    suffix = ""

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        sheet = _Sheet(path, Album(path / "images"))
        for record in records:
            try:
                yield from sheet.add(parts(record))
            except Refused as error:
                yield left_out(record, error)
        sheet.finish()


@dataclass(slots=True)
class _Sheet:
    """A YOLO folder that is being written. classes: number by name, in the order in which they were first seen."""

    path: Path
    album: Album
    classes: dict[str, int] = field(default_factory=dict)
    splits: dict[str, None] = field(default_factory=dict)

    def add(self, found: Parts) -> Iterator[Loss]:
        record, image = found.record, needed_image(found, "YOLO")
        size = size_of(image)
        if size is None:
            raise BadItem("YOLO writes shares of the image's size, which is not known here")
        yield from found.lost("YOLO", keeps=frozenset(("key", "regions", "split")))
        value, losses = one_of(found.regions, "YOLO", "regions", record.line)
        yield from losses
        split = _SAFE.sub("_", str((record.meta or {}).get("split") or ""))
        self.splits[split] = None
        name = self.album.name(record, image, split)
        yield from self.album.put(found, name, split)
        if value is None:
            return
        rows = []
        for region in value.regions:
            rows += self._row(region, size)
            yield from _lost(record.line, region)
        folder = self.path / "labels" / split
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{PurePosixPath(name).stem}.txt").write_text("".join(rows), "utf-8")

    def finish(self) -> None:
        named = [f"{split or 'train'}: images/{split}\n" for split in self.splits]
        listed = [f"  {number}: {json.dumps(name, ensure_ascii=False)}\n" for name, number in self.classes.items()]
        text = "".join(["path: .\n", *named, f"nc: {len(self.classes)}\n", "names:\n", *listed])
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "data.yaml").write_text(text, "utf-8")

    def _row(self, region: Region, size: tuple[int, int]) -> list[str]:
        width, height = size
        if region.kind == "box":
            x, y, wide, high = region.numbers
            shares = [(x + wide / 2) / width, (y + high / 2) / height, wide / width, high / height]
        elif region.kind == "polygon" and len(region.cuts) == 1:
            shares = [n / (height if i % 2 else width) for i, n in enumerate(region.numbers)]
        else:
            return []
        number = self.classes.setdefault(region.label, len(self.classes))
        return [f"{number} {' '.join(f'{share:.12g}' for share in shares)}\n"]


def _lost(line: int, region: Region) -> Iterator[Loss]:
    if region.kind not in ("box", "polygon"):
        yield Loss(line, f"YOLO has no place for a {region.kind}")
    elif region.kind == "polygon" and len(region.cuts) > 1:
        yield Loss(line, "YOLO has no place for a polygon of several rings")
    for name, _ in region.attributes:
        yield Loss(line, f"YOLO has no place for the attribute {name!r}")


def _is_yolo(opened: tree.Source, first: Sequence[tree.Entry]) -> bool:
    texts = [e for e in first if tree.suffix(e) == ".txt" and not e.error and e.parts[-1] not in _LISTS]
    pictures = any(tree.suffix(e) in IMAGE_SUFFIXES for e in first)
    named = any(e.parts[-1] in _LISTS for e in first)
    filled = (raw for e in texts[:20] if (raw := opened.read(e, MAX_LABELS_FILE).strip()))
    row = next(filled, None)
    return bool(_ROW.fullmatch(row.splitlines()[0])) if row else bool(texts and pictures and named)
