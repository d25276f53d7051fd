"""What is erased is found nowhere in the workspace any more, and everything else still adds up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from handloom import dataset, loop
from handloom.core.errors import EmptyInput, Forbidden, Malformed
from handloom.core.scrub import Quotes
from handloom.jobs import erase
from handloom.store import Store, branches, commits, erasing, rebuild, schema

from .desk import Desk

PLANTED = "Zyxwvut Qwertzu lives at Plumtree Lane 4711"
KEY = "zyxwvut@example.org"


def planted(store: Store) -> Desk:
    """A desk where a person's words stand in an item, in notes, in feedback, in a file and in what an expert is asked."""
    desk = Desk(store, 12, overlap=2)
    desk.project.add_items([{"key": KEY, "data": {"text": f"spam {PLANTED}"}, "meta": {"who": PLANTED}}])
    desk.project.ask(n=20)
    desk.truth[KEY] = "spam"
    for name in ("ann", "ben"):
        who = desk.person(name)
        for question in who.claim(n=20)["questions"]:
            mine = question["items"][0]["key"] == KEY
            said = desk.right(question) if name == "ann" or not mine else "other"
            words = {"note": f"{PLANTED}, I know", "rationale": PLANTED} if mine else {}
            who.answer(question["id"], said, seconds=1.0, **words)
    desk.project.dataset.commit("first")
    desk.project.dataset.add_branch("fix")
    number = item_of(desk)
    desk.project.add_gold(items=[number], note=f"because {PLANTED}", hidden=False)
    loop.train(store, desk.site.site.case("mail").task("mail"), actor_id=desk.site.actor.id, executor=loop.inline)
    (store.folder / "exports").mkdir()
    (store.folder / "exports" / "items.jsonl").write_bytes(b"".join(desk.project.export("items")))
    (store.folder / "worker.log").write_text(f"could not read {PLANTED}\nall well\n")
    desk.project.curation.freeze("slice", f"about {PLANTED}", name='text contains "number 3"')
    return desk


def item_of(desk: Desk) -> str:
    return desk.project.items(search="Plumtree")["items"][0]["id"]


def everywhere(store: Store) -> list[str]:
    """Where something of it is found: rows of tables, and files of the workspace."""
    found = []
    with store.read() as connection:
        for table in schema.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                if any(word in str(tuple(row)) for word in ("Zyxwvut", "Plumtree", "zyxwvut")):
                    found.append(table.name)
    for path in store.folder.rglob("*"):
        if path.is_file() and any(word in path.read_bytes() for word in (b"Zyxwvut", b"Plumtree", b"zyxwvut")):
            found.append(str(path.relative_to(store.folder)))
    return found


def verified(desk: Desk) -> None:
    """The doctor agrees, and the digest of every version follows from its rows as before."""
    desk.check()
    with desk.site.store.read() as connection:
        task = desk.site.site.case("mail").task("mail")
        for line in branches.branches(connection, task.id):
            head = branches.head(connection, line)
            assert head is not None
            for one in branches.log(connection, head):
                assert dataset.of(list(commits.checkout(connection, one))) == one.digest


def test_no_trace_is_left_and_all_digests_hold(store: Store) -> None:
    desk = planted(store)
    assert {"item", "answer", "gold", "freeze", "exports/items.jsonl", "worker.log"} <= set(everywhere(store))
    number = item_of(desk)
    versions = len(desk.project.dataset.log()["commits"])
    assert desk.project.curation.erase(search="Plumtree", preview=True) == {"count": 1, "sample": [number]}
    done = desk.project.curation.erase("asked to be forgotten", keys=[KEY])["erasure"]
    assert (done["state"], done["done"], done["left"]) == ("done", 1, [])
    assert everywhere(store) == []
    verified(desk)
    shown = desk.site.item(number)["item"]
    assert shown["key"].startswith("erased:")
    assert shown["data"] == {"text": ""}
    assert len(desk.project.dataset.log()["commits"]) == versions + 1
    assert "all well" in (store.folder / "worker.log").read_text()
    assert [one["reason"] for one in desk.project.curation.erasures()["erasures"]] == ["asked to be forgotten"]
    desk.project.ask(n=20)
    assert number not in {q["items"][0]["id"] for q in desk.person("cat").claim(n=20)["questions"]}
    loop.train(store, desk.site.site.case("mail").task("mail"), actor_id=desk.site.actor.id, executor=loop.inline)
    verified(desk)


