"""Merge requests from opening to their end: in process, over HTTP and from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handloom.core.errors import Forbidden, NotFound, QuestionClosed, WrongState
from handloom.handle import ProjectHandle

from ..workspaces import new_workspace
from .cli import handloom
from .conftest import TASK, Site

SAME = "the very same words in two items"


def project(site: Site, **settings: Any) -> ProjectHandle:
    """Six labelled texts, two of them the same but for another field, and a branch ``work`` at their version."""
    made = site.workspace.project(site.project(**settings))
    rows = [{"key": f"k{k}", "data": {"text": f"text number {k}", "page": 0}} for k in range(4)]
    rows += [{"key": f"twin{k}", "data": {"text": SAME, "page": k}} for k in range(2)]
    made.add_items({**row, "labels": {"mail": "ham"}} for row in rows)
    made.dataset.commit("first labels")
    made.dataset.add_branch("work")
    return made


def items(made: ProjectHandle) -> dict[str, str]:
    return {one["key"]: one["id"] for one in made.items()["items"]}


def spam(made: ProjectHandle, key: str, branch: str = "work", **more: Any) -> dict[str, Any]:
    return made.dataset.edit(branch, [{"item": items(made)[key], "value": "spam"}], f"{key} is spam", **more)


def acting(site: Site, made: ProjectHandle, name: str, role: str) -> ProjectHandle:
    return site.workspace.acting(site.person(name, role).headers["x-test-actor"]).project(made.id)


def on_main(made: ProjectHandle) -> dict[str, str]:
    head = made.dataset.log()["commits"][0]["id"]
    rows = [json.loads(line) for line in b"".join(made.dataset.export(head, "jsonl")).splitlines()]
    return {row["key"]: row["value"]["labels"][0] for row in rows}


def test_two_approvals_merge_and_the_authors_own_is_refused(any_site: Site) -> None:
    site = any_site
    made = project(site, merge_quorum=2)
    people = {name: acting(site, made, name, "engineer") for name in ("Ada", "Ben", "Cleo")}
    spam(people["Ada"], "k0")
    request = people["Ada"].dataset.requests.open("work", "a receipt that is none")
    assert (request["state"], request["approvals"], request["needs"], request["failing"]) == ("open", 0, 2, [])
    assert request["change"]["labels"] == [{"before": "ham", "after": "spam", "count": 1}]
    assert {one["test"] for one in request["results"] if one["required"]} == {"schema", "leakage", "label_conflicts"}
    (decision,) = made.decisions()["decisions"]
    assert decision["question"]["body"]["subject"]["request"] == request["id"]
    with pytest.raises(Forbidden, match="own_approval"):
        people["Ada"].dataset.requests.decide(request["id"], "approve", "it is mine")
    first = people["Ben"].dataset.requests.decide(request["id"], "approve", "looked at it")
    assert (first["state"], first["approvals"]) == ("open", 1)
    with pytest.raises(WrongState):
        people["Ben"].dataset.requests.decide(request["id"], "approve", "looked again")
    assert on_main(made)["k0"] == "ham"
    done = people["Cleo"].dataset.requests.decide(request["id"], "approve", "so did I")
    assert (done["state"], done["by"]["name"]) == ("merged", "Cleo")
    assert on_main(made)["k0"] == "spam"
    merge = made.dataset.show(done["merge"])
    assert merge["parents"][1] == request["head"]
    assert (merge["request"], merge["tests"]["failing"]) == ({"id": request["id"], "state": "merged"}, 0)
    assert merge["results"]
    assert made.dataset.requests.list()["requests"] == []
    assert [one["id"] for one in made.dataset.requests.list(state="all")["requests"]] == [request["id"]]


def test_an_author_may_approve_where_the_project_says_so(site: Site) -> None:
    made = project(site, own_approval=True)
    spam(made, "k0")
    request = made.dataset.requests.open("work", "alone at work")
    assert made.dataset.requests.decide(request["id"], "approve", "nobody else is here")["state"] == "merged"


def test_a_new_commit_voids_what_was_approved(site: Site) -> None:
    made = project(site, merge_quorum=2)
    ben, cleo = (acting(site, made, name, "engineer") for name in ("Ben", "Cleo"))
    spam(made, "k0")
    request = made.dataset.requests.open("work", "receipts")
    ben.dataset.requests.decide(request["id"], "approve", "fine")
    before = made.dataset.requests.show(request["id"])
    spam(made, "k1")
    after = made.dataset.requests.show(request["id"])
    assert (before["approvals"], after["approvals"], after["state"]) == (1, 0, "open")
    assert after["head"] != before["head"]
    assert after["question"] != before["question"]
    assert cleo.dataset.requests.decide(request["id"], "approve", "fine")["state"] == "open"
    assert ben.dataset.requests.decide(request["id"], "approve", "still fine")["state"] == "merged"


def test_whoever_approves_what_is_no_longer_there_is_told(site: Site) -> None:
    made = project(site)
    ben = acting(site, made, "Ben", "engineer")
    spam(made, "k0")
    request = made.dataset.requests.open("work", "receipts")
    asked = ben.claim_question(request["question"])
    site.workspace.site.executor = _NOBODY  # no worker has looked yet
    spam(made, "k1")
    with pytest.raises(QuestionClosed):
        ben.answer(asked["id"], {"decision": "approve", "reason": "fine"}, seconds=1.0)
    assert on_main(made)["k0"] == "ham"


def test_a_failing_required_test_lets_no_route_through(site: Site) -> None:
    made = project(site)
    ben = acting(site, made, "Ben", "engineer")
    spam(made, "twin0")  # its twin stays ham
    request = made.dataset.requests.open("work", "one of the twins")
    assert (request["failing"], request["question"]) == (["label_conflicts"], None)
    with pytest.raises(WrongState, match="label_conflicts"):
        ben.dataset.requests.decide(request["id"], "approve", "fine")
    with pytest.raises(WrongState, match=request["id"]):
        made.dataset.merge("work")
    made.dataset.requests.close(request["id"], "trying otherwise")
    for route in (
        lambda: made.dataset.merge("work"),
        lambda: made.dataset.merge(request["head"]),
        lambda: spam(made, "twin0", "main"),
        lambda: made.dataset.restore(request["head"], "as there"),
    ):
        with pytest.raises(WrongState, match="label_conflicts"):
            route()
    assert on_main(made)["twin0"] == "ham"
    with pytest.raises(Forbidden):
        ben.dataset.merge("work", override="I know better")
    waiting = next(one for one in made.dataset.requests.list()["requests"] if one["source"] == "work")
    assert (waiting["auto"], waiting["failing"]) == (True, ["label_conflicts"])
    done = made.dataset.merge("work", override="the twin is mended tomorrow")
    assert (on_main(made)["twin0"], done["tests"]["failing"]) == ("spam", 1)
    told = made.dataset.requests.show(done["request"]["id"])
    assert (told["overridden"], told["reason"]) == (True, "the twin is mended tomorrow")


def test_a_test_that_main_fails_already_holds_up_no_other_change(site: Site) -> None:
    made = project(site)
    spam(made, "twin0")
    made.dataset.merge("work", override="the twin is mended tomorrow")
    made.dataset.add_branch("next")
    spam(made, "k0", "next")
    assert len(made.dataset.merge("next")["parents"]) == 2
    assert on_main(made)["k0"] == "spam"


def test_conflicts_are_settled_on_the_branch_before_it_is_merged(site: Site) -> None:
    made = project(site)
    ben = acting(site, made, "Ben", "engineer")
    spam(made, "k0")
    spam(made, "k1")
    made.dataset.edit("main", [{"item": items(made)["k0"], "remove": True}], "it is neither")
    request = made.dataset.requests.open("work", "receipts")
    assert (request["unsettled"], request["question"]) == (1, None)
    (conflict,) = request["conflicts"]
    assert conflict["item"] == items(made)["k0"]
    with pytest.raises(WrongState, match="conflicts"):
        ben.dataset.requests.decide(request["id"], "approve", "fine")
    ben.claim_question(conflict["question"])
    ben.answer(conflict["question"], {"decision": "reject", "reason": "it is spam"}, seconds=3.0)
    request = made.dataset.requests.show(request["id"])
    assert (request["unsettled"], request["state"]) == (0, "open")
    cleo = acting(site, made, "Cleo", "engineer")
    assert cleo.dataset.requests.decide(request["id"], "approve", "fine")["state"] == "merged"
    assert (on_main(made)["k0"], on_main(made)["k1"]) == ("spam", "spam")


def test_nobody_decides_in_time_and_nothing_is_merged(site: Site) -> None:
    made = project(site)
    spam(made, "k0")
    request = made.dataset.requests.open("work", "receipts")
    site.clock.move(15 * 86_400)
    made.advance()
    ended = made.dataset.requests.show(request["id"])
    assert (ended["state"], ended["merge"]) == ("expired", None)
    assert on_main(made)["k0"] == "ham"
    assert made.workspace.question(request["question"])["state"] in ("expired", "withdrawn")
    assert made.dataset.requests.open("work", "again")["state"] == "open"


def test_one_rejection_ends_it_and_the_branch_stays(site: Site) -> None:
    made = project(site, merge_quorum=3)
    ben = acting(site, made, "Ben", "engineer")
    spam(made, "k0")
    request = made.dataset.requests.open("work", "receipts")
    ended = ben.dataset.requests.decide(request["id"], "reject", "these are bills")
    assert (ended["state"], ended["reason"]) == ("rejected", "these are bills")
    assert made.workspace.question(request["question"])["state"] == "withdrawn"
    assert "work" in [one["name"] for one in made.dataset.branches()["branches"]]
    with pytest.raises(WrongState):
        made.dataset.requests.close(request["id"], "again")


def test_people_decide_about_corrections_where_the_project_says_so(site: Site) -> None:
    made = project(site, merge_policy={"corrections": "request"})
    ben = acting(site, made, "Ben", "engineer")
    spam(made, "k1")
    with pytest.raises(WrongState, match="merge request"):
        made.dataset.merge("work")
    edited = spam(made, "k0", "main")
    assert edited["request"]["state"] == "open"
    assert on_main(made)["k0"] == "ham"
    assert ben.dataset.requests.decide(edited["request"]["id"], "approve", "fine")["state"] == "merged"
    assert on_main(made) == {key: "spam" if key == "k0" else "ham" for key in items(made)}


def test_what_was_merged_is_taken_back_row_by_row(site: Site) -> None:
    made = project(site)
    spam(made, "k0")
    spam(made, "k1")
    merge = made.dataset.merge("work")
    made.dataset.edit("main", [{"item": items(made)["k1"], "remove": True}], "since then it is gone")
    made.dataset.undo_merge(merge["id"], "they were receipts")
    assert on_main(made) == {key: "ham" for key in items(made) if key != "k1"}
    with pytest.raises(WrongState):
        made.dataset.undo_merge(merge["parents"][0], "no merge")


def test_discussion_and_who_may_take_part(site: Site) -> None:
    made = project(site)
    ann, rita = acting(site, made, "Ann", "annotator"), acting(site, made, "Rita", "reviewer")
    spam(made, "k0")
    request = rita.dataset.requests.open("work", "receipts")
    rita.dataset.requests.comment(request["id"], "is this one not a bill?", items(made)["k0"])
    made.dataset.requests.comment(request["id"], "it is")
    said = made.dataset.requests.show(request["id"])["discussion"]
    assert [(one["author"]["name"], one["item"], one["text"]) for one in said] == [
        ("Rita", items(made)["k0"], "is this one not a bill?"),
        (site.workspace.actor.name, None, "it is"),
    ]
    assert made.dataset.requests.list()["requests"][0]["comments"] == 2
    with pytest.raises(Forbidden):
        ann.dataset.requests.list()
    with pytest.raises(Forbidden):
        rita.dataset.requests.decide(request["id"], "approve", "fine")
    with pytest.raises(NotFound):
        made.dataset.requests.comment(request["id"], "which?", "i999")
    address = f"/requests/{request['id']}"
    assert site.owner.get(address).json()["discussion"] == said
    assert site.owner.post(f"{address}/comments", json={"text": ""}).status_code == 422
    assert site.owner.post(f"{address}/comments", json={"text": "over HTTP"}).status_code == 201
    assert site.owner.post(f"{address}/test").json()["state"] == "open"
    assert site.owner.post(f"{address}/close", json={"reason": "enough said"}).json()["state"] == "closed"
    assert site.owner.get("/requests/d999").status_code == 404


def test_requests_from_the_command_line(tmp_path: Path) -> None:
    place = ("-w", str(tmp_path / "w"))
    with new_workspace(tmp_path / "w") as workspace:
        mail = workspace.create_project("mail", [TASK], {"auto": False, "test_share": 0.0, "own_approval": True})
        mail.add_items([{"key": "k", "data": {"text": "one"}, "labels": {"mail": "ham"}}])
        mail.dataset.commit("first")
        mail.dataset.add_branch("work")
        spam(mail, "k")
    made = handloom("dataset", "request", "open", "work", "-m", "a receipt", *place, "--json").value
    assert (made["id"], made["state"]) == ("d1", "open")
    shown = handloom("dataset", "request", "show", "d1", *place).out
    assert "a receipt" in shown
    assert "spam" in shown
    done = handloom("dataset", "request", "approve", "d1", "-m", "sure", *place)
    assert "merged as" in done.out
    assert "green" in handloom("dataset", "log", *place).out


def _leave(*_given: Any) -> None:
    """A worker would come later."""


class _Nobody:
    name, spare, start = "nobody", True, staticmethod(_leave)


_NOBODY: Any = _Nobody()
