"""A version read as texts of all its items is the same table as read row by row."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from handloom.jobs import versions
from handloom.store import Store, branches, checkouts, commits
from handloom.store.edits import Edit, edit
from handloom.store.recording import Note
from tests.workshop import text_workshop


def test_texts_and_rows_give_the_same_table(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = text_workshop(store, n=40, given=40, settings={"test_share": 0.3})
    first = store.write(
        lambda tx: commits.commit(tx, shop.task, message="all", actor_id=shop.owner, digests=versions.DIGESTS)
    )
    work = store.write(lambda tx: branches.add_branch(tx, first, "work", shop.owner))
    pool = sorted(set(shop.truth) - shop.tests())
    changed = {pool[0]: Edit(remove=True), pool[1]: Edit({"labels": ["food"]}, confidence=1 / 3, weight=0.1)}
    made = store.write(
        lambda tx: edit(tx, work, changed, Note(shop.owner, "by hand", first.position), versions.DIGESTS)
    )
    changed = {pool[1]: Edit(confidence=2 / 3, value={"labels": ["tech"]}), pool[2]: Edit(split="shelf")}
    again = store.write(
        lambda tx: edit(tx, work, changed, Note(shop.owner, "once more", first.position), versions.DIGESTS)
    )
    asked: list[str] = []
    with store.read() as connection:
        by_row = [checkouts.read(connection, one) for one in (first, made, again)]
        monkeypatch.setattr(checkouts, "_SAMPLE", 1)
        sa.event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
        in_texts = [checkouts.read(connection, one) for one in (first, made, again)]
    assert sum("AS coded" in one for one in asked) == 5
    for rows, texts in zip(by_row, in_texts, strict=True):
        assert texts.schema == rows.schema
        assert texts.to_pylist() == rows.to_pylist()
    assert in_texts[1].num_rows == 39
