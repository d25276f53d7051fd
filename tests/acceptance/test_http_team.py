"""Teams over HTTP: membership on every address, invitations, experts and reviews."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import pytest

from handloom.handle import OPERATIONS

from .conftest import Site

FREE = {
    "me",
    "kinds",
    "formats",
    "strategies",
    "checks",
    "projects",
    "create_project",
    "accept",
    "release_claims",
    "actors",
}
FREE |= {"add_actor"}
"""Operations that belong to no project, or that show only one's own."""
OF_ACTORS = {"change_actor", "login_address", "new_token"}
BODIES: dict[str, dict[str, Any]] = {
    "change_settings": {"settings": {}},
    "add_task": {"name": "x", "kind": "text_class@1", "labels": ["a", "b"]},
    "change_task": {"labels": ["ham", "spam", "x"]},
    "add_guidelines": {"text": "x"},
    "rollback": {"reason": "x"},
    "predict": {"items": [{"data": {"text": "x"}}]},
    "feedback": {"correct": True},
    "add_gold": {"imported": True},
    "open_review": {"actor": "a1"},
    "close_review": {"accept": True},
    "change_member": {"role": "owner"},
    "add_commit": {"message": "x"},
    "add_branch": {"name": "x"},
    "add_workforce": {"name": "x", "address": "https://example.org"},
    "change_workforce": {"state": "paused"},
    "add_webhook": {"address": "https://example.org"},
    "change_webhook": {"state": "paused"},
    "close_branch": {"name": "x"},
    "add_tag": {"name": "x"},
    "merge": {"source": "x"},
    "restore": {"to": "c1", "message": "x"},
}
QUERIES = {"diff": {"before": "c1"}, "items_by_id": {"items": "i1"}}


def answer(client: httpx.Client, question: str, label: str, **more: Any) -> httpx.Response:
    body = {"id": str(uuid.uuid4()), "question": question, "value": {"labels": [label]}, "seconds": 1.0, **more}
    return client.post("/answers", json=body)


def ids(site: Site, project: str) -> dict[str, str]:
    """Something of every kind that an address may name."""
    ada = site.person("Ada helper")
    site.owner.patch(f"/projects/{project}/team/{ada.headers['x-test-actor']}", json={"state": "active"})
    site.owner.post(f"/projects/{project}/ask", json={"n": 2})
    question = ada.post(f"/projects/{project}/claim", json={"n": 1}).json()["questions"][0]
    assert answer(ada, question["id"], "ham").status_code == 201
    made = site.owner.post(f"/projects/{project}/reviews", json={"actor": ada.headers["x-test-actor"]})
    job = site.owner.post(f"/projects/{project}/train", json={})
    commit = site.owner.post(f"/projects/{project}/commits", json={"message": "x"})
    item = site.owner.get(f"/projects/{project}/items").json()["items"][-1]["id"]
    bulk = site.owner.post(f"/projects/{project}/bulk", json={"items": [item], "value": {"labels": ["ham"]}})
    cascade = site.owner.post(f"/projects/{project}/cascades", json={"label": "ham"})
    return {
        "commit": commit.json()["id"],
        "bulk": bulk.json()["bulk"],
        "cascade": cascade.json()["id"],
        "migration": "1",
        "freeze": "1",
        "upload": "0" * 32,
        "project": project,
        "task": "mail",
        "actor": ada.headers["x-test-actor"],
        "item": question["items"][0]["id"],
        "question": question["id"],
        "review": made.json()["id"],
        "job": job.json()["id"],
        "invitation": "0" * 16,
        "name": "crowd",
        "webhook": "1",
        "id": question["id"],
    }


