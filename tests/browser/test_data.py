"""Find and replace, freezing, erasing and exporting on the screens, as a person does them; clean to axe on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .axe import clean
from .site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]
WORKER_MS = 60_000
TEXTS = ("your invoice is here", "win a prize now", "invoice number four", "lunch at noon?")


@pytest.fixture(scope="module")
def mails(site: Site) -> str:
    """A project of four labelled mails with one version."""
    lines = [
        {"key": f"mail-{k}", "data": {"text": text}, "labels": {"it": "spam" if k < 3 else "ham"}}
        for k, text in enumerate(TEXTS)
    ]
    project = site.new_project("text_class@1", ("ham", "spam"), lines, settings={"test_share": 0})
    site.post(f"/projects/{project}/commits", {"message": "first labels"})
    return project


def test_labels_are_found_replaced_on_a_branch_and_taken_back(site: Site, mails: str, visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit(f"/p/{mails}/data")
    page.get_by_role("button", name="Replace labels").click()
    expect(page.get_by_role("button", name="Show what would change")).to_be_disabled()
    page.get_by_role("combobox", name="With the label").click()
    page.get_by_role("option", name="spam").click()
    page.get_by_label("With the text").fill("invoice")
    page.get_by_role("combobox", name="New label").click()
    page.get_by_role("option", name="ham").click()
    page.get_by_label("On the branch").fill("main")
    expect(page.get_by_role("button", name="Show what would change")).to_be_disabled()
    page.get_by_label("On the branch").fill("invoices")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_text("2 rows would change on the branch invoices")).to_be_visible()
    sample = page.get_by_role("region", name="Rows before and after").get_by_role("row")
    expect(sample).to_have_count(3)
    expect(sample.nth(1)).to_contain_text("your invoice is here")
    expect(sample.nth(1)).to_contain_text("spamham")
    clean(page)
    do = page.get_by_role("button", name="Replace in 2 rows")
    expect(do).to_be_disabled()
    page.get_by_label("Why").fill("invoices are wanted")
    do.click()
    expect(page).to_have_url(re.compile("branch=invoices"))
    expect(page.get_by_role("heading", level=2, name="invoices are wanted")).to_be_visible()
    assert _labels(site, mails, "invoices") == ["ham", "spam", "ham", "ham"]
    assert _labels(site, mails, "main") == ["spam", "spam", "spam", "ham"]
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_label("Why?", exact=False).fill("they were spam after all")
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_role("heading", level=2, name="they were spam after all")).to_be_visible()
    assert _labels(site, mails, "invoices") == _labels(site, mails, "main")


def _labels(site: Site, project: str, branch: str) -> list[str]:
    """Labels of the head of a branch, in the order of the keys."""
    head = site.get(f"/projects/{project}/commits", at=branch)["commits"][0]["id"]
    rows = site.client.get(f"/commits/{head}/export", params={"format": "jsonl"}).text.splitlines()
    return [one["value"]["labels"][0] for one in sorted(map(json.loads, rows), key=lambda one: one["key"])]


def test_a_branch_is_frozen_refuses_changes_and_is_thawed(site: Site, mails: str, visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit(f"/p/{mails}/data")
    page.get_by_role("button", name="Freeze", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why").fill("the paper quotes it")
    dialog.get_by_role("button", name="Freeze it").click()
    expect(page.get_by_text("Branch main of it")).to_be_visible()
    expect(page.get_by_text("the paper quotes it")).to_be_visible()
    expect(page.get_by_role("button", name="Freeze", exact=True)).to_be_hidden()
    clean(page)
    refused = site.client.post(f"/projects/{mails}/commits", json={"message": "no"})
    assert refused.status_code == 409
    assert "the paper quotes it" in refused.json()["message"]
    page.get_by_text("Frozen (1)").click()
    page.get_by_role("button", name="Thaw").click()
    page.get_by_role("dialog").get_by_label("Why may it change again?").fill("the paper is out")
    page.get_by_role("dialog").get_by_role("button", name="Thaw").click()
    expect(page.get_by_text("Nothing is frozen")).to_be_visible()
    expect(page.get_by_text("the paper is out")).to_be_visible()
    clean(page)
    (one,) = site.get(f"/projects/{mails}/freezes")["freezes"]
    assert (one["what"], one["name"], one["thaw_reason"]) == ("branch", "main", "the paper is out")


def test_an_engineer_can_freeze_and_replace_but_not_erase(site: Site, mails: str, visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit(f"/p/{mails}/data", actor=site.add_actor("engineer-of-data", "engineer"))
    expect(page.get_by_role("button", name="Replace labels")).to_be_visible()
    expect(page.get_by_text("Frozen", exact=True)).to_be_visible()
    assert page.get_by_text("Erased", exact=True).count() == 0
    page.goto(f"{site.url}/p/{mails}/items")
    expect(page.get_by_role("button", name="Export")).to_be_visible()
    assert page.get_by_role("button", name="Choose").count() == 0


def test_what_is_written_tells_what_it_lost_before_it_is_fetched(site: Site, mails: str, visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit(f"/p/{mails}/items")
    page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export")
    offered = {one["format"] for one in site.get("/formats")["writers"]}
    expect(dialog.get_by_role("radio")).to_have_count(len(offered) + 2)  # and which items
    clean(page)
    dialog.get_by_text("CoNLL").click()
    dialog.get_by_role("button", name="Write the file").click()
    fetch = dialog.get_by_role("link", name=re.compile("^Download"))
    expect(fetch).to_be_visible(timeout=WORKER_MS)
    job = re.search(r"export=(j\d+)", page.url)
    assert job is not None
    losses = site.get(f"/jobs/{job[1]}/export")["losses"]
    assert losses
    for one in losses:
        expect(dialog.get_by_role("region", name="What this format could not hold")).to_contain_text(one["reason"])
    clean(page)
    with page.expect_download() as download:
        fetch.click()
    assert download.value.suggested_filename == f"{mails}-conll.conll"
    words = download.value.path().read_text(encoding="utf-8")
    assert all(word in words for text in TEXTS for word in text.rstrip("?").split())


def test_an_item_is_erased_only_when_the_words_are_typed(site: Site, mails: str, visit: Visit) -> None:
    from playwright.sync_api import expect

    (item,) = (one["id"] for one in site.get(f"/projects/{mails}/items")["items"] if one["key"] == "mail-1")
    page = visit(f"/p/{mails}/items/{item}")
    page.get_by_role("button", name="Erase").click()
    dialog = page.get_by_role("dialog", name="Erase for good")
    expect(dialog.get_by_text("1 item will be erased.")).to_be_visible()
    do = dialog.get_by_role("button", name="Erase 1 item for good")
    dialog.get_by_label("Why").fill("asked to be forgotten")
    expect(do).to_be_disabled()
    dialog.get_by_label("To go on, type").fill("erase 1 item")
    expect(do).to_be_enabled()
    clean(page)
    do.click()
    expect(page.get_by_text("asked to be forgotten")).to_be_visible()
    expect(page.get_by_text("erased", exact=True)).to_be_visible(timeout=WORKER_MS)
    clean(page)
    (one,) = site.get(f"/projects/{mails}/erasures")["erasures"]
    assert (one["state"], one["items"], one["reason"]) == ("done", [item], "asked to be forgotten")
    page.goto(f"{site.url}/p/{mails}/items/{item}")
    expect(page.get_by_text("The content of this item was erased.")).to_be_visible()
    assert "prize" not in json.dumps(site.get(f"/items/{item}"))


def test_all_items_that_hold_a_text_can_be_erased_at_once(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    lines = [{"key": f"k{k}", "data": {"text": f"from {who}"}} for k, who in enumerate(("anna", "anna too", "ben"))]
    project = site.new_project("text_class@1", ("a", "b"), lines)
    page = visit(f"/p/{project}/items?search=anna&view=list")
    page.get_by_role("button", name="Choose").click()
    page.get_by_role("checkbox", name="Choose k0").check()
    expect(page.get_by_text("1 chosen")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Erase").click()
    dialog = page.get_by_role("dialog", name="Erase for good")
    expect(dialog.get_by_text("1 item will be erased.")).to_be_visible()
    dialog.get_by_text("All that hold “anna”", exact=True).click()
    expect(dialog.get_by_text("2 items will be erased.")).to_be_visible()
    dialog.get_by_label("Why").fill("asked to be forgotten")
    dialog.get_by_label("To go on, type").fill("erase 2 items")
    dialog.get_by_role("button", name="Erase 2 items for good").click()
    expect(page.get_by_text("erased", exact=True)).to_be_visible(timeout=WORKER_MS)
    left = [one["data"]["text"] for one in site.get(f"/projects/{project}/items")["items"]]
    assert sorted(left) == ["", "", "from ben"]
