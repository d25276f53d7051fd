"""Key press to next question painted, in a real Chromium, with every API call delayed.

    python bench/web_latency.py [--answers 80] [--delay 300] [--cadence 350] [--throttle 1] [--json out.json]

A sample is the time from the event's own time stamp (made when the browser got the key) to the first task after the
frame that shows the next question: requestAnimationFrame, then a message, as nothing closer to the paint is to be had
from inside a page. It is counted only when the picture of the question was decoded and complete in that frame.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.async_api import Page, Route, async_playwright
from tests.browser.site import FLAGS, PAGES, chromium, serving

BUDGET_MS = 50.0

_WATCH = """() => {
  const samples = window.samples = []
  let pressed = null
  addEventListener('keydown', event => { pressed = event.timeStamp }, {capture: true})
  const channel = new MessageChannel()
  let waiting = null
  channel.port1.onmessage = () => {
    const picture = document.querySelector('.hl-picture')
    samples.push({ms: performance.now() - waiting.pressed, whole: !!picture && picture.complete && picture.naturalWidth > 0})
  }
  const widget = document.querySelector('[data-question]')
  new MutationObserver(() => {
    waiting = {pressed}
    requestAnimationFrame(() => channel.port2.postMessage(0))
  }).observe(widget, {attributes: true, attributeFilter: ['data-question']})
}"""


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least ``share`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, int(-(-share * len(ordered) // 1)) - 1))]


async def press_keys(page: Page, answers: int, cadence: float) -> list[dict[str, Any]]:
    """Answer ``answers`` questions, one key every ``cadence`` seconds; one sample for each."""
    await page.locator("[data-question]").wait_for()
    await page.evaluate(_WATCH)
    for i in range(answers):
        await asyncio.sleep(cadence)
        await page.keyboard.press(str(i % 10))
        await page.wait_for_function("n => window.samples.length > n", arg=i, polling=20)
    return await page.evaluate("window.samples")


async def measure(url: str, login: str, project: str, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Samples from a browser whose every request to the API waits ``options.delay`` ms."""

    async def late(route: Route) -> None:
        await asyncio.sleep(options.delay / 1000)
        await route.continue_()

    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(url + login)
        await page.wait_for_url(lambda address: "/login" not in address)
        await page.route(lambda address: "/api/v1/" in address and "/events" not in address, late)
        if options.throttle != 1:
            session = await page.context.new_cdp_session(page)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": options.throttle})
        await page.goto(f"{url}/p/{project}/label")
        samples = await press_keys(page, options.answers, options.cadence / 1000)
        await page.locator('[data-unsent="0"]').wait_for()
        await page.unroute_all(behavior="wait")
        await browser.close()
        return samples


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=80)
    parser.add_argument("--delay", type=float, default=300.0, help="added to every API call, in ms")
    parser.add_argument("--cadence", type=float, default=350.0, help="ms between an answer and the next key")
    parser.add_argument("--throttle", type=float, default=1.0, help="times slower than this CPU")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if chromium() is None or not PAGES.is_file():
        print("this needs Chromium and the built pages (npm ci && npm run build in web/)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as site:
        project = site.digits(options.answers + 60, ask=options.answers + 40)
        samples = asyncio.run(measure(site.url, site.login_path(), project, options))
        sent = len(site.labels(project))
    times = [one["ms"] for one in samples]
    result = {
        "answers": len(times),
        "arrived": sent,
        "delay_ms": options.delay,
        "cadence_ms": options.cadence,
        "throttle": options.throttle,
        "median_ms": round(statistics.median(times), 1),
        "p95_ms": round(percentile(times, 0.95), 1),
        "max_ms": round(max(times), 1),
        "with_whole_picture": sum(one["whole"] for one in samples),
        "budget_p95_ms": BUDGET_MS,
    }
    print(json.dumps(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0 if result["p95_ms"] <= BUDGET_MS * options.throttle else 1


if __name__ == "__main__":
    sys.exit(main())
