"""Kill the server with SIGKILL at random moments under load: every answer acknowledged is there, the log replays.

python -m bench.kill [--times 200]
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import threading
import time
import uuid
from typing import Any

from . import serving

PEOPLE = 4


class Load:
    """Annotators who answer without a pause, send again what was not acknowledged, and remember what was."""

    def __init__(self, port: int, project: str) -> None:
        self.port = port
        self.project = project
        self.stop = threading.Event()
        self.acknowledged: dict[str, str] = {}
        self.strange: list[str] = []

    def work(self, token: str) -> None:
        pending: list[dict[str, Any]] = []
        while not self.stop.is_set():
            try:
                if self._answer(token, pending):
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)  # the server is gone; it comes back
            except RuntimeError as error:
                self.strange.append(str(error))
                if pending:
                    pending.pop(0)

    def _answer(self, token: str, pending: list[dict[str, Any]]) -> bool:
        """Claim and answer until told to stop, or, which returns True, until nothing is left."""
        with serving.Connection(self.port, token) as line:
            while not self.stop.is_set():
                if not pending:
                    path = f"/projects/{self.project}/claim"
                    for question in line.call("POST", path, {"lane": "label", "n": 5})["questions"]:
                        value = {"labels": [random.choice(question["labels"])]}
                        answer = {"id": str(uuid.uuid4()), "question": question["id"], "value": value, "seconds": 1}
                        pending.append(answer)
                    if not pending:
                        return True
                line.call("POST", "/answers", pending[0])
                done = pending.pop(0)
                self.acknowledged[done["id"]] = json.dumps(done["value"])
        return False


def run(times: int, seed: int = 0, questions: int | None = None) -> dict[str, Any]:
    """Kill the server so often; returns what was acknowledged, lost, refused, and what the doctor found."""
    chance = random.Random(seed)
    with serving.serving() as server:
        owner = server.connect()
        task = {"name": "intent", "kind": "text_class@1", "labels": ["a", "b", "c"]}
        made = {"name": "kill", "tasks": [task], "settings": {"auto": False, "test_share": 0.0, "lease_seconds": 20}}
        project = owner.call("POST", "/projects", made)["id"]
        n = questions or 1000 + times * 300
        owner.lines(f"/projects/{project}/items", serving.texts(n))
        for start in range(0, n, 1000):
            ask = {"task": "intent", "n": min(1000, n - start), "strategy": "random"}
            owner.call("POST", f"/projects/{project}/ask", ask)
        load = Load(server.port, project)
        threads = [threading.Thread(target=load.work, args=(token,)) for token in server.people(PEOPLE)]
        for thread in threads:
            thread.start()
        current = server
        for _ in range(times):
            time.sleep(chance.uniform(0.02, 0.4))
            current.kill()
            current = serving.start(server.folder, server.token, server.port)
        load.stop.set()
        for thread in threads:
            thread.join()
        stored: dict[str, str] = {}
        for line in b"".join(
            current.connect().read(f"/projects/{project}/export?what=answers&format=jsonl")
        ).splitlines():
            row = json.loads(line)
            stored[row["id"]] = json.dumps(row["value"])
        current.stop()
        server.process = current.process
        doctor = serving.cli("doctor", "--workspace", str(server.folder))
        lost = [key for key, value in load.acknowledged.items() if stored.get(key) != value]
        return {
            "kills": times,
            "acknowledged": len(load.acknowledged),
            "stored": len(stored),
            "lost": len(lost),
            "refused": load.strange[:5],
            "differences": len(doctor["differences"]),
        }


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    out = run(args.times, args.seed)
    print(out, flush=True)
    return out


if __name__ == "__main__":
    main()
