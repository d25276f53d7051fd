"""Labels renamed, merged and split while people answer."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from handloom.core.errors import BadTask, HandloomError, UnknownLabel, WrongState
from handloom.operations import labels as ops
from handloom.store import Store, rebuild, schema
from tests.workspaces import new_store

from .desk import Desk


class Bench:
    """A desk with ten answered items, whose labels are changed."""

    def __init__(self, store: Store, n: int = 10, **settings: Any) -> None:
        self.desk = Desk(store, n, **settings)
        self.session = self.desk.site.session
        self.desk.project.ask(n=n)
        self.ann = self.desk.person("ann")
        self.work(self.ann, n)

    def work(self, who: Any, n: int, say: dict[str, str] | None = None) -> None:
        for question in who.claim(n=n)["questions"]:
            right = self.desk.right(question)
            who.answer(question["id"], (say or {}).get(right, right), seconds=1.0)

    def change(self, kind: str, labels: list[str], into: list[str], **more: Any) -> dict[str, Any]:
        return ops.relabel_task(self.session, "mail", "mail", kind, labels, into, **{"reason": "because", **more})

    def undo(self, migration: str) -> dict[str, Any]:
        return ops.undo_migration(self.session, "mail", "mail", migration, reason="a mistake")

    def labels(self) -> dict[str, Any]:
        page = self.desk.project.items(limit=200)["items"]
        return {one["key"]: one["label"] and tuple(one["label"]["value"]["labels"]) for one in page}

    def check(self) -> None:
        self.desk.check()


def test_a_rename_reads_old_answers_under_the_new_name(store: Store) -> None:
    bench = Bench(store)
    preview = bench.change("rename", ["spam"], ["junk"], preview=True)
    assert preview["counts"]["labels"] == 3
    assert preview["after"] == ["ham", "junk", "other"]
    assert bench.labels()["k1"] == ("spam",)
    made = bench.change("rename", ["spam"], ["junk"])
    assert made["counts"]["answers"] == 3
    assert made["version"] == 2
    assert bench.labels()["k1"] == ("junk",)
    assert bench.labels()["k0"] == ("ham",)
    bench.check()
    said = [a["value"] for q in bench.desk.site.item("i2")["tasks"][0]["questions"] for a in q["answers"]]
    assert said == [{"labels": ["spam"]}]
    with pytest.raises(UnknownLabel):
        bench.change("rename", ["spam"], ["trash"])
    with pytest.raises(BadTask):
        bench.change("rename", ["junk"], ["ham"])


def test_a_rename_taken_back_gives_the_same_labels_and_the_same_version(store: Store) -> None:
    bench = Bench(store)
    data = bench.desk.project.dataset
    first, before = data.commit("first"), bench.labels()
    made = bench.change("rename", ["spam"], ["junk"])
    assert data.log()["commits"][0]["digest"] != first["digest"]
    bench.undo(made["id"])
    assert bench.labels() == before
    assert data.log()["commits"][0]["digest"] == first["digest"]
    assert bench.desk.project.export("labels") is not None
    bench.check()


def test_a_merge_puts_two_labels_together_and_its_reverse_takes_them_apart(store: Store) -> None:
    bench = Bench(store, 12)
    before = bench.labels()
    made = bench.change("merge", ["spam", "other"], ["bad"])
    assert set(bench.labels().values()) == {("ham",), ("bad",)}
    bench.check()
    bench.undo(made["id"])
    assert bench.labels() == before
    bench.check()


def test_a_split_makes_its_items_questions_again_and_guesses_nothing(store: Store) -> None:
    bench = Bench(store)
    assert bench.desk.project.claim(n=5)["questions"] == []
    made = bench.change("split", ["spam"], ["scam", "promo"])
    assert made["counts"]["asked"] == 3
    assert made["after"] == ["ham", "scam", "promo", "other"]
    assert [bench.labels()[key] for key in ("k0", "k1", "k4", "k7")] == [("ham",), None, None, None]
    bench.check()
    asked = bench.ann.claim(n=5)["questions"]
    assert sorted(q["items"][0]["key"] for q in asked) == ["k1", "k4", "k7"]
    assert all("scam" in q["labels"] and "spam" not in q["labels"] for q in asked)
    bench.ann.answer(asked[0]["id"], "promo", seconds=1.0)
    with pytest.raises(HandloomError, match="was split into scam, promo; answer again"):
        bench.ann.answer(asked[1]["id"], "spam", seconds=1.0)
    bench.check()
    bench.undo(made["id"])
    assert set(bench.labels().values()) == {("ham",), ("spam",), ("other",)}
    assert bench.ann.claim(n=5)["questions"] == []
    bench.check()


def test_an_answer_from_a_screen_that_shows_the_old_name_is_taken(store: Store) -> None:
    bench = Bench(store, 4)
    bench.desk.project.add_items([{"key": "late", "data": {"text": "one more"}}])
    bench.desk.project.ask(n=1)
    held = bench.ann.claim(n=1)["questions"][0]
    bench.change("rename", ["spam"], ["junk"])
    bench.ann.answer(held["id"], "spam", seconds=1.0)
    assert bench.labels()["late"] == ("junk",)
    bench.check()


def test_swapping_two_names_in_three_steps_swaps_the_labels(store: Store) -> None:
    bench = Bench(store, 6)
    for old, new in (("spam", "x"), ("ham", "spam"), ("x", "ham")):
        bench.change("rename", [old], [new])
    swap = {"ham": "spam", "spam": "ham", "other": "other"}
    assert bench.labels() == {key: (swap[label],) for key, label in bench.desk.truth.items()}
    bench.check()


def test_only_the_newest_migration_can_be_taken_back(store: Store) -> None:
    bench = Bench(store, 4)
    first = bench.change("rename", ["spam"], ["junk"])
    bench.change("rename", ["ham"], ["fine"])
    with pytest.raises(WrongState, match="newest"):
        bench.undo(first["id"])
    assert [one["standing"] for one in ops.migrations(bench.session, "mail", "mail")["migrations"]] == [True, True]


def test_the_doctor_rebuilds_the_same_labels_from_the_log(store: Store) -> None:
    bench = Bench(store)
    bench.change("merge", ["spam", "other"], ["spam"])
    bench.change("split", ["ham"], ["good", "fine"])
    before = bench.labels()
    store.write(lambda tx: tx.execute(schema.label.delete()))
    store.write(lambda tx: rebuild.repair(tx))
    assert bench.labels() == before
    bench.check()


def test_gold_follows_a_rename_and_comes_back_with_a_split_taken_back(store: Store) -> None:
    desk = Desk(store, 6, known=6)
    session = desk.site.session
    made = ops.relabel_task(session, "mail", "mail", "split", ["spam"], ["scam", "promo"], reason="finer")
    assert len(desk.project.golds()["gold"]) == 4
    assert made["counts"]["gold"] == 2
    desk.check()
    ops.undo_migration(session, "mail", "mail", made["id"], reason="no")
    assert sorted(g["value"]["labels"][0] for g in desk.project.golds()["gold"]) == sorted(desk.truth.values())
    desk.check()


def test_saved_slices_follow_and_come_back(store: Store) -> None:
    wheres = ['label == "spam"', 'label in ("spam", "other")', "length(text) > 3", 'label contains "spa"']
    bench = Bench(store, 4)
    bench.desk.project.change_settings({"slices": [{"name": f"s{k}", "where": w} for k, w in enumerate(wheres)]})
    now = lambda: [one["where"] for one in bench.desk.project.refresh()["settings"]["slices"]]  # noqa: E731
    seen = bench.change("merge", ["spam", "other"], ["bad"], preview=True)["slices"]
    assert now() == wheres
    made = bench.change("merge", ["spam", "other"], ["bad"])
    assert made["slices"] == seen
    assert [one["after"] for one in seen] == ['label == "bad"', 'label in ("bad")', None]
    assert now() == ['label == "bad"', 'label in ("bad")', wheres[2], wheres[3]]
    back = bench.undo(made["id"])["slices"]
    assert now() == wheres
    assert [one["name"] for one in back] == ["s0", "s1"]
    split = bench.change("split", ["spam"], ["scam", "promo"])
    assert [one["after"] for one in split["slices"]] == [None, None, None]
    assert now() == wheres


def test_branches_follow_and_an_old_tag_still_merges(store: Store) -> None:
    bench = Bench(store, 9)
    data = bench.desk.project.dataset
    data.commit("first")
    data.add_branch("fix")
    data.edit("fix", [{"item": "i1", "value": {"labels": ["spam"]}}], "k0 is spam")
    data.add_tag("old", at="fix")
    bench.change("rename", ["spam"], ["junk"])
    assert data.diff("main", "fix")["rows"] == 1
    assert data.branches()["branches"][1]["head"] != data.tags()["tags"][0]["commit"]
    merged = data.merge("old")
    assert merged["changed"] == 1
    assert merged["conflicts"] == []
    assert data.diff("main", "fix")["rows"] == 0
    assert values_of(data) == {"i1": "junk", "i2": "junk", "i5": "junk", "i8": "junk"} | {
        item: label for item, label in values_of(data).items() if label != "junk"
    }
    bench.check()


def test_an_edited_row_and_a_branch_come_back_with_a_merge_that_is_taken_back(store: Store) -> None:
    bench = Bench(store, 9)
    data = bench.desk.project.dataset
    data.commit("first")
    data.edit("main", [{"item": "i1", "value": {"labels": ["spam"]}}], "k0 is spam")
    data.add_branch("fix")
    data.edit("fix", [{"item": "i4", "value": {"labels": ["other"]}}], "k3 is other")
    before = (values_of(data), values_of(data, "fix"))
    made = bench.change("merge", ["spam"], ["other"])
    assert set(values_of(data).values()) == {"ham", "other"}
    data.edit("fix", [{"item": "i7", "value": {"labels": ["other"]}}], "said while they were one")
    bench.undo(made["id"])
    after = (values_of(data), values_of(data, "fix"))
    assert after[0] == before[0]
    assert after[1] == {item: label for item, label in before[1].items() if item != "i7"}
    bench.check()


def values_of(data: Any, at: str = "main") -> dict[str, str]:
    """The label of each row of a place."""
    commit = data.log(at=at)["commits"][0]["id"]
    rows = map(json.loads, b"".join(data.export(commit, "jsonl")).splitlines())
    return {row["item"]: row["value"]["labels"][0] for row in rows}


def test_merging_twice_is_merging_once(store: Store) -> None:
    bench = Bench(store, 9)
    bench.change("merge", ["spam", "other"], ["bad"])
    once = bench.labels()
    bench.change("rename", ["bad"], ["spam"])
    bench.desk.project.change_task("mail", labels=["ham", "spam", "other"])
    bench.change("merge", ["spam", "other"], ["bad"])
    assert bench.labels() == once
    bench.check()


def test_several_answers_are_weighed_again_under_the_new_names(store: Store) -> None:
    bench = Bench(store, 3, overlap=3)
    for name, said in (("ben", "other"), ("cat", "other")):
        bench.work(bench.desk.person(name), 3, {"spam": said})
    assert bench.labels()["k1"] == ("other",)
    bench.change("rename", ["other"], ["rest"])
    bench.change("split", ["rest"], ["x", "y"])
    assert bench.labels() == {"k0": ("ham",), "k1": None, "k2": None}
    bench.check()


def test_an_export_of_answers_reads_them_under_the_new_names(store: Store) -> None:
    bench = Bench(store, 6)
    bench.change("rename", ["spam"], ["junk"])
    bench.change("split", ["other"], ["x", "y"])
    rows = map(json.loads, b"".join(bench.desk.project.export("answers")).splitlines())
    said = sorted(str(row["value"] and row["value"]["labels"][0]) for row in rows)
    assert said == ["None", "None", "ham", "ham", "junk", "junk"]


@hypothesis.settings(max_examples=15, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(st.lists(st.integers(0, 5), min_size=1, max_size=5))
def test_any_chain_of_changes_taken_back_is_as_if_nothing_had_been(moves: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, new_store(Path(folder) / "w") as store:
        bench = Bench(store, 6)
        data = bench.desk.project.dataset
        first, before = data.commit("first")["digest"], bench.labels()
        done = []
        for number, move in enumerate(moves):
            labels = bench.desk.project.refresh()["tasks"][0]["labels"]
            kind = ("rename", "merge", "split")[move % 3]
            if kind == "merge" and len(labels) < 3:
                continue
            sources = labels[:2] if kind == "merge" else labels[-1:]
            into = [f"n{number}"] if kind != "split" else [f"a{number}", f"b{number}"]
            done.append(bench.change(kind, sources, into)["id"])
            bench.check()
        for migration in reversed(done):
            bench.undo(migration)
            bench.check()
        assert bench.labels() == before
        assert data.log()["commits"][0]["digest"] == first
