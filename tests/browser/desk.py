"""What a person sees and does on the label screen."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 20_000


class Desk:
    """The label screen of a page that is open on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.widget: Locator = page.locator("[data-question]")
        expect(self.widget).to_be_visible(timeout=PATIENCE_MS)

    @property
    def question(self) -> str:
        """Id of the question on screen."""
        return str(self.widget.get_attribute("data-question"))

    def press(self, *keys: str) -> str:
        """Press keys that answer; the id of the question they answered. Returns when another one is shown."""
        before = self.question
        for key in keys:
            self.page.keyboard.press(key)
        self.page.wait_for_function(
            "before => document.querySelector('[data-question]')?.dataset.question !== before", arg=before
        )
        return before

    def shows_unsent(self, n: int) -> None:
        """Wait until the screen says that ``n`` answers are not sent yet."""
        expect(self.page.locator(f'[data-unsent="{n}"]')).to_be_visible(timeout=PATIENCE_MS)

    def chosen(self) -> list[str]:
        """Labels that are chosen now."""
        return self.page.locator('.hl-option[aria-pressed="true"] .hl-option-name').all_inner_texts()
