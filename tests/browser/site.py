"""A real server on a free port with a workspace of its own, and what tests need to fill it."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "src" / "handloom" / "web" / "index.html"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 60.0
DIGITS = tuple(str(digit) for digit in range(10))
GUIDELINES = """# What to do
Look at the picture and press the key of the digit you see.

# When in doubt
- A **1** may have a foot; a **7** may have a bar.
- Cannot tell? Press `u`.
"""


def chromium() -> str | None:
    """Path of a Chromium: HANDLOOM_CHROMIUM, or the system's."""
    given = os.environ.get("HANDLOOM_CHROMIUM")
    return given or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Site:
    """A running server. ``client`` acts as the owner of the workspace."""

    url: str
    token: str
    client: httpx.Client

    def get(self, path: str, **query: Any) -> Any:
        """What GET answers; an error status raises."""
        return self._said(self.client.get(path, params=query))

    def post(self, path: str, body: Any) -> Any:
        """What POST answers; an error status raises."""
        return self._said(self.client.post(path, json=body))

    def login_path(self, actor: str | None = None) -> str:
        """A one-time login address, without host, for an actor (id), by default the owner."""
        who = actor or self.get("/me")["id"]
        return str(self.post(f"/actors/{who}/login", {})["path"])

    def session(self, actor: str | None = None) -> str:
        """What the session cookie of an actor (id), by default the owner, holds; the login screen has tests of its own."""
        code = self.login_path(actor).partition("#")[2]
        answer = httpx.post(f"{self.client.base_url}login", json={"code": code}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.cookies["hl_session"]

    def add_actor(self, name: str, role: str) -> str:
        """Id of a new actor."""
        return str(self.post("/actors", {"name": name, "role": role})["actor"]["id"])

    def new_project(self, kind: str, labels: Sequence[str], lines: Sequence[dict[str, Any]], **task: Any) -> str:
        """Name of a new project with one task named ``it`` and these items; no step runs by itself, and unless the settings say
        so, no item is kept for testing, so that as many can be asked about as there are."""
        name = f"project-{uuid.uuid4().hex[:8]}"
        settings = {"auto": False, "test_share": 0.0, **task.pop("settings", {})}
        one = {"name": "it", "kind": kind, "labels": list(labels), "guidelines": GUIDELINES, **task}
        self.post("/projects", {"name": name, "tasks": [one], "settings": settings})
        body = "\n".join(json.dumps(line) for line in lines)
        headers = {"content-type": "application/x-ndjson"}
        added = self._said(self.client.post(f"/projects/{name}/items", content=body, headers=headers))
        assert added["added"] == len(lines), added
        return name

    def digits(self, n: int, ask: int, **task: Any) -> str:
        """Name of a new project of ``n`` handwritten digits, with ``ask`` open questions."""
        name = self.new_project("image_class@1", DIGITS, digit_lines(n), **task)
        self.ask(name, ask)
        return name

    def ask(self, project: str, n: int) -> None:
        """Make ``n`` questions."""
        asked = self.post(f"/projects/{project}/ask", {"task": "it", "n": n, "strategy": "random"})
        assert asked["questions"] == n, asked

    def labels(self, project: str) -> dict[str, list[str]]:
        """Labels by item id."""
        found: dict[str, list[str]] = {}
        cursor: str | None = None
        while True:
            page = self.get(
                f"/projects/{project}/items", state="labelled", limit=200, **({"cursor": cursor} if cursor else {})
            )
            found |= {one["id"]: one["label"]["value"]["labels"] for one in page["items"]}
            cursor = page["next"]
            if cursor is None:
                return found

    def answer_all(self, project: str, truth: dict[str, str]) -> int:
        """Answer every open question from item keys to labels; the number of answers."""
        answered = 0
        while True:
            claimed = self.post(f"/projects/{project}/claim", {"lane": "label", "n": 20})["questions"]
            if not claimed:
                return answered
            for question in claimed:
                value = {"labels": [truth[question["items"][0]["key"]]]}
                self.post(
                    "/answers",
                    {"id": str(uuid.uuid4()), "question": question["id"], "value": value, "seconds": 1.0},
                )
                answered += 1

    @staticmethod
    def _said(response: httpx.Response) -> Any:
        assert response.status_code < 400, f"{response.request.method} {response.request.url}: {response.text[:500]}"
        return response.json()


def digit_lines(n: int) -> list[dict[str, Any]]:
    """NDJSON lines of handwritten digits as 8x8 images, keyed digit-0000, digit-0001, ..."""
    images = load_digits().images[:n]
    return [{"key": f"digit-{i:04d}", "data": {"image": {"url": png(image / 16)}}} for i, image in enumerate(images)]


def digit_truth(n: int) -> dict[str, str]:
    """The digit of each key."""
    return {f"digit-{i:04d}": str(digit) for i, digit in enumerate(load_digits().target[:n])}


def png(image: np.ndarray) -> str:
    """A data: address of a grey image, shape (height, width), values 0 to 1."""
    buffer = io.BytesIO()
    Image.fromarray((image * 255).astype(np.uint8)).save(buffer, "png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    """A workspace in ``folder`` and its server, until the block ends."""
    program = [sys.executable, "-m", "handloom.cli"]
    workspace = str(folder / "workspace")
    made = subprocess.run([*program, "init", "--workspace", workspace, "--json"], capture_output=True, check=True)
    token = json.loads(made.stdout)["token"]
    port = free_port()
    with (folder / "serve.log").open("wb") as log:
        command = [*program, "serve", "--workspace", workspace, "--port", str(port), "--no-browser"]
        server = subprocess.Popen(command, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"
        headers = {"authorization": f"Bearer {token}"}
        try:
            with httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60) as client:
                _wait(client, server, folder / "serve.log")
                yield Site(url, token, client)
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(client: httpx.Client, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not come up: {log.read_text(errors='replace')[-2000:]}")
