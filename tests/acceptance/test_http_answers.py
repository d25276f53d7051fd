"""Claims and answers over HTTP: never lost, never doubled, never shown to those who should not see them."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from .conftest import Site


def _claim(person: httpx.Client, project: str, n: int = 5, **fields: Any) -> list[dict[str, Any]]:
    answer = person.post(f"/projects/{project}/claim", json={"n": n, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()["questions"]


def _body(question: str, label: str | None = "ham", **fields: Any) -> dict[str, Any]:
    value = {} if label is None else {"value": {"labels": [label]}}
    return {"id": str(uuid.uuid4()), "question": question, "seconds": 1.5, **value, **fields}


def test_an_answer_counts_once_however_often_it_is_sent(any_site: Site) -> None:
    project = any_site.project(items=5)
    any_site.ask(project, 5)
    ada = any_site.person("Ada")
    question = _claim(ada, project, 1)[0]
    body = _body(question["id"])
    first = ada.post("/answers", json=body)
    assert first.status_code == 201
    assert first.json() == {
        "id": body["id"],
        "question": question["id"],
        "state": "resolved",
        "counted": True,
        "late": False,
        "superseded": None,
    }
    for _ in range(2):
        again = ada.post("/answers", json=body)
        assert (again.status_code, again.json()) == (200, first.json())
    other = ada.post("/answers", json=body | {"value": {"labels": ["spam"]}})
    assert (other.status_code, other.json()["code"]) == (409, "HL062")
    assert any_site.owner.get(f"/projects/{project}").json()["counts"]["answers"] == 1


def test_a_claimed_question_says_everything_that_is_needed_to_answer_it(site: Site) -> None:
    project = site.project(items=3)
    site.owner.post(f"/projects/{project}/tasks/mail/guidelines", json={"text": "be careful"})
    site.ask(project, 1)
    question = _claim(site.person("Ada"), project)[0]
    assert question["labels"] == ["ham", "spam"]
    assert (question["shape"], question["widget"], question["kind"]) == ("choice", "choice", "text_class@1")
    assert question["items"][0]["data"]["text"].startswith("message number")
    assert question["guidelines"] == {"version": 1}
    assert question["strategy"] == "random"
    assert question["suggestion"] is None
    assert question["expires"] == "2023-11-14T22:23:20.000Z"


def test_two_annotators_never_hold_the_same_question(any_site: Site) -> None:
    project = any_site.project(items=10)
    any_site.ask(project, 10)
    ada, bob = any_site.person("Ada"), any_site.person("Bob")
    first, second = _claim(ada, project, 6), _claim(bob, project, 6)
    assert (len(first), len(second)) == (6, 4)
    assert not {q["id"] for q in first} & {q["id"] for q in second}
    assert _claim(ada, project) == []


def test_overlap_asks_two_people_and_not_one_twice(site: Site) -> None:
    project = site.project(items=1, overlap=2)
    site.ask(project, 1)
    ada, bob = site.person("Ada"), site.person("Bob")
    question = _claim(ada, project)[0]["id"]
    assert ada.post("/answers", json=_body(question)).json()["state"] == "open"
    assert _claim(ada, project) == []
    assert _claim(bob, project)[0]["id"] == question
    assert bob.post("/answers", json=_body(question)).json()["state"] == "resolved"


def test_released_claims_go_to_others(site: Site) -> None:
    project = site.project(items=2)
    site.ask(project, 2)
    ada, bob = site.person("Ada"), site.person("Bob")
    mine = [q["id"] for q in _claim(ada, project)]
    assert bob.post("/claims/release", json={"questions": mine}).json() == {"released": 0}
    assert _claim(bob, project) == []
    assert ada.post("/claims/release", json={"questions": mine}).json() == {"released": 2}
    assert {q["id"] for q in _claim(bob, project)} == set(mine)


def test_a_late_answer_is_kept_and_does_not_count(any_site: Site) -> None:
    project = any_site.project(items=1)
    any_site.ask(project, 1)
    ada, bob = any_site.person("Ada"), any_site.person("Bob")
    question = _claim(ada, project)[0]["id"]
    any_site.clock.move(601)
    assert _claim(bob, project)[0]["id"] == question
    assert bob.post("/answers", json=_body(question)).json()["counted"] is True
    late = ada.post("/answers", json=_body(question, "spam"))
    assert late.status_code == 201
    assert (late.json()["late"], late.json()["counted"]) == (True, False)
    item = any_site.owner.get(f"/questions/{question}").json()["items"][0]["id"]
    shown = any_site.owner.get(f"/items/{item}").json()["tasks"][0]
    assert shown["label"]["value"] == {"labels": ["ham"]}
    assert [a["late"] for a in shown["questions"][0]["answers"]] == [False, True]


def test_a_correction_supersedes_and_both_stay(site: Site) -> None:
    project = site.project(items=1)
    site.ask(project, 1)
    ada = site.person("Ada")
    question = _claim(ada, project)[0]
    first = _body(question["id"])
    ada.post("/answers", json=first)
    second = _body(question["id"], "spam", supersedes=first["id"])
    assert ada.post("/answers", json=second).json()["superseded"] == first["id"]
    again = ada.post("/answers", json=_body(question["id"], "ham", supersedes=first["id"]))
    assert (again.status_code, again.json()["code"]) == (409, "HL063")
    shown = site.owner.get(f"/items/{question['items'][0]['id']}").json()["tasks"][0]
    assert shown["label"]["value"] == {"labels": ["spam"]}
    assert [a["superseded"] for a in shown["questions"][0]["answers"]] == [True, False]


@pytest.mark.parametrize(("outcome", "state"), [("skip", "skipped"), ("unsure", "escalated"), ("flag", "escalated")])
def test_passing_on_a_question(site: Site, outcome: str, state: str) -> None:
    project = site.project(items=1)
    site.ask(project, 1)
    ada = site.person("Ada")
    question = _claim(ada, project)[0]["id"]
    done = ada.post("/answers", json=_body(question, None, outcome=outcome, note="cannot read it"))
    assert done.status_code == 201
    assert done.json()["state"] == state
    assert site.owner.get(f"/projects/{project}").json()["counts"]["labels"] == 0


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"value": {"labels": ["Spam"]}}, 400, "HL021"),
        ({"value": {"labels": ["ham", "spam"]}}, 400, "HL022"),
        ({"value": {"labels": []}}, 400, "HL022"),
        ({"value": {"labels": "ham"}}, 400, "HL022"),
        ({"value": None}, 400, "HL022"),
        ({"value": {"decision": "approve", "reason": "x"}}, 400, "HL022"),
        ({"id": "not a uuid"}, 422, "HL001"),
        ({"question": "q999"}, 404, "HL050"),
        ({"question": "i1"}, 404, "HL050"),
        ({"outcome": "maybe"}, 422, "HL001"),
        ({"seconds": -1}, 422, "HL001"),
        ({"seconds": 1e9}, 422, "HL001"),
        ({"supersedes": str(uuid.uuid4())}, 404, "HL050"),
        ({"confidence": 2}, 422, "HL001"),
        ({"guidelines": 7}, 404, "HL050"),
        ({"note": "x" * 20_001}, 422, "HL001"),
        ({"surprise": 1}, 422, "HL001"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused_and_leaves_the_claim(
    site: Site, change: dict[str, Any], status: int, code: str
) -> None:
    project = site.project(items=1)
    site.ask(project, 1)
    ada = site.person("Ada")
    question = _claim(ada, project)[0]["id"]
    refused = ada.post("/answers", json=_body(question) | change)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["message"]
    assert ada.post("/answers", json=_body(question)).status_code == 201


def test_a_question_that_was_never_claimed_takes_no_answer(site: Site) -> None:
    project = site.project(items=1)
    site.ask(project, 1)
    question = _claim(site.person("Ada"), project)[0]["id"]
    refused = site.person("Bob").post("/answers", json=_body(question))
    assert (refused.status_code, refused.json()["code"]) == (409, "HL061")


def test_answering_twice_without_superseding_is_refused(site: Site) -> None:
    project = site.project(items=1)
    site.ask(project, 1)
    ada = site.person("Ada")
    question = _claim(ada, project)[0]["id"]
    ada.post("/answers", json=_body(question))
    refused = ada.post("/answers", json=_body(question))
    assert (refused.status_code, refused.json()["code"]) == (409, "HL067")


def test_one_question_is_claimed_and_renewed_by_name(site: Site) -> None:
    project = site.project(items=1)
    site.ask(project, 1)
    ada = site.person("Ada")
    question = site.owner.get(f"/projects/{project}/questions").json()["questions"][0]["id"]
    first = ada.post(f"/questions/{question}/claim").json()["expires"]
    site.clock.move(60)
    assert ada.post(f"/questions/{question}/claim").json()["expires"] > first
    refused = site.person("Bob").post(f"/questions/{question}/claim")
    assert (refused.status_code, refused.json()["code"]) == (409, "HL067")


def test_questions_come_newest_first_by_lane_and_state(any_site: Site) -> None:
    project = any_site.project(items=6)
    any_site.ask(project, 6)
    ada = any_site.person("Ada")
    done = _claim(ada, project, 2)
    ada.post("/answers", json=_body(done[0]["id"]))
    path = f"/projects/{project}/questions"

    def ids(**params: Any) -> list[str]:
        found, cursor = [], None
        while True:
            sent = params | {"limit": 4} | ({"cursor": cursor} if cursor else {})
            page = any_site.owner.get(path, params=sent).json()
            found += [q["id"] for q in page["questions"]]
            cursor = page["next"]
            if cursor is None:
                return found

    assert ids() == ["q6", "q5", "q4", "q3", "q2", "q1"]
    assert ids(state="resolved") == [done[0]["id"]]
    assert ids(state="claimed", lane="label") == [done[1]["id"]]
    assert ids(lane="decide") == []
    counts = {q["id"]: q["answers"] for q in any_site.owner.get(path).json()["questions"]}
    assert counts[done[0]["id"]] == 1


def test_answers_are_kept_under_the_guidelines_that_were_shown(site: Site) -> None:
    project = site.project(items=2)
    for text in ("one", "two"):
        site.owner.post(f"/projects/{project}/tasks/mail/guidelines", json={"text": text})
    site.ask(project, 2)
    ada = site.person("Ada")
    for question, version in zip(_claim(ada, project), (1, 2), strict=True):
        assert ada.post("/answers", json=_body(question["id"], guidelines=version)).status_code == 201
    lines = site.owner.get(f"/projects/{project}/export", params={"what": "answers"}).text.splitlines()
    assert sorted(line.count('"guidelines":2') for line in lines) == [0, 1]
