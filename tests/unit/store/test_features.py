from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from handloom.core.arrays import Features
from handloom.core.errors import WorkspaceLocked
from handloom.store.features import FeatureFolder, siblings


def made(n: int, start: int, *, is_sparse: bool) -> Features:
    rng = np.random.default_rng(start)
    dense = rng.random((n, 6)).astype(np.float32) * (rng.random((n, 6)) < 0.4)
    vectors = rng.random((n, 3)).astype(np.float32)
    return Features(sparse.csr_matrix(dense) if is_sparse else dense, vectors)


def dense(features: Features) -> np.ndarray:
    return features.matrix.toarray() if sparse.issparse(features.matrix) else np.asarray(features.matrix)


@pytest.fixture
def place(tmp_path: Path) -> FeatureFolder:
    folder = FeatureFolder(tmp_path / "p1-abc")
    folder.lock().release()
    return folder


@pytest.mark.parametrize("is_sparse", [True, False])
def test_what_is_appended_in_parts_reads_as_one(place: FeatureFolder, is_sparse: bool) -> None:
    place.start("e" * 40, 10)
    parts = [made(n, start, is_sparse=is_sparse) for n, start in ((4, 1), (1, 5), (7, 6))]
    ids = 1
    for part in parts:
        n = len(part)
        place.append(list(range(ids, ids + n)), [k % 2 == 0 for k in range(n)], part, f"content {ids}")
        ids += n
    pool = place.load()
    assert pool.ids.tolist() == list(range(1, 13))
    assert pool.tests.dtype == bool
    np.testing.assert_array_equal(dense(pool.features), np.concatenate([dense(part) for part in parts]))
    np.testing.assert_array_equal(pool.features.vectors, np.concatenate([part.vectors for part in parts]))
    np.testing.assert_array_equal(dense(pool.features.take([11, 0])), dense(pool.features)[[11, 0]])
    assert place.state is not None
    assert (place.state.rows, place.state.newest, place.state.content) == (12, 12, "content 6")


@pytest.mark.parametrize("is_sparse", [True, False])
def test_an_append_that_was_cut_off_leaves_no_trace(place: FeatureFolder, is_sparse: bool) -> None:
    place.start("e" * 40, 10)
    place.append([1, 2], [False, True], made(2, 1, is_sparse=is_sparse), "a")
    before = dense(place.load().features)
    state = (place.folder / "state.json").read_bytes()
    place.append([3, 4], [False, True], made(2, 9, is_sparse=is_sparse), "b")
    (place.folder / "state.json").write_bytes(state)  # as if the process had died before saying that it was done
    np.testing.assert_array_equal(dense(place.load().features), before)
    place.append([3], [False], made(1, 4, is_sparse=is_sparse), "c")
    assert place.load().ids.tolist() == [1, 2, 3]
    np.testing.assert_array_equal(dense(place.load().features)[2:], dense(made(1, 4, is_sparse=is_sparse)))


def test_only_one_process_appends(place: FeatureFolder) -> None:
    lock = place.lock()
    with pytest.raises(WorkspaceLocked):
        place.lock()
    lock.release()
    place.lock().release()


def test_another_project_with_the_same_items_takes_them_over(place: FeatureFolder) -> None:
    place.start("e" * 40, 2)
    place.append([1, 2], [False, True], made(2, 1, is_sparse=True), "same")
    other = FeatureFolder(place.folder.parent / "p2-abc")
    other.lock().release()
    assert [found.folder.name for found in siblings(place.folder.parent, "abc")] == ["p1-abc"]
    state = other.adopt(place, [11, 12], [True, False])
    assert (state.newest, state.rows, state.encoder) == (12, 2, "e" * 40)
    assert other.load().ids.tolist() == [11, 12]
    assert other.load().tests.tolist() == [True, False]
    np.testing.assert_array_equal(dense(other.load().features), dense(place.load().features))


def test_a_damaged_state_counts_as_none(place: FeatureFolder) -> None:
    assert place.state is None
    (place.folder / "state.json").write_text("{")
    assert place.state is None
