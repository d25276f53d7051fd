"""The file of a bundle: a zip archive whose members are stored as they are, so that none can grow when it is read.

    rows/TABLE.jsonl     first line: names of the columns; then one JSON array a row
    blobs/AB/ABCDEF...   bytes, named by their BLAKE2b-160 digest
    manifest.json        last: format, schema, whose project, and rows, bytes and SHA-256 of every table

Written front to back without going back, read by its directory.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...core.errors import BadBundle, HandloomError

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST = 4 * 1024 * 1024
MAX_LINE = 128 * 1024 * 1024
"""A row with a text of some ten million characters fits."""
BLOCK = 1024 * 1024
_STAMP = (1980, 1, 1, 0, 0, 0)  # a fixed time, so that equal content gives equal bytes
_ROWS = re.compile(r"rows/([a-z_]{1,40})\.jsonl")
_BLOB = re.compile(r"blobs/([0-9a-f]{2})/(\1[0-9a-f]{38})")


class Pieces(io.RawIOBase):
    """A file that is handed on while it is written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        piece, self._pieces = b"".join(self._pieces), []
        return piece


class Making:
    """A bundle being written into ``sink``; `finish` makes it one."""

    def __init__(self, sink: io.RawIOBase, about: Mapping[str, Any]) -> None:
        self._zip = zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True)
        self._about = dict(about)
        self._tables: dict[str, dict[str, Any]] = {}
        self._blobs, self._blob_bytes = 0, 0

    @contextmanager
    def table(self, name: str, columns: Sequence[str]) -> Iterator[Table]:
        """A table to write lines into."""
        info = zipfile.ZipInfo(f"rows/{name}.jsonl", _STAMP)
        with self._zip.open(info, "w", force_zip64=True) as file:
            made = Table(file)
            made.header(columns)
            yield made
        self._tables[name] = made.about()

    @contextmanager
    def blob(self, digest: str) -> Iterator[Any]:
        """A blob to write bytes into."""
        info = zipfile.ZipInfo(f"blobs/{digest[:2]}/{digest}", _STAMP)
        with self._zip.open(info, "w", force_zip64=True) as file:
            yield file
        self._blobs += 1
        self._blob_bytes += info.file_size

    def finish(self, **more: Any) -> dict[str, Any]:
        """Write the manifest; returns it."""
        blobs = {"count": self._blobs, "bytes": self._blob_bytes}
        manifest = {"format": FORMAT, **self._about, "tables": self._tables, "blobs": blobs, **more}
        self._zip.writestr(zipfile.ZipInfo(MANIFEST, _STAMP), json.dumps(manifest, indent=1))
        self._zip.close()
        return manifest


