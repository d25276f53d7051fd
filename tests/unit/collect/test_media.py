from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from handloom.collect import media
from handloom.collect.media import MediaPolicy, fetch
from handloom.core.errors import BadReference, TooLarge


def test_data_addresses_are_decoded() -> None:
    url = "data:image/png;base64," + base64.b64encode(b"\x00bytes").decode()
    assert fetch({"url": url}, MediaPolicy()) == b"\x00bytes"
    assert fetch({"url": "data:text/plain,a%20b"}, MediaPolicy()) == b"a b"
    for wrong in ("data:image/png;base64", "data:image/png;base64,@@@"):
        with pytest.raises(BadReference):
            fetch({"url": wrong}, MediaPolicy())
    with pytest.raises(TooLarge):
        fetch({"url": url}, MediaPolicy(limit=1))


def test_a_path_is_read_only_below_an_allowed_folder(tmp_path: Path) -> None:
    allowed, secret = tmp_path / "allowed", tmp_path / "secret.png"
    (allowed / "sub").mkdir(parents=True)
    (allowed / "sub" / "a.png").write_bytes(b"a")
    secret.write_bytes(b"secret")
    (allowed / "link.png").symlink_to(secret)
    (allowed / "inside.png").symlink_to(allowed / "sub" / "a.png")
    policy = MediaPolicy(roots=(allowed,))
    assert fetch({"path": "sub/a.png"}, policy) == b"a"
    assert fetch({"path": str(allowed / "sub" / "a.png")}, policy) == b"a"
    assert fetch({"path": "inside.png"}, policy) == b"a"
    for path in ("../secret.png", str(secret), "link.png", "sub", "none.png", "a\0.png", ""):
        with pytest.raises(BadReference):
            fetch({"path": path}, policy)
    with pytest.raises(BadReference, match="no folder for media"):
        fetch({"path": str(secret)}, MediaPolicy())
    with pytest.raises(TooLarge):
        fetch({"path": "sub/a.png"}, MediaPolicy(roots=(allowed,), limit=0))


@pytest.mark.parametrize("reference", [{}, {"path": "a", "url": "b"}, {"url": 3}, {"url": "file:///etc/passwd"}])
def test_other_references_are_refused(reference: dict[str, object]) -> None:
    with pytest.raises(BadReference):
        fetch(reference, MediaPolicy(internet=True))


def test_the_internet_is_off_unless_allowed() -> None:
    with pytest.raises(BadReference, match="not fetched here"):
        fetch({"url": "https://example.org/a.png"}, MediaPolicy())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
    ],
)
def test_private_addresses_are_never_dialled(address: str) -> None:
    policy = MediaPolicy(internet=True, resolve=lambda host, port: ["93.184.216.34", address])
    with pytest.raises(BadReference, match="not on the public internet"):
        fetch({"url": "http://pretty.example/a.png"}, policy)


def test_an_unknown_host_is_refused_in_words() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(BadReference, match="not known"):
        fetch({"url": "http://nowhere.example/"}, MediaPolicy(internet=True, resolve=unknown))


class Pictures(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "http://127.0.0.1/")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"data")

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Pictures) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_public_address_is_fetched_without_redirects(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # The only reachable server of a test is a private one, so for this test private counts as public.
    monkeypatch.setattr(media, "_is_public", lambda text: True)
    policy = MediaPolicy(internet=True, resolve=lambda host, port: ["127.0.0.1"])
    assert fetch({"url": f"http://pictures.example:{port}/a.png?x=1"}, policy) == b"data"
    with pytest.raises(BadReference, match="answered 302"):
        fetch({"url": f"http://pictures.example:{port}/away"}, policy)
    with pytest.raises(TooLarge):
        fetch(
            {"url": f"http://pictures.example:{port}/a.png"},
            MediaPolicy(internet=True, resolve=policy.resolve, limit=3),
        )
