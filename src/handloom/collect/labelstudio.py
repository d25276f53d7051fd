"""Label Studio JSON: tasks with annotations and predictions; each control of the project is a task of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.errors import BadItem, EmptyInput, HandloomError, NotFound
from ..core.ids import canonical
from ..core.protocols import Bad, Loss, Record
from . import json_text, tree
from .json_rows import objects_of
from .json_stream import first_object, is_array
from .labelstudio_results import written
from .labelstudio_values import Given, values_of
from .out import json_array
from .parts import Parts, empty_of, with_empty
from .pictures import NOT_FOUND, Pictures

_MARKS = frozenset(("annotations", "completions", "predictions"))
_IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
_TASK = frozenset(("id", "data", "annotations", "completions", "predictions", "meta"))


class LabelStudioReader:
    """The export "JSON" (an array of tasks). Options: ``task``, the name that the first control gets (else each keeps
    its own), ``images`` (a folder with the images).

    The label of a control is the value of the annotation marked as ground truth, else the one that most annotations
    have. All annotations and predictions are kept in meta as ``annotations`` and ``predictions``; cancelled ones are
    marked there and give no label. Controls of other kinds (ratings, texts) are kept as they stand in meta, ``results``.
    """

    name = "labelstudio"

    def matches(self, path: Path) -> bool:
        if path.suffix.lower() != ".json" or not path.is_file() or not is_array(path):
            return False
        first = first_object(path) or {}
        return isinstance(first.get("data"), dict) and bool(_MARKS & set(first))

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]:
        """Raises `NotFound`, `EmptyInput`, `Malformed` for JSON that breaks off at its first task."""
        if not path.exists():
            raise NotFound("file", path)
        pictures = None
        if options.get("images"):
            folder = tree.Folder(Path(options["images"]))
            pictures = Pictures(folder, folder.entries())
        reading = _Reading(options.get("task"), pictures)
        number = 0
        for one in objects_of(path):
            if isinstance(one, Bad):
                yield one
                continue
            number = max(number + 1, one.line)
            try:
                yield reading.record(number, one.value)
            except HandloomError as error:
                yield Bad(number, type(error)(f"task at line {one.line}: {error.message}", line=one.line))
        if not number:
            raise EmptyInput(f"{path.name} holds no tasks")


class _Reading:
    """One pass over an export. task: what the control that is seen first is called."""

    def __init__(self, task: str | None, pictures: Pictures | None) -> None:
        self._task = task
        self._first: str | None = None
        self._pictures = pictures

    def record(self, line: int, row: Any) -> Record:
        given = row.get("data") if isinstance(row, Mapping) else None
        if not isinstance(given, Mapping) or not given:
            raise BadItem('it has no "data"')
        said_as = "annotations" if row.get("annotations") else "completions"
        annotations = json_text.mappings(row.get(said_as), said_as)
        predictions = json_text.mappings(row.get("predictions"), "predictions")
        losses: list[str] = []
        size = _size((*annotations, *predictions))
        data, media = self._data(given, size, losses)
        said = [values_of(one.get("result"), given, losses) for one in annotations]
        guessed = [values_of(one.get("result"), given, losses) for one in predictions]
        meta = dict(row["meta"]) if isinstance(row.get("meta"), Mapping) else {}
        key = meta.pop("key", row.get("id"))
        if len(annotations) > 1 or any(one.get("was_cancelled") for one in annotations):
            meta["annotations"] = [_kept(one, value) for one, value in zip(annotations, said, strict=True)]
        if predictions:
            meta["predictions"] = [_kept(one, value) for one, value in zip(predictions, guessed, strict=True)]
        counted = [i for i, one in enumerate(annotations) if not one.get("was_cancelled")]
        labels = self._labels([said[i] for i in counted], [annotations[i] for i in counted])
        with_empty(labels, meta.pop("empty", None))
        rest = said[counted[0]].rest if counted else []
        if rest:
            meta["results"] = rest
        named = None if key is None else str(key)
        return Record(line, data, named, labels or None, meta or None, media, tuple(dict.fromkeys(losses)))

    def _data(
        self, given: Mapping[str, Any], size: tuple[int, int] | None, losses: list[str]
    ) -> tuple[dict[str, Any], dict[str, bytes] | None]:
        """Fields; addresses of images become references, with the size that annotations tell."""
        data: dict[str, Any] = dict(given)
        media: dict[str, bytes] = {}
        for name, value in given.items():
            if not isinstance(value, str) or not _is_address(value):
                continue
            reference: dict[str, Any] = {"url" if "://" in value[:10] else "path": value}
            if size:
                reference |= {"width": size[0], "height": size[1]}
            data[name] = reference
            # Label Studio puts eight digits and a dash in front of the name of what was uploaded.
            plain = value.split("?d=")[-1].rsplit("/", 1)[-1]
            entry = self._pictures.find(plain, plain.partition("-")[2]) if self._pictures else None
            if entry is None:
                losses.append(NOT_FOUND)
            else:
                assert self._pictures is not None
                read, bytes_ = self._pictures.read(entry)
                data[name], media[name] = read["image"], bytes_["image"]
        return data, media or None

    def _labels(self, said: Sequence[Given], annotations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        labels: dict[str, Any] = {}
        for control in dict.fromkeys(name for one in said for name in one.labels):
            if self._first is None:
                self._first = control
            values = [one.labels[control] for one in said if control in one.labels]
            truth = [
                one.labels[control]
                for one, a in zip(said, annotations, strict=True)
                if a.get("ground_truth") and control in one.labels
            ]
            texts = [canonical(value) for value in values]
            most = max(range(len(texts)), key=lambda i: (texts.count(texts[i]), -i))
            name = self._task if self._task and control == self._first else control
            labels[name] = truth[0] if truth else values[most]
        return labels


def _is_address(value: str) -> bool:
    """Whether this is the place of an image and not a text that ends like one."""
    plain = value.split("?d=")[-1]
    return len(value) < 2000 and not any(map(str.isspace, value)) and plain.lower().endswith(_IMAGE_ENDINGS)


def _kept(one: Mapping[str, Any], value: Given) -> dict[str, Any]:
    """An annotation or prediction in meta: its labels, and who gave it, how long it took, how sure it is."""
    kept: dict[str, Any] = {"labels": value.labels}
    by = one.get("completed_by")
    told = {
        "by": by.get("email") or by.get("id") if isinstance(by, Mapping) else by,
        "model": one.get("model_version") or None,
        "score": one.get("score"),
        "seconds": one.get("lead_time"),
        "cancelled": one.get("was_cancelled") or None,
        "ground_truth": one.get("ground_truth") or None,
    }
    return kept | {name: told_ for name, told_ in told.items() if told_ is not None}


def _size(annotations: Iterable[Mapping[str, Any]]) -> tuple[int, int] | None:
    for annotation in annotations:
        for one in json_text.mappings(annotation.get("result"), "result"):
            width, height = one.get("original_width"), one.get("original_height")
            if isinstance(width, int) and isinstance(height, int) and width > 0 < height:
                return width, height
    return None


class LabelStudioWriter:
    """Tasks for "Import": labels become an annotation (unless meta has several), ``predictions`` of meta predictions."""

    name = "labelstudio"
    suffix = ".json"

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]:
        return json_array(records, path, _task)


def _task(found: Parts) -> tuple[dict[str, Any], Iterable[Loss]]:
    record = found.record
    losses = list(found.lost("Label Studio", keeps=frozenset(("key", "meta", "choice", "spans", "regions", "fields"))))
    data: dict[str, Any] = {}
    for name, value in record.data.items():
        if isinstance(value, Mapping) and ("path" in value or "url" in value or "blob" in value):
            data[name] = str(value.get("url") or value.get("path") or record.key or value.get("blob"))
            if record.media and name in record.media:
                losses.append(
                    Loss(record.line, "the bytes of images are not in the JSON; upload the images or serve them")
                )
        else:
            data[name] = value
    meta = dict(record.meta or {})
    several = meta.pop("annotations", None)
    predictions = meta.pop("predictions", None)
    rest = meta.pop("results", None) or []
    if isinstance(several, list):
        annotations = [_annotation(found, one, losses) for one in several if isinstance(one, Mapping)]
    elif record.labels or rest:
        annotations = [{"result": written(found, record.labels or {}, losses)}]
    else:
        annotations = []
    if annotations and isinstance(rest, list):
        annotations[0]["result"] = [*annotations[0]["result"], *rest]
    row: dict[str, Any] = {}
    if record.key is not None and record.key.isascii() and record.key.isdigit():
        row["id"] = int(record.key)
    elif record.key is not None:
        meta["key"] = record.key
    row |= {"data": data, "annotations": annotations}
    row["predictions"] = [
        _annotation(found, one, losses)
        for one in (predictions if isinstance(predictions, list) else ())
        if isinstance(one, Mapping)
    ]
    if empty := empty_of(found):
        meta["empty"] = empty
    if meta:
        row["meta"] = meta
    return row, losses


def _annotation(found: Parts, one: Mapping[str, Any], losses: list[Loss]) -> dict[str, Any]:
    """What `_kept` made, the way back."""
    names = {
        "model": "model_version",
        "score": "score",
        "seconds": "lead_time",
        "cancelled": "was_cancelled",
        "ground_truth": "ground_truth",
    }
    made: dict[str, Any] = {"result": written(found, one.get("labels") or {}, losses)}
    by = one.get("by")
    if isinstance(by, int):
        made["completed_by"] = by
    elif isinstance(by, str):
        made["completed_by"] = {"email": by}
    return made | {there: one[here] for here, there in names.items() if here in one}
