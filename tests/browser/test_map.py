"""The map screen: a line around thirty points, one key, a count to confirm, one undo; the same by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from .axe import AXE, AXE_RUN
from .conftest import PHONE, PICTURES
from .site import DIGITS, Site, digit_lines, digit_truth

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]
N = 300
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def drawn(site: Site) -> Callable[[], str]:
    """Makes projects of digits with a map."""

    def make() -> str:
        project = site.new_project("image_class@1", DIGITS, digit_lines(N), settings={"test_share": 0.1})
        job = site.post(f"/projects/{project}/map", {})["id"]
        with site.client.stream("GET", "/events", params={"since": 0}, timeout=PATIENCE_MS / 100) as events:
            for line in events.iter_lines():
                if line.startswith("data:") and site.get(f"/jobs/{job}")["state"] not in ("queued", "running"):
                    break
        assert site.get(f"/jobs/{job}")["state"] == "done"
        return project

    return make


def chosen(page: Page) -> int:
    """How many items the screen says are chosen; 0 when it says nothing."""
    shown = page.locator(".map-bar strong").first
    return int(shown.inner_text().split()[0].replace(",", "")) if shown.count() else 0


def around(page: Page, at: tuple[float, float], radius: float) -> None:
    """Draw a line around a place, given in parts of the canvas; radius in pixels."""
    import math

    box = page.locator(".map-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]
    corners = [
        (x + radius * math.cos(angle), y + radius * math.sin(angle))
        for angle in [2 * math.pi * k / 24 for k in range(25)]
    ]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner)
    page.mouse.up()


def lasso(page: Page, least: int) -> int:
    """Choose at least so many points with one line, by trying larger ones; how many were chosen."""
    for radius in range(40, 320, 20):
        around(page, (0.5, 0.5), radius)
        if chosen(page) >= least:
            return chosen(page)
    raise AssertionError(f"no line holds {least} points")


def test_a_line_around_points_one_key_and_one_undo(site: Site, visit: Visit, drawn: Callable[[], str]) -> None:
    from playwright.sync_api import expect

    project = drawn()
    tests = {one["id"] for one in every(site, project) if one["test"]}
    page = visit(f"/p/{project}/map")
    expect(page.locator(f'.map-canvas[data-points="{N}"]')).to_be_visible(timeout=PATIENCE_MS)
    count = lasso(page, 30)
    expect(page.locator('.map-tile[aria-selected="true"]').first).to_be_visible()
    page.keyboard.press("3")
    ask = page.get_by_role("alertdialog")
    expect(ask).to_be_visible()
    fit = int(ask.locator("strong").inner_text().split()[1].replace(",", ""))
    assert count - len(tests) <= fit <= count
    assert "as 3" in ask.locator("strong").inner_text()
    page.keyboard.press("Escape")
    expect(ask).to_be_hidden()
    assert site.labels(project) == {}
    assert chosen(page) == count

    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Undo: {fit} items")).to_be_visible(timeout=PATIENCE_MS)
    labels = site.labels(project)
    assert list(labels.values()) == [["3"]] * fit
    assert not tests & labels.keys()
    (action,) = site.get(f"/projects/{project}/bulk")["actions"]
    assert (action["answers"], action["standing"]) == (fit, fit)
    assert action["seconds"] > 0

    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Undo:", exact=False)).to_be_hidden(timeout=PATIENCE_MS)
    assert site.labels(project) == {}
    expect(page.locator(".map-bar strong").first).to_have_text(f"{count} items chosen")


def every(site: Site, project: str) -> list[dict[str, Any]]:
    first = site.get(f"/projects/{project}/items", limit=200)
    return first["items"] + site.get(f"/projects/{project}/items", limit=200, cursor=first["next"])["items"]


def test_everything_by_keyboard_alone(site: Site, visit: Visit, drawn: Callable[[], str]) -> None:
    from playwright.sync_api import expect

    project = drawn()
    truth = digit_truth(N)
    page = visit(f"/p/{project}/map")
    expect(page.locator(".map-canvas")).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("/")
    page.keyboard.type("digit-0007")
    page.keyboard.press("Enter")
    expect(page.locator(".map-bar strong").first).to_have_text("1 item chosen", timeout=PATIENCE_MS)
    page.locator(".map-tiles").focus()
    page.keyboard.press("n")
    expect(page.locator(".map-bar strong").first).to_have_text("31 items chosen", timeout=PATIENCE_MS)
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(page.locator(".map-bar strong").first).to_have_text("30 items chosen")
    page.keyboard.press(truth["digit-0007"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo:", exact=False)).to_be_visible(timeout=PATIENCE_MS)
    labels = site.labels(project)
    keys = {one["id"]: one["key"] for one in every(site, project)}
    assert 20 <= len(labels) <= 30
    right = [truth[keys[item]] == said[0] for item, said in labels.items()]
    assert sum(right) >= 0.6 * len(right)


def test_it_is_drawn_from_the_screen_in_both_schemes_and_on_a_phone(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    project = site.new_project("image_class@1", DIGITS, digit_lines(N))
    page = visit(f"/p/{project}/map")
    page.get_by_role("button", name="Draw the map").click()
    expect(page.locator(".map-canvas")).to_be_visible(timeout=60_000)
    for label in ("1", "4"):
        site.post(f"/projects/{project}/bulk", {"items": near(site, project, label), "value": {"labels": [label]}})
    for scheme in ("light", "dark"):
        again = visit(f"/p/{project}/map", color_scheme=scheme)
        expect(again.locator(".map-entry", has_text="4").first).to_be_visible(timeout=PATIENCE_MS)
        lasso(again, 20)
        expect(again.locator(".map-tile img").first).to_be_visible(timeout=PATIENCE_MS)
        if AXE.is_file():
            again.evaluate(AXE.read_text(encoding="utf-8"))
            assert again.evaluate(AXE_RUN) == []
        again.screenshot(path=PICTURES / f"map-{scheme}.png")
    phone = visit(f"/p/{project}/map", viewport=PHONE)
    expect(phone.locator(".map-canvas")).to_be_visible(timeout=PATIENCE_MS)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.screenshot(path=PICTURES / "map-phone.png", full_page=True)


def near(site: Site, project: str, digit: str) -> list[str]:
    truth = digit_truth(N)
    return [one["id"] for one in every(site, project) if truth[one["key"]] == digit and not one["test"]]


def test_annotators_have_no_map(site: Site, visit: Visit, annotator: Callable[[], str]) -> None:
    from playwright.sync_api import expect

    project = site.new_project("image_class@1", DIGITS, digit_lines(20))
    page = visit(f"/p/{project}/map", annotator())
    expect(page.get_by_role("link", name="Items")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("link", name="Map")).to_be_hidden()
    expect(page.locator(".map-canvas")).to_be_hidden()
