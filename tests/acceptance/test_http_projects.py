"""Projects, tasks, settings and guidelines over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import TASK, Site


def test_a_project_shows_its_tasks_settings_and_counts(any_site: Site) -> None:
    sent = {"name": "Mail für alle", "tasks": [TASK | {"guidelines": "Receipts are ham."}], "settings": {"batch": 7}}
    made = any_site.owner.post("/projects", json=sent)
    assert made.status_code == 201
    shown = made.json()
    assert shown["settings"]["batch"] == 7
    assert shown["settings"]["strategy"] == "auto"
    assert shown["counts"] == {"items": 0, "answers": 0, "labels": 0, "open": 0}
    task = shown["tasks"][0]
    assert (task["name"], task["version"], task["shape"], task["widget"]) == ("mail", 1, "choice", "choice")
    assert task["guidelines"] == {"version": 1, "text": "Receipts are ham."}
    for ref in (shown["id"], shown["name"]):
        assert any_site.owner.get(f"/projects/{ref}").json() == shown
    assert any_site.owner.get("/projects").json() == {"projects": [shown], "next": None}


def _task(**fields: Any) -> dict[str, Any]:
    return {"name": "n", "tasks": [TASK | fields]}


@pytest.mark.parametrize(
    ("sent", "code", "words"),
    [
        (_task(labels=["one"]), "HL012", "at least two labels"),
        (_task(labels=["a", "A"]), "HL012", "the same but for case"),
        (_task(labels=["a", " "]), "HL012", "a word or phrase"),
        (_task(labels=["a", 1]), "HL001", "labels"),
        (_task(kind="text_clas@1"), "HL013", "Did you mean 'text_class@1'?"),
        (_task(name="t1"), "HL001", "looks like the id of a task"),
        ({"name": "p7", "tasks": [TASK]}, "HL001", "looks like the id of a project"),
        ({"name": "a/b", "tasks": [TASK]}, "HL001", "letters, digits"),
        ({"name": "n", "tasks": []}, "HL001", "tasks"),
        ({"name": "n", "tasks": [TASK, TASK]}, "HL012", "two tasks are named"),
        ({"name": "n", "tasks": [TASK], "settings": {"bach": 3}}, "HL001", "Did you mean 'batch'?"),
        ({"name": "n", "tasks": [TASK], "settings": {"batch": 0}}, "HL001", "setting batch"),
        ({"name": "n", "tasks": [TASK], "settings": {"strategy": "margn"}}, "HL013", "Did you mean 'margin'?"),
        (
            {"name": "n", "tasks": [TASK], "settings": {"heuristic": {"rules": [{"pattern": "("}]}}},
            "HL001",
            "heuristic",
        ),
        ({"name": "n", "tasks": [TASK], "colour": "red"}, "HL001", "colour"),
        ({"tasks": [TASK]}, "HL001", "name"),
        ([], "HL001", "body"),
    ],
)
def test_a_project_that_cannot_work_is_refused_in_words(site: Site, sent: Any, code: str, words: str) -> None:
    refused = site.owner.post("/projects", json=sent)
    assert refused.status_code in (400, 422)
    assert refused.json()["code"] == code
    assert words in refused.json()["message"]
    assert site.owner.get("/projects").json()["projects"] == []


def test_two_projects_cannot_share_a_name(site: Site) -> None:
    site.project("mail")
    refused = site.owner.post("/projects", json={"name": "mail", "tasks": [TASK]})
    assert (refused.status_code, refused.json()["code"]) == (409, "HL060")


def test_settings_change_one_by_one(site: Site) -> None:
    project = site.project()
    changed = site.owner.patch(f"/projects/{project}", json={"settings": {"overlap": 3}}).json()["settings"]
    assert changed["overlap"] == 3
    assert changed["auto"] is False
    refused = site.owner.patch(f"/projects/{project}", json={"settings": {"overlap": 3, "blind_share": 2}})
    assert refused.status_code == 422
    assert site.owner.get(f"/projects/{project}").json()["settings"] == changed


def test_labels_may_be_added_and_never_taken_away(site: Site) -> None:
    project = site.project()
    path = f"/projects/{project}/tasks/mail"
    more = site.owner.patch(path, json={"labels": ["newsletter", "ham", "spam"]}).json()
    assert more["labels"] == ["ham", "spam", "newsletter"]
    assert more["version"] == 2
    same = site.owner.patch(path, json={"labels": ["ham", "spam", "newsletter"]}).json()
    assert same["version"] == 2
    less = site.owner.patch(path, json={"labels": ["ham", "spam"]})
    assert (less.status_code, less.json()["code"]) == (409, "HL067")
    assert "newsletter" in less.json()["message"]
    twin = site.owner.patch(path, json={"labels": ["ham", "spam", "newsletter", "SPAM"]})
    assert twin.json()["code"] == "HL012"


def test_a_project_takes_another_task(site: Site) -> None:
    project = site.project()
    new = site.owner.post(f"/projects/{project}/tasks", json=TASK | {"name": "tone", "multi": True})
    assert new.status_code == 201
    assert new.json()["multi"] is True
    assert [t["name"] for t in site.owner.get(f"/projects/{project}").json()["tasks"]] == ["mail", "tone"]
    again = site.owner.post(f"/projects/{project}/tasks", json=TASK)
    assert again.json()["code"] == "HL060"


def test_guidelines_are_versions(site: Site) -> None:
    project = site.project()
    path = f"/projects/{project}/tasks/mail/guidelines"
    for n in (1, 2):
        made = site.owner.post(path, json={"text": f"version {n}"})
        assert made.status_code == 201
        assert made.json()["version"] == n
    assert [g["text"] for g in site.owner.get(path).json()["guidelines"]] == ["version 2", "version 1"]
    assert site.owner.get(f"/projects/{project}").json()["tasks"][0]["guidelines"]["version"] == 2
    assert site.owner.post(path, json={"text": "  "}).status_code == 422
    assert site.owner.get(f"/projects/{project}/tasks/nothing/guidelines").json()["code"] == "HL050"


def test_kinds_of_task_are_those_that_are_installed(site: Site) -> None:
    kinds = {kind["kind"]: kind for kind in site.owner.get("/kinds").json()["kinds"]}
    assert kinds["text_class@1"]["fields"] == {"text": "text"}
    assert kinds["image_class@1"]["widget"] == "choice"


def test_data_tests_are_listed_as_settings_may_require_them(site: Site) -> None:
    found = site.owner.get("/checks").json()["checks"]
    assert {"schema", "leakage", "label_conflicts"} <= set(found)
    sent = {"name": "all tests", "tasks": [TASK], "settings": {"merge_tests": found}}
    assert site.owner.post("/projects", json=sent).json()["settings"]["merge_tests"] == found


def test_strategies_are_listed_with_a_line_about_each_and_what_they_need(site: Site) -> None:
    found = {one["name"]: one for one in site.owner.get("/strategies").json()["strategies"]}
    assert next(iter(found)) == "auto"
    assert len(found["k_center"]["help"]) > 20
    assert found["badge"]["needs"] == ["features", "probabilities"]


def test_projects_come_in_pages(site: Site) -> None:
    for n in range(3):
        site.project(f"number {n}")
    first = site.owner.get("/projects", params={"limit": 2}).json()
    assert [p["name"] for p in first["projects"]] == ["number 0", "number 1"]
    rest = site.owner.get("/projects", params={"limit": 2, "cursor": first["next"]}).json()
    assert [p["name"] for p in rest["projects"]] == ["number 2"]
    assert rest["next"] is None
