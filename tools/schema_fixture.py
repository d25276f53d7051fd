"""Keep a small workspace of the newest schema as SQL text, for the tests that open it with every later version.

python tools/schema_fixture.py      # when a schema is released; never over one that is there
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import tempfile
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.conftest import TestClock  # noqa: E402
from tests.workshop import Workshop, text_workshop  # noqa: E402

from handloom.jobs import versions  # noqa: E402
from handloom.store import Store, branches, commits, edits, gold, rebuild, schema  # noqa: E402
from handloom.store import answers as taking  # noqa: E402
from handloom.store.database import HEAD  # noqa: E402
from handloom.store.edits import Edit  # noqa: E402
from handloom.store.labels import Place  # noqa: E402
from handloom.store.recording import Note  # noqa: E402

FOLDER = ROOT / "tests" / "unit" / "store" / "schemas"


def lived(store: Store, clock: TestClock) -> None:
    """Answers, a correction, gold, two versions, a branch, a tag and a merge with a conflict."""
    shop = text_workshop(store, n=14, given=6, settings={"test_share": 0.25, "auto": False, "overlap": 2})
    first = _commit(shop, "first")
    clock.move(5)
    shop.change(auto=True, retrain_after=1000)
    shop.advance()
    shop.work(9)
    clock.move(5)
    a = schema.answer
    with store.read() as connection:
        asked = connection.execute(sa.select(a).where(a.c.question_id.is_not(None)).order_by(a.c.seq)).first()
        given = connection.execute(sa.select(a).where(a.c.question_id.is_(None)).order_by(a.c.seq)).first()
    assert asked is not None
    assert given is not None
    value: Any = {"labels": ["money"]}
    new = taking.NewAnswer(
        str(uuid.uuid4()), asked.question_id, asked.actor_id, "answered", value, 2.0, supersedes=asked.id
    )
    store.write(lambda tx: taking.answer(tx, new))
    clock.move(5)
    second = _commit(shop, "second")
    trusted = gold.Gold(1, given.item_id, given.id, given.value, "known", True, "sure", shop.owner, clock())
    place = Place(1, 1, given.item_id, given.item_id in shop.tests())
    store.write(lambda tx: gold.put(tx, trusted, place, position=given.seq))
    work = store.write(lambda tx: branches.add_branch(tx, first, "corrections", shop.owner))
    with store.read() as connection:
        rows = [row.item_id for row in commits.checkout(connection, first) if not row.test]
    by_hand = {rows[0]: Edit({"labels": ["money"]}, weight=2.0), rows[1]: Edit(remove=True)}
    theirs = _edit(shop, work, by_hand, first.position)
    store.write(lambda tx: branches.add_tag(tx, first, "v1", "first", shop.owner))
    with store.read() as connection:
        main = branches.branch(connection, 1, "main")
    _edit(shop, main, {rows[0]: Edit({"labels": ["sport"]})}, second.position)
    note = Note(shop.owner, "merge", second.position)
    merged = store.write(lambda tx: edits.merge(tx, main, theirs, note, versions.DIGESTS, versions.three))
    assert len(merged.conflicts) == 1


def _commit(shop: Workshop, message: str) -> commits.Commit:
    return shop.store.write(
        lambda tx: commits.commit(tx, shop.task, message=message, actor_id=shop.owner, digests=versions.DIGESTS)
    )


def _edit(shop: Workshop, branch: branches.Branch, rows: dict[int, Edit], position: int) -> commits.Commit:
    note = Note(shop.owner, "by hand", position)
    return shop.store.write(lambda tx: edits.edit(tx, branch, rows, note, versions.DIGESTS))


def main() -> None:
    from tests.unit.store.test_forward import held

    target = FOLDER / f"schema-{HEAD}.sql"
    if target.exists():
        sys.exit(f"{target} is there already: a workspace of a released schema is never made anew")
    clock = TestClock()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "w"
        with Store.create(folder, clock=clock, durable=False) as store:
            lived(store, clock)
            with store.read() as connection:
                assert rebuild.compare(connection, store.hooks) == []
                said = held(connection, digests=True)
        with closing(sqlite3.connect(folder / "handloom.sqlite")) as connection:
            text = "\n".join(connection.iterdump()) + "\n"
    target.write_text(re.sub(r"'[\w.-]+-\d{2,}-\d+'", "'worker-1'", text), "utf-8")
    parts = [
        f" {json.dumps(name)}: [\n" + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n ]"
        for name, rows in said.items()
    ]
    target.with_suffix(".json").write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")
    print(target)


if __name__ == "__main__":
    main()
