"""Signing in with a provider of identities: a real one in its own process, and one that lies."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from handloom.core.errors import Malformed, MissingExtra
from handloom.outside import oidc
from handloom.outside.oidc import SignIn
from handloom.server.routes.signing_in import Door
from handloom.store import people

from .conftest import Site
from .outside import provider_process

jwk = pytest.importorskip("joserfc.jwk", reason="no joserfc: install the extra oidc")
from joserfc import jwt  # noqa: E402


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer of a provider that runs as a process of its own."""
    if find_spec("oidc_provider_mock") is None:
        pytest.skip("no provider: install the dev group")
    with provider_process() as issuer:
        yield issuer


class Browser:
    """A browser without a session, at a server whose door leads to a provider."""

    def __init__(self, site: Site, sign_in: SignIn) -> None:
        self.site, self.http = site, site.connect()
        site.clock.now = time.time()  # the provider has the real time
        site.app.state.door = Door(sign_in)

    def begin(self, invitation: str | None = None) -> str:
        sent = self.http.post("/oidc/start", json={} if invitation is None else {"invitation": invitation})
        assert sent.status_code == 200, sent.text
        return sent.json()["address"]

    def sign(self, address: str, subject: str, **claims: Any) -> str:
        """What a person does at the real provider; where it sends the browser back to."""
        parts = urlsplit(address)
        put = httpx.put(f"{parts.scheme}://{parts.netloc}/users/{subject}", json=claims)
        assert put.status_code == 204
        sent = httpx.post(address, data={"sub": subject})
        assert sent.status_code in (302, 303), sent.text
        return sent.headers["location"]

    def back(self, location: str) -> str:
        """Follow the provider's way back; where this server sends the browser on to."""
        sent = self.http.get(location)
        assert sent.status_code == 303, sent.text
        return sent.headers["location"]

    def enter(self, location: str) -> dict[str, Any]:
        """What the page at /login#CODE does."""
        assert location.startswith("/login#"), location
        entered = self.http.post("/login", json={"code": location.removeprefix("/login#")})
        assert entered.status_code == 200, entered.text
        return entered.json()["actor"]

    def all(self, subject: str, invitation: str | None = None, **claims: Any) -> dict[str, Any]:
        return self.enter(self.back(self.sign(self.begin(invitation), subject, **claims)))


def test_somebody_of_an_allowed_domain_signs_in_and_is_the_same_next_time(site: Site, provider: str) -> None:
    sign_in = SignIn(provider, "handloom", "secret", domains=("example.org",), role="reviewer")
    browser = Browser(site, sign_in)
    claims = {"email": "ann@example.org", "email_verified": True, "name": "Ann"}
    first = browser.all("ann-1", **claims)
    assert (first["name"], first["role"], first["kind"]) == ("ann@example.org", "reviewer", "person")
    assert browser.http.get("/me").json()["id"] == first["id"]
    again = Browser(site, sign_in).all("ann-1", email="ann@elsewhere.net", email_verified=False)
    assert again["id"] == first["id"]


