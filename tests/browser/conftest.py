"""A browser and a server for the tests of the pages; skipped, with the reason, where something for that is missing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import site as sites

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PICTURES = Path(__file__).parent / "pictures"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 30_000
"""What is expected to be seen is waited for so long on a machine that does other things too; seldom a second otherwise."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    path = sites.chromium()
    if path is None:
        pytest.skip("no Chromium found; install it, or name one in HANDLOOM_CHROMIUM")
    if not sites.PAGES.is_file():
        pytest.skip("the pages are not built; run `npm ci && npm run build` in web/")
    playwright.expect.set_options(timeout=PATIENCE_MS)
    with playwright.sync_playwright() as play:
        found = play.chromium.launch(executable_path=path, args=list(sites.FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="session")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sites.Site]:
    """One server for all browser tests; each test makes its own project."""
    with sites.serving(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts, and fails the test when a page in one of them had an error of its own."""
    made: list[BrowserContext] = []
    errors: list[str] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})  # type: ignore[arg-type]
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("console", lambda message: errors.append(message.text) if _is_fault(message) else None)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert errors == []


def _is_fault(message: object) -> bool:
    text: str = message.text  # type: ignore[attr-defined]
    # A request that fails is told by the pages; the browser's own line about it is no fault of theirs.
    return message.type == "error" and "Failed to load resource" not in text  # type: ignore[attr-defined]


@pytest.fixture
def visit(site: sites.Site, contexts: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Opens an address of the site in a new browser, logged in as an actor (id), by default the owner."""

    def open_page(path: str, actor: str | None = None, **options: object) -> Page:
        context = contexts(**options)
        context.add_cookies([{"name": "hl_session", "value": site.session(actor), "url": site.url}])
        page = context.new_page()
        page.goto(site.url + path)
        page.locator("h1").first.wait_for(
            state="attached"
        )  # a first load takes longer than tests give a change on screen
        return page

    return open_page


@pytest.fixture
def annotator(site: sites.Site) -> Callable[[], str]:
    """Makes annotators; answers their ids."""
    return lambda: site.add_actor(f"annotator-{next(_numbers)}", "annotator")


_numbers = itertools.count(1)
