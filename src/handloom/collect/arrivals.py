"""A file that somebody sent: what it is by its content, whatever its name says, and zips that would fill the disk."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from pathlib import Path, PurePath, PurePosixPath

from ..core.errors import BadReference, EmptyInput, Malformed, TooLarge
from . import zips
from .lines import MARKS

HEAD = 64 * 1024
"""Bytes at the beginning that are looked at."""
MAX_ENTRIES = 1_000_000
RATIO = 200
"""How much larger than itself a zip may become: images and texts stay below 20, a bomb is a thousand and more."""
_FREE = 64 * 1024 * 1024
"""Bytes that a small zip may become whatever the ratio."""
_TABLES = frozenset((".csv", ".tsv", ".tab"))
_TEXTS = _TABLES | frozenset((".txt", ".conll", ".conllu", ".iob", ".iob2", ".bio", ".bioes", ".ner"))
_ROWS = _TABLES | frozenset((".jsonl", ".ndjson", ".parquet", ".arrow", ".xlsx"))
_IMAGES = frozenset((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"))
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\r\n")
_MAGIC = {b"PAR1": ".parquet", b"ARROW1": ".arrow"}


def ending(path: Path, name: str) -> str:
    """The ending by which readers know the file at this path, such as ``.csv`` or ``.jsonl.gz``.

    name: what its sender calls it; believed as far as the content allows. Raises `EmptyInput`, `Malformed`.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise EmptyInput(f"{name[:200]} is empty (0 bytes)")
    suffixes = [suffix.lower() for suffix in PurePath(name.replace("\\", "/")).suffixes[-2:]]
    if head.startswith(b"\x1f\x8b"):
        inner = suffixes[-2] if len(suffixes) == 2 and suffixes[-1] == ".gz" else ""
        return _of_text(_unzipped(path, name), inner) + ".gz"
    said = suffixes[-1] if suffixes else ""
    if said == ".gz":
        raise Malformed(f"{name[:200]} ends in .gz but is not a gzip file")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_zip(path, name)
    for magic, suffix in _MAGIC.items():
        if head.startswith(magic):
            return suffix
    if said == ".spacy":
        return said
    if b"\0" in head and not head.startswith(tuple(mark for mark, _ in MARKS)) and not _wide(head):
        raise Malformed(
            f"{name[:200]} is no text and no format that is known: CSV, TSV, JSON, JSON Lines, Parquet, Arrow, Excel, COCO, "
            "CoNLL, spaCy DocBin (.spacy), the exports of other tools, or a zip of VOC, YOLO or class folders"
        )
    return _of_text(head, said)


def settled(path: Path, name: str, limit: int) -> Path:
    """The file under a name by which readers know it, a zip unpacked beside it: what is to be read.

    limit: bytes that a zip may become. Raises as `ending` and `unpacked`.
    """
    suffix = ending(path, name)
    target = path.with_name(f"file{suffix}")
    path.replace(target)
    if suffix != ".zip":
        return target
    found = unpacked(target, target.with_name("unpacked"), limit)
    target.unlink()
    if found.is_dir():
        return found
    suffix = ending(found, found.name)
    if suffix == ".zip":
        raise Malformed(f"{name[:200]} holds nothing but another zip file; send that one")
    return found.replace(found.with_name(f"file{suffix}"))


def check_zip(path: Path, limit: int) -> None:
    """Refuse a zip that would fill the disk or the memory: `TooLarge`. limit: bytes that all of it may become."""
    size = path.stat().st_size
    with zips.opened(path) as pack:
        entries = pack.infolist()
    whole = sum(entry.file_size for entry in entries)
    most = min(limit, max(_FREE, RATIO * size))
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(f"the zip holds {len(entries):,} files; at most {MAX_ENTRIES:,} are taken", limit=MAX_ENTRIES)
    if whole > most:
        raise TooLarge(
            f"the zip of {size:,} bytes would become {whole:,}; at most {most:,} are taken: send it in parts",
            limit=most,
        )


def unpacked(path: Path, into: Path, limit: int) -> Path:
    """The content of a zip as a folder, or as the one file in it, or the one table in it beside images.

    Sizes are counted while unpacking, not believed.

    Raises `BadReference` for a name that leads out of the folder, `TooLarge`, `Malformed`, `EmptyInput`.
    """
    check_zip(path, limit)
    left = min(limit, max(_FREE, RATIO * path.stat().st_size))
    made: list[Path] = []
    with zips.opened(path) as pack:
        for entry in pack.infolist():
            parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
            if (
                entry.is_dir()
                or not parts
                or any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in parts)
            ):
                continue
            if ".." in parts or parts[0] == "/" or ":" in parts[0] or "\0" in entry.filename:
                raise BadReference(f"{entry.filename[:200]!r} leads out of the zip file; nothing of it is taken")
            target = into.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            left -= _unpack(pack, entry, target, left)
            made.append(target)
    if not made:
        raise EmptyInput("there are no files in the zip")
    if len(made) == 1:
        return made[0]
    rows = [file for file in made if file.suffix.lower() in _ROWS]
    if len(rows) == 1 and all(file.suffix.lower() in _IMAGES for file in made if file not in rows):
        return rows[0]  # with the images that it names, if any
    tops = {file.relative_to(into).parts[0] for file in made if len(file.relative_to(into).parts) > 1}
    alone = len(tops) == 1 and all(len(file.relative_to(into).parts) > 1 for file in made)
    return into / tops.pop() if alone else into  # one folder around everything is packing


def _unpack(pack: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int) -> int:
    zips.check(entry)
    size = 0
    try:
        with pack.open(entry) as source, target.open("wb") as file:
            while piece := source.read(1 << 20):
                size += len(piece)
                if size > left:
                    raise TooLarge("the zip becomes larger than it says; it is refused", limit=left)
                file.write(piece)
    except zips.DAMAGED as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's fault and not the file's
            raise
        raise Malformed(f"{entry.filename[:200]} is damaged inside the zip file: {error}") from error
    return size


def _of_zip(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as pack:
            return ".xlsx" if "xl/workbook.xml" in pack.namelist() else ".zip"
    except zips.DAMAGED as error:
        raise Malformed(f"{name[:200]} is not a whole zip file or workbook: {error}") from error


def _of_text(head: bytes, said: str) -> str:
    """A table is believed to be one, since its cells may be anything; what is JSON is told apart from JSON Lines."""
    text = head.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("["):
        return said if said in _TABLES else ".json"
    if text.startswith("{"):
        first = text.split("\n", 1)
        lines = _is_object(first[0]) and (len(first) == 1 or not first[1].strip() or first[1].lstrip().startswith("{"))
        return ".jsonl" if lines and said != ".json" else ".json"
    return said if said in _TEXTS else _table(text)


def _table(text: str) -> str:
    first = text.split("\n", 1)[0]
    if "\t" in first:
        return ".tsv"
    return ".csv" if any(mark in first for mark in ",;|") else ".txt"


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _wide(head: bytes) -> bool:
    """Latin text in UTF-16 without a mark has a zero at every other place, and letters at the others."""
    pairs = [(head[first:2000:2], head[1 - first : 2000 : 2]) for first in (0, 1)]
    return any(zeros.count(0) > 0.4 * len(zeros) and not set(others) & _CONTROLS for zeros, others in pairs)


def _unzipped(path: Path, name: str) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise Malformed(f"{name[:200]} is not a whole gzip file: {error}") from error
