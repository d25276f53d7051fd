"""The whole loop over HTTP: from raw items to a released model, its predictions and what is behind them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from .conftest import Site

PROJECT = {
    "name": "mail",
    "tasks": [{"name": "mail", "kind": "text_class@1", "labels": ["ham", "spam"]}],
    "settings": {"batch": 40, "retrain_after": 40, "test_share": 0.5, "sample_random": 0.0, "sample_uncertain": 0.0},
}


def _text(n: int) -> str:
    return f"win free money now, offer {n}" if n % 2 else f"see you at lunch, friend {n}"


def _answer_everything(site: Site, project: str) -> int:
    given = 0
    while questions := site.owner.post(f"/projects/{project}/claim", json={"n": 20}).json()["questions"]:
        for question in questions:
            label = "spam" if "win" in question["items"][0]["data"]["text"] else "ham"
            body = {"id": str(uuid.uuid4()), "question": question["id"], "value": {"labels": [label]}, "seconds": 2.0}
            assert site.owner.post("/answers", json=body).status_code == 201
            given += 1
    return given


@pytest.fixture
def released(site: Site) -> str:
    """A project whose first model was approved."""
    project = site.owner.post("/projects", json=PROJECT).json()["id"]
    site.workspace.project("mail").add_items({"key": f"k{n}", "data": {"text": _text(n)}} for n in range(300))
    while not site.owner.get(f"/projects/{project}/decisions").json()["decisions"]:
        site.owner.post(f"/projects/{project}/advance")
        assert _answer_everything(site, project) > 0
    decision = site.owner.get(f"/projects/{project}/decisions").json()["decisions"][0]
    assert decision["outcome"] is None
    assert decision["question"]["body"]["title"] == "Release model 1?"
    question = decision["question"]["id"]
    claimed = site.owner.post(f"/questions/{question}/claim")
    assert claimed.status_code == 200
    value = {"decision": "approve", "reason": "better than nothing"}
    body = {"id": str(uuid.uuid4()), "question": question, "value": value, "seconds": 9}
    assert site.owner.post("/answers", json=body).status_code == 201
    return project


def test_a_decision_needs_a_reason_and_a_role(site: Site) -> None:
    project = site.owner.post("/projects", json=PROJECT).json()["id"]
    site.workspace.project("mail").add_items({"key": f"k{n}", "data": {"text": _text(n)}} for n in range(300))
    site.owner.post(f"/projects/{project}/advance")
    _answer_everything(site, project)
    site.owner.post(f"/projects/{project}/advance")
    question = site.owner.get(f"/projects/{project}/decisions").json()["decisions"][0]["question"]["id"]
    assert site.person("Ada").post(f"/questions/{question}/claim").status_code == 403
    site.owner.post(f"/questions/{question}/claim")
    body: dict[str, Any] = {"id": str(uuid.uuid4()), "question": question, "seconds": 1}
    for value in (
        {"decision": "approve"},
        {"decision": "approve", "reason": " "},
        {"decision": "maybe", "reason": "x"},
    ):
        refused = site.owner.post("/answers", json=body | {"value": value})
        assert (refused.status_code, refused.json()["code"]) == (400, "HL022")
    rejected = site.owner.post("/answers", json=body | {"value": {"decision": "reject", "reason": "too early"}})
    assert rejected.status_code == 201
    outcome = site.owner.get(f"/projects/{project}/decisions", params={"state": "all"}).json()["decisions"][0][
        "outcome"
    ]
    assert (outcome["decision"], outcome["actor"]["name"]) == ("reject", "owner")
    assert site.owner.get(f"/projects/{project}/releases").json()["releases"] == []


def test_what_is_released_predicts_and_remembers_why(site: Site, released: str) -> None:
    sent = {"items": [{"data": {"text": "win free money"}}, {"data": {"text": "lunch with a friend"}}]}
    said = site.person("Ada").post(f"/projects/{released}/predict", json=sent).json()["predictions"]
    assert [one["value"]["labels"] for one in said] == [["spam"], ["ham"]]
    assert said[0]["probabilities"]["spam"] > 0.5
    assert (said[0]["model"], said[0]["release"]) == ("m1", "v1")
    lineage = site.owner.get(f"/lineage/{said[0]['id']}").json()
    kinds = {node["kind"] for node in lineage["nodes"]}
    assert {"prediction", "release", "model", "run", "commit", "label", "answer", "decision"} <= kinds
    known = {node["id"] for node in lineage["nodes"]}
    assert all(end in known for edge in lineage["edges"] for end in edge)
    wrong = site.owner.post(f"/predictions/{said[0]['id']}/feedback", json={"correct": False, "note": "no"}).json()
    assert wrong["question"].startswith("q")
    log = site.owner.get(f"/projects/{released}/predictions").json()["predictions"]
    assert [p["id"] for p in log] == ["y2", "y1"]
    assert log[1]["feedback"]["note"] == "no"


def test_the_overview_shows_the_nine_steps_and_the_curve(site: Site, released: str) -> None:
    seen = site.owner.get(f"/projects/{released}/overview").json()
    assert [step["step"] for step in seen["steps"]] == [
        "collect", "select", "ask", "resolve", "commit", "train", "evaluate", "release", "monitor",
    ]  # fmt: skip
    point = seen["curve"][0]
    assert point["released"] is True
    assert 0 <= point["low"] <= point["accuracy"] <= point["high"] <= 1
    assert point["n"] > 0
    assert seen["release"]["number"] == 1
    assert seen["jobs"][0]["state"] == "done"
    assert seen["me"]["answers_today"] == seen["me"]["answers"] > 40
    blind = site.person("Ada").get(f"/projects/{released}/overview").json()
    assert (blind["curve"], blind["release"]) == ([], None)


def test_a_shift_in_production_is_a_finding_of_the_overview(site: Site, released: str) -> None:
    def seen() -> dict[str, Any]:
        return site.owner.get(f"/projects/{released}/overview").json()

    assert seen()["findings"] == []
    sent = {"items": [{"data": {"text": f"win free money {n}"}} for n in range(200)]}
    assert site.person("Ada").post(f"/projects/{released}/predict", json=sent).status_code == 200
    [finding] = seen()["findings"]
    assert (finding["check"], finding["severity"]) == ("drift", "warning")
    assert "over 200 predictions" in finding["message"]
    monitor = seen()["steps"][-1]
    assert (monitor["state"], monitor["text"]) == ("waiting", "200 predictions, their mix has shifted")
    assert site.person("Bob").get(f"/projects/{released}/overview").json()["findings"] == []


def test_a_training_that_failed_is_a_finding_of_the_overview(site: Site) -> None:
    project = site.owner.post("/projects", json=PROJECT).json()["id"]
    site.workspace.project("mail").add_items({"key": f"k{n}", "data": {"text": _text(n)}} for n in range(20))
    job = site.owner.post(f"/projects/{project}/train", json={"task": "mail"}).json()
    assert site.owner.get(f"/jobs/{job['id']}").json()["error"]["code"] == "HL066"
    [finding] = site.owner.get(f"/projects/{project}/overview").json()["findings"]
    assert (finding["check"], finding["severity"]) == ("train", "error")


@pytest.mark.parametrize("strategy", ["margin", "least_confidence"])
def test_a_first_batch_by_a_strategy_that_needs_a_model(site: Site, strategy: str) -> None:
    project = site.owner.post("/projects", json=PROJECT).json()["id"]
    site.workspace.project("mail").add_items({"key": f"k{n}", "data": {"text": _text(n)}} for n in range(20))
    asked = site.owner.post(f"/projects/{project}/ask", json={"task": "mail", "n": 5, "strategy": strategy})
    assert (asked.status_code, asked.json()["questions"], asked.json()["strategy"]) == (201, 5, "random")
    claimed = site.owner.post(f"/projects/{project}/claim", json={"n": 1}).json()["questions"][0]
    assert f"{strategy} needs a model" in claimed["reason"]


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ({"python": "os:getcwd"}, "HL041"),
        ({"rules": [{"pattern": "(a+)+$", "label": "spam"}], "default": "ham"}, "HL012"),
        ({"rules": [], "default": "eggs"}, "HL021"),
    ],
)
def test_a_heuristic_is_checked_when_it_is_set(
    site: Site, setting: dict[str, Any], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDLOOM_TRUST_PYTHON", raising=False)
    project = site.owner.post("/projects", json=PROJECT).json()["id"]
    refused = site.owner.patch(f"/projects/{project}", json={"settings": {"heuristic": setting}})
    assert refused.json()["code"] == code


def test_models_jobs_and_releases_are_listed(site: Site, released: str) -> None:
    models = site.owner.get(f"/projects/{released}/models").json()["models"]
    assert models[0]["released"] is True
    assert models[0]["metrics"]["accuracy"]["n"] > 0
    detail = site.owner.get(f"/models/{models[0]['id']}").json()
    assert detail["evaluation"]["per_class"][0]["label"] == "ham"
    assert detail["learner"]
    release = site.owner.get(f"/projects/{released}/releases").json()["releases"][0]
    assert (release["model"], release["until"], release["by"]["name"]) == ("m1", None, "owner")
    refused = site.owner.post(f"/projects/{released}/rollback", json={"reason": "just because"})
    assert (refused.status_code, refused.json()["code"]) == (409, "HL067")
    job = site.owner.get(f"/projects/{released}/jobs", params={"limit": 1}).json()["jobs"][0]
    assert site.owner.get(f"/jobs/{job['id']}").json() == job
    finished = site.owner.post(f"/jobs/{job['id']}/cancel")
    assert (finished.status_code, finished.json()["code"]) == (409, "HL067")
    item = site.owner.get(f"/projects/{released}/items", params={"limit": 1}).json()["items"][0]
    assert item["prediction"]["model"] == "m1"
    assert site.owner.get(f"/items/{item['id']}").json()["tasks"][0]["predictions"][0]["number"] == 1


def test_without_a_release_nothing_is_predicted(site: Site) -> None:
    project = site.project()
    refused = site.owner.post(f"/projects/{project}/predict", json={"items": [{"data": {"text": "a"}}]})
    assert (refused.status_code, refused.json()["code"]) == (409, "HL065")


def test_a_training_without_labels_fails_in_words(site: Site) -> None:
    project = site.project(items=3)
    job = site.owner.post(f"/projects/{project}/train", json={})
    assert job.status_code == 202
    assert job.json()["state"] == "failed"
    assert job.json()["error"]["code"] == "HL066"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/projects/p1/predict", {"items": []}, 422),
        ("POST", "/projects/p1/predict", {"items": [{"data": "x"}]}, 422),
        ("POST", "/projects/p1/predict", {"items": [{"data": {}}], "task": "nothing"}, 404),
        ("POST", "/projects/p1/ask", {"n": 0}, 422),
        ("POST", "/projects/p1/ask", {"strategy": "magic"}, 400),
        ("POST", "/projects/p1/ask", {"lane": "decide"}, 422),
        ("POST", "/projects/p1/train", {"task": "nothing"}, 404),
        ("POST", "/predictions/y9/feedback", {"correct": True}, 404),
        ("POST", "/predictions/y9/feedback", {}, 422),
        ("GET", "/models/m9", None, 404),
        ("GET", "/jobs/j9", None, 404),
        ("GET", "/lineage/y9", None, 404),
        ("GET", "/lineage/j1", None, 404),
        ("GET", "/lineage/nonsense", None, 422),
        ("GET", "/projects/p1/decisions?state=closed", None, 422),
        ("GET", "/projects/p9/overview", None, 404),
    ],
)
def test_what_makes_no_sense_is_refused(site: Site, method: str, path: str, body: Any, status: int) -> None:
    site.project()
    answer = site.owner.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["message"]