class Table:
    """The rows of one table as they are written."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._sum = hashlib.sha256()
        self._rows, self._bytes = 0, 0

    def header(self, columns: Sequence[str]) -> None:
        self._put((json.dumps(list(columns)) + "\n").encode())

    def add(self, lines: Sequence[str]) -> None:
        """Rows as JSON arrays, one each."""
        if lines:
            self._put(("\n".join(lines) + "\n").encode())
            self._rows += len(lines)

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._sum.update(data)
        self._bytes += len(data)

    def about(self) -> dict[str, Any]:
        return {"rows": self._rows, "bytes": self._bytes, "sha256": self._sum.hexdigest()}


class Bundle:
    """A bundle opened for reading. Raises `BadBundle` for whatever is wrong with the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: list[io.BufferedReader] = []
        try:
            size = path.stat().st_size
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise BadBundle(f"there is no file {path}") from None
        except IsADirectoryError:
            raise BadBundle(f"{path} is a folder, not a bundle") from None
        except (zipfile.BadZipFile, OSError, ValueError, struct.error, EOFError, NotImplementedError) as error:
            raise BadBundle(f"{path.name} is no bundle, or was cut off on its way: {error}") from error
        try:
            self._members = _checked(path, size, self._zip.infolist())
            self.manifest = self._read_manifest()
        except BaseException:
            self._zip.close()
            raise

    def _read_manifest(self) -> dict[str, Any]:
        info = self._members.get(MANIFEST)
        if info is None or info.file_size > MAX_MANIFEST:
            raise BadBundle(
                f"{self.path.name} has no manifest.json of a bundle; was it made by: handloom bundle export?"
            )
        try:
            with reading(self.path):
                found = json.loads(self._zip.read(info))
            tables = {str(name): dict(about) for name, about in found["tables"].items()}
            blobs = int(found["blobs"]["count"])
            format, _ = int(found["format"]), str(found["schema"])
            _ = str(found["project"]["name"]), str(found["project"]["salt"])
            told = {name: (int(t["rows"]), int(t["bytes"]), str(t["sha256"])) for name, t in tables.items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadBundle(f"the manifest of {self.path.name} is damaged: {error!r}") from error
        if format > FORMAT:
            raise BadBundle(
                f"{self.path.name} has format {format}, this handloom reads up to {FORMAT}; install a newer handloom",
                format=format,
            )
        there = {m[1] for name in self._members if (m := _ROWS.fullmatch(name))}
        if there != set(told):
            raise BadBundle(
                f"{self.path.name} does not hold the tables that its manifest names: {sorted(there ^ set(told))}"
            )
        for name, (_, size, _) in told.items():
            if self._members[f"rows/{name}.jsonl"].file_size != size:
                raise BadBundle(f"table {name} of {self.path.name} is not as long as its manifest says")
        if sum(1 for _ in self.blobs()) != blobs:
            raise BadBundle(f"{self.path.name} does not hold the {blobs} blobs that its manifest counts")
        return found

    @property
    def tables(self) -> Mapping[str, Mapping[str, Any]]:
        """What the manifest says of each table: rows, bytes, sha256."""
        return self.manifest["tables"]

    def lines(self, name: str) -> Iterator[bytes]:
        """Lines of a table, the header first. At the end the digest is compared with the manifest."""
        found = hashlib.sha256()
        with reading(self.path), self._opened(name) as file:
            while line := file.readline(MAX_LINE):
                if not line.endswith(b"\n"):
                    raise BadBundle(f"table {name} of {self.path.name} has a line that is cut off or too long")
                found.update(line)
                yield line
        if found.hexdigest() != self.tables[name]["sha256"]:
            raise BadBundle(f"table {name} of {self.path.name} is not what its SHA-256 says: somebody changed the file")

    def columns(self, name: str) -> list[str]:
        """The columns that a table has in this bundle."""
        with reading(self.path), self._opened(name) as file:
            line = file.readline(1024 * 1024)
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if (
            not isinstance(found, list)
            or not all(isinstance(one, str) for one in found)
            or len(set(found)) < len(found)
        ):
            raise BadBundle(f"table {name} of {self.path.name} does not begin with the names of its columns")
        return found

    def _opened(self, name: str) -> io.BufferedReader:
        member: Any = self._zip.open(self._members[f"rows/{name}.jsonl"])
        opened = io.BufferedReader(member, BLOCK)
        self._open.append(opened)
        return opened

    def blobs(self) -> Iterator[str]:
        """Digests of the blobs in the file."""
        for name in self._members:
            if found := _BLOB.fullmatch(name):
                yield found[2]

    def blob(self, digest: str) -> Iterator[bytes]:
        """The bytes of a blob, in pieces; whoever stores them compares the digest."""
        with reading(self.path), self._zip.open(self._members[f"blobs/{digest[:2]}/{digest}"]) as file:
            while piece := file.read(BLOCK):
                yield piece

    def close(self) -> None:
        """Let go of the file, also where somebody stopped in the middle of a table."""
        for one in self._open:
            one.close()
        self._zip.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()


def _checked(path: Path, size: int, infos: Sequence[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Members by name: only names of a bundle, each once, none compressed or hidden, and together no more than the file."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.filename
        if name != MANIFEST and not _ROWS.fullmatch(name) and not _BLOB.fullmatch(name):
            raise BadBundle(
                f"{path.name} holds {name[:80]!r}, which no bundle does: it was cut off, or is something else",
                member=name[:200],
            )
        if name in found:
            raise BadBundle(f"{path.name} holds {name} twice", member=name)
        if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size or info.flag_bits & 1:
            raise BadBundle(
                f"{name} in {path.name} is compressed or encrypted; a bundle stores its members as they are"
            )
        found[name] = info
    if sum(info.file_size for info in infos) > size:
        raise BadBundle(f"{path.name} says to hold more than it is long: it was made to harm, or cut off")
    return found


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Says what is wrong with an archive that cannot be read to its end."""
    try:
        yield
    except HandloomError:
        raise
    except (zipfile.BadZipFile, EOFError, struct.error, NotImplementedError, RuntimeError) as error:
        raise BadBundle(f"{path.name} is damaged: {error}") from error