def test_the_request_says_all_that_the_specifications_want(site: Site, provider: str) -> None:
    browser = Browser(site, SignIn(provider, "handloom", "secret"))
    first, second = (parse_qs(urlsplit(browser.begin()).query) for _ in range(2))
    assert first["response_type"] == ["code"]
    assert first["scope"] == ["openid email profile"]
    assert first["code_challenge_method"] == ["S256"]
    assert first["redirect_uri"] == [f"{site.url}/api/v1/oidc/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 43
        assert first[name] != second[name]


def test_strangers_are_refused_until_they_are_invited(site: Site, provider: str) -> None:
    project = site.project(items=1, members_only=True)
    browser = Browser(site, SignIn(provider, "handloom", "secret", domains=("example.org",)))
    claims = {"email": "eve@example.net", "email_verified": True}
    refused = browser.back(browser.sign(browser.begin(), "eve", **claims))
    assert refused == "/login?problem=uninvited"
    code = site.owner.post(f"/projects/{project}/invitations", json={"role": "expert"}).json()["path"].partition("#")[2]
    eve = browser.all("eve", invitation=code, **claims)
    assert (eve["name"], eve["role"]) == ("eve@example.net", "annotator")
    assert [one["id"] for one in browser.http.get("/projects").json()["projects"]] == [project]
    used = Browser(site, SignIn(provider, "handloom", "secret"))
    assert used.back(used.sign(used.begin(code), "mallory", email="m@example.net")) == "/login?problem=refused"
    with site.workspace.store.read() as connection:
        assert people.named(connection, "m@example.net") is None


def test_a_domain_counts_only_when_the_provider_vouches_for_the_address(site: Site, provider: str) -> None:
    browser = Browser(site, SignIn(provider, "handloom", "secret", domains=("example.org",)))
    for number, verified in enumerate((False, "true", None)):
        claims = {"email": "ann@example.org", "email_verified": verified}
        assert browser.back(browser.sign(browser.begin(), f"x{number}", **claims)) == "/login?problem=uninvited"


def test_an_owner_invites_by_making_an_actor_of_that_address_whom_nobody_else_can_become(
    site: Site, provider: str
) -> None:
    made = site.owner.post("/actors", json={"name": "bob@example.org", "role": "engineer"}).json()["actor"]
    browser = Browser(site, SignIn(provider, "handloom", "secret", domains=("example.org",)))
    claims = {"email": "bob@example.org", "email_verified": True}
    assert browser.all("bob-1", **claims)["id"] == made["id"]
    other = Browser(site, SignIn(provider, "handloom", "secret", domains=("example.org",))).all("bob-2", **claims)
    assert (other["name"], other["role"]) == ("bob@example.org (2)", "annotator")


def test_the_name_of_an_owner_is_no_way_to_become_one(site: Site, provider: str) -> None:
    sign_in = SignIn(provider, "handloom", "secret", domains=("example.org",), name_claim="preferred_username")
    claims = {"email": "eve@example.org", "email_verified": True, "preferred_username": "owner"}
    eve = Browser(site, sign_in).all("eve-2", **claims)
    assert (eve["name"], eve["role"]) == ("owner (2)", "annotator")


def test_roles_follow_what_the_provider_says(site: Site, provider: str) -> None:
    roles = {"ml": "engineer", "boss": "owner"}
    sign_in = SignIn(provider, "handloom", "secret", role_claim="groups", roles=roles)
    browser = Browser(site, sign_in)
    claims = {"email": "cyd@example.org", "email_verified": True}
    assert browser.back(browser.sign(browser.begin(), "cyd", groups=["other"], **claims)) == "/login?problem=uninvited"
    cyd = browser.all("cyd", groups=["ml", "other"], **claims)
    assert cyd["role"] == "engineer"
    assert browser.all("cyd", groups=["ml", "boss"], **claims)["role"] == "owner"
    assert browser.all("cyd", groups=["ml"], **claims)["role"] == "engineer"


def test_who_is_paused_stays_out(site: Site, provider: str) -> None:
    sign_in = SignIn(provider, "handloom", "secret", domains=("example.org",))
    browser = Browser(site, sign_in)
    claims = {"email": "dan@example.org", "email_verified": True}
    dan = browser.all("dan", **claims)
    site.owner.patch(f"/actors/{dan['id']}", json={"state": "paused"})
    assert browser.back(browser.sign(browser.begin(), "dan", **claims)) == "/login?problem=refused"


def test_another_browser_cannot_end_what_this_one_began_nor_anybody_twice(site: Site, provider: str) -> None:
    sign_in = SignIn(provider, "handloom", "secret", domains=("example.org",))
    browser = Browser(site, sign_in)
    claims = {"email": "ann@example.org", "email_verified": True}
    location = browser.sign(browser.begin(), "ann-9", **claims)
    victim = site.connect()
    assert victim.get(location).headers["location"] == "/login?problem=refused"
    assert browser.back(location) == "/login?problem=refused"  # used up by the attempt
    second = browser.sign(browser.begin(), "ann-9", **claims)
    assert browser.back(second).startswith("/login#")
    assert browser.back(second) == "/login?problem=refused"
    assert browser.back(f"{site.url}/api/v1/oidc/callback?error=access_denied&state=x") == "/login?problem=refused"


def test_cookies_and_ways(site: Site, provider: str) -> None:
    assert site.connect().get("/login/ways").json() == {"provider": None}
    assert site.connect().post("/oidc/start", json={}).status_code == 404
    browser = Browser(site, SignIn(provider, "handloom", "secret", label="Example"))
    assert site.connect().get("/login/ways").json() == {"provider": {"label": "Example"}}
    cookie = browser.http.post("/oidc/start", json={}).headers["set-cookie"]
    assert {"HttpOnly", "Path=/api/v1/oidc", "SameSite=lax"} <= set(re.split("; ", cookie))


class Liar:
    """A provider that signs what it is told to, with a key of its own."""

    def __init__(self) -> None:
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
        self.published = [self.key]
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "k1"}
        self.changes: dict[str, Any] = {}
        self.token: str | None = None
        self.signing: Any = self.key
        self.asked: dict[str, str] = {}
        self.issuer = ""
        self.said_issuer: str | None = None
        self.form: dict[str, list[str]] = {}
        self.fetched = 0

    def describe(self) -> dict[str, Any]:
        names = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.said_issuer or self.issuer} | {
            name: f"{self.issuer}/{path}" for name, path in names.items()
        }

    def keys(self) -> dict[str, Any]:
        self.fetched += 1
        return {"keys": [key.as_dict(private=False) for key in self.published]}

    def give(self, form: dict[str, list[str]]) -> dict[str, Any]:
        self.form = form
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.asked["code_challenge"]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "handloom",
            "sub": "s1",
            "exp": now + 60,
            "iat": now,
            "nonce": self.asked["nonce"],
        }
        claims |= {"email": "ann@example.org", "email_verified": True, **self.changes}
        claims = {name: value for name, value in claims.items() if value is not None}
        return {"id_token": self.token or jwt.encode(self.header, claims, self.signing), "access_token": "x"}


