"""One class at a time in a project: asked in a grid, split by a signed decision, labelled by a policy, taken back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from handloom import loop
from handloom.core.errors import BadValue, Forbidden, Frozen, UnknownLabel, WrongState
from handloom.handle import ProjectHandle
from handloom.jobs import cascade
from handloom.jobs.work import Work
from handloom.operations import dispatch
from handloom.store import Tx, jobs, policies, rebuild, schema
from handloom.testing.workspace import temporary_workspace
from handloom.workspace import Workspace
from tests.workshop import texts

LABELS = ["food", "money", "sport"]
N = 600
TRUTH = [label for _, label in texts(N)]
TASK = {"name": "topic", "kind": "text_class@1", "labels": LABELS}


@pytest.fixture(scope="module")
def site() -> Iterator[Workspace]:
    with temporary_workspace() as made:
        yield made
        with made.store.read() as connection:
            assert rebuild.compare(connection, made.store.hooks) == []


def filled(site: Workspace, name: str, **settings: Any) -> ProjectHandle:
    project = site.create_project(name, [TASK], {"auto": False, "test_share": 0.1, **settings})
    project.add_items([{"key": f"k{k}", "data": {"text": text}} for k, (text, _) in enumerate(texts(N))])
    return project


def right(question: dict[str, Any], label: str) -> bool:
    return TRUTH[int(question["items"][0]["key"][1:])] == label


def answer_all(project: ProjectHandle, label: str, size: int = 40) -> int:
    """People answer what waits in the grid; how many items that were."""
    done = 0
    while questions := project.cascades.claim(size)["questions"]:
        chosen = {one["id"] for one in questions if right(one, label)}
        project.cascades.answer(questions, chosen, seconds=10.0)
        done += len(questions)
    project.advance()
    return done


def decision(project: ProjectHandle) -> dict[str, Any]:
    return next(d["question"] for d in project.decisions()["decisions"] if d["question"]["body"]["action"] == "split")


def decide(project: ProjectHandle, word: str, **parameters: Any) -> None:
    question = decision(project)
    project.claim_question(question["id"])
    project.answer(question["id"], {"decision": word, "reason": "as the figures say", "parameters": parameters})
    project.advance()


def labels(project: ProjectHandle) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(project.export()).splitlines()]


def signed(site: Workspace, name: str, **settings: Any) -> tuple[ProjectHandle, dict[str, Any]]:
    """A project in which one split of the class food was signed and labelled."""
    project = filled(site, name, **settings)
    made = project.cascades.start("food", precision=0.9, recall=0.9, batch=100, audit=10, rounds=2)
    assert answer_all(project, "food") == 100
    assert answer_all(project, "food") == 100
    decide(project, "approve")
    return project, project.cascades.show(made["id"])


def test_a_class_is_asked_split_signed_and_labelled(site: Workspace) -> None:
    project = filled(site, "whole")
    made = project.cascades.start("food", precision=0.9, recall=0.9, batch=100, audit=10, rounds=1)
    assert (made["state"], made["rounds"][0]["scored"], made["pool"]) == ("asking", False, made["pool"])
    questions = project.cascades.claim(3)["questions"]
    one = questions[0]
    assert (one["lane"], one["shape"], one["widget"], one["labels"], one["multi"]) == (
        "grid", "choice", "grid", ["food"], True,
    )  # fmt: skip
    assert one["suggestion"] is None
    project.release_claims([q["id"] for q in questions])
    answer_all(project, "food")
    made = project.cascades.show(made["id"])
    assert [r["scored"] for r in made["rounds"]] == [False, True]
    answer_all(project, "food")
    assert project.cascades.show(made["id"])["state"] == "deciding"
    found = decision(project)["body"]["evidence"]["split"]
    assert found["yes"] + found["ask"] + found["no"] == made["rounds"][1]["pool"]
    assert len(found["answers"]) == found["recall"]["n"] + sum(not yes for _, yes in found["answers"]) == 100
    assert found["precision"]["low"] <= found["precision"]["value"] <= found["precision"]["high"]
    decide(project, "approve")
    made = project.cascades.show(made["id"])
    split = made["splits"][0]
    assert made["state"] == "closed"
    assert split["standing"] == split["labelled"] > 30
    assert 0 < made["human_share"]["value"] < 0.6
    rows = labels(project)
    auto = [row for row in rows if row["automatic"]]
    assert len(auto) == split["labelled"] == made["automatic"]
    assert all((row["labels"], row["n"], row["test"]) == (["food"], 0, False) for row in auto)
    assert sum(TRUTH[int(row["key"][1:])] == "food" for row in auto) / len(auto) > 0.85
    people = [row for row in rows if not row["automatic"]]
    assert all(row["labels"] == ["food"] and TRUTH[int(row["key"][1:])] == "food" for row in people)
    classes = {one["label"]: one for one in project.cascades.list()["classes"]}
    assert classes["food"] == {"label": "food", "people": len(people), "automatic": len(auto)}
    audit = project.cascades.claim(50)["questions"]
    assert len(audit) == 10
    assert all(one["strategy"] == "cascade-audit" for one in audit)
    answer_all(project, "food")


def test_every_answer_of_a_grid_is_one_of_its_own_with_its_share_of_the_seconds(site: Workspace) -> None:
    project = filled(site, "shares")
    project.cascades.start("food", batch=20)
    questions = project.cascades.claim(20)["questions"]
    given = [{"id": str(uuid.uuid4()), "question": q["id"], "chosen": right(q, "food")} for q in questions]
    given[3] |= {"outcome": "unsure"}
    first = dispatch.run(site.session, "answer_grid", {"answers": given, "seconds": 8.0})
    assert dispatch.run(site.session, "answer_grid", {"answers": given, "seconds": 8.0}) == first
    rows = [json.loads(line) for line in b"".join(project.export("answers")).splitlines()]
    assert len(rows) == 20
    assert {row["seconds"] for row in rows} == {0.4}
    assert {row["outcome"] for row in rows} == {"answered", "unsure"}
    values = [row["value"] for row in rows if row["outcome"] == "answered"]
    assert all(value["among"] == ["food"] for value in values)
    assert {len(value["labels"]) for value in values} == {0, 1}


def test_who_denies_one_class_may_still_be_asked_what_it_is(site: Workspace) -> None:
    project = filled(site, "denied")
    project.cascades.start("food", batch=30)
    answer_all(project, "food")
    denied = {
        q["item"] for q in map(json.loads, b"".join(project.export("answers")).splitlines()) if not q["value"]["labels"]
    }
    assert denied
    assert not denied & {row["item"] for row in labels(project)}
    project.ask(n=N, strategy="random")
    asked: set[str] = set()
    while page := project.claim(n=100)["questions"]:
        asked |= {one["items"][0]["id"] for one in page}
    assert denied <= asked


def test_labels_of_a_split_are_taken_back_and_given_back_as_a_set(site: Workspace) -> None:
    project, made = signed(site, "revoked")
    split = made["splits"][0]
    before = sorted((row["key"], row["labels"], row["n"]) for row in labels(project))
    after = project.cascades.revoke(split["id"], "the audit found wrong ones")["splits"][0]
    assert (after["state"], after["standing"]) == ("revoked", 0)
    assert not any(row["automatic"] for row in labels(project))
    with pytest.raises(WrongState):
        project.cascades.revoke(split["id"], "twice")
    with site.store.read() as connection:
        assert rebuild.compare(connection, site.store.hooks) == []
    project.cascades.restore(split["id"], "they were right after all")
    assert sorted((row["key"], row["labels"], row["n"]) for row in labels(project)) == before
    kinds = [event["kind"] for event in project.events()]
    assert kinds.count("split.revoked") == kinds.count("split.restored") == 1


def test_what_a_person_says_of_an_automatic_label_counts_more(site: Workspace) -> None:
    project, made = signed(site, "audited")
    audit = [one for one in project.cascades.claim(100)["questions"] if one["strategy"] == "cascade-audit"]
    keep, deny = audit[0], audit[1]
    project.cascades.answer([keep, deny], {keep["id"]})
    rows = {row["key"]: row for row in labels(project)}
    assert rows[keep["items"][0]["key"]]["n"] == 1
    assert deny["items"][0]["key"] not in rows
    shown = project.cascades.show(made["id"])["splits"][0]["audit"]
    assert (shown["value"], shown["n"]) == (0.5, 2)


def test_training_learns_from_automatic_labels_only_where_the_settings_say_so(site: Workspace) -> None:
    project, made = signed(site, "trained")
    project.ask(n=80, strategy="random")
    while page := project.claim(n=100)["questions"]:
        for one in page:
            project.answer(one["id"], TRUTH[int(one["items"][0]["key"][1:])])
    assert project.train()["state"] == "done"
    without = project.models()["models"][0]["labels"]
    project.change_settings({"automatic_labels": True})
    assert project.train()["state"] == "done"
    assert project.models()["models"][0]["labels"] == without + project.cascades.show(made["id"])["automatic"]


def test_a_refused_split_asks_for_more_and_moved_thresholds_are_measured_anew(site: Workspace) -> None:
    project = filled(site, "moved")
    made = project.cascades.start("food", precision=0.9, recall=0.9, batch=80, audit=5, rounds=1)
    answer_all(project, "food")
    answer_all(project, "food")
    first = decision(project)["body"]["evidence"]["split"]
    decide(project, "reject")
    assert answer_all(project, "food") == 80
    second = decision(project)["body"]["evidence"]["split"]
    assert len(second["answers"]) == 160 == len(first["answers"]) + 80
    question = decision(project)
    project.claim_question(question["id"])
    for wrong in ({"low": 2.0, "high": 1.0}, {"middle": 1.0}, {"high": "x"}):
        with pytest.raises(BadValue):
            project.answer(question["id"], {"decision": "modify", "reason": "r", "parameters": wrong})
    project.release_claims([question["id"]])
    top = sorted((score for score, _ in second["answers"]), reverse=True)[10]
    decide(project, "modify", high=top, low=None)
    split = project.cascades.show(made["id"])["splits"][0]
    assert (split["low"], split["evidence"]["no"]) == (None, 0)
    assert split["evidence"]["precision"]["n"] == sum(score >= top for score, _ in second["answers"])
    assert split["evidence"]["yes"] >= split["evidence"]["precision"]["n"]


def test_what_cannot_be_is_refused(site: Workspace) -> None:
    project = filled(site, "refused")
    with pytest.raises(UnknownLabel):
        project.cascades.start("fod")
    made = project.cascades.start("food", batch=10)
    with pytest.raises(WrongState, match="one class at a time"):
        project.cascades.start("sport")
    stopped = project.cascades.stop(made["id"], "enough")
    assert (stopped["state"], stopped["words"]) == ("closed", "enough")
    assert project.cascades.claim(10)["questions"] == []
    with pytest.raises(WrongState):
        project.cascades.stop(made["id"])
    site.add_actor("Ann", "annotator")
    with pytest.raises(Forbidden):
        site.acting("Ann").project("refused").cascades.start("sport")
    many = site.create_project("many", [TASK | {"multi": True}], {"auto": False})
    with pytest.raises(WrongState, match="takes several"):
        many.cascades.start("food")


class Killed(BaseException):
    """What a killed process is to the code that runs in it."""


def test_a_worker_that_dies_while_labels_are_written_leaves_nothing_half_done(
    site: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = filled(site, "killed")
    made = project.cascades.start("food", precision=0.9, recall=0.9, batch=100, audit=10, rounds=1)
    answer_all(project, "food")
    answer_all(project, "food")
    question = decision(project)
    project.claim_question(question["id"])
    project.answer(question["id"], {"decision": "approve", "reason": "good"})
    task = site.site.case(project.id).task(None)
    args = cascade.due(site.store, task)
    assert args is not None
    job, _ = loop.start(site.store, task, "cascade", args, actor_id=site.actor.id, executor=loop.durable)
    monkeypatch.setattr(cascade, "CHUNK", 25)
    seen = 0
    answer = policies.answer

    def dies(*given: Any) -> int:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise Killed
        return answer(*given)

    with monkeypatch.context() as dying:
        dying.setattr(policies, "answer", dies)
        taken = site.store.write(lambda tx: jobs.take(tx, "first", job.id))
        assert taken is not None
        with pytest.raises(Killed):
            cascade.step(Work(site.store, taken), {})
    half = project.cascades.show(made["id"])["splits"][0]
    assert half["state"] == "working"
    assert 0 < half["standing"] <= 50
    cascade.step(Work(site.store, taken), {})
    whole = project.cascades.show(made["id"])
    assert whole["splits"][0]["standing"] == whole["splits"][0]["labelled"] > half["standing"]
    assert len([one for one in project.cascades.claim(100)["questions"] if one["strategy"] == "cascade-audit"]) == 10
    site.store.write(lambda tx: jobs.cancel(tx, job.id, site.actor.id))


def test_the_doctor_takes_splits_and_their_labels_from_the_log(site: Workspace) -> None:
    project, made = signed(site, "doctored")
    before = sorted((row["key"], row["n"]) for row in labels(project))
    split = int(made["splits"][0]["id"][1:])

    def spoil(tx: Tx) -> None:
        tx.execute(sa.update(schema.split).where(schema.split.c.id == split).values(revoked=1.0))
        tx.execute(sa.delete(schema.label).where(schema.label.c.n == 0))

    site.store.write(spoil)
    assert site.store.write(rebuild.repair)
    assert sorted((row["key"], row["n"]) for row in labels(project)) == before


def test_nothing_that_is_frozen_is_labelled_or_revoked(site: Workspace) -> None:
    project, made = signed(site, "frozen")
    before = len(labels(project))
    project.curation.freeze("task", "an audit from outside")
    with pytest.raises(Frozen):
        project.cascades.revoke(made["splits"][0]["id"], "too late")
    assert len(labels(project)) == before


def test_labels_of_a_policy_follow_when_their_class_is_renamed(site: Workspace) -> None:
    project, made = signed(site, "renamed")
    auto = sum(row["automatic"] for row in labels(project))
    project.labels.rename("food", "meal", "clearer")
    renamed = [row for row in labels(project) if row["automatic"]]
    assert len(renamed) == auto == made["automatic"] > 0
    assert {tuple(row["labels"]) for row in renamed} == {("meal",)}


def test_a_cascade_ends_when_its_class_is_renamed(site: Workspace) -> None:
    project = filled(site, "ended")
    made = project.cascades.start("food", batch=20)
    project.labels.rename("food", "meal", "clearer")
    answer_all(project, "food")
    ended = project.cascades.show(made["id"])
    assert ended["state"] == "closed"
    assert "no label 'food'" in ended["words"]
