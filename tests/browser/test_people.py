"""Logging in, and what each role sees and may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visit = Callable[..., "Page"]

# What a page's own script would send: with the session cookie and the CSRF word.
_SEND = """async ({path, body, method}) => {
  const me = await (await fetch('/api/v1/me')).json()
  const reply = await fetch('/api/v1' + path, {method, body: JSON.stringify(body),
    headers: {'content-type': 'application/json', 'x-handloom-csrf': me.csrf}})
  return reply.status
}"""


def test_a_login_address_works_once(site: Site, contexts: Callable[..., BrowserContext]) -> None:
    from playwright.sync_api import expect

    address = site.url + site.login_path()
    page = contexts().new_page()
    page.goto(address)
    page.wait_for_url(lambda url: "/login" not in url)
    assert page.evaluate("document.cookie") == ""  # the session is not for scripts
    other = contexts().new_page()
    other.goto(address)
    expect(other.get_by_text("This code cannot be used")).to_be_visible()
    assert "#" not in other.url


def test_without_login_every_address_leads_to_the_login_and_back(
    site: Site, contexts: Callable[..., BrowserContext]
) -> None:
    from playwright.sync_api import expect

    project = site.digits(5, ask=1)
    page = contexts().new_page()
    page.goto(f"{site.url}/p/{project}/items?view=list")
    page.wait_for_url("**/login")
    page.get_by_label("Token or one-time code").fill(site.token)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/p/{project}/items?view=list")
    expect(page.get_by_role("heading", level=1, name="Items")).to_be_visible()


def test_logging_out_ends_the_session(site: Site, visit: Visit) -> None:
    project = site.digits(5, ask=1)
    page = visit(f"/p/{project}")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Log out").click()
    page.wait_for_url("**/login")
    assert page.evaluate("fetch('/api/v1/me').then(reply => reply.status)") == 401


def test_an_annotator_labels_and_changes_nothing(site: Site, visit: Visit, annotator: Callable[[], str]) -> None:
    from playwright.sync_api import expect

    project = site.digits(12, ask=8)
    page = visit(f"/p/{project}", annotator())
    expect(page.get_by_role("heading", level=1, name=project)).to_be_visible()
    menu = page.get_by_role("navigation", name="Main")
    for name, shown in (("Label", 1), ("Items", 1), ("Decide", 0), ("Team", 0), ("Settings", 0)):
        expect(menu.get_by_role("link", name=name)).to_have_count(shown)
    expect(page.get_by_role("button", name="Train now")).to_have_count(0)
    for place in ("decide", "team", "settings"):
        page.goto(f"{site.url}/p/{project}/{place}")
        expect(page.get_by_text("Not for your role")).to_be_visible()
    forbidden = [
        ("PATCH", f"/projects/{project}", {"settings": {"overlap": 2}}),
        ("POST", f"/projects/{project}/train", {"task": "it"}),
        ("POST", f"/projects/{project}/tasks/it/guidelines", {"text": "mine"}),
        ("POST", "/actors", {"name": "friend", "role": "owner"}),
    ]
    for method, path, body in forbidden:
        assert page.evaluate(_SEND, {"path": path, "body": body, "method": method}) == 403, path


def test_an_owner_adds_a_person_who_logs_in(site: Site, visit: Visit, contexts: Callable[..., BrowserContext]) -> None:
    from playwright.sync_api import expect

    project = site.digits(5, ask=2)
    page = visit(f"/p/{project}/team")
    page.get_by_role("button", name="Add a person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Grace")
    dialog.get_by_role("button", name="Add a person").click()
    address = page.get_by_label("One-time login address for the browser").input_value()
    assert page.get_by_label("Token for programs").input_value().startswith("hl_")
    other = contexts().new_page()
    other.goto(address)
    other.wait_for_url(lambda url: "/login" not in url)
    other.goto(f"{site.url}/p/{project}/label")
    other.locator("[data-question]").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("rowheader", name="Grace")).to_be_visible()


def test_settings_guidelines_and_labels_are_saved(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    project = site.digits(5, ask=2)
    page = visit(f"/p/{project}/settings?tab=project")
    page.get_by_label("Questions in a batch").fill("35")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert site.get(f"/projects/{project}")["settings"]["batch"] == 35

    page.get_by_role("tab", name="Guidelines").click()
    field = page.get_by_label("What the people who label should know")
    field.fill("# Short\nPress the key.")
    page.get_by_role("button", name="Save as version 2").click()
    expect(page.get_by_text("Version 2 is in force.")).to_be_visible()
    assert site.get(f"/projects/{project}/tasks/it/guidelines")["guidelines"][0]["text"] == "# Short\nPress the key."

    page.get_by_role("tab", name="Labels").click()
    page.get_by_role("combobox", name="Add labels").fill("none of these")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Add to the task").click()
    expect(page.get_by_text("One label was added.")).to_be_visible()
    assert site.get(f"/projects/{project}")["tasks"][0]["labels"][-1] == "none of these"
