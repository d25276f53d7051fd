"""A real server on a throw-away workspace, and what it costs: CPU of its whole process tree, memory, requests."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")


def cli(*args: str) -> dict[str, Any]:
    """One handloom command with --json."""
    command = [sys.executable, "-m", "handloom.cli", *args, "--json"]
    out = subprocess.run(command, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return json.loads(out.stdout)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tree(pid: int) -> list[int]:
    """A process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, front = [], [pid]
    while front:
        found += front
        front = [c for p in front for c in children.get(p, [])]
    return found


def cpu(pid: int) -> float:
    """CPU seconds, user and system, of a process and everything below it, ended children included."""
    total = 0
    for process in tree(pid):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        own, ended = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
        total += own + (ended if process == pid else 0)
    return total / TICK


def memory(pid: int) -> float:
    """Proportional memory of the tree in MB (shared pages are counted once)."""
    kilobytes = 0
    for process in tree(pid):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def peak(pid: int) -> float:
    """Largest resident memory so far of one process in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


class Connection:
    """One keep-alive connection that speaks JSON."""

    def __init__(self, port: int, token: str) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        raw = (
            body if body is None or isinstance(body, bytes) or hasattr(body, "__next__") else json.dumps(body).encode()
        )
        self._http.request(
            method, "/api/v1" + path, raw, self._headers | headers, encode_chunked=hasattr(raw, "__next__")
        )
        answer = self._http.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return json.loads(content) if answer.headers.get("Content-Type", "").startswith("application/json") else content

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def lines(self, path: str, rows: Iterable[bytes]) -> Any:
        """Send NDJSON, a chunk at a time."""
        return self.call(
            "POST", path, iter(rows), **{"Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"}
        )

    def read(self, path: str) -> Iterator[bytes]:
        """A streamed answer, in pieces."""
        self._http.request("GET", "/api/v1" + path, headers=self._headers)
        answer = self._http.getresponse()
        while piece := answer.read(1 << 16):
            yield piece


@dataclass
class Server:
    """A running server: where it listens, who owns it."""

    folder: Path
    port: int
    token: str
    process: subprocess.Popen[bytes]
    start_wall: float
    start_cpu: float
    connections: list[Connection] = field(default_factory=list)

    @property
    def pid(self) -> int:
        return self.process.pid

    def connect(self, token: str | None = None) -> Connection:
        """A connection that is closed with the server."""
        made = Connection(self.port, token or self.token)
        self.connections.append(made)
        return made

    def people(self, n: int, role: str = "annotator") -> list[str]:
        """Tokens of n new actors."""
        owner = self.connect()
        names = [f"{role}-{time.time_ns()}-{k}" for k in range(n)]
        return [owner.call("POST", "/actors", {"name": name, "role": role})["token"] for name in names]

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        self.end(signal.SIGTERM)

    def end(self, how: signal.Signals) -> None:
        for connection in self.connections:
            connection.close()
        self.process.send_signal(how)
        self.process.wait(timeout=60)


def start(folder: Path, token: str, port: int | None = None, **environment: str) -> Server:
    """Start a server on a workspace and wait for its first 200."""
    port = port or free_port()
    command = [
        sys.executable,
        "-m",
        "handloom.cli",
        "serve",
        "--workspace",
        str(folder),
        "--port",
        str(port),
        "--no-browser",
    ]
    began = time.perf_counter()
    with (folder.parent / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=os.environ | environment
        )
    while True:
        try:
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            probe.request("GET", "/api/v1/health")
            status = probe.getresponse().status
            probe.close()
            if status == 200:
                break
        except OSError:
            if process.poll() is not None:
                raise RuntimeError((folder.parent / "server.log").read_text()[-3000:]) from None
            time.sleep(0.01)
    return Server(folder, port, token, process, time.perf_counter() - began, cpu(process.pid))


@contextmanager
def serving(**environment: str) -> Iterator[Server]:
    """A server on a new workspace, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="handloom-bench-") as temporary:
        folder = Path(temporary) / "workspace"
        made = cli("init", "--workspace", str(folder))
        server = start(folder, made["token"], **environment)
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.stop()


def texts(n: int) -> Iterator[bytes]:
    """n short texts of about 25 words, as NDJSON pieces of 500 lines."""
    words = [f"word{k}" for k in range(997)]
    piece: list[str] = []
    for k in range(n):
        text = " ".join(words[(k * 31 + j * j * 7) % 997] for j in range(25))
        piece.append(json.dumps({"data": {"text": f"{k} {text}"}}))
        if len(piece) == 500:
            yield ("\n".join(piece) + "\n").encode()
            piece = []
    if piece:
        yield ("\n".join(piece) + "\n").encode()
