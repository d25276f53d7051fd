"""Blobs of a bundle that hold more than bytes: packed models, which are looked into, and scores, which number items."""

from __future__ import annotations

import io
import math
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ...core.errors import BadBundle
from ...core.later import later
from .numbers import Column

if TYPE_CHECKING:
    import numpy as np

    from ..blobs import Blobs
else:
    np = later("numpy")


def safe(path: Path) -> None:
    """Raise `BadBundle` for a packed model that would grow or leave its folder when it is unpacked."""
    try:
        with zipfile.ZipFile(path) as pack:
            infos = pack.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise BadBundle(f"the model {path.name[:12]} of the bundle is no packed folder: {error}") from error
    size = path.stat().st_size
    for info in infos:
        name = PurePosixPath(info.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in info.filename or ":" in info.filename:
            raise BadBundle(
                f"the model {path.name[:12]} of the bundle holds {info.filename[:80]!r}, a name outside its folder"
            )
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise BadBundle(
                f"the model {path.name[:12]} of the bundle is compressed; packed models are stored as they are"
            )
    if sum(info.file_size for info in infos) > size:
        raise BadBundle(f"the model {path.name[:12]} of the bundle says to hold more than it is long")


def renumbered(blobs: Blobs, digest: str | None, items: Column) -> str | None:
    """The digest of the same scores under the numbers that items have here; None where they are not to be had.

    Scores are an uncompressed npz with an array ``ids`` (int64) and others that are as long.
    """
    if digest is None or not blobs.has(digest):
        return None
    found = _arrays(blobs.get(digest), digest)
    if "ids" not in found or found["ids"].dtype != np.int64:
        raise BadBundle(f"the scores {digest[:12]} of the bundle do not say which items they are of")
    olds = np.frombuffer(items.olds, dtype=np.int64) if items.olds else np.empty(0, np.int64)
    place = np.searchsorted(olds, found["ids"])
    place[place == len(olds)] = 0
    if found["ids"].size and (not olds.size or not np.array_equal(olds[place], found["ids"])):
        raise BadBundle(f"the scores {digest[:12]} of the bundle are of items that are not in it")
    ids = place.astype(np.int64) + items.base
    if items.news is not None and items.news:
        ids = np.frombuffer(items.news, dtype=np.int64)[place]
    order = np.argsort(ids, kind="stable")
    if any(one.ndim and len(one) != len(ids) for one in found.values()):
        raise BadBundle(f"the scores {digest[:12]} of the bundle are not as many as the items they are of")
    found["ids"] = ids
    sorted_arrays: dict[str, Any] = {name: one[order] if one.ndim else one for name, one in found.items()}
    buffer = io.BytesIO()
    np.savez(buffer, **sorted_arrays)
    return blobs.put(buffer.getvalue())


def _arrays(content: bytes, digest: str) -> dict[str, Any]:
    """Arrays of an npz, none larger than the file: its headers are not to be trusted."""
    found: dict[str, Any] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            for info in pack.infolist():
                if info.compress_type != zipfile.ZIP_STORED or info.file_size > len(content):
                    raise BadBundle(
                        f"the scores {digest[:12]} of the bundle are compressed, or larger than they can be"
                    )
                with pack.open(info) as member:
                    version = np.lib.format.read_magic(member)
                    read = (
                        np.lib.format.read_array_header_1_0
                        if version == (1, 0)
                        else np.lib.format.read_array_header_2_0
                    )
                    shape, _, kind = read(member)
                if kind.hasobject or math.prod(shape) * kind.itemsize > info.file_size:
                    raise BadBundle(f"the scores {digest[:12]} of the bundle are no plain numbers")
                with pack.open(info) as member:
                    found[info.filename.removesuffix(".npy")] = np.lib.format.read_array(member, allow_pickle=False)
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
        raise BadBundle(f"the scores {digest[:12]} of the bundle are damaged: {error}") from error
    return found
