"""What axe finds on a page that is open: nothing, please."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .site import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
AXE_RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']})
  return found.violations.map(one => one.id + ': ' + one.nodes.map(node => node.target.join(' ') + ' '
    + (node.any[0] || node.all[0] || node.none[0] || {message: ''}).message).slice(0, 4).join('; '))
}"""


def clean(page: Page) -> None:
    """Fail with what axe finds; where it is not installed, other tests skip with the reason."""
    if AXE.is_file():
        page.wait_for_function("() => document.getAnimations().every(one => one.playState !== 'running')")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        faults = page.evaluate(AXE_RUN)
        assert faults == [], "\n".join(faults)
