"""One class at a time on screen: a grid answered with mouse and keys, corrected, a split moved and signed, labels taken back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from .axe import AXE, AXE_RUN
from .conftest import PHONE, PICTURES
from .site import DIGITS, Site, digit_lines, digit_truth

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]
N, BATCH, DIGIT = 360, 40, "0"
TRUTH = digit_truth(N)
WAIT_MS = 60_000


def begun(site: Site) -> str:
    """A project in which the first grid of a class waits."""
    project = site.new_project("image_class@1", DIGITS, digit_lines(N))
    wanted = {"label": DIGIT, "precision": 0.8, "recall": 0.8, "batch": BATCH, "audit": 5, "rounds": 1}
    site.post(f"/projects/{project}/cascades", wanted)
    until(site, project, "asking")
    return project


def until(site: Site, project: str, state: str) -> dict[str, Any]:
    """The newest cascade once it is there."""
    for _ in range(600):
        found = site.get(f"/projects/{project}/cascades")["cascades"][0]
        if found["state"] == state:
            return found
        assert found["state"] != "failed", found
        site.get(f"/projects/{project}/jobs", limit=1)
    raise AssertionError(found)


def answer_rest(site: Site, project: str) -> None:
    """People answer what waits in the grid, over HTTP."""
    while questions := site.post(f"/projects/{project}/claim", {"lane": "grid", "n": 40})["questions"]:
        answers = [
            {"id": str(uuid.uuid4()), "question": q["id"], "chosen": TRUTH[q["items"][0]["key"]] == q["labels"][0]}
            for q in questions
        ]
        site.post("/answers/grid", {"answers": answers, "seconds": 20.0})


def clean(page: Page) -> None:
    """Nothing for axe to find, nothing too wide."""
    if not AXE.is_file():
        pytest.skip("web/node_modules has no axe-core; run `npm ci` in web/")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(AXE_RUN) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_class_is_answered_signed_and_taken_back_on_screen(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    project = begun(site)
    page = visit(f"/p/{project}/grid", color_scheme="dark")
    cells = page.locator(".hl-cell")
    expect(cells).to_have_count(BATCH)
    clean(page)
    right = [
        TRUTH[str(alt).split()[-1]] == DIGIT
        for alt in cells.locator("img").evaluate_all("all => all.map(one => one.alt)")
    ]
    assert any(right)
    cells.first.focus()
    for k, chosen in enumerate(right):
        if chosen:
            page.keyboard.press("Space")
            expect(cells.nth(k)).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("status").first).to_contain_text(f"{sum(right)} of {BATCH} are {DIGIT}")
    page.screenshot(path=PICTURES / "grid.png")
    cells.last.focus()
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(f"{BATCH} items answered")).wait_for()
    page.keyboard.press("z")
    expect(page.get_by_text("You are correcting a grid")).to_be_visible()
    expect(page.locator(".hl-cell[aria-pressed=true]")).to_have_count(sum(right))
    wrong = right.index(False)
    cells.nth(wrong).click()
    cells.nth(wrong).press("u")
    expect(cells.nth(wrong)).to_have_attribute("aria-pressed", "mixed")
    cells.nth(wrong).click()
    cells.nth(wrong).click()
    page.get_by_role("button", name=f"Send {BATCH} answers").click()
    expect(page.get_by_text("You are correcting a grid")).to_have_count(0)
    page.goto(f"{site.url}/p/{project}/classes")
    page.get_by_text("Round 2").wait_for(timeout=WAIT_MS)

    answer_rest(site, project)
    made = until(site, project, "deciding")
    page.get_by_role("link", name="See the split and sign it").click(timeout=WAIT_MS)
    split = page.locator(".hl-split")
    expect(split.get_by_text("Precision (wanted 80 %)")).to_be_visible()
    clean(page)
    page.get_by_label("Upper threshold").fill("0.5")
    expect(page.get_by_role("button", name="Modify").first).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Reason").fill("a half is enough")
    page.screenshot(path=PICTURES / "split.png")
    page.keyboard.press("Control+Enter")
    until(site, project, "closed")
    shown = site.get(f"/cascades/{made['id']}")["splits"][0]
    assert shown["high"] == 0.5
    assert shown["labelled"] > 0

    page.goto(f"{site.url}/p/{project}/classes")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.get_by_role("button", name="Revoke", exact=True).click()
    page.get_by_label("Why? It is kept with the split.").fill("to see it work")
    page.get_by_role("button", name=re.compile("Revoke [0-9]+ labels")).click()
    expect(page.get_by_text("revoked", exact=True)).to_be_visible()
    assert site.get(f"/cascades/{made['id']}")["splits"][0]["standing"] == 0
    clean(page)
    page.screenshot(path=PICTURES / "classes-phone.png", full_page=True)
