"""One set of methods: what a handle does in this process, a client does over HTTP."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import handloom
from handloom import HandloomError
from handloom.client import Client
from handloom.core import errors
from handloom.handle import OPERATIONS, Handle
from handloom.operations.dispatch import FUNCTIONS
from handloom.workspace import Workspace

from .conftest import QUIET, TASK, Site

PICTURES = {"name": "digit", "kind": "image_class@1", "labels": ["0", "1"]}
OWN = {"create", "open", "acting"}
"""What only a workspace in this process can do."""


@pytest.fixture(params=["in process", "over HTTP"])
def handle(request: pytest.FixtureRequest, site: Site) -> Iterator[Handle]:
    if request.param == "in process":
        yield site.workspace
        return
    token = site.owner.headers["authorization"].removeprefix("Bearer ")
    with handloom.open(site.url, token=token) as client:
        assert isinstance(client, Client)
        yield client


def _public(kind: type) -> dict[str, inspect.Signature]:
    methods = inspect.getmembers(kind, callable)
    return {name: inspect.signature(method) for name, method in methods if not name.startswith("_")}


def test_client_and_workspace_have_the_same_methods() -> None:
    local = {name: signature for name, signature in _public(Workspace).items() if name not in OWN}
    assert local == _public(Client)


def test_every_operation_is_there_on_both_sides() -> None:
    assert set(FUNCTIONS) == set(OPERATIONS)


def test_every_operation_takes_what_the_handle_sends() -> None:
    for name, address in OPERATIONS.items():
        if name == "answer":
            continue
        taken = set(inspect.signature(FUNCTIONS[name]).parameters)
        named = {part[1:-1] for part in address.path.split("/") if part.startswith("{")}
        assert named <= taken, name


def test_labels_go_in_and_come_out(handle: Handle) -> None:
    project = handle.create_project("mail", [TASK], QUIET)
    done = project.add_items(({"key": f"k{n}", "data": {"text": f"t{n}"}} for n in range(2500)), chunk=300)
    assert (done["added"], done["rejected"]) == (2500, [])
    assert project.ask(n=3, strategy="random")["questions"] == 3
    held = project.claim(n=2)["questions"]
    assert project.release_claims([held[1]["id"]]) == {"released": 1}
    answer_id = str(uuid.uuid4())
    first = project.answer(held[0]["id"], "spam", seconds=1.5, id=answer_id)
    assert project.answer(held[0]["id"], "spam", seconds=1.5, id=answer_id) == first
    project.answer(held[0]["id"], ["ham"], supersedes=answer_id, note="a slip")
    assert b"".join(project.export()).count(b"\n") == 1
    assert len(b"".join(project.export("answers", "csv")).splitlines()) == 3
    item = project.item(held[0]["items"][0]["id"])
    assert item["tasks"][0]["label"]["value"] == {"labels": ["ham"]}
    assert [i["key"] for i in project.items(limit=2, search="k7")["items"]] == ["k7", "k70"]
    assert project.refresh()["counts"]["labels"] == 1
    assert handle.project("mail").id == project.id
    assert "answer.given" in [event["kind"] for event in project.events()]
    assert handle.me()["name"] == "owner"


def test_people_and_settings(handle: Handle) -> None:
    made = handle.add_actor("Ada", "reviewer")
    ada = made["actor"]["id"]
    assert made["token"].startswith(f"hl_{ada}_")
    assert handle.new_token(ada)["token"] != made["token"]
    assert handle.login_address(ada)["path"].startswith("/login#")
    assert handle.change_actor(ada, state="paused")["state"] == "paused"
    assert [a["name"] for a in handle.actors(limit=5)["actors"]] == ["owner", "Ada"]
    project = handle.create_project("mail", [TASK], QUIET)
    assert project.change_settings({"batch": 3})["settings"]["batch"] == 3
    assert project.add_task("tone", "text_class@1", ["nice", "rude"])["name"] == "tone"
    assert project.change_task("tone", ["nice", "rude", "flat"])["version"] == 2
    assert project.add_guidelines("tone", "be fair")["version"] == 1
    assert len(project.guidelines("tone")["guidelines"]) == 1
    assert project.overview("tone")["task"]["name"] == "tone"
    assert [p["name"] for p in handle.projects()["projects"]] == ["mail"]
    assert {k["kind"] for k in handle.kinds()["kinds"]} >= {"text_class@1", "image_class@1"}
    for empty in (project.models, project.releases, project.jobs, project.predictions, project.decisions):
        assert next(iter(empty().values())) == []


def test_images(handle: Handle, tmp_path: Path) -> None:
    for n in range(3):
        Image.new("RGB", (8, 8), (n, 0, 0)).save(tmp_path / f"{n}.png")
    project = handle.create_project("digits", [PICTURES], QUIET)
    broken = ("broken.png", b"nothing")
    done = project.add_media([tmp_path / "0.png", broken, str(tmp_path / "1.png")], labels={"1.png": "1"})
    assert (done["added"], done["rejected_total"], done["rejected"][0]["line"]) == (2, 1, 2)
    image = project.items(state="labelled")["items"][0]["data"]["image"]
    assert handle.blob(image["blob"]) == (tmp_path / "1.png").read_bytes()


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda h: h.project("none"), errors.NotFound),
        (lambda h: h.create_project("mail", [TASK | {"labels": ["one"]}]), errors.BadTask),
        (lambda h: h.create_project("mail", [TASK | {"kind": "none@1"}]), errors.UnknownKind),
        (lambda h: h.create_project("mail", [TASK], {"none": 1}), errors.Malformed),
        (lambda h: h.create_project("mail", [TASK]).add_items([]), errors.EmptyInput),
        (lambda h: h.create_project("digits", [PICTURES]).add_media([]), errors.EmptyInput),
        (lambda h: h.create_project("mail", [TASK]).add_media([("a", b"")]), errors.BadItem),
        (lambda h: h.create_project("mail", [TASK]).claim(n=0), errors.Malformed),
        (lambda h: h.create_project("mail", [TASK]).items(cursor="x"), errors.BadCursor),
        (lambda h: h.create_project("mail", [TASK]).predict([{"data": {"text": "a"}}]), errors.NoRelease),
        (lambda h: h.create_project("mail", [TASK]).rollback("why not"), errors.WrongState),
        (lambda h: b"".join(h.create_project("mail", [TASK]).export("labels", "xls")), errors.Malformed),
        (lambda h: h.answer("q1", "ham"), errors.NotFound),
        (lambda h: h.answer("q1", "ham", id="x"), errors.Malformed),
        (lambda h: h.answer("q1", float("nan")), errors.HandloomError),
        (lambda h: h.blob("0" * 40), errors.NotFound),
        (lambda h: h.change_actor("a1", role="annotator"), errors.WrongState),
        (lambda h: h.lineage("x"), errors.Malformed),
    ],
)
def test_errors_are_the_same_on_both_sides(
    handle: Handle, call: Callable[[Handle], Any], error: type[HandloomError]
) -> None:
    with pytest.raises(error) as raised:
        call(handle)
    assert raised.value.message


def test_details_of_an_error_cross_the_wire(handle: Handle) -> None:
    project = handle.create_project("mail", [TASK], QUIET)
    project.add_items([{"data": {"text": "a"}}])
    project.ask(n=1, strategy="random")
    question = project.claim()["questions"][0]["id"]
    with pytest.raises(errors.UnknownLabel) as raised:
        project.answer(question, "Spam")
    assert raised.value.details["known"] == ["ham", "spam"]
    assert "Did you mean 'spam'?" in raised.value.message


def test_following_events_sees_new_ones(handle: Handle) -> None:
    project = handle.create_project("mail", [TASK], QUIET)
    events = project.events(follow=True)
    assert next(events)["kind"] == "project.created"
    assert next(events)["kind"] == "task.added"
    project.add_items([{"data": {"text": "a"}}])
    assert next(events)["kind"] == "item.added"
    events.close()


def test_a_server_that_is_not_there_is_said_to_be_unreachable() -> None:
    with (
        Client("http://127.0.0.1:9", "hl_a1_x") as client,
        pytest.raises(errors.Unavailable, match="is the server running"),
    ):
        client.me()
    with Client("http://127.0.0.1:9", "hl_a1_x") as client, pytest.raises(errors.Unavailable):
        next(client.events())


def test_another_actor_works_under_their_own_role(site: Site) -> None:
    site.workspace.add_actor("Ada")
    ada = site.workspace.acting("Ada")
    with pytest.raises(errors.Forbidden):
        ada.create_project("mail", [TASK])
    assert ada.me()["role"] == "annotator"
    with pytest.raises(errors.NotFound):
        site.workspace.acting("Nobody")


def test_a_workspace_opens_as_its_owner_or_another(tmp_path: Path) -> None:
    made, token = handloom.create(tmp_path / "w", owner="Grace")
    made.add_actor("Ada")
    made.close()
    assert token.startswith("hl_a1_")
    with handloom.open(tmp_path / "w") as workspace:
        assert workspace.me()["name"] == "Grace"
    with handloom.open(tmp_path / "w", actor="Ada") as workspace:
        assert workspace.me()["role"] == "annotator"
    with pytest.raises(errors.NotAWorkspace):
        handloom.open(tmp_path / "nothing")
