"""What people differ on goes to an expert; what one person did is looked at in a sample; links let people in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest

from .site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

Visit = Callable[..., "Page"]
LABELS = ("cat", "dog", "fox")


def _person(site: Site, name: str) -> httpx.Client:
    made = site.post("/actors", {"name": f"{name} {uuid.uuid4().hex[:6]}", "role": "annotator"})
    return httpx.Client(base_url=site.client.base_url, headers={"authorization": f"Bearer {made['token']}"})


def _answer(client: httpx.Client, project: str, n: int, label: str, rationale: str | None = None) -> None:
    claimed = client.post(f"/projects/{project}/claim", json={"lane": "label", "n": n}).json()["questions"]
    assert len(claimed) == n
    for question in claimed:
        body = {"id": str(uuid.uuid4()), "question": question["id"], "value": {"labels": [label]}, "seconds": 1.0}
        reply = client.post("/answers", json=body | ({"rationale": rationale} if rationale else {}))
        assert reply.status_code == 201, reply.text


@pytest.fixture
def disputed(site: Site) -> str:
    """A project with one item on which two people differ."""
    project = site.new_project(
        "text_class@1",
        LABELS,
        [{"key": "one", "data": {"text": "It has four legs and red fur."}}],
        settings={"overlap": 2, "most_answers": 2, "experts": True, "suggestions": False, "test_share": 0},
    )
    site.ask(project, 1)
    for name, label, why in (("Ada", "dog", "four legs"), ("Ben", "fox", "red fur")):
        with _person(site, name) as client:
            _answer(client, project, 1, label, why)
    return project


def test_an_expert_settles_a_conflict_with_one_key(site: Site, disputed: str, visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit(f"/p/{disputed}/review")
    expect(page.get_by_role("heading", level=1, name="Settle what people differ on")).to_be_visible()
    said = page.get_by_role("region", name="What people said")
    for words in ("dog", "four legs", "fox", "red fur"):
        expect(said.get_by_text(words, exact=True)).to_be_visible()
    expect(said.get_by_text("Ada")).to_have_count(0)
    expect(page.get_by_role("button", name="fox")).to_be_visible()  # the keys are there with the buttons
    page.keyboard.press("3")
    expect(page.get_by_text("Nothing to label right now")).to_be_visible()
    expect(page.get_by_text("All sent")).to_be_visible()
    assert list(site.labels(disputed).values()) == [["fox"]]


def test_rejected_work_is_asked_again(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    lines = [{"key": f"k{i}", "data": {"text": f"animal number {i}"}} for i in range(4)]
    project = site.new_project("text_class@1", LABELS, lines, settings={"suggestions": False, "test_share": 0})
    site.ask(project, 4)
    with _person(site, "Cy") as client:
        _answer(client, project, 4, "cat")
    page = visit(f"/p/{project}/review?view=samples")
    page.get_by_role("combobox", name="Whose work").click()
    page.get_by_role("option", name="Cy").click()
    page.get_by_role("button", name="Draw a sample").click()
    expect(page.get_by_text("4 drawn at random of 4 answers; 4 of them are the label that stands now.")).to_be_visible()
    page.keyboard.press("x")
    page.get_by_label("Why?").fill("Not one of them is a cat.")
    page.get_by_role("button", name="Reject all 4 answers, ask again").click()
    expect(page.get_by_text("Rejected; 4 answers are asked again.")).to_be_visible()
    assert site.labels(project) == {}


def test_an_invitation_lets_one_person_in(site: Site, visit: Visit, contexts: Callable[..., BrowserContext]) -> None:
    from playwright.sync_api import expect

    project = site.digits(5, ask=3)
    page = visit(f"/p/{project}/team")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    guest = contexts().new_page()
    guest.goto(link)
    expect(guest).to_have_url(f"{site.url}/join")  # the code leaves the address bar
    guest.get_by_label("Your name").fill(f"Guest {uuid.uuid4().hex[:6]}")
    guest.keyboard.press("Enter")
    guest.wait_for_url(lambda url: "/join" not in url)
    guest.goto(f"{site.url}/p/{project}/label")
    guest.locator("[data-question]").wait_for()
    guest.goto(f"{site.url}/p/{project}/mine")
    expect(guest.get_by_role("heading", level=1, name="Your work")).to_be_visible()
    late = contexts().new_page()
    late.goto(link)
    late.get_by_label("Your name").fill("Too Late")
    late.keyboard.press("Enter")
    expect(late.get_by_label("Your name")).to_have_attribute("aria-invalid", "true")
    expect(late).to_have_url(f"{site.url}/join")
