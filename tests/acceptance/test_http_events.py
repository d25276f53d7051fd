"""The event stream: in order, resumable, and silent about what a role may not see."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from .conftest import Site


@contextmanager
def _stream(person: httpx.Client, **options: Any) -> Iterator[Iterator[dict[str, Any]]]:
    with person.stream("GET", "/events", timeout=30, **options) as response:
        assert response.headers["content-type"].startswith("text/event-stream")

        def events() -> Iterator[dict[str, Any]]:
            frame: dict[str, str] = {}
            for line in response.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    frame[name] = value
                elif "data" in frame:
                    event = json.loads(frame["data"])
                    assert frame["id"] == str(event["seq"])
                    assert frame["event"] == event["kind"]
                    yield event
                    frame = {}

        yield events()


def _past(person: httpx.Client, since: int = 0) -> list[dict[str, Any]]:
    with _stream(person, params={"since": since, "follow": "false"}) as events:
        return list(events)


def test_events_come_in_order_and_from_where_one_left_off(any_site: Site) -> None:
    any_site.project(items=2)
    everything = _past(any_site.owner)
    assert [e["seq"] for e in everything] == sorted({e["seq"] for e in everything})
    kinds = [e["kind"] for e in everything]
    assert kinds[-3:] == ["project.created", "task.added", "item.added"]
    middle = everything[len(everything) // 2]["seq"]
    assert _past(any_site.owner, middle) == [e for e in everything if e["seq"] > middle]
    with _stream(any_site.owner, params={"follow": "false"}, headers={"Last-Event-ID": str(middle)}) as events:
        assert list(events) == [e for e in everything if e["seq"] > middle]


def test_new_events_arrive_while_one_listens(any_site: Site) -> None:
    project = any_site.project(items=1)
    newest = _past(any_site.owner)[-1]["seq"]
    with _stream(any_site.owner, params={"since": newest}) as events:
        threading.Thread(target=any_site.ask, args=(project, 1)).start()
        event = next(events)
    assert event["kind"] == "question.asked"
    assert event["project"] == project
    assert event["body"]["questions"] == ["q1"]
    assert event["at"] == "2023-11-14T22:13:20.000Z"


def test_annotators_do_not_see_who_answered_what(site: Site) -> None:
    project = site.project(items=2)
    site.ask(project, 2)
    ada, bob = site.person("Ada"), site.person("Bob")
    for person in (ada, bob):
        question = person.post(f"/projects/{project}/claim", json={"n": 1}).json()["questions"][0]["id"]
        body = {"id": f"00000000-0000-4000-8000-00000000000{question[1]}", "question": question, "seconds": 1}
        assert person.post("/answers", json=body | {"value": {"labels": ["ham"]}}).status_code == 201
    mine = [e for e in _past(ada) if e["kind"] == "answer.given"]
    assert [e["actor"] for e in mine] == [ada.headers["x-test-actor"]]
    assert not [e for e in _past(ada) if e["kind"].startswith("actor.") and e["actor"] != ada.headers["x-test-actor"]]
    every = [e for e in _past(site.person("Rob", "reviewer")) if e["kind"] == "answer.given"]
    assert len(every) == 2


def test_a_stream_ends_for_who_is_removed(site: Site) -> None:
    ada = site.person("Ada")
    with _stream(ada, params={"since": 0}) as events:
        next(events)
        site.owner.patch(f"/actors/{ada.headers['x-test-actor']}", json={"state": "removed"})
        project = site.project()
        assert project == "p1"
        assert [e["kind"] for e in events if e["kind"].startswith("project.")] == []


def test_since_is_a_number(site: Site) -> None:
    for since in ("x", "-1", "9" * 30):
        assert site.owner.get("/events", params={"since": since, "follow": "false"}).status_code == 422
    with _stream(site.owner, params={"follow": "false"}, headers={"Last-Event-ID": "nonsense"}) as events:
        assert next(events)["seq"] == 1
