"""A file is looked at, its columns changed, imported, its refused lines shown; then the data is described and sliced."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from .axe import clean
from .site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]
WORKER_MS = 60_000
MAILS = """number,sender,body,kind
1,anna,your invoice of last month is attached to this mail,ham
2,ben,you have won a prize and only need to send us money,spam
3,cleo,shall we have lunch at noon in the new place,ham
4,dora,,ham
5,emil,a long mail about a meeting that nobody wants to have,notice
"""


def test_a_file_is_previewed_its_columns_changed_and_its_bad_lines_told(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    project = site.new_project("text_class@1", ("ham", "spam"), [{"key": "first", "data": {"text": "hello"}}])
    page = visit(f"/p/{project}/data/import")
    file = {"name": "mails.csv", "mimeType": "text/csv", "buffer": MAILS.encode()}
    page.get_by_label("Choose a file").last.set_input_files([file])  # type: ignore[list-item]
    expect(page.get_by_role("heading", level=2, name="mails.csv")).to_be_visible()
    expect(page.get_by_text("csv", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="What column body is")).to_have_value("Field text")
    assert site.get(f"/projects/{project}")["counts"]["items"] == 1  # nothing is stored yet
    for column, role in (("number", "Key"), ("kind", "Label for it")):
        page.get_by_role("combobox", name=f"What column {column} is").click()
        page.get_by_role("option", name=role).click()
        expect(page.get_by_role("combobox", name=f"What column {column} is")).to_have_value(role)
    items = page.get_by_role("region", name="Table: The first items")
    expect(items.get_by_role("row").nth(1)).to_contain_text("anna")
    clean(page)
    expect(page.get_by_text("1 label is not in the task it")).to_be_visible()
    page.get_by_role("button", name="Add it to the task").click()
    expect(page.get_by_text("1 label is not in the task it")).to_be_hidden()
    page.get_by_role("button", name="Import", exact=True).click()
    refused = page.get_by_role("region", name="1 line was refused", exact=True)
    expect(refused).to_be_visible(timeout=WORKER_MS)
    expect(refused.get_by_role("row").nth(1)).to_contain_text("HL")
    clean(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Get all as CSV").click()
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 2
    found = {one["key"]: one for one in site.get(f"/projects/{project}/items")["items"]}
    assert found.keys() == {"first", "1", "2", "3", "5"}
    assert found["2"]["meta"] == {"sender": "ben"}
    assert found["5"]["label"]["value"] == {"labels": ["notice"]}


def test_data_is_described_and_a_slice_counted_and_followed_to_its_items(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    lines = [
        {"key": f"k{k}", "data": {"text": f"mail {k} " + "word " * (k % 3 * 10)}, "labels": {"it": "ab"[k % 2]}}
        for k in range(30)
    ]
    project = site.new_project("text_class@1", ("a", "b"), lines)
    page = visit(f"/p/{project}/data/profile")
    expect(page.get_by_text("Nobody has looked at this data yet")).to_be_visible()
    page.get_by_label("Name").fill("long")
    page.get_by_label("Which rows").fill("length(text) >")
    page.get_by_role("button", name="Save slice").click()
    expect(page.get_by_label("Which rows")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Which rows").fill("length(text) > 80")
    page.get_by_role("button", name="Save slice").click()
    expect(page.get_by_role("button", name="Remove the slice long")).to_be_visible()
    page.get_by_role("button", name="Describe the data").click()
    heat = page.get_by_role("region", name="Classes by slice: rows, and their share of the slice")
    expect(heat).to_be_visible(timeout=WORKER_MS)
    expect(heat.get_by_role("row").nth(2)).to_contain_text("long")
    expect(heat.get_by_role("row").nth(2).get_by_role("cell").first).to_have_text("10")
    expect(page.get_by_role("heading", name="2 classes")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Histogram of text, Characters"))).to_be_visible()
    clean(page)
    heat.get_by_role("link", name="long").click()
    expect(page).to_have_url(re.compile("slice=long"))
    expect(page.get_by_text("10 items on this page")).to_be_visible()
