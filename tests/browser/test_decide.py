"""From labels to a model to a decision to a release, on screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .site import Site, digit_truth

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]
TRAINING_MS = 90_000


def test_a_release_is_decided_with_the_keyboard(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    project = site.digits(200, ask=120, settings={"test_share": 0.5})
    assert site.answer_all(project, digit_truth(200)) == 120
    page = visit(f"/p/{project}")
    expect(page.get_by_text("No model yet")).to_be_visible()
    page.keyboard.press("t")
    # The page hears of the model and of the decision by itself.
    banner = page.get_by_role("link", name="A decision waits for you")
    expect(banner).to_be_visible(timeout=TRAINING_MS)
    expect(page.get_by_role("img", name="Learning curve")).to_be_visible()
    page.keyboard.press("Shift+D")
    expect(page.get_by_role("heading", level=2, name="Release model 1?")).to_be_visible()
    expect(page.get_by_text("What approving will do")).to_be_visible()
    expect(page.get_by_text("n = ").first).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Write a reason")).to_be_visible()
    page.keyboard.type("beats the most frequent label by far")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("No decision is open")).to_be_visible()
    releases = site.get(f"/projects/{project}/releases")["releases"]
    assert [one["reason"] for one in releases] == ["beats the most frequent label by far"]
    page.goto(f"{site.url}/p/{project}/decide?state=all")
    expect(page.get_by_text("beats the most frequent label by far")).to_be_visible()
    page.goto(f"{site.url}/p/{project}")
    expect(page.get_by_text("Model 1", exact=True)).to_be_visible()
