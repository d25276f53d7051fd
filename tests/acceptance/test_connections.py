"""Workforces and webhooks on both databases, from the command line, and carried by a worker."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from handloom.flow import Worker
from handloom.jobs import hooks, posting
from handloom.store import rebuild

from .cli import handloom
from .conftest import Site
from .outside import Service, service


@pytest.fixture
def outside() -> Iterator[Service]:
    with service() as made:
        yield made


def test_out_and_back_and_told_on_both_databases(any_site: Site, outside: Service) -> None:
    site, store = any_site, any_site.workspace.store
    project = site.project(items=8, overlap=2)
    site.ask(project, 4)
    body = {"name": "crowd", "address": outside.url, "keep": 0, "most": 3, "deadline": 60}
    outside.secret = site.owner.post(f"/projects/{project}/workforces", json=body).json()["secret"]
    posting.deliver(store, np.random.default_rng(0))
    first = outside.questions
    assert len(first) == 3
    answers = [
        {"id": f"r{k}", "question": one["question"], "worker": "ann", "value": {"labels": ["ham"]}}
        for k, one in enumerate(first)
    ]
    said = outside.answer(site.connect(), "crowd", [*answers, answers[0]], site.clock()).json()["results"]
    assert [one["state"] for one in said] == ["counted"] * 3 + ["repeated"]
    site.clock.move(61)
    posting.deliver(store, np.random.default_rng(0))
    hook = site.owner.post(f"/projects/{project}/webhooks", json={"address": outside.url}).json()
    ada = site.person("Ada")
    held = ada.post(f"/projects/{project}/claim", json={"n": 5}).json()["questions"]
    for question in held:
        value = {"id": str(uuid.uuid4()), "question": question["id"], "value": {"labels": ["spam"]}, "seconds": 1.0}
        assert ada.post("/answers", json=value).status_code == 201
    outside.secret = hook["secret"]
    assert hooks.deliver(store) == 1
    assert {event["type"] for event in outside.events} >= {"label.changed"}
    assert site.owner.get(f"/projects/{project}/webhooks").json()["webhooks"][0]["delivered"] == len(outside.events)
    with store.read() as connection:
        assert rebuild.compare(connection, store.hooks) == []


def test_a_worker_carries_messages_beside_its_jobs(site: Site, outside: Service) -> None:
    project = site.project(items=4)
    arrived = threading.Event()
    take = outside.take
    outside.take = lambda headers, body: (take(headers, body), arrived.set())[0]  # type: ignore[method-assign]
    site.owner.post(f"/projects/{project}/workforces", json={"name": "crowd", "address": outside.url, "keep": 0})
    site.ask(project, 2)
    stop = threading.Event()
    worker = threading.Thread(target=Worker(site.workspace.store, stop, None).run, args=(None,))
    worker.start()
    try:
        assert arrived.wait(20)
    finally:
        stop.set()
        worker.join(20)
    assert len(outside.questions) == 2


def test_from_the_command_line(site: Site, outside: Service) -> None:
    project, folder = site.project(items=1), str(site.workspace.store.folder)
    where = ("--project", project, "--workspace", folder, "--json")

    def said(*words: str, code: int = 0) -> dict[str, Any]:
        done = handloom(*words, *where)
        assert done.code == code, done.err
        return done.value

    made = said("webhook", "add", outside.url, "--kind", "label.changed")
    assert str(made["secret"]).startswith("whsec_")
    outside.status = [404]
    assert said("webhook", "test", "1", code=1)["status"] == 404
    assert said("webhook", "list")["webhooks"][0]["kinds"] == ["label.changed"]
    assert said("webhook", "remove", "1") == {"removed": "1"}
    crowd = said("workforce", "add", "crowd", outside.url, "--deadline", "2")
    assert (crowd["deadline"], crowd["answers"]) == (7200, "/api/v1/workforce/crowd/answers")
    changed = said("workforce", "change", "crowd", "paused", "--new-secret")
    assert changed["secret"] not in (None, crowd["secret"])
    assert said("workforce", "remove", "crowd") == {"removed": "crowd"}