@pytest.mark.parametrize("died", ["_database", "_files", "_media", "_versions", "_features", "compact"])
def test_an_erasure_that_died_goes_on_and_ends_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch, died: str
) -> None:
    desk = planted(store)
    place = erasing if died == "compact" else erase

    def dies(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(place, died, dies)
        with pytest.raises(KeyboardInterrupt):
            desk.project.curation.erase("asked to be forgotten", keys=[KEY])
    store.write(lambda tx: tx.execute(sa.update(schema.job).where(schema.job.c.kind == "erase").values(state="failed")))
    assert desk.project.curation.resume_erasing()["erasure"]["state"] == "done"
    assert everywhere(store) == []
    verified(desk)
    assert desk.project.curation.resume_erasing() == {"erasure": None, "job": None}


def test_only_owners_erase_and_only_what_is_there(store: Store) -> None:
    desk = Desk(store, 3)
    with pytest.raises(Forbidden):
        desk.person("eve", "engineer").curation.erase("why", keys=["k1"])
    with pytest.raises(EmptyInput, match="no item nobody"):
        desk.project.curation.erase("why", keys=["nobody"])
    with pytest.raises(Malformed, match="say which items"):
        desk.project.curation.erase("why")
    with pytest.raises(Malformed, match="reason"):
        desk.project.curation.erase(keys=["k1"])


def test_quotes_are_cut_out_and_the_rest_stays() -> None:
    quotes = Quotes([{"text": PLANTED, "short": "Plumtree", "tiny": "Lane"}])
    assert quotes.text(f"see: {PLANTED[5:35]}!") == "see: [erased]!"
    assert quotes.data({"a": ["near Plumtree", 3], "Lane": None}) == {"a": ["near [erased]", 3], "Lane": None}
    assert quotes.text("a Lane") == "a Lane"
    assert json.dumps(PLANTED)[1:-1].encode()[:24] in quotes.raw()


def test_a_picture_goes_with_its_thumbnails(store: Store, tmp_path: Path) -> None:
    from PIL import Image

    from handloom.operations.projects import create_project

    desk = Desk(store, 2)
    create_project(desk.site.session, "pictures", [{"name": "kind", "kind": "image_class@1", "labels": ["a", "b"]}])
    place = desk.site.project("pictures")
    for k, colour in enumerate(("red", "blue")):
        Image.new("RGB", (200, 200), colour).save(tmp_path / f"{k}.png")
    place.add_media([tmp_path / "0.png", tmp_path / "1.png"])
    first, other = (one["data"]["image"]["blob"] for one in place.items()["items"])
    store.cache.joinpath("thumbnails", first[:2]).mkdir(parents=True)
    store.cache.joinpath("thumbnails", first[:2], f"{first}-64").write_bytes(b"small")
    place.curation.erase("not allowed", items=[place.items()["items"][0]["id"]])
    assert not store.blobs.has(first)
    assert store.blobs.has(other)
    assert not list(store.cache.rglob(f"{first}-*"))
    assert store.blobs.has(place.items()["items"][0]["data"]["image"]["blob"])
    with store.read() as connection:
        assert rebuild.compare(connection, store.hooks) == []


def test_a_phrase_that_others_share_costs_no_file_and_leaves_nothing_to_people(store: Store) -> None:
    desk = Desk(store, 2)
    phrase = "please look at our newest offer"
    desk.project.add_items([{"key": f"m{k}", "data": {"text": f"message {k}: {phrase}"}} for k in range(3)])
    kept = store.folder / "notes.txt"
    kept.write_text(f"they all say: {phrase}")
    done = desk.project.curation.erase("asked", keys=["m1"])["erasure"]
    assert done["left"] == []
    assert kept.exists()
    assert {one["key"] for one in desk.project.items(search=phrase)["items"]} == {"m0", "m2"}
