"""Webhooks on the screen Settings, and signing in through a real provider of identities."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from ..acceptance.outside import provider_process, service
from . import site as sites
from .site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visit = Callable[..., "Page"]


def test_a_webhook_is_added_tested_paused_and_removed(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    project = site.new_project("text_class@1", ("a", "b"), [{"data": {"text": "x"}}])
    page = visit(f"/p/{project}/settings?tab=connections")
    with service() as outside:
        page.get_by_label("Address").fill(outside.url)
        page.get_by_role("switch", name="Label changed").uncheck()
        page.get_by_role("button", name="Add webhook").click()
        expect(page.get_by_label("Secret")).to_have_value(re.compile("^whsec_"))
        outside.secret = page.get_by_label("Secret").input_value()
        page.get_by_role("button", name=f"Test {outside.url}").click()
        expect(page.get_by_text("The message was taken.")).to_be_visible()
        assert outside.authentic()
    (hook,) = site.get(f"/projects/{project}/webhooks")["webhooks"]
    assert hook["kinds"] == ["question.resolved", "decision.needed"]
    page.get_by_role("button", name="Pause", exact=False).first.click()
    expect(page.get_by_text("paused")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=f"Remove {hook['address']}").click()
    expect(page.get_by_text("No address is told anything.")).to_be_visible()


def test_signing_in_leads_through_the_provider_and_back(
    browser: object, contexts: Callable[..., BrowserContext], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import expect

    if find_spec("oidc_provider_mock") is None or find_spec("joserfc") is None:
        pytest.skip("no provider: install the dev group")
    with provider_process() as issuer:
        monkeypatch.setenv("HANDLOOM_OIDC_ISSUER", issuer)
        monkeypatch.setenv("HANDLOOM_OIDC_CLIENT_ID", "handloom")
        monkeypatch.setenv("HANDLOOM_OIDC_CLIENT_SECRET", "secret")
        monkeypatch.setenv("HANDLOOM_OIDC_LABEL", "Example")
        monkeypatch.setenv("HANDLOOM_OIDC_DOMAINS", "example.org")
        with sites.serving(tmp_path) as site:
            for name, host in (("eve", "example.net"), ("ann", "example.org")):
                claims = {"email": f"{name}@{host}", "email_verified": True}
                httpx.put(f"{issuer}/users/{name}", json=claims).raise_for_status()
            page = contexts().new_page()
            for name in ("eve", "ann"):
                if name == "eve":
                    page.goto(f"{site.url}/login")
                page.get_by_role("button", name="Sign in with Example").click()
                page.locator("input[name=sub]").fill(name)
                page.locator("input[name=sub]").press("Enter")
                if name == "eve":
                    expect(page.get_by_text("Nobody has invited you.")).to_be_visible()
            page.wait_for_url(lambda url: url.startswith(site.url) and "/login" not in url)
            expect(page.get_by_role("heading", level=1)).to_be_visible()  # before the server ends, all of it is loaded
            me = page.evaluate("fetch('/api/v1/me').then((reply) => reply.json())")
            assert (me["name"], me["role"]) == ("ann@example.org", "annotator")
            assert [cookie["name"] for cookie in page.context.cookies(site.url)] == ["hl_session"]


def test_without_a_provider_there_is_no_such_button(site: Site, contexts: Callable[..., BrowserContext]) -> None:
    from playwright.sync_api import expect

    page = contexts().new_page()
    page.goto(f"{site.url}/login")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert page.get_by_role("button", name="Sign in").count() == 0
