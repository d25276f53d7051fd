"""Bundles that are damaged, newer, or made to harm: a clear refusal, and nothing in the workspace changes."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from handloom.core.errors import BadBundle, Corrupt, HandloomError, WorkspaceTooNew
from handloom.core.ids import digest as digest_of
from handloom.store import Store, schema
from handloom.store.bundle.container import Bundle
from tests.conftest import TestClock
from tests.unit.store.test_bundle import bring, bundle, dump, made
from tests.workshop import text_workshop
from tests.workspaces import new_store

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Members:
    """The members of a bundle with a model in it."""
    folder = tmp_path_factory.mktemp("good")
    with new_store(folder / "w") as store:
        text_workshop(store, n=40, given=12, settings={"test_share": 0.3}).rounds(1, 10)
        path = bundle(store, folder / "good.bundle")
    with zipfile.ZipFile(path) as found:
        return {name: found.read(name) for name in found.namelist()}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all tests: none of them may change it."""
    with made(tmp_path_factory.mktemp("target") / "w", TestClock()) as store:
        yield store


def written(path: Path, members: Members, **how: Any) -> Path:
    with zipfile.ZipFile(path, "w", **how) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return path


def with_rows(members: Members, table: str, change: Callable[[list[Any]], None]) -> Members:
    """The members with the rows of a table changed and a manifest that vouches for them."""
    lines = members[f"rows/{table}.jsonl"].splitlines()
    rows = [json.loads(line) for line in lines]
    change(rows)
    content = ("\n".join(json.dumps(row) for row in rows) + "\n").encode()
    manifest = json.loads(members["manifest.json"])
    manifest["tables"][table] = {
        "rows": len(rows) - 1,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return {**members, f"rows/{table}.jsonl": content, "manifest.json": json.dumps(manifest).encode()}


def with_manifest(members: Members, **change: Any) -> Members:
    manifest = json.loads(members["manifest.json"]) | change
    return {**members, "manifest.json": json.dumps(manifest).encode()}


def with_model(members: Members, content: bytes) -> Members:
    """The members with another packed model in place of the first."""
    columns, first = (json.loads(line) for line in members["rows/model.jsonl"].splitlines()[:2])
    old, new = first[columns.index("digest")], digest_of(content)
    found = {name: body for name, body in members.items() if not name.endswith(old)}
    found[f"blobs/{new[:2]}/{new}"] = content

    def change(rows: list[Any]) -> None:
        rows[1][columns.index("digest")] = new

    return with_rows(found, "model", change)


def packed(*files: tuple[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as out:
        for name, content in files:
            out.writestr(name, content)
    return buffer.getvalue()


def set_cell(table: str, column: str, value: Any) -> Callable[[Members], Members]:
    def made_wrong(members: Members) -> Members:
        def change(rows: list[Any]) -> None:
            rows[-1][rows[0].index(column)] = value

        return with_rows(members, table, change)

    return made_wrong


def without(prefix: str) -> Callable[[Members], Members]:
    return lambda members: {name: content for name, content in members.items() if not name.startswith(prefix)}


def repeated(rows: list[Any]) -> None:
    rows.append(rows[-1])


def strange_column(rows: list[Any]) -> None:
    rows[0].append("token_hash")
    for row in rows[1:]:
        row.append("x")


WRONG: dict[str, tuple[Callable[[Members], Members], str]] = {
    "no manifest": (without("manifest"), "no manifest"),
    "manifest is no JSON": (lambda m: {**m, "manifest.json": b"{"}, "manifest of .* is damaged"),
    "manifest of another thing": (lambda m: {**m, "manifest.json": b'{"format": 1}'}, "manifest of .* is damaged"),
    "a table is missing": (without("rows/answer"), "does not hold the tables"),
    "a blob is missing": (without("blobs/"), "does not hold the .* blobs"),
    "rows changed by hand": (
        lambda m: {**m, "rows/task.jsonl": m["rows/task.jsonl"].replace(b"text_class", b"text_clasz")},
        "SHA-256",
    ),
    "a number that is not there": (
        set_cell("answer", "item_id", 999),
        "refers to item 999, which is not in the bundle",
    ),
    "a person who is not there": (set_cell("answer", "actor_id", 7_000_000), "refers to actor 7000000"),
    "a number below zero": (set_cell("item", "id", -4), "does not follow"),
    "a number twice": (lambda m: with_rows(m, "item", repeated), "does not follow"),
    "a number no database holds": (set_cell("item", "id", 2**70), "cannot hold"),
    "a text for a number": (set_cell("answer", "seconds", "1; DROP TABLE answer"), "cannot hold"),
    "JSON that is none": (set_cell("answer", "value", "{"), "cannot hold"),
    "JSON too deep": (set_cell("answer", "value", "[" * 100_000), "cannot hold"),
    "a text too long": (set_cell("task", "name", "x" * 201), "cannot hold"),
    "NUL in a text": (set_cell("task", "name", "a\0b"), "cannot hold"),
    "a cell too few": (lambda m: with_rows(m, "item", lambda rows: rows[-1].pop()), "does not have the"),
    "a secret brought along": (
        lambda m: with_rows(m, "actor", strange_column),
        "columns that nobody knows: token_hash",
    ),
    "two projects": (lambda m: with_rows(m, "project", lambda r: r.append([2, *r[1][1:]])), "holds 2 projects"),
    "a value under a wrong digest": (set_cell("content", "value", '{"labels": ["none"]}'), "not what its digest says"),
    "a path out of the folder": (lambda m: {**m, "../../etc/cron.d/x": b"x"}, "which no bundle does"),
    "an absolute path": (lambda m: {**m, "/etc/passwd": b"x"}, "which no bundle does"),
    "a path among the blobs": (lambda m: {**m, "blobs/../../x": b"x"}, "which no bundle does"),
    "a table nobody has": (lambda m: {**m, "rows/evil.jsonl": b"[]\n"}, "does not hold the tables"),
    "a model that leaves its folder": (lambda m: with_model(m, packed(("../../x", b"x"))), "a name outside its folder"),
    "a model that grows": (
        lambda m: with_model(m, packed(("x", b"0" * 10_000_000), compression=zipfile.ZIP_DEFLATED)),
        "is compressed",
    ),
    "a model that is none": (lambda m: with_model(m, b"x"), "no packed folder"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_bundle_is_refused_and_changes_nothing(what: str, good: Members, target: Store, tmp_path: Path) -> None:
    change, words = WRONG[what]
    before, blobs = dump(target), sorted(target.blobs.folder.rglob("*/*"))
    with pytest.raises(BadBundle, match=words) as caught:
        bring(target, written(tmp_path / "wrong.bundle", change(dict(good))))
    assert caught.value.code == "HL007"
    assert dump(target) == before
    assert sorted(target.blobs.folder.rglob("*/*")) == blobs


def test_zip_bomb_is_not_opened(good: Members, target: Store, tmp_path: Path) -> None:
    members = {**good, "rows/item.jsonl": good["rows/item.jsonl"] + b" " * 100_000_000}
    path = written(tmp_path / "bomb.bundle", members, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 2_000_000
    with pytest.raises(BadBundle, match="compressed or encrypted"):
        bring(target, path)


def test_members_that_share_their_bytes_are_refused(good: Members, tmp_path: Path) -> None:
    """An archive whose directory names the same bytes again and again would be read for as long as somebody likes."""
    path = written(tmp_path / "a.bundle", good)
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as found:
        large = max(found.infolist(), key=lambda info: info.file_size)
    claimed = raw.replace(large.file_size.to_bytes(4, "little"), (2**31).to_bytes(4, "little"))
    path.write_bytes(claimed)
    with pytest.raises(BadBundle):
        Bundle(path)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.9999])
def test_bundle_cut_off_on_its_way(good: Members, target: Store, tmp_path: Path, share: float) -> None:
    path = written(tmp_path / "a.bundle", good)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    before = dump(target)
    with pytest.raises(BadBundle, match="cut off"):
        bring(target, path)
    assert dump(target) == before


def test_blob_of_another_content_is_not_stored(good: Members, target: Store, tmp_path: Path) -> None:
    name = next(name for name in good if name.startswith("blobs/"))
    with pytest.raises(Corrupt, match="holds other content"):
        bring(target, written(tmp_path / "a.bundle", {**good, name: b"something else"}))
    assert not target.blobs.has(name.rpartition("/")[2])


def test_bundle_of_a_newer_handloom(good: Members, target: Store, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceTooNew, match="schema 9999"):
        bring(target, written(tmp_path / "a.bundle", with_manifest(good, schema="9999")))
    with pytest.raises(BadBundle, match="format 2"):
        bring(target, written(tmp_path / "a.bundle", with_manifest(good, format=2)))


def test_scores_that_are_pickled_are_not_read(good: Members, target: Store, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, ids=np.array([1]), probabilities=np.array([Boom()], dtype=object))
    content = buffer.getvalue()
    columns, first = (json.loads(line) for line in good["rows/model.jsonl"].splitlines()[:2])
    old, new = first[columns.index("scores")], digest_of(content)
    members = {name: body for name, body in good.items() if not name.endswith(old)} | {
        f"blobs/{new[:2]}/{new}": content
    }
    wrong = set_cell("model", "scores", new)(members)
    with pytest.raises(HandloomError, match=r"plain numbers|damaged"):
        bring(target, written(tmp_path / "a.bundle", wrong))
    with target.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(schema.project)).scalar_one() == 1


class Boom:
    """Would run code when somebody unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pickle.loads, (b"not reached",)
