"""The label screen in a real browser: keyboard, network, drafts, undo, several people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

Visit = Callable[..., "Page"]


def _item_of(site: Site, question: str) -> str:
    return str(site.get(f"/questions/{question}")["items"][0]["id"])


def test_twenty_items_with_the_keyboard_only(site: Site, visit: Visit) -> None:
    from .desk import Desk

    project = site.digits(40, ask=30)
    page = visit(f"/p/{project}")
    page.locator("h1").wait_for()
    page.keyboard.press("Shift+L")
    desk = Desk(page)
    given = {}
    for i in range(20):
        key = str(i % 10)
        given[desk.press(key)] = key
    desk.shows_unsent(0)
    assert len(given) == 20
    found = site.labels(project)
    assert {_item_of(site, question): [key] for question, key in given.items()} == found
    seconds = [
        answer["seconds"]
        for question in given
        for task in site.get(f"/items/{_item_of(site, question)}")["tasks"]
        for asked in task["questions"]
        for answer in asked["answers"]
    ]
    assert len(seconds) == 20
    assert all(0 < one < 60 for one in seconds)


def test_answers_without_network_arrive_when_it_is_back(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    from .desk import Desk

    project = site.digits(30, ask=20)
    page = visit(f"/p/{project}/label")
    desk = Desk(page)
    desk.press("1")
    desk.shows_unsent(0)
    page.context.set_offline(True)
    for _ in range(4):
        desk.press("2")
    desk.shows_unsent(4)
    expect(page.get_by_text("No connection")).to_be_visible()
    page.context.set_offline(False)
    desk.shows_unsent(0)
    expect(page.get_by_text("No connection")).to_be_hidden()
    assert sorted(site.labels(project).values()) == [["1"], ["2"], ["2"], ["2"], ["2"]]


def test_unsent_answers_survive_a_reload(site: Site, visit: Visit) -> None:
    from .desk import Desk

    project = site.digits(30, ask=20)
    page = visit(f"/p/{project}/label")
    desk = Desk(page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/api/v1/answers", lambda route: route.abort())
    for key in "345":
        desk.press(key)
    desk.shows_unsent(3)
    page.reload()
    desk = Desk(page)
    desk.shows_unsent(3)
    page.unroute("**/api/v1/answers")
    desk.shows_unsent(0)
    assert sorted(site.labels(project).values()) == [["3"], ["4"], ["5"]]


def test_a_draft_survives_a_reload(site: Site, visit: Visit) -> None:
    from .desk import Desk

    lines = [
        {"key": f"t{i}", "data": {"text": f"The soup was cold, the waiter was kind: letter {i}."}} for i in range(12)
    ]
    project = site.new_project("text_class@1", ["food", "service", "price"], lines, multi=True)
    site.ask(project, 10)
    page = visit(f"/p/{project}/label")
    desk = Desk(page)
    question = desk.question
    page.keyboard.press("1")
    page.keyboard.press("2")
    assert desk.chosen() == ["food", "service"]
    page.reload()
    desk = Desk(page)
    assert desk.question == question
    assert desk.chosen() == ["food", "service"]
    desk.press("Enter")
    desk.shows_unsent(0)
    assert site.labels(project) == {_item_of(site, question): ["food", "service"]}


def test_undo_after_sending_supersedes(site: Site, visit: Visit) -> None:
    from .desk import Desk

    project = site.digits(20, ask=12)
    page = visit(f"/p/{project}/label")
    desk = Desk(page)
    first = desk.press("1")
    second = desk.press("1")
    desk.shows_unsent(0)
    page.keyboard.press("z")
    page.keyboard.press("z")
    page.locator(f'[data-question="{first}"]').wait_for()
    assert desk.chosen() == ["1"]
    assert desk.press("7") == first
    assert desk.press("8") == second
    desk.shows_unsent(0)
    assert site.labels(project) == {_item_of(site, first): ["7"], _item_of(site, second): ["8"]}
    (task,) = site.get(f"/items/{_item_of(site, first)}")["tasks"]
    (question,) = task["questions"]
    stood = {answer["value"]["labels"][0]: answer["superseded"] for answer in question["answers"]}
    assert stood == {"1": True, "7": False}


def test_two_annotators_never_see_the_same_question(site: Site, visit: Visit, annotator: Callable[[], str]) -> None:
    from .desk import Desk

    project = site.digits(50, ask=40)
    desks = [Desk(visit(f"/p/{project}/label", annotator())) for _ in range(2)]
    seen: list[set[str]] = [set(), set()]
    for i in range(12):
        for desk, mine in zip(desks, seen, strict=True):
            mine.add(desk.press(str(i % 10)))
    for desk in desks:
        desk.shows_unsent(0)
    assert [len(mine) for mine in seen] == [12, 12]
    assert seen[0] & seen[1] == set()
    assert len(site.labels(project)) == 24


def test_skip_unsure_and_flag(site: Site, visit: Visit) -> None:
    from .desk import Desk

    project = site.digits(20, ask=12)
    page = visit(f"/p/{project}/label")
    desk = Desk(page)
    skipped, unsure = desk.press("s"), desk.press("u")
    before = desk.question
    page.keyboard.press("f")
    page.keyboard.type("upside down")
    flagged = desk.press("Enter")
    assert flagged == before
    desk.shows_unsent(0)
    states = {one: site.get(f"/questions/{one}")["state"] for one in (skipped, unsure, flagged)}
    assert states == {skipped: "skipped", unsure: "escalated", flagged: "escalated"}
    (task,) = site.get(f"/items/{_item_of(site, flagged)}")["tasks"]
    (asked,) = (one for one in task["questions"] if one["id"] == flagged)  # beside it an expert is asked
    assert asked["answers"][0]["note"] == "upside down"


def test_new_questions_appear_by_themselves(site: Site, visit: Visit) -> None:
    from playwright.sync_api import expect

    from .desk import Desk

    project = site.digits(20, ask=1)
    page = visit(f"/p/{project}/label")
    desk = Desk(page)
    page.keyboard.press("5")
    expect(page.get_by_text("Nothing to label right now")).to_be_visible()
    site.ask(project, 3)
    desk = Desk(page)
    desk.press("6")


def test_many_labels_are_found_by_typing(site: Site, visit: Visit) -> None:
    from .desk import Desk

    labels = [f"intent {i:02d}" for i in range(60)] + ["refund a purchase"]
    lines = [{"key": f"t{i}", "data": {"text": f"I want my money back, number {i}"}} for i in range(8)]
    project = site.new_project("text_class@1", labels, lines)
    site.ask(project, 6)
    desk = Desk(visit(f"/p/{project}/label"))
    before = desk.question
    desk.page.keyboard.press("/")
    desk.page.keyboard.type("refu")
    assert desk.press("Enter") == before
    desk.shows_unsent(0)
    assert site.labels(project) == {_item_of(site, before): ["refund a purchase"]}
