"""A server process as users start it: it says how to log in, starts a worker when there is work, and stops cleanly."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import handloom
from handloom.client import Client
from handloom.core.errors import HandloomError, WorkspaceLocked
from handloom.server.run import bound

from .conftest import TASK

_SERVE = (
    "import sys; from handloom.core.errors import HandloomError\n"
    "from handloom.server import run\n"
    "try: run(sys.argv[1], port=int(sys.argv[2]), open_browser=False)\n"
    "except HandloomError as error: sys.exit(str(error))\n"
)


def _start(folder: Path, port: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", _SERVE, str(folder), str(port)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


class Running:
    """A server process, its address and a client of the owner."""

    def __init__(self, folder: Path, token: str) -> None:
        self.folder = folder
        self.process = _start(folder)
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline() + self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", self.said)
        assert found, self.said
        self.url = found[0]
        self.client = Client(self.url, token)

    def stop(self) -> tuple[int, str]:
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    workspace, token = handloom.create(tmp_path / "workspace")
    workspace.close()
    server = Running(tmp_path / "workspace", token)
    yield server
    if server.process.poll() is None:
        server.stop()


def test_it_prints_a_login_address_that_works_once_and_stops_cleanly(running: Running) -> None:
    code = running.said.rsplit("/login#", 1)[1].strip()
    assert running.client._http.post("/login", json={"code": code}).status_code == 200
    assert running.client._http.post("/login", json={"code": code}).status_code == 401
    stream = running.client.events(follow=True)
    next(stream)
    status, errors = running.stop()
    assert status == 0, errors
    assert "Traceback" not in errors
    stream.close()


def test_a_second_server_on_the_same_workspace_is_refused(running: Running) -> None:
    second = _start(running.folder)
    _, errors = second.communicate(timeout=60)
    assert second.returncode == 1
    assert WorkspaceLocked.code in errors
    assert str(running.process.pid) in errors
    assert running.client.me()["name"] == "owner"


def test_a_port_that_is_taken_is_said_so(tmp_path: Path) -> None:
    with bound("127.0.0.1", 0) as taken, pytest.raises(HandloomError, match="choose another port"):
        bound("127.0.0.1", taken.getsockname()[1])


@pytest.mark.slow
def test_the_loop_goes_on_by_itself_in_a_worker_process(running: Running) -> None:
    settings = {"batch": 20, "retrain_after": 20, "test_share": 0.5}
    project = running.client.create_project("mail", [TASK], settings)
    events = project.events(follow=True)
    texts = ("win free money now, offer", "see you at lunch, friend")
    project.add_items({"data": {"text": f"{texts[n % 2]} {n}"}} for n in range(200))
    for event in events:
        if event["kind"] == "question.asked" and event["body"]["lane"] == "decide":
            break
        if event["kind"] == "question.asked":
            while questions := project.claim(n=20)["questions"]:
                for question in questions:
                    spam = "win" in question["items"][0]["data"]["text"]
                    project.answer(question["id"], "spam" if spam else "ham", seconds=1.0)
    models = {model["id"] for model in project.models()["models"]}
    assert project.decisions()["decisions"][0]["question"]["body"]["subject"]["model"] in models
    point = project.overview()["curve"][0]
    assert point["labels"] + point["n"] >= 20
    assert (running.folder / "worker.log").exists()
    status, errors = running.stop()
    assert (status, "Traceback" in errors) == (0, False), errors
