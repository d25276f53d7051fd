"""A suspect label on the label screen: kept, changed to the proposal, changed to another, with a reason, and undone."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.workshop import WORDS

from .conftest import PHONE, PICTURES
from .site import DIGITS, Site, digit_lines, digit_truth

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]
N = 150
WRONG = tuple(range(3, N, 10))


def wait_for(site: Site, project: str, job: str) -> None:
    deadline = 600
    while (state := site.get(f"/jobs/{job}"))["state"] in ("queued", "running"):
        deadline -= 1
        assert deadline, state
        site.get(f"/projects/{project}/jobs", limit=1)
    assert state["state"] == "done", state


def suspicious(site: Site) -> tuple[str, dict[str, str]]:
    """A project of digits with a tenth of the labels moved on by one, and verdicts asked for; the truth by item."""
    truth = digit_truth(N)
    lines = digit_lines(N)
    for k, line in enumerate(lines):
        right = truth[line["key"]]
        line["labels"] = {"it": str((int(right) + (k in WRONG)) % 10)}
    project = site.new_project("image_class@1", DIGITS, lines)
    wait_for(site, project, site.post(f"/projects/{project}/suspects", {"n": 10})["id"])
    items = site.get(f"/projects/{project}/items", limit=200)["items"]
    return project, {item["id"]: truth[item["key"]] for item in items}


def shown(site: Site, question: str) -> dict[str, Any]:
    return site.get(f"/questions/{question}")


def verdict(site: Site, project: str, question: str) -> dict[str, Any]:
    page = site.get(f"/projects/{project}/suspects", limit=200)["suspects"]
    return next(one["verdict"] for one in page if one["question"] == question)


def test_verdicts_with_one_key_each(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    from .desk import Desk

    project, truth = suspicious(site)
    page = visit(f"/p/{project}/label")
    desk = Desk(page)
    expect(page.locator(".hl-verdict .hl-side-given")).to_be_visible()
    page.screenshot(path=PICTURES / "verdict.png")
    body = shown(site, desk.question)["body"]
    expect(page.locator(".hl-side-given b")).to_have_text(body["given"][0])
    expect(page.locator(".hl-side-proposed b")).to_have_text(body["proposed"][0])

    changed = desk.press("c")
    kept = desk.press("k")
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Wrong because: a slip")).to_have_attribute("aria-pressed", "true")
    third = shown(site, desk.question)
    item = third["items"][0]["id"]
    other = next(d for d in DIGITS if d not in (third["body"]["given"][0], third["body"]["proposed"][0]))
    other_asked = desk.press(other)
    desk.shows_unsent(0)

    assert verdict(site, project, changed) == {
        "verdict": "change", "labels": body["proposed"], "error": None, "identical": False,
    }  # fmt: skip
    assert verdict(site, project, kept)["verdict"] == "keep"
    assert verdict(site, project, other_asked) == {
        "verdict": "change", "labels": [other], "error": "slip", "identical": False,
    }  # fmt: skip
    assert site.labels(project)[item] == [other]

    page.keyboard.press("z")
    expect(page.locator(f'[data-question="{other_asked}"]')).to_be_visible()
    expect(page.get_by_role("button", name=f"Change to: {other}", exact=False).last).to_be_visible()
    desk.press("c" if truth[item] == third["body"]["proposed"][0] else "k")
    desk.shows_unsent(0)
    assert site.labels(project)[item] == [truth[item]]


def test_on_a_phone_everything_is_there_without_scrolling_sideways(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    project, _ = suspicious(site)
    page = visit(f"/p/{project}/label", viewport=PHONE)
    expect(page.locator(".hl-side-given")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=PICTURES / "verdict-phone.png")


def test_of_several_labels_each_is_switched_and_the_set_is_sent(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    from .desk import Desk

    tags = sorted(WORDS)
    rng = random.Random(4)
    lines: list[dict[str, Any]] = []
    for k in range(120):
        labels = sorted(rng.sample(tags, 1 + k % 2))
        words = [word for label in labels for word in rng.sample(WORDS[label], 6)]
        given = [tags[(tags.index(labels[0]) + 1) % 3]] if k % 12 == 0 else labels
        lines.append({"data": {"text": " ".join(words)}, "labels": {"it": given}})
    project = site.new_project("text_class@1", tags, lines, multi=True)
    wait_for(site, project, site.post(f"/projects/{project}/suspects", {"n": 5})["id"])
    page = visit(f"/p/{project}/label")
    desk = Desk(page)
    given = shown(site, desk.question)["body"]["given"]
    marked = page.locator(".hl-option[aria-pressed=true] .hl-option-name")
    expect(marked).to_have_text(given)
    other = next(tag for tag in tags if tag not in given)
    page.keyboard.press(str(tags.index(other) + 1))
    wanted = sorted([*given, other])
    expect(marked).to_have_text(wanted)
    page.screenshot(path=PICTURES / "verdict-several.png")
    asked = desk.press("Enter")
    desk.shows_unsent(0)
    said = verdict(site, project, asked)
    assert (said["verdict"], said["labels"]) == ("change", wanted)
    kept = desk.press("k")
    desk.shows_unsent(0)
    assert verdict(site, project, kept)["verdict"] == "keep"
    page = visit(f"/p/{project}/quality")
    expect(page.get_by_text(f"changed to {', '.join(wanted)}")).to_be_visible()