def bodies(site: Site) -> dict[tuple[str, str], Any]:
    """The example of every request body, by method and address."""
    document = site.app.openapi()
    return {
        (method.upper(), path.removeprefix("/api/v1")): document["components"]["schemas"][
            body["schema"]["$ref"].rsplit("/", 1)[1]
        ]["example"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if (body := operation.get("requestBody", {}).get("content", {}).get("application/json"))
    }


def test_who_is_no_member_gets_nothing_of_a_project_anywhere(site: Site) -> None:
    project = site.project(items=6, members_only=True)
    known = ids(site, project)
    stranger = site.person("Stranger", "engineer")
    examples = bodies(site)
    looked = 0
    for name, address in sorted(OPERATIONS.items()):
        fields = re.findall(r"\{(\w+)\}", address.path)
        if name in FREE | OF_ACTORS or not all(field in known for field in fields):
            continue
        path = re.sub(r"\{(\w+)\}", lambda field: known[field[1]], address.path)
        sent = address.method in ("POST", "PATCH")
        body = BODIES.get(name, examples.get((address.method, address.path), {})) if sent else None
        if name == "answer":
            body = {"id": str(uuid.uuid4()), "question": known["question"], "value": {"labels": ["ham"]}}
        if name == "answer_grid":
            body = {"answers": [{"id": str(uuid.uuid4()), "question": known["question"], "chosen": True}]}
        found = stranger.request(address.method, path, json=body, params=QUERIES.get(name))
        assert found.status_code == 404, (name, found.status_code, found.text)
        looked += 1
    assert looked >= 70
    assert stranger.get("/projects").json()["projects"] == []
    lines = stranger.post(
        f"/projects/{project}/items",
        content='{"data": {"text": "x"}}',
        headers={"content-type": "application/x-ndjson"},
    )
    assert lines.status_code == 404
    assert stranger.get(f"/projects/{project}/export", params={"what": "labels"}).status_code == 404
    events = [line for line in stranger.get("/events", params={"follow": "false"}).text.splitlines() if "data:" in line]
    assert not [line for line in events if f'"project":"{project}"' in line.replace(" ", "")]


def test_a_role_in_a_project_holds_there_and_only_there(site: Site) -> None:
    first, second = site.project("first", items=3), site.project("second", items=3)
    ada = site.person("Ada")
    name = ada.headers["x-test-actor"]
    assert ada.post(f"/projects/{first}/ask", json={"n": 1}).status_code == 403
    changed = site.owner.patch(f"/projects/{first}/team/{name}", json={"role": "engineer"})
    assert (changed.json()["role"], changed.json()["member"]) == ("engineer", True)
    assert ada.post(f"/projects/{first}/ask", json={"n": 1}).status_code == 201
    assert ada.post(f"/projects/{second}/ask", json={"n": 1}).status_code == 403
    assert ada.post("/projects", json={}).status_code in (403, 422)


def test_an_engineer_of_the_workspace_may_be_an_annotator_in_a_project(site: Site) -> None:
    project = site.project(items=3)
    eve = site.person("Eve", "engineer")
    assert eve.get(f"/projects/{project}/models").status_code == 200
    site.owner.patch(f"/projects/{project}/team/{eve.headers['x-test-actor']}", json={"role": "annotator"})
    assert eve.get(f"/projects/{project}/models").status_code == 403


def test_a_link_makes_somebody_new_a_member_and_logs_them_in(site: Site) -> None:
    project = site.project(items=3, members_only=True)
    made = site.owner.post(f"/projects/{project}/invitations", json={"role": "annotator", "tags": ["de"]})
    assert made.status_code == 201
    code = made.json()["path"].removeprefix("/join#")
    browser = site.connect()
    joined = browser.post("/join", json={"code": code, "name": "Ada"})
    assert joined.status_code == 201, joined.text
    assert joined.json()["project"] == project
    assert browser.get("/me").json()["name"] == "Ada"
    assert [p["id"] for p in browser.get("/projects").json()["projects"]] == [project]
    again = site.connect().post("/join", json={"code": code, "name": "Bob"})
    assert (again.status_code, again.json()["code"]) == (401, "HL040")
    members = {m["name"]: m for m in site.owner.get(f"/projects/{project}/team").json()["members"]}
    assert members["Ada"]["tags"] == ["de"]
    open_ = site.owner.post(f"/projects/{project}/invitations", json={"uses": 2}).json()
    token = site.person("Cyd")
    accepted = token.post("/me/join", json={"code": open_["path"].removeprefix("/join#")})
    assert accepted.json() == {"project": project, "role": "annotator"}
    assert site.owner.delete(f"/projects/{project}/invitations/{open_['id']}").json() == {"revoked": 1}
    assert site.owner.get(f"/projects/{project}/invitations").json() == {"invitations": []}


def test_a_conflict_reaches_an_expert_and_comes_back_as_feedback(site: Site) -> None:
    project = site.project(items=3, overlap=2)
    ada, bob, eve = site.person("Ada"), site.person("Bob"), site.person("Eve", "expert")
    site.owner.post(f"/projects/{project}/ask", json={"n": 1})
    for who, label in ((ada, "ham"), (bob, "spam")):
        question = who.post(f"/projects/{project}/claim", json={"n": 1}).json()["questions"][0]
        assert answer(who, question["id"], label).json()["counted"]
    assert ada.post(f"/projects/{project}/claim", json={"lane": "expert"}).status_code == 403
    conflict = eve.post(f"/projects/{project}/claim", json={"lane": "expert"}).json()["questions"][0]
    assert conflict["lane"] == "expert"
    assert answer(eve, conflict["id"], "spam", rationale="look at the sender").status_code == 201
    assert [f["reason"] for f in ada.get(f"/projects/{project}/mine").json()["feedback"]] == ["look at the sender"]
    quality = site.owner.get(f"/projects/{project}/quality").json()
    assert quality["conflicts"] == {"open": 0, "settled": 1}
    assert (quality["as_of"], quality["labels"]) == (None, 0)  # nobody has measured yet, and looking measures nothing
    assert site.owner.post(f"/projects/{project}/measure", json={"task": "mail"}).json()["kind"] == "measure"
    assert ada.post(f"/projects/{project}/measure", json={}).status_code == 403


@pytest.mark.parametrize("path", ["team", "quality", "gold", "reviews", "invitations"])
def test_annotators_see_nothing_of_others(site: Site, path: str) -> None:
    project = site.project(items=3)
    assert site.person("Ada").get(f"/projects/{project}/{path}").status_code == 403


def test_practice_tells_at_once_what_was_right(site: Site) -> None:
    project = site.project(items=5, practice=1, qualify=1.0)
    items = site.owner.get(f"/projects/{project}/items").json()["items"]
    gold = {"items": [items[0]["id"]], "value": {"labels": ["spam"]}, "note": "it sells"}
    assert site.owner.post(f"/projects/{project}/gold", json=gold).json() == {"added": 1}
    ada = site.person("Ada")
    question = ada.post(f"/projects/{project}/claim", json={}).json()["questions"][0]
    assert question["lane"] == "practice"
    told = answer(ada, question["id"], "spam").json()["feedback"]
    assert told == {"right": True, "value": {"labels": ["spam"]}, "note": "it sells", "qualified": True, "left": 0}
    assert site.owner.delete(f"/projects/{project}/gold/{items[0]['id']}").json() == {"removed": 1}
