"""Whatever text and spans there are: writing and reading gives them back, or says what it left out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handloom.collect import bio, record_digest, rle
from handloom.core import registry
from handloom.core.protocols import Record
from handloom.core.shapes import Span


@st.composite
def texts(draw: st.DrawFn) -> Record:
    words = draw(st.text("ab é😀\n\t.", min_size=1, max_size=20).filter(str.strip))
    edges = st.integers(0, len(words))
    pairs = draw(st.lists(st.tuples(edges, edges).map(sorted).filter(lambda p: p[0] < p[1]), max_size=4))
    spans = [{"start": start, "end": end, "label": draw(st.sampled_from("AB"))} for start, end in pairs]
    return Record(1, {"text": words}, labels={"spans": {"spans": spans}})


@pytest.mark.parametrize("name", ["docbin", "prodigy", "doccano", "labelstudio", "argilla", "conll", "parquet", "csv"])
@given(record=texts())
@settings(max_examples=60, deadline=None)
def test_text_and_spans_come_back_or_the_loss_is_told(name: str, record: Record) -> None:
    writer, reader = registry.find("writers", name), registry.find("readers", name)
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"made{writer.suffix}"
        losses = list(writer.write(iter([record]), target, {}))
        options = {"fields": {"text": "text"}, "also": {"spans": "spans"}} if name in ("parquet", "csv") else {}
        back = list(reader.read(target, options))
    assert len(back) == 1
    assert back[0].data == record.data
    assert record_digest(back[0]) == record_digest(record) or losses


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 6))
def test_masks_come_back_from_their_runs_and_from_brushes(bits: list[bool], height: int) -> None:
    pixels = np.resize(np.array(bits), (height, max(1, len(bits) // height)))
    counts = rle.from_pixels(pixels)
    assert (rle.to_pixels(pixels.shape, counts) == pixels).all()
    packed = rle.to_brush(pixels.shape, counts)
    assert rle.from_brush(packed, pixels.shape[1], pixels.shape[0]) == counts


@pytest.mark.parametrize("scheme", bio.SCHEMES)
@given(data=st.data())
def test_tags_say_the_spans_again(scheme: str, data: st.DataObject) -> None:
    tokens = data.draw(st.lists(st.sampled_from(["a", "bb"]), min_size=1, max_size=8))
    _, bounds = bio.joined(tokens)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(tokens)), max_size=6)))
    spans = [
        Span(bounds[first][0], bounds[last - 1][1], data.draw(st.sampled_from("AB")))
        for first, last in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    tags, lost = bio.encode(spans, bounds, scheme)
    back = [Span(one["start"], one["end"], one["label"]) for one in bio.decode(tags, bounds)]
    assert back == spans or (scheme == "IO" and lost)
