"""A service outside, as somebody else would write it: real HTTP on a loopback port, with faults on request."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx


def signature(secret: str, message: str, stamp: str, body: bytes) -> str:
    """The signature by the book, written without handloom's code."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return (
        "v1," + base64.b64encode(hmac.new(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256).digest()).decode()
    )


@dataclass
class Service:
    """What it was sent, and how it behaves. status: of its replies, the next first, the last for good."""

    url: str
    secret: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    status: list[int] = field(default_factory=lambda: [200])
    says: Any = None
    location: str | None = None
    slow: bool = False
    awake: threading.Event = field(default_factory=threading.Event)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.headers.append(headers)
        self.bodies.append(body)
        self.requests.append(json.loads(body))
        return self.status.pop(0) if len(self.status) > 1 else self.status[0]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [request for request in self.requests if request["type"] == kind]

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Every question it was ever sent, in order."""
        return [question for request in self.of("workforce.questions") for question in request["questions"]]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in self.of("handloom.events") for event in request["events"]]

    def authentic(self) -> bool:
        """Whether everything it was sent was signed with its secret."""
        return all(
            signature(self.secret, h["webhook-id"], h["webhook-timestamp"], body) == h["webhook-signature"]
            for h, body in zip(self.headers, self.bodies, strict=True)
        )

    def answer(
        self, client: httpx.Client, name: str, answers: list[dict[str, Any]], now: float, **lies: Any
    ) -> httpx.Response:
        """Send answers back. lies: other ``secret``, ``body``, ``stamp`` or ``headers`` than would be right."""
        body = json.dumps({"type": "workforce.answers", "answers": answers}).encode()
        stamp = str(lies.get("stamp", int(now)))
        sign = signature(lies.get("secret", self.secret), "m1", stamp, body)
        headers = {"webhook-id": "m1", "webhook-timestamp": stamp, "webhook-signature": sign, **lies.get("headers", {})}
        return client.post(f"/workforce/{name}/answers", content=lies.get("body", body), headers=headers)


@contextmanager
def service() -> Iterator[Service]:
    """A service that listens until the end of the block."""
    made = Service("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = made.take({name.lower(): value for name, value in self.headers.items()}, body)
            if made.slow:
                made.awake.wait(30)
            said = json.dumps(made.says).encode()
            try:
                self.send_response(status)
                if made.location:
                    self.send_header("location", made.location)
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            except OSError:  # whoever asked has gone
                return

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A broken connection is what some tests want."""

    server = Server(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/in"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.awake.set()
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def provider_process() -> Iterator[str]:
    """The issuer of an OpenID Connect provider that runs as a process of its own until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://localhost:{port}"
    try:
        for _ in range(1200):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{issuer}/.well-known/openid-configuration").status_code == 200:
                    break
            assert process.poll() is None
            threading.Event().wait(0.05)  # it does not say when it listens, so it has to be asked
        yield issuer
    finally:
        process.terminate()
        process.wait(20)