@pytest.fixture
def liar() -> Iterator[Liar]:
    made = Liar()

    class Handler(BaseHTTPRequestHandler):
        def _say(self, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._say(made.keys() if self.path == "/keys" else made.describe())

        def do_POST(self) -> None:
            self._say(made.give(parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())))

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def through(site: Site, liar: Liar) -> str:
    """Begin, and come back as if the liar had sent the browser; where it ends."""
    browser = Browser(site, SignIn(liar.issuer, "handloom", domains=("example.org",)))
    asked = parse_qs(urlsplit(browser.begin()).query)
    liar.asked = {name: values[0] for name, values in asked.items()}
    return browser.back(f"{site.url}/api/v1/oidc/callback?code=c&state={liar.asked['state']}")


def test_a_provider_that_does_not_lie_lets_people_in_without_a_client_secret(site: Site, liar: Liar) -> None:
    assert through(site, liar).startswith("/login#")
    assert liar.form["client_id"] == ["handloom"]


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["handloom", "another"]},
        {"azp": "another"},
        {"iss": "https://accounts.example.org"},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"sub": None},
        {"sub": 7},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(site: Site, liar: Liar, changes: dict[str, Any]) -> None:
    liar.changes = changes
    assert through(site, liar) == "/login?problem=refused"


def test_a_token_with_another_key_no_signature_or_the_clients_secret_is_refused(site: Site, liar: Liar) -> None:
    liar.signing = jwk.RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
    assert through(site, liar) == "/login?problem=refused"
    liar.header, liar.signing = (
        {"alg": "HS256", "kid": "k1"},
        jwk.OctKey.import_key("handloom-client-secret-of-32-bytes"),
    )
    assert through(site, liar) == "/login?problem=refused"

    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    liar.token = f"{part({'alg': 'none'})}.{part({'iss': liar.issuer, 'sub': 's1'})}."
    assert through(site, liar) == "/login?problem=refused"
    liar.token = "nonsense"
    assert through(site, liar) == "/login?problem=refused"


def test_new_keys_of_a_provider_are_fetched_when_they_are_needed(site: Site, liar: Liar) -> None:
    browser = Browser(site, SignIn(liar.issuer, "handloom", domains=("example.org",)))

    def again() -> str:
        asked = parse_qs(urlsplit(browser.begin()).query)
        liar.asked = {name: values[0] for name, values in asked.items()}
        return browser.back(f"{site.url}/api/v1/oidc/callback?code=c&state={liar.asked['state']}")

    assert again().startswith("/login#")
    assert again().startswith("/login#")
    assert liar.fetched == 1
    liar.signing = jwk.RSAKey.generate_key(2048, {"kid": "k2"}, private=True)
    liar.published, liar.header = [liar.signing], {"alg": "RS256", "kid": "k2"}
    assert again().startswith("/login#")
    assert liar.fetched == 2


def test_a_provider_that_calls_itself_otherwise_is_none(site: Site, liar: Liar) -> None:
    liar.said_issuer = "https://accounts.example.org"
    site.app.state.door = Door(SignIn(liar.issuer, "handloom"))
    assert site.connect().post("/oidc/start", json={}).status_code == 503


def test_settings_come_from_a_file_and_the_environment(tmp_path: Path) -> None:
    assert oidc.settings(tmp_path, {}) is None
    file = {"issuer": "https://id.example.org", "client_id": "a", "domains": ["Example.org"], "roles": {"x": "owner"}}
    (tmp_path / oidc.FILE).write_text(json.dumps(file))
    environment = {"HANDLOOM_OIDC_CLIENT_ID": "b", "HANDLOOM_OIDC_CLIENT_SECRET": "s3cret"}
    found = oidc.settings(tmp_path, environment)
    assert found is not None
    assert (found.client_id, found.client_secret, found.domains) == ("b", "s3cret", ("example.org",))
    assert found.label == "id.example.org"
    assert "s3cret" not in repr(found)
    more = {"HANDLOOM_OIDC_ROLES": "a=owner, b=engineer", "HANDLOOM_OIDC_DOMAINS": "x.org,@y.org"}
    found = oidc.settings(tmp_path, environment | more)
    assert found is not None
    assert (found.roles, found.domains) == ({"a": "owner", "b": "engineer"}, ("x.org", "y.org"))


@pytest.mark.parametrize(
    "file",
    [
        "[]",
        "{",
        '{"issuer": "https://id.example.org"}',
        '{"issuer": "http://id.example.org", "client_id": "a"}',
        '{"issuer": "https://id.example.org", "client_id": "a", "role": "king"}',
        '{"issuer": "https://id.example.org", "client_id": "a", "client_secret": "b"}',
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(tmp_path: Path, file: str) -> None:
    (tmp_path / oidc.FILE).write_text(file)
    with pytest.raises(Malformed):
        oidc.settings(tmp_path, {})


def test_the_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtra, match=r"handloom\[oidc\]"):
        oidc.require_library()
