"""Every screen, light and dark, wide and on a phone: nothing for axe to find, nothing too wide, nothing from elsewhere.

Pictures are written to the folder ``pictures`` beside this file, for people to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import pytest

from .axe import AXE, AXE_RUN
from .conftest import PHONE, PICTURES, WIDE
from .site import Site, digit_truth

if TYPE_CHECKING:
    from playwright.sync_api import Page

TRAINING_MS = 90_000
SCREENS = {
    "projects": "/",
    "home": "/p/{project}",
    "label": "/p/{project}/label",
    "decide": "/p/{project}/decide",
    "items": "/p/{project}/items",
    "items-list": "/p/{project}/items?view=list",
    "item": "/p/{project}/items/{item}",
    "map": "/p/{project}/map",
    "data": "/p/{project}/data",
    "data-requests": "/p/{project}/data?view=requests&state=all",
    "review": "/p/{project}/review",
    "review-samples": "/p/{project}/review?view=samples",
    "quality": "/p/{project}/quality",
    "mine": "/p/{project}/mine",
    "team": "/p/{project}/team",
    "settings": "/p/{project}/settings",
    "settings-guidelines": "/p/{project}/settings?tab=guidelines",
    "settings-project": "/p/{project}/settings?tab=project",
    "data-frozen": "/p/{project}/data?view=frozen",
    "data-erased": "/p/{project}/data?view=erased",
    "data-replace": "/p/{project}/data?view=replace",
    "settings-merging": "/p/{project}/settings?tab=merging",
    "settings-connections": "/p/{project}/settings?tab=connections",
    "unknown": "/nowhere/at/all",
}


@pytest.fixture(scope="module")
def full(site: Site) -> dict[str, str]:
    """A project with items, labels, a model, an open decision and open questions."""
    project = site.digits(240, ask=110, settings={"test_share": 0.5, "decision_days": 7})
    site.answer_all(project, digit_truth(240))
    job = site.post(f"/projects/{project}/train", {"task": "it"})["id"]
    with site.client.stream("GET", "/events", params={"since": 0}, timeout=TRAINING_MS / 1000) as events:
        for line in events.iter_lines():
            if line.startswith("data:") and site.get(f"/projects/{project}/decisions", state="open")["decisions"]:
                break
    assert site.get(f"/jobs/{job}")["error"] is None
    site.ask(project, 80)
    item = next(iter(site.labels(project)))
    return {"project": project, "item": item}


# Images that load lazily may never do so outside the view, and decoding them would wait for that.
_DECODED = """() => document.fonts.ready.then(() => Promise.all(
  [...document.images].filter(one => one.loading !== 'lazy').map(one => one.decode().catch(() => 0))))"""


def _settle(page: Page) -> None:
    page.locator("h1").first.wait_for()
    page.wait_for_function("() => document.querySelectorAll('.waiting').length === 0")
    page.evaluate(_DECODED)


@pytest.mark.parametrize("looks", [("light", "dark"), ("phone",)], ids=["wide", "phone"])
def test_every_screen(looks: tuple[str, ...], site: Site, full: dict[str, str], visit: Callable[..., Page]) -> None:
    if not AXE.is_file():
        pytest.skip("web/node_modules has no axe-core; run `npm ci` in web/")
    page = visit("/", viewport=PHONE if looks == ("phone",) else WIDE, color_scheme="light")
    asked: set[str] = set()
    page.context.on("request", lambda request: asked.add("{0.scheme}://{0.netloc}".format(urlsplit(request.url))))
    PICTURES.mkdir(exist_ok=True)
    axe = AXE.read_text(encoding="utf-8")
    faults: list[str] = []
    for name, path in SCREENS.items():
        page.goto(site.url + path.format(**full))
        _settle(page)
        page.evaluate(axe)
        for look in looks:
            _dress(page, "dark" if look == "dark" else "light")
            page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=name != "label")
            faults += [f"{name}, {look}: {one}" for one in (*_shape(page), *page.evaluate(AXE_RUN))]
    assert faults == []
    own = {site.url, "data://", "blob://"}
    assert {one for one in asked if one not in own and not one.startswith("blob:")} == set()


def _dress(page: Page, scheme: Literal["light", "dark"]) -> None:
    """What the screen becomes when the system turns to that scheme."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("scheme => document.documentElement.dataset.mantineColorScheme === scheme", arg=scheme)
    page.wait_for_function("() => document.getAnimations().every(one => one.playState !== 'running')")
    _settle(page)


def _shape(page: Page) -> list[str]:
    """What is wrong with the screen as a whole."""
    width, headings = page.evaluate("document.documentElement.scrollWidth"), page.locator("h1").count()
    assert page.viewport_size is not None
    wide = [f"{width} pixels wide"] if width > page.viewport_size["width"] else []
    return wide + ([f"{headings} first-level headings"] if headings != 1 else [])


def test_login_screen(site: Site, contexts: Callable[..., Any]) -> None:
    if not AXE.is_file():
        pytest.skip("web/node_modules has no axe-core; run `npm ci` in web/")
    for look in ("light", "dark"):
        page = contexts(color_scheme=look, viewport=PHONE).new_page()
        page.goto(f"{site.url}/login")
        _settle(page)
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"login-{look}.png")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(AXE_RUN) == []


def test_the_sheet_shows_every_key(site: Site, full: dict[str, str], visit: Callable[..., Page]) -> None:
    from playwright.sync_api import expect

    page = visit("/p/{project}/label".format(**full))
    page.locator("[data-question]").wait_for()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys on this screen")
    for words in ("Skip", "Unsure", "Flag", "Undo", "Guidelines", "Accept the suggestion", "Team"):
        expect(sheet.get_by_text(words, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_an_open_dialog_and_the_guidelines_drawer_are_clean(
    site: Site, full: dict[str, str], visit: Callable[..., Page]
) -> None:
    if not AXE.is_file():
        pytest.skip("web/node_modules has no axe-core; run `npm ci` in web/")
    page = visit("/p/{project}/team".format(**full), viewport=PHONE)
    page.get_by_role("button", name="Add a person").click()
    page.get_by_role("dialog").wait_for()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(AXE_RUN) == []
    page.goto(site.url + "/p/{project}/label".format(**full))
    page.locator("[data-question]").wait_for()
    page.keyboard.press("g")
    page.get_by_role("dialog", name="Guidelines").wait_for()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate(AXE_RUN) == []


def test_items_are_filtered_searched_and_paged_by_address(
    site: Site, full: dict[str, str], visit: Callable[..., Page]
) -> None:
    from playwright.sync_api import expect

    page = visit("/p/{project}/items?view=list".format(**full))
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(60)
    first = rows.first.text_content() or ""
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("cursor="))
    expect(rows.first).not_to_have_text(first)
    page.keyboard.press("ArrowLeft")
    expect(rows.first).to_have_text(first)
    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="Labelled").click()
    expect(page).to_have_url(re.compile("state=labelled"))
    expect(rows.first.get_by_text("no label")).to_have_count(0)
    page.goto("{url}/p/{project}/items?view=list&search=digit-0007".format(url=site.url, **full))
    expect(rows).to_have_count(1)
    rows.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1, name="Item digit-0007")).to_be_visible()
