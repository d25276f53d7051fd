"""Labels that are likely wrong, in a project: found by the loop, judged by people, corrected, and undone."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from handloom.core.errors import BadValue, Forbidden, Malformed, UnknownLabel
from handloom.handle import ProjectHandle
from handloom.store import rebuild
from handloom.testing.workspace import temporary_workspace
from handloom.workspace import Workspace
from tests.workshop import WORDS, texts

LABELS = ["food", "money", "sport"]
WRONG = range(0, 120, 8)


@pytest.fixture(scope="module")
def site() -> Iterator[Workspace]:
    with temporary_workspace() as made:
        yield made
        with made.store.read() as connection:
            assert rebuild.compare(connection, made.store.hooks) == []


def filled(
    site: Workspace, name: str, rows: list[dict[str, Any]] | None = None
) -> tuple[ProjectHandle, dict[str, str]]:
    """A project whose labels came with the items, fifteen of them wrong; and the truth by key."""
    truth = {f"k{k}": label for k, (_, label) in enumerate(texts(120))}
    lines = [
        {"key": f"k{k}", "data": {"text": text}, "labels": {"topic": moved(label) if k in WRONG else label}}
        for k, (text, label) in enumerate(texts(120))
    ]
    task = {"name": "topic", "kind": "text_class@1", "labels": LABELS}
    project = site.create_project(name, [task], {"auto": False, "test_share": 0.1})
    project.add_items([*lines, *(rows or [])])
    return project, truth


def moved(label: str) -> str:
    return LABELS[(LABELS.index(label) + 1) % 3]


def label_of(project: ProjectHandle, key: str) -> Any:
    item = next(one for one in project.items(limit=200)["items"] if one["key"] == key)
    return item["label"]["value"]["labels"][0]


def judge(project: ProjectHandle, truth: dict[str, str], questions: list[dict[str, Any]]) -> int:
    """Say of every question what is true; how many labels were wrong."""
    changed = 0
    for question in questions:
        given, right = question["body"]["given"][0], truth[question["items"][0]["key"]]
        value = {"verdict": "keep"} if given == right else {"verdict": "change", "labels": [right], "error": "slip"}
        project.answer(question["id"], value, seconds=1.0)
        changed += given != right
    return changed


def test_wrong_labels_are_found_asked_about_and_corrected(site: Workspace) -> None:
    project, truth = filled(site, "clean")
    job = project.find_suspects(n=20)
    assert job["state"] == "done", job
    page = project.suspects()
    assert page["outlook"]["expected_precision"]["verdicts"] == 0
    assert page["outlook"]["weights"] == []
    assert 10 <= len(page["suspects"]) <= 20
    questions = project.claim(n=20)["questions"]
    first = questions[0]
    assert (first["shape"], first["widget"], first["kind"], first["strategy"]) == (
        "verdict", "verdict", "text_class@1", "suspects",
    )  # fmt: skip
    assert first["labels"] == LABELS
    assert first["body"]["proposed"]
    assert first["body"]["reasons"][0].startswith("the model gives ")
    assert judge(project, truth, questions) >= 10
    found = {int(q["items"][0]["key"][1:]) for q in questions}
    for k in set(WRONG) & found:
        assert label_of(project, f"k{k}") == truth[f"k{k}"]
    after = project.find_suspects(n=12)
    assert after["state"] == "done"
    page = project.suspects()
    assert page["outlook"]["expected_precision"]["verdicts"] == len(questions)
    asked = [one["item"] for one in page["suspects"]]
    assert len(set(asked)) == len(asked)
    judged = [one for one in page["suspects"] if one["verdict"]]
    assert {one["verdict"]["verdict"] for one in judged} == {"keep", "change"}
    tried = page["outlook"]["weights"]
    assert [one["weight"] for one in tried] == [1.0, 3.0, 10.0]
    assert all(one["old"]["n"] + one["new"]["n"] == 120 for one in tried)


def test_identical_items_follow_and_come_back_when_the_verdict_is_corrected(site: Workspace) -> None:
    text, right = texts(120)[0]
    twins = [{"key": f"twin{k}", "data": {"text": text}, "labels": {"topic": moved(right)}} for k in range(2)]
    project, _ = filled(site, "twins", twins)
    project.find_suspects(n=20)
    question = next(q for q in project.claim(n=20)["questions"] if q["items"][0]["data"]["text"] == text)
    assert question["body"]["identical"] == 2
    keys = {"k0", "twin0", "twin1"}
    answer = str(uuid.uuid4())
    value = {"verdict": "change", "labels": [right], "identical": True}
    project.answer(question["id"], value, id=answer)
    assert {label_of(project, key) for key in keys} == {right}
    project.answer(question["id"], {"verdict": "keep"}, supersedes=answer)
    assert {label_of(project, key) for key in keys} == {moved(right)}


def test_corrected_labels_count_more_where_the_settings_say_so(site: Workspace) -> None:
    project, truth = filled(site, "trained")
    project.change_settings({"correction_weight": 3.0})
    project.find_suspects(n=10)
    judge(project, truth, project.claim(n=10)["questions"])
    assert project.train()["state"] == "done"
    model = project.models()["models"][0]
    assert site.model(model["id"])["params"]["correction_weight"] == 3.0
    with site.store.read() as connection:
        assert rebuild.compare(connection, site.store.hooks) == []


def test_verdict_outweighs_people_whose_answers_are_weighed(site: Workspace) -> None:
    text, right = "ball goal team match player coach league score", "sport"
    project, _ = filled(site, "weighed", [{"key": "asked", "data": {"text": text}, "split": "pool"}])
    project.change_settings({"most_answers": 3, "overlap": 2, "suggestions": False})
    project.ask(n=1)
    for name in ("bo", "cy", "di"):
        site.add_actor(name, role="annotator")
        handle = site.acting(name).project("weighed")
        for question in handle.claim(n=1)["questions"]:
            handle.answer(question["id"], {"labels": [moved(right)]})
    assert label_of(project, "asked") == moved(right)
    project.find_suspects(n=40)
    question = next(q for q in project.claim(n=40)["questions"] if q["items"][0]["key"] == "asked")
    project.answer(question["id"], {"verdict": "change", "labels": [right]})
    assert label_of(project, "asked") == right


def test_what_makes_no_sense_is_refused(site: Workspace) -> None:
    project, _ = filled(site, "refused")
    for n in (0, -1, True, "x"):
        with pytest.raises(Malformed):
            project.find_suspects(n=n)  # type: ignore[arg-type]
    project.find_suspects(n=5)
    question = project.claim(n=1)["questions"][0]
    for value in (
        {"labels": ["food"]},
        {"verdict": "change", "labels": question["body"]["given"]},
        {"verdict": "maybe"},
    ):
        with pytest.raises(BadValue):
            project.answer(question["id"], value)
    site.add_actor("ann", role="annotator")
    with pytest.raises(Forbidden):
        site.acting("ann").project("refused").suspects()
    with pytest.raises(Forbidden):
        site.acting("ann").project("refused").find_suspects()


def several(site: Workspace, name: str) -> tuple[ProjectHandle, dict[str, set[str]]]:
    """A project whose items have one or two labels each, one label in fifteen of them turned; and the truth by key."""
    rng = random.Random(4)
    truth: dict[str, set[str]] = {}
    lines = []
    for k in range(165):
        truth[f"k{k}"] = set(rng.sample(LABELS, 1 + k % 2))
        words = [word for label in sorted(truth[f"k{k}"]) for word in rng.sample(WORDS[label], 6)]
        given = truth[f"k{k}"] ^ ({LABELS[k % 3]} if k % 15 == 0 else set())
        lines.append({"key": f"k{k}", "data": {"text": " ".join(words)}, "labels": {"tags": sorted(given)}})
    task = {"name": "tags", "kind": "text_class@1", "labels": LABELS, "multi": True}
    project = site.create_project(name, [task], {"auto": False, "test_share": 0.1})
    project.add_items(lines)
    return project, truth


def labels_of(project: ProjectHandle, key: str) -> set[str]:
    item = next(one for one in project.items(limit=200)["items"] if one["key"] == key)
    return set(item["label"]["value"]["labels"])


def test_items_with_several_labels_are_judged_as_sets(site: Workspace) -> None:
    project, truth = several(site, "sets")
    job = project.find_suspects(n=16)
    assert job["state"] == "done", job
    questions = project.claim(n=16)["questions"]
    assert questions[0]["shape"] == "verdict"
    assert questions[0]["multi"] is True
    body = questions[0]["body"]
    assert body["proposed"] != body["given"]
    assert body["reasons"][0].startswith("the model gives ")
    wrong = {key for key in truth if labels_of(project, key) != truth[key]}
    assert len(wrong) == 11
    found = set()
    for question in questions:
        key = question["items"][0]["key"]
        right = sorted(truth[key], key=LABELS.index)
        same = set(question["body"]["given"]) == truth[key]
        value = {"verdict": "keep"} if same else {"verdict": "change", "labels": right, "error": "slip"}
        project.answer(question["id"], value)
        found |= set() if same else {key}
        assert labels_of(project, key) == truth[key]
    assert len(found & wrong) >= 8
    project.find_suspects(n=10)
    page = project.suspects()
    assert page["outlook"]["expected_precision"]["verdicts"] == 16
    asked = [one["item"] for one in page["suspects"]]
    assert len(set(asked)) == len(asked)


def test_set_of_labels_may_be_changed_to_none_and_not_to_itself(site: Workspace) -> None:
    project, _ = several(site, "none")
    project.find_suspects(n=16)
    one, two = [q for q in project.claim(n=16)["questions"] if q["body"]["given"]][:2]
    project.answer(one["id"], {"verdict": "change", "labels": []})
    assert labels_of(project, one["items"][0]["key"]) == set()
    with pytest.raises(BadValue):
        project.answer(two["id"], {"verdict": "change", "labels": two["body"]["given"]})
    with pytest.raises(UnknownLabel):
        project.answer(two["id"], {"verdict": "change", "labels": ["unknown"]})


def test_identical_items_with_other_sets_contradict_each_other(site: Workspace) -> None:
    task = {"name": "tags", "kind": "text_class@1", "labels": LABELS, "multi": True}
    project = site.create_project("contradiction", [task], {"auto": False})
    lines = [
        {"key": f"k{k}", "data": {"text": text}, "labels": {"tags": [label]}}
        for k, (text, label) in enumerate(texts(60))
    ]
    text, right = texts(60)[0]
    lines += [{"key": f"twin{k}", "data": {"text": text}, "labels": {"tags": LABELS}} for k in range(2)]
    project.add_items(lines)
    project.find_suspects(n=3)
    question = next(q for q in project.claim(n=3)["questions"] if q["items"][0]["key"].startswith("twin"))
    assert question["body"]["identical"] == 1
    assert "50% of the identical items have other labels" in question["body"]["reasons"]
    project.answer(question["id"], {"verdict": "change", "labels": [right], "identical": True})
    assert labels_of(project, "twin0") == labels_of(project, "twin1") == {right}


def test_one_label_only_is_too_little(site: Workspace) -> None:
    task = {"name": "topic", "kind": "text_class@1", "labels": LABELS}
    project = site.create_project("poor", [task], {"auto": False})
    project.add_items([{"data": {"text": text}, "labels": {"topic": "food"}} for text, _ in texts(5)])
    assert project.find_suspects()["error"]["code"] == "HL066"
    assert project.suspects() == {"suspects": [], "next": None, "outlook": None}
