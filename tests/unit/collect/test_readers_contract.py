"""Every built-in reader keeps the contract of readers."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from handloom.core import registry
from handloom.core.protocols import Reader
from handloom.testing import ReaderContract

TEXT = {"fields": {"text": "text"}, "label": "label", "task": "mail"}


def png(shade: int, size: tuple[int, int] = (4, 4)) -> bytes:
    out = BytesIO()
    Image.new("L", size, shade).save(out, "PNG")
    return out.getvalue()


class TestCsv(ReaderContract):
    def reader(self) -> Reader:
        return registry.find("readers", "csv")

    def good(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        path = folder / "good.csv"
        path.write_text('text,label\nhello,ham\n"win, now",spam\n"two\nlines",ham\n', "utf-8")
        return path, TEXT, 3

    def broken(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        path = folder / "broken.csv"
        path.write_text("text,label\nhello,ham\na,b,c\n,ham\nbye,ham\n", "utf-8")
        return path, TEXT, 2

    def empty(self, folder: Path) -> Path:
        path = folder / "empty.csv"
        path.write_bytes(b"")
        return path


class TestJsonLines(ReaderContract):
    def reader(self) -> Reader:
        return registry.find("readers", "jsonl")

    def good(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        path = folder / "good.jsonl"
        lines = [
            {"key": "a", "data": {"text": "x"}, "labels": {"mail": "ham"}},
            {"data": {"text": "y"}, "meta": {"n": 1}},
        ]
        path.write_text("\n".join(map(json.dumps, lines)) + "\n\n", "utf-8")
        return path, {}, 2

    def broken(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        path = folder / "broken.jsonl"
        path.write_text('{"data": {"text": "x"}}\n{oops\n[1]\n{"data": {}}\n{"data": {"text": NaN}}\n', "utf-8")
        return path, {}, 1

    def empty(self, folder: Path) -> Path:
        path = folder / "empty.jsonl"
        path.write_text("\n\n")
        return path


class TestParquet(ReaderContract):
    def reader(self) -> Reader:
        return registry.find("readers", "parquet")

    def good(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        path = folder / "good.parquet"
        pq.write_table(pa.table({"text": ["a", "b"], "label": [0, 1], "image": [png(1), png(2)]}), path)
        return path, TEXT, 2

    def broken(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        path = folder / "broken.parquet"
        pq.write_table(pa.table({"text": ["a", None, "c"], "label": ["x", "y", "z"]}), path)
        return path, TEXT, 2

    def empty(self, folder: Path) -> Path:
        path = folder / "empty.parquet"
        pq.write_table(pa.table({"text": pa.array([], pa.string())}), path)
        return path


class TestImageFolder(ReaderContract):
    def reader(self) -> Reader:
        return registry.find("readers", "images")

    def good(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        for name, shade in (("cat/1.png", 1), ("cat/2.png", 2), ("dog/1.png", 3)):
            (folder / "good" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "good" / name).write_bytes(png(shade))
        return folder / "good", {"task": "animal"}, 3

    def broken(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        path, options, count = self.good(folder)
        (path / "cat" / "3.png").write_bytes(png(9)[:-20])
        (path / "cat" / "4.jpg").write_bytes(b"")
        (path / "cat" / "notes.pdf").write_bytes(b"%PDF")
        return path, options, count

    def empty(self, folder: Path) -> Path:
        (folder / "nothing").mkdir()
        return folder / "nothing"


class TestZipOfImages(TestImageFolder):
    def good(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        return self._zipped(folder, "good.zip", super().good)

    def broken(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        return self._zipped(folder, "broken.zip", super().broken)

    def empty(self, folder: Path) -> Path:
        path = folder / "empty.zip"
        zipfile.ZipFile(path, "w").close()
        return path

    def _zipped(self, folder: Path, name: str, make: Any) -> tuple[Path, Mapping[str, Any], int]:
        inner = folder / "inner"
        # `broken` of the folder reader calls `good`, which here is this class's own.
        made = TestImageFolder.good(self, inner) if make.__name__ == "good" else self._broken(inner)
        path = folder / name
        with zipfile.ZipFile(path, "w") as out:
            for file in sorted(made[0].rglob("*")):
                out.write(file, file.relative_to(made[0]))
        return path, made[1], made[2]

    def _broken(self, inner: Path) -> tuple[Path, Mapping[str, Any], int]:
        path, options, count = TestImageFolder.good(self, inner)
        (path / "cat" / "3.png").write_bytes(png(9)[:-20])
        return path, options, count


class TestTextFolder(ReaderContract):
    def reader(self) -> Reader:
        return registry.find("readers", "texts")

    def good(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        for name in ("ham/1.txt", "spam/1.txt"):
            (folder / "good" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "good" / name).write_text(f"\ufeffwords of {name}", "utf-8")
        return folder / "good", {"task": "mail"}, 2

    def broken(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        path, options, count = self.good(folder)
        (path / "ham" / "2.txt").write_bytes(b"caf\xe9")
        (path / "ham" / "3.txt").write_text("  \n")
        return path, options, count

    def empty(self, folder: Path) -> Path:
        (folder / "nothing").mkdir()
        return folder / "nothing"
