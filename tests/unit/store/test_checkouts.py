"""Checkouts of versions in a folder, and in an object store."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from handloom.core.errors import Unavailable
from handloom.store import Store, checkouts, commits
from handloom.store.commits import Commit
from tests.workspaces import new_store

from ..operations.desk import Desk


@pytest.fixture
def memory() -> Iterator[str]:
    """An object store in this process."""
    yield "memory://handloom-test/checkouts"
    fsspec.filesystem("memory").store.clear()


def _store(folder: Path, url: str | None) -> tuple[Store, Commit]:
    store = new_store(folder, checkouts=url)
    Desk(store, n=9, known=6).project.dataset.commit("first")
    with store.read() as connection:
        found = commits.newest(connection, 1)
    assert found is not None
    return store, found


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_checkout_is_kept_where_the_workspace_says(tmp_path: Path, memory: str, kind: str) -> None:
    url = memory if kind == "memory" else (tmp_path / "objects").as_uri()
    store, commit = _store(tmp_path / "w", url)
    made = checkouts.table(store, commit)
    files, root = fsspec.core.url_to_fs(url)
    name = f"{root}/{commit.digest[:2]}/{commit.digest}.1.parquet"
    assert files.find(root) == [name]
    assert not list((tmp_path / "w" / "blobs").rglob("*.parquet"))
    assert checkouts.table(store, commit).equals(made)
    checkouts.place(store).forget(2)
    assert files.exists(name)
    checkouts.place(store).forget(1)
    assert not files.exists(name)
    store.close()
    with Store.open(tmp_path / "w") as again:
        assert again.checkouts == url


def test_the_environment_says_it_for_one_process(tmp_path: Path, memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, commit = _store(tmp_path / "w", None)
    with store:
        checkouts.table(store, commit)
        assert len(list((tmp_path / "w" / "blobs" / "checkouts").rglob("*.parquet"))) == 1
        monkeypatch.setenv(checkouts.ENVIRONMENT, memory)
        checkouts.table(store, commit)
        assert len(fsspec.filesystem("memory").find("handloom-test")) == 1
        checkouts.place(store).forget(1)
    assert "checkouts" not in json.loads((tmp_path / "w" / "workspace.json").read_text("utf-8"))


def test_a_damaged_or_unreachable_object_costs_time_only(
    tmp_path: Path, memory: str, caplog: pytest.LogCaptureFixture
) -> None:
    store, commit = _store(tmp_path / "w", memory)
    with store, caplog.at_level(logging.WARNING, "handloom.store"):
        made = checkouts.table(store, commit)
        files, root = fsspec.core.url_to_fs(memory)
        files.pipe_file(files.find(root)[0], b"PAR1 and no more")
        assert checkouts.table(store, commit).equals(made)
        assert "cannot be read" in caplog.text
        assert checkouts.place(store).get(f"{commit.digest[:2]}/{commit.digest}.1.parquet") is not None


def test_an_address_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    store, commit = _store(tmp_path / "w", "nosuch://bucket/x")
    with store, pytest.raises(Unavailable, match="nosuch"):
        checkouts.table(store, commit)


@pytest.mark.parametrize("told", [RuntimeError("no connection as user:s3cret"), OSError("refused for s3cret")])
def test_what_a_library_raises_costs_time_only_and_no_secret_is_told(
    tmp_path: Path, told: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise told

    files = fsspec.filesystem("memory")
    for name in ("cat_file", "pipe_file", "glob"):
        monkeypatch.setattr(type(files), name, fails)
    store, commit = _store(tmp_path / "w", "memory://user:s3cret@handloom-test/checkouts?token=t0ken")
    with store, caplog.at_level(logging.WARNING, "handloom.store"):
        assert checkouts.table(store, commit).num_rows == 6
        with pytest.raises(Unavailable, match="handloom-test/checkouts") as refused:
            checkouts.place(store).forget(1)
    assert "cannot be read" in caplog.text
    assert "cannot be kept" in caplog.text
    said = caplog.text + str(refused.value)
    assert "s3cret" not in said
    assert "t0ken" not in said


def test_what_another_process_kept_meanwhile_is_removed_too(
    tmp_path: Path, memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, commit = _store(tmp_path / "w", memory)
    files = fsspec.filesystem("memory")
    listed: list[str] = []
    seen = type(files).glob

    def glob(self: Any, path: str) -> list[str]:
        """As s3fs does it: a folder is listed once and then remembered."""
        if not listed:
            listed.extend(["remembered", *seen(self, path)])
        return [one for one in listed if one != "remembered"]

    monkeypatch.setattr(type(files), "glob", glob)
    monkeypatch.setattr(type(files), "invalidate_cache", lambda *_: listed.clear())
    with store:
        checkouts.place(store).forget(1)
        checkouts.table(store, commit)
        checkouts.place(store).forget(1)
    assert files.find("handloom-test") == []
