"""Sixteen real clients at once against a real server, on SQLite and on PostgreSQL."""

from __future__ import annotations

import collections
import json
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import serving

CLIENTS = 16
N_ITEMS = 320
TASK = {"name": "intent", "kind": "text_class@1", "labels": ["a", "b", "c"]}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[serving.Server]:
    store = ["--store", request.getfixturevalue("postgres_url")] if request.param == "postgresql" else []
    made = serving.cli("init", "--workspace", str(tmp_path / "workspace"), *store)
    running = serving.start(tmp_path / "workspace", made["token"])
    yield running
    running.stop()


@pytest.mark.parametrize("overlap", [1, 3])
def test_no_question_reaches_more_people_than_it_needs(server: serving.Server, overlap: int) -> None:
    owner = server.connect()
    settings = {"auto": False, "overlap": overlap, "test_share": 0.0}
    made = owner.call("POST", "/projects", {"name": "crowd", "tasks": [TASK], "settings": settings})["id"]
    owner.lines(f"/projects/{made}/items", serving.texts(N_ITEMS))
    asked = owner.call(
        "POST", f"/projects/{made}/ask", {"task": "intent", "n": N_ITEMS // overlap, "strategy": "random"}
    )
    handed: list[tuple[str, str]] = []
    failures: list[str] = []
    lock = threading.Lock()

    def work(token: str) -> None:
        line = server.connect(token)
        mine: list[tuple[str, str]] = []
        try:
            while questions := line.call("POST", f"/projects/{made}/claim", {"lane": "label", "n": 5})["questions"]:
                for question in questions:
                    mine.append((question["id"], token))
                    body = {
                        "id": str(uuid.uuid4()),
                        "question": question["id"],
                        "value": {"labels": ["b"]},
                        "seconds": 1,
                    }
                    assert line.call("POST", "/answers", body)["counted"]
                    assert line.call("POST", "/answers", body)["counted"], "sending again is harmless"
        except Exception as error:  # a thread's failure must reach the test
            failures.append(repr(error))
        with lock:
            handed.extend(mine)

    threads = [threading.Thread(target=work, args=(token,)) for token in server.people(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    per_question = collections.Counter(question for question, _ in handed)
    assert len(handed) == len(set(handed)), "never twice to the same person"
    assert set(per_question.values()) == {overlap}
    assert len(per_question) == asked["questions"]
    lines = b"".join(owner.read(f"/projects/{made}/export?what=answers&format=jsonl")).splitlines()
    assert len(lines) == len(handed)
    assert {json.loads(line)["outcome"] for line in lines} == {"answered"}
    doctor = serving.cli("doctor", "--workspace", str(server.folder))
    assert doctor["differences"] == []
