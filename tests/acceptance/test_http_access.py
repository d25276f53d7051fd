"""Who gets in, and what each role may do."""

from __future__ import annotations

import httpx
import pytest

from .conftest import Site


def test_health_needs_no_login(site: Site) -> None:
    answer = site.connect().get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


@pytest.mark.parametrize(
    "header",
    [None, "", "Basic b3duZXI6", "Bearer", "Bearer x", "Bearer hl_a1_wrong", "Bearer hl_a99_x", "Bearer hl_q1_x"],
)
def test_without_a_valid_token_nobody_gets_in(site: Site, header: str | None) -> None:
    answer = site.connect().get("/projects", headers={} if header is None else {"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["code"] == "HL040"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_only_the_digest_of_a_token_is_stored(site: Site) -> None:
    token = site.owner.post("/actors", json={"name": "Ada"}).json()["token"]
    secret = token.split("_", 2)[2]
    raw = b"".join(p.read_bytes() for p in site.workspace.store.folder.glob("handloom.sqlite*"))
    assert b"Ada" in raw
    assert secret.encode() not in raw


def test_a_new_token_makes_the_old_one_void(site: Site) -> None:
    ada = site.person("Ada")
    assert ada.get("/me").status_code == 200
    new = site.owner.post(f"/actors/{ada.headers['x-test-actor']}/token").json()["token"]
    assert ada.get("/me").status_code == 401
    assert site.connect(new).get("/me").json()["name"] == "Ada"


@pytest.mark.parametrize("state", ["paused", "removed"])
def test_who_is_paused_or_removed_is_refused_at_once(site: Site, state: str) -> None:
    ada = site.person("Ada")
    assert ada.get("/me").status_code == 200
    assert site.owner.patch(f"/actors/{ada.headers['x-test-actor']}", json={"state": state}).status_code == 200
    refused = ada.get("/me")
    assert refused.status_code == 401
    assert state in refused.json()["message"]


def test_the_last_owner_cannot_be_taken_away(site: Site) -> None:
    for change in ({"role": "annotator"}, {"state": "removed"}):
        refused = site.owner.patch("/actors/a1", json=change)
        assert refused.status_code == 409
        assert refused.json()["code"] == "HL067"
    assert site.owner.get("/me").json()["role"] == "owner"


def _logged_in(site: Site, actor: str = "a1") -> tuple[httpx.Client, str]:
    code = site.owner.post(f"/actors/{actor}/login").json()["path"].removeprefix("/login#")
    browser = site.connect()
    answer = browser.post("/login", json={"code": code})
    assert answer.status_code == 200, answer.text
    return browser, answer.json()["csrf"]


def test_a_login_code_works_once(site: Site) -> None:
    path = site.owner.post("/actors/a1/login").json()["path"]
    code = path.removeprefix("/login#")
    assert site.connect().post("/login", json={"code": code}).status_code == 200
    again = site.connect().post("/login", json={"code": code})
    assert again.status_code == 401
    assert "ask for a new one" in again.json()["message"]


def test_a_login_code_expires(site: Site) -> None:
    code = site.owner.post("/actors/a1/login").json()["path"].removeprefix("/login#")
    site.clock.move(16 * 60)
    assert site.connect().post("/login", json={"code": code}).status_code == 401


def test_the_session_cookie_is_out_of_reach_for_scripts_and_other_sites(site: Site) -> None:
    code = site.owner.post("/actors/a1/login").json()["path"].removeprefix("/login#")
    cookie = site.connect().post("/login", json={"code": code}).headers["set-cookie"].lower()
    assert cookie.startswith("hl_session=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_browser_needs_the_csrf_word_to_change_anything(site: Site) -> None:
    browser, csrf = _logged_in(site)
    assert browser.get("/me").json()["csrf"] == csrf
    body = {"name": "Eve"}
    for headers in ({}, {"X-Handloom-CSRF": "guess"}):
        refused = browser.post("/actors", json=body, headers=headers)
        assert refused.status_code == 403
        assert refused.json()["code"] == "HL041"
    assert browser.post("/actors", json=body, headers={"X-Handloom-CSRF": csrf}).status_code == 201


def test_logging_out_ends_the_session(site: Site) -> None:
    browser, csrf = _logged_in(site)
    stolen = dict(browser.cookies)
    assert browser.post("/logout", headers={"X-Handloom-CSRF": csrf}).status_code == 204
    assert site.connect(cookies=stolen).get("/me").status_code == 401


def test_a_session_ends_after_thirty_days(site: Site) -> None:
    browser, _ = _logged_in(site)
    site.clock.move(31 * 86_400)
    site.owner.post(f"/actors/{site.person('Ada').headers['x-test-actor']}/token")  # the second's memory is forgotten
    assert browser.get("/me").status_code == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [("evil.example", 403), ("127.0.0.1.evil.example:80", 403), ("localhost:1234", 200), ("[::1]:80", 200), ("", 403)],
)
def test_another_name_for_this_machine_is_refused(site: Site, host: str, status: int) -> None:
    assert site.owner.get("/me", headers={"Host": host}).status_code == status


def test_every_answer_carries_the_protecting_headers(site: Site) -> None:
    for path in ("/health", "/nothing", "/projects"):
        headers = site.connect().get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'self'" in headers["content-security-policy"]


ALL = {"annotator", "reviewer", "expert", "engineer", "owner"}
LEADS = {"engineer", "owner"}
READERS = ALL - {"annotator"}
# Every route that is not for everybody, with a request that gets past everything but the role.
ROUTES: list[tuple[str, str, object, set[str]]] = [
    ("GET", "/actors", None, {"reviewer", "engineer", "owner"}),
    ("POST", "/actors", {"name": "New"}, {"owner"}),
    ("PATCH", "/actors/a999", {"state": "paused"}, {"owner"}),
    ("POST", "/actors/a999/login", None, {"owner"}),
    ("POST", "/actors/a999/token", None, {"owner"}),
    ("GET", "/projects", None, ALL),
    ("POST", "/projects", {"name": "p", "tasks": [{"name": "t", "kind": "text_class@1", "labels": ["a", "b"]}]}, LEADS),
    ("GET", "/projects/p1", None, ALL),
    ("PATCH", "/projects/p1", {"settings": {"batch": 5}}, LEADS),
    ("POST", "/projects/p1/tasks", {"name": "u", "kind": "text_class@1", "labels": ["a", "b"]}, LEADS),
    ("PATCH", "/projects/p1/tasks/mail", {"labels": ["ham", "spam", "x"]}, LEADS),
    ("POST", "/projects/p1/tasks/mail/guidelines", {"text": "be kind"}, {"expert", "engineer", "owner"}),
    ("GET", "/projects/p1/tasks/mail/guidelines", None, ALL),
    ("GET", "/projects/p1/overview", None, ALL),
    ("GET", "/projects/p1/items", None, ALL),
    ("GET", "/projects/p1/items?label=ham", None, READERS),
    ("POST", "/projects/p1/ask", {"n": 1}, LEADS),
    ("POST", "/projects/p1/advance", None, LEADS),
    ("POST", "/projects/p1/suspects", {"n": 1}, LEADS),
    ("GET", "/projects/p1/suspects", None, READERS),
    ("POST", "/projects/p1/claim", {"lane": "label"}, ALL),
    ("POST", "/projects/p1/claim", {"lane": "decide"}, LEADS),
    ("GET", "/projects/p1/questions", None, ALL),
    ("GET", "/projects/p1/decisions", None, READERS),
    ("GET", "/projects/p1/models", None, READERS),
    ("GET", "/models/m1", None, READERS),
    ("POST", "/projects/p1/train", {}, LEADS),
    ("GET", "/projects/p1/jobs", None, ALL),
    ("POST", "/jobs/j99/cancel", None, LEADS),
    ("GET", "/projects/p1/releases", None, READERS),
    ("POST", "/projects/p1/rollback", {"reason": "x"}, LEADS),
    ("POST", "/projects/p1/predict", {"items": [{"data": {"text": "a"}}]}, ALL),
    ("GET", "/projects/p1/predictions", None, READERS),
    ("GET", "/lineage/m1", None, READERS),
    ("GET", "/projects/p1/export", None, READERS),
    ("POST", "/projects/p1/claim", {"lane": "expert"}, {"expert", "owner"}),
    ("GET", "/projects/p1/team", None, {"reviewer", "engineer", "owner"}),
    ("PATCH", "/projects/p1/team/a999", {"state": "paused"}, {"owner"}),
    ("GET", "/projects/p1/invitations", None, {"owner"}),
    ("POST", "/projects/p1/invitations", {}, {"owner"}),
    ("GET", "/projects/p1/mine", None, ALL),
    ("GET", "/projects/p1/quality", None, {"reviewer", "engineer", "owner"}),
    ("GET", "/projects/p1/gold", None, {"expert", "engineer", "owner"}),
    ("POST", "/projects/p1/gold", {"imported": True}, {"expert", "engineer", "owner"}),
    ("DELETE", "/projects/p1/gold/i999", None, {"expert", "engineer", "owner"}),
    ("GET", "/projects/p1/reviews", None, {"reviewer", "expert", "owner"}),
    ("POST", "/projects/p1/reviews", {"actor": "a999"}, {"reviewer", "expert", "owner"}),
    ("GET", "/reviews/w999", None, {"reviewer", "expert", "owner"}),
    ("POST", "/reviews/w999", {"accept": True}, {"reviewer", "expert", "owner"}),
    ("GET", "/kinds", None, ALL),
    ("GET", "/strategies", None, ALL),
    ("GET", "/checks", None, ALL),
]


def test_each_role_may_do_what_its_policy_says_and_no_more(site: Site) -> None:
    site.project(items=1)
    wrong = []
    for role in sorted(ALL):
        person = site.owner if role == "owner" else site.person(role.title(), role)
        for method, path, body, may in ROUTES:
            sent = person.request(method, path, json=body) if body is not None else person.request(method, path)
            refused = sent.status_code == 403
            if refused != (role not in may):
                wrong.append(f"{role} {method} {path}: {sent.status_code} {sent.text[:100]}")
            if refused:
                assert sent.json()["code"] == "HL041"
    assert wrong == []


def test_items_are_added_by_leads_only(site: Site) -> None:
    project = site.project()
    line = '{"data": {"text": "a"}}'
    for role, status in (("annotator", 403), ("reviewer", 403), ("expert", 403), ("engineer", 200)):
        assert site.person(role, role).post(f"/projects/{project}/items", content=line).status_code == status


def test_names_of_actors_are_unique_and_printable(site: Site) -> None:
    assert site.owner.post("/actors", json={"name": "Ada"}).status_code == 201
    assert site.owner.post("/actors", json={"name": " Ada "}).json()["code"] == "HL060"
    for name in ("", "  ", "a\nb", "x" * 201):
        assert site.owner.post("/actors", json={"name": name}).status_code == 422


def test_actors_come_in_pages(site: Site) -> None:
    for n in range(5):
        site.person(f"P{n}")
    seen, cursor = [], None
    while True:
        page = site.owner.get("/actors", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [actor["name"] for actor in page["actors"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["owner", "P0", "P1", "P2", "P3", "P4"]
