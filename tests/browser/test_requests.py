"""A change of the data is looked at, discussed and approved on the Data screen, by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .axe import clean
from .site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]


@pytest.fixture
def proposed(site: Site) -> tuple[str, str]:
    """A project with a request that relabels one text, by somebody else than the owner."""
    project = site.new_project(
        "text_class@1",
        ("ham", "spam"),
        [{"key": f"k{k}", "data": {"text": f"text number {k}"}, "labels": {"it": "ham"}} for k in range(4)],
        settings={"test_share": 0},
    )
    place = f"/projects/{project}"
    site.post(f"{place}/commits", {"message": "first labels"})
    site.post(f"{place}/branches", {"name": "receipts"})
    item = site.client.get(f"{place}/items").json()["items"][0]["id"]
    rows = [{"item": item, "value": {"labels": ["spam"]}}]
    site.post(f"{place}/commits", {"message": "no receipt", "branch": "receipts", "rows": rows})
    site.client.patch(place, json={"settings": {"own_approval": True}}).raise_for_status()
    made = site.post(f"{place}/requests", {"source": "receipts", "title": "one that is no receipt"})
    return project, made["id"]


def test_a_request_is_discussed_and_approved_with_keys(site: Site, proposed: tuple[str, str], visit: Visit) -> None:
    from playwright.sync_api import expect

    project, request = proposed
    page = visit(f"/p/{project}/data?view=requests")
    expect(page.get_by_role("heading", level=2, name="one that is no receipt")).to_be_visible()
    change = page.get_by_role("region", name="What it changes")
    expect(change.get_by_role("row").nth(1)).to_contain_text("text number")
    expect(change.get_by_role("row").nth(1)).to_contain_text("hamspam")
    approve = page.get_by_role("button", name="Approve")
    expect(approve).to_be_visible(timeout=60_000)  # a worker tests it first
    clean(page)
    page.keyboard.press("c")
    page.keyboard.type("is it?")
    page.get_by_role("button", name="Say").click()
    expect(page.get_by_text("is it?", exact=True).last).to_be_visible()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("a")
    page.keyboard.type("looked at it")
    approve.click()
    expect(page.get_by_text("merged", exact=True).first).to_be_visible(timeout=60_000)
    done = site.client.get(f"/requests/{request}").json()
    assert (done["state"], done["reason"]) == ("merged", "looked at it")
    assert [said["text"] for said in done["discussion"]] == ["is it?"]


def test_merge_settings_are_chosen_explained_and_saved(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    project = site.new_project("text_class@1", ("ham", "spam"), [{"data": {"text": "x"}}])
    page = visit(f"/p/{project}/settings?tab=merging")
    page.get_by_role("radiogroup", name="Corrections").get_by_text("People decide").click()
    page.get_by_label("Approvals needed").fill("2")
    page.get_by_role("switch", name="engineer").uncheck()
    expect(page.get_by_role("switch", name="owner")).to_be_disabled()  # somebody has to decide
    expect(page.get_by_text("Test rows that are also learned from.")).to_be_visible()
    page.get_by_role("radiogroup", name="leakage, What people change", exact=True).get_by_text("Warnings too").click()
    page.get_by_role("radiogroup", name="schema, What people change", exact=True).get_by_text("Off").click()
    page.get_by_role("radiogroup", name="duplicates, Every version of main", exact=True).get_by_text("Errors").click()
    expect(page.get_by_text("5 changes not saved")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("not saved")).to_be_hidden()
    now = site.get(f"/projects/{project}")["settings"]
    assert now["merge_policy"] == {"answers": "green", "verdicts": "green", "corrections": "request"}
    assert (now["merge_quorum"], now["merge_roles"]) == (2, ["owner"])
    assert now["merge_tests"] == ["leakage:warning", "label_conflicts:warning"]
    assert now["data_tests"] == ["duplicates"]
    expert = visit(f"/p/{project}/settings?tab=merging", actor=site.add_actor("expert-of-merging", "expert"))
    expect(expert.get_by_text("Your role may look at these, not change them.")).to_be_visible()
    expect(expert.get_by_label("Approvals needed")).to_be_disabled()
    expect(expert.get_by_label("Approvals needed")).to_have_value("2")
