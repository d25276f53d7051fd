from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from scipy import ndimage

from handloom.core.errors import Malformed
from handloom.core.ids import digest
from handloom.dataset import Plain, apply, diff
from handloom.dataset.corrections import read, versions
from tests import realdata


def test_all_corrections_of_conll_2003_are_typed_changes() -> None:
    rows = pq.read_table(realdata.path("ner/conll2003_ibm_corrections.parquet")).to_pylist()
    found = read(rows, ("fold", "doc"))
    assert len(found) == 1407
    assert Counter(one.told for one in found) == {
        "Tag": 771, "Sentence": 198, "Wrong": 144, "Missing": 122, "Span": 84, "Token": 58, "Both": 30,
    }  # fmt: skip
    # The log is made by hand: where its word and its spans do not fit, that is told and the word is kept.
    assert sum(not one.agrees for one in found) == 17
    before, after = versions(found)
    changed = list(diff({k: Plain(v) for k, v in before.items()}, {k: Plain(v) for k, v in after.items()}))
    assert {change.key for change in changed} <= set(before)
    assert apply({k: Plain(v) for k, v in before.items()}, changed) == {k: Plain(v) for k, v in after.items()}
    inside = Counter(part.kind for change in changed for part in change.parts)
    told = Counter(one.part.kind for one in found if one.agrees)
    # Only documents whose spans are corrected once each can be compared one to one; the sums still have to be close.
    assert abs(inside["tag"] - told["tag"]) <= 20
    assert inside["wrong"] >= told["wrong"] - 20


def test_a_log_that_makes_no_sense_is_refused() -> None:
    row = {
        "doc": 1,
        "old_begin": 1,
        "old_end": 2,
        "old_type": "PER",
        "new_begin": None,
        "new_end": None,
        "new_type": None,
    }
    with pytest.raises(Malformed, match="line 1 names the kind 'Odd'"):
        read([{**row, "error_type": "Odd"}], ("doc",))
    with pytest.raises(Malformed, match="neither"):
        read([{**row, "old_begin": None, "error_type": "Tag"}], ("doc",))


def regions(raw: bytes) -> dict[str, list[dict[str, object]]]:
    """The nuclei of an instance mask as regions: box, and the digest of what it covers there."""
    mask = np.asarray(Image.open(io.BytesIO(raw))).astype(np.int64)
    found = []
    for number, place in enumerate(ndimage.find_objects(mask), 1):
        if place is not None:
            (top, bottom), (left, right) = ((side.start, side.stop) for side in place)
            covered = np.packbits(mask[place] == number).tobytes()
            found.append({"label": "nucleus", "box": [left, top, right - left, bottom - top], "mask": digest(covered)})
    return {"regions": found}


def test_the_corrected_nuclei_differ_in_the_images_that_were_corrected() -> None:
    archive = zipfile.ZipFile(realdata.path("images/nuclei_instances.zip"))
    names = [name.removeprefix("masks_before/") for name in archive.namelist() if name.startswith("masks_before/")]
    after = {name: Plain(regions(archive.read(f"masks/{name}"))) for name in names}
    before = {name: Plain(regions(archive.read(f"masks_before/{name}"))) for name in names}
    found = list(diff(before, after))
    assert len(found) == 90
    assert {change.kinds for change in found} == {("respanned",)}
    listed = csv.DictReader(io.StringIO(archive.read("index.csv").decode()))
    counts = {
        f"{row['id']}.png": (float(row["nuclei_before"]), float(row["nuclei"]))
        for row in listed
        if row["nuclei_before"]
    }
    for change in found:
        kinds = Counter(part.kind for part in change.parts)
        old, new = counts[str(change.key)]
        assert kinds["missing"] - kinds["wrong"] == new - old
    assert Counter(part.kind for change in found for part in change.parts)["boundary"] > 300
