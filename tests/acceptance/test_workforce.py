"""Outside people: a real service on a real port that is slow, repeats itself, reorders and lies about signatures."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from handloom.jobs import posting
from handloom.store import queue, rebuild, schema, workforces
from handloom.workers import Workers

from .conftest import Site
from .outside import Service, service


class Crowd:
    """A project with a connected service, and a worker that speaks with it when told."""

    def __init__(self, site: Site, outside: Service) -> None:
        self.site, self.outside, self.store = site, outside, site.workspace.store
        self.rng = np.random.default_rng(0)
        self.project = ""

    def connect(
        self, items: int = 20, asked: int = 10, settings: dict[str, Any] | None = None, **fields: Any
    ) -> dict[str, Any]:
        self.project = self.site.project(items=items, **(settings or {}))
        if asked:
            self.site.ask(self.project, asked)
        body = {"name": "crowd", "address": self.outside.url, "deadline": 600, "keep": 0, **fields}
        made = self.site.owner.post(f"/projects/{self.project}/workforces", json=body)
        assert made.status_code == 201, made.text
        self.outside.secret = made.json()["secret"]
        return made.json()

    def deliver(self) -> int:
        return posting.deliver(self.store, self.rng)

    def say(self, answers: list[dict[str, Any]], **lies: Any) -> list[dict[str, Any]]:
        sent = self.outside.answer(self.site.connect(), "crowd", answers, self.site.clock(), **lies)
        assert sent.status_code == 200, sent.text
        return sent.json()["results"]

    def states(self, answers: list[dict[str, Any]]) -> list[str]:
        return [result["state"] for result in self.say(answers)]

    @property
    def shown(self) -> dict[str, Any]:
        return self.site.owner.get(f"/projects/{self.project}/workforces").json()["workforces"][0]

    def rows(self, table: sa.Table) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(sa.select(table)).all())

    def sound(self) -> None:
        with self.store.read() as connection:
            assert rebuild.compare(connection, self.store.hooks) == []


@pytest.fixture
def crowd(site: Site) -> Iterator[Crowd]:
    with service() as outside:
        yield Crowd(site, outside)


def reply(question: dict[str, Any], label: str = "ham", worker: str = "w1", **more: Any) -> dict[str, Any]:
    value = {"labels": [label]}
    return {
        "id": f"r-{question['question']}-{worker}",
        "question": question["question"],
        "worker": worker,
        "value": value,
        **more,
    }


def test_questions_go_out_signed_and_answers_become_labels(crowd: Crowd) -> None:
    crowd.connect(most=4)
    assert crowd.outside.requests == []  # the server's request path sends nothing
    crowd.deliver()
    questions = crowd.outside.questions
    assert len(questions) == 4
    assert crowd.outside.authentic()
    assert questions[0]["labels"] == ["ham", "spam"]
    assert set(questions[0]["data"]) == {"text"}
    assert not {"suggestion", "key", "meta", "answers"} & set(questions[0])
    assert questions[0]["deadline"] == int(crowd.site.clock() + 600)
    assert crowd.states([reply(one) for one in questions]) == ["counted"] * 4
    assert len(crowd.rows(schema.label)) == 4
    assert (crowd.shown["out"], crowd.shown["answered"], crowd.shown["people"]) == (0, 4, 1)
    crowd.deliver()
    assert len({one["question"] for one in crowd.outside.questions}) == 8
    crowd.sound()


def test_people_outside_are_actors_of_their_own_with_the_workforce_named(crowd: Crowd) -> None:
    crowd.connect(most=2)
    crowd.deliver()
    first, second = crowd.outside.questions
    crowd.say([reply(first, worker="ann"), reply(second, worker="bob", seconds=3.5)])
    members = {one["name"]: one for one in crowd.site.owner.get(f"/projects/{crowd.project}/team").json()["members"]}
    assert members["crowd/ann"]["kind"] == "person"
    assert members["crowd/ann"]["tags"] == ["workforce:crowd"]
    assert (members["crowd/ann"]["answers"], members["crowd/bob"]["median_seconds"]) == (1, 3.5)


def test_what_it_repeats_and_reorders_changes_nothing(crowd: Crowd) -> None:
    crowd.connect(most=4)
    crowd.deliver()
    answers = [reply(one, seconds=k) for k, one in enumerate(crowd.outside.questions)]
    assert crowd.states(answers[2:]) == ["counted", "counted"]
    before = crowd.rows(schema.label)
    assert crowd.states(answers[::-1] + answers) == ["repeated", "repeated", "counted", "counted"] + ["repeated"] * 4
    assert before == crowd.rows(schema.label)[:2]
    assert len(crowd.rows(schema.answer)) == 4
    other = crowd.say([{**answers[0], "value": {"labels": ["spam"]}}])[0]
    assert (other["state"], other["code"]) == ("refused", "HL062")
    second = crowd.say([{**answers[0], "id": "another id"}])[0]
    assert (second["state"], second["code"]) == ("refused", "HL067")
    crowd.sound()


@pytest.mark.parametrize(
    "lies",
    [
        {"secret": "whsec_" + "A" * 43 + "="},
        {"body": b'{"type": "workforce.answers", "answers": []}'},
        {"headers": {"webhook-id": "m2"}},
        {"headers": {"webhook-signature": "v1,"}},
        {"headers": {"webhook-signature": ""}},
        {"headers": {"webhook-timestamp": "1"}},
    ],
)
def test_a_wrong_signature_is_refused_whatever_it_says(crowd: Crowd, lies: dict[str, Any]) -> None:
    crowd.connect(most=1)
    crowd.deliver()
    answers = [reply(crowd.outside.questions[0])]
    sent = crowd.outside.answer(crowd.site.connect(), "crowd", answers, crowd.site.clock(), **lies)
    nobody = crowd.outside.answer(crowd.site.connect(), "nobody", answers, crowd.site.clock(), **lies)
    assert sent.status_code == nobody.status_code == 401
    assert sent.json() == nobody.json()
    assert crowd.rows(schema.answer) == []
    assert len(crowd.rows(schema.outsider)) == 0


def test_an_old_message_is_refused_although_it_is_signed(crowd: Crowd) -> None:
    crowd.connect(most=1)
    crowd.deliver()
    answers, client = [reply(crowd.outside.questions[0])], crowd.site.connect()
    for off in (-301, 301):
        sent = crowd.outside.answer(client, "crowd", answers, crowd.site.clock() + off)
        assert sent.status_code == 401
    assert crowd.outside.answer(client, "crowd", answers, crowd.site.clock() - 299).status_code == 200


def test_our_own_message_sent_back_is_no_answer(crowd: Crowd) -> None:
    crowd.connect(most=1)
    crowd.deliver()
    headers, body = crowd.outside.headers[0], crowd.outside.bodies[0]
    kept = {name: value for name, value in headers.items() if name.startswith("webhook-")}
    assert crowd.site.connect().post("/workforce/crowd/answers", content=body, headers=kept).status_code == 422


def test_a_slow_service_keeps_nobody_waiting(crowd: Crowd) -> None:
    crowd.connect(asked=4, options={"timeout": 1})
    crowd.outside.slow = True
    crowd.deliver()
    assert "within 1 seconds" in crowd.shown["error"]
    assert crowd.shown["failures"] == 1
    ada = crowd.site.person("Ada")
    assert len(ada.post(f"/projects/{crowd.project}/claim", json={"n": 10}).json()["questions"]) == 4
    # It had them all the same, and answers what the team holds by now.
    assert crowd.states([reply(crowd.outside.questions[0])]) == ["late"]
    crowd.sound()


def test_after_the_deadline_the_own_team_is_asked_and_late_answers_are_kept(crowd: Crowd) -> None:
    crowd.connect(asked=3, most=3)
    crowd.deliver()
    ada = crowd.site.person("Ada")
    claim = {"n": 2}
    assert ada.post(f"/projects/{crowd.project}/claim", json=claim).json()["questions"] == []
    crowd.site.clock.move(601)
    held = ada.post(f"/projects/{crowd.project}/claim", json=claim).json()["questions"]
    assert len(held) == 2
    answers = [reply(one) for one in crowd.outside.questions]
    taken = {one["id"] for one in held}
    states = {
        one["question"].partition(".")[0]: state for one, state in zip(answers, crowd.states(answers), strict=True)
    }
    assert {question: state for question, state in states.items() if question in taken} == dict.fromkeys(taken, "late")
    assert [state for question, state in states.items() if question not in taken] == ["counted"]
    assert len(crowd.rows(schema.answer)) == 3
    crowd.sound()


def test_what_is_over_is_withdrawn_and_goes_out_again_under_another_name(crowd: Crowd) -> None:
    crowd.connect(asked=1, most=1)
    crowd.deliver()
    crowd.site.clock.move(601)
    crowd.deliver()
    first, again = crowd.outside.questions
    assert first["question"].partition(".")[0] == again["question"].partition(".")[0]
    assert first["question"] != again["question"]
    assert crowd.outside.of("workforce.withdrawn")[0]["questions"] == [first["question"]]
    assert crowd.states([reply(first), reply(again, worker="w2")]) == ["counted", "late"]
    crowd.sound()


def test_a_skip_gives_the_question_to_the_own_team_at_once(crowd: Crowd) -> None:
    crowd.connect(asked=1)
    crowd.deliver()
    skip = {"id": "s", "question": crowd.outside.questions[0]["question"], "worker": "w1", "outcome": "skip"}
    assert crowd.states([skip, skip]) == ["returned", "repeated"]
    ada = crowd.site.person("Ada")
    assert len(ada.post(f"/projects/{crowd.project}/claim", json={"n": 5}).json()["questions"]) == 1


def test_a_service_that_takes_some_leaves_the_others_to_the_team(crowd: Crowd) -> None:
    crowd.connect(asked=3, most=3)
    crowd.outside.says = {"accepted": []}
    crowd.deliver()
    assert crowd.shown["out"] == 0
    ada = crowd.site.person("Ada")
    assert len(ada.post(f"/projects/{crowd.project}/claim", json={"n": 5}).json()["questions"]) == 3


def test_a_failing_service_is_left_alone_for_longer_and_longer(crowd: Crowd) -> None:
    crowd.connect(asked=2, most=2)
    crowd.outside.status = [500, 302, 200]
    crowd.outside.location = crowd.outside.url + "/elsewhere"
    assert [crowd.deliver(), crowd.deliver()] == [1, 0]
    assert (crowd.shown["failures"], crowd.shown["error"]) == (1, "workforce crowd answered 500")
    crowd.site.clock.move(11)
    assert [crowd.deliver(), crowd.deliver()] == [1, 0]
    assert crowd.shown["error"] == "workforce crowd answered 302"  # nobody follows it elsewhere
    crowd.site.clock.move(11)
    assert crowd.deliver() == 0
    crowd.site.clock.move(10)
    assert crowd.deliver() == 1
    assert (crowd.shown["failures"], crowd.shown["out"]) == (0, 2)
    told = [event.body["what"] for event in crowd.rows(schema.event) if event.kind == "workforce.changed"]
    assert told == ["added", "failing: workforce crowd answered 500", "works again"]


def test_unknown_and_impossible_answers_are_told_apart_and_the_others_count(crowd: Crowd) -> None:
    crowd.connect(most=2)
    crowd.deliver()
    first, second = crowd.outside.questions
    results = crowd.say(
        [
            {**reply(first), "id": "a", "question": "q1.999"},
            {**reply(first), "id": "b", "question": "nonsense"},
            {**reply(first, label="eggs"), "id": "c"},
            {**reply(first), "id": "d", "worker": "a\u0000b"},
            {**reply(first), "id": "e", "outcome": "maybe"},
            {**reply(first), "id": "f", "seconds": -1},
            reply(second),
        ]
    )
    assert [r["state"] for r in results] == [
        "unknown",
        "unknown",
        "refused",
        "refused",
        "refused",
        "refused",
        "counted",
    ]
    assert [r.get("code") for r in results[2:6]] == ["HL021", "HL001", "HL001", "HL001"]
    assert crowd.states([reply(first)]) == ["counted"]
    crowd.sound()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no json", 422),
        (b"[" * 100_000, 422),
        (b'{"type": "workforce.answers", "answers": [{}]}', 422),
        (json.dumps({"type": "workforce.answers", "answers": [1] * 501}).encode(), 413),
        (b" " * (1024 * 1024 + 1), 413),
    ],
)
def test_signed_nonsense_is_refused_as_a_whole(crowd: Crowd, body: bytes, status: int) -> None:
    crowd.connect()
    now = crowd.site.clock()
    from .outside import signature

    stamp = str(int(now))
    headers = {"webhook-id": "m", "webhook-timestamp": stamp}
    headers["webhook-signature"] = signature(crowd.outside.secret, "m", stamp, body)
    assert crowd.site.connect().post("/workforce/crowd/answers", content=body, headers=headers).status_code == status


def test_overlap_needs_different_people_and_the_question_goes_out_again(crowd: Crowd) -> None:
    crowd.connect(asked=1, settings={"overlap": 2})
    crowd.deliver()
    crowd.say([reply(crowd.outside.questions[0])])
    crowd.deliver()
    again = crowd.outside.questions[1]
    results = crowd.say([{**reply(again), "id": "x"}, reply(again, worker="w2", label="spam")])
    assert [r["state"] for r in results] == ["refused", "counted"]
    assert [row.state for row in crowd.rows(schema.question) if row.lane == "label"] == ["resolved"]
    crowd.sound()


def test_who_never_answers_after_whom_holds_for_what_goes_out(crowd: Crowd) -> None:
    crowd.connect(items=6, asked=0, settings={"overlap": 3}, most=20)
    team = crowd.site.person("ada")
    crowd.site.ask(crowd.project, 6)
    lane = {"lane": "label", "n": 2}

    def offered(client: Any) -> set[str]:
        return {one["id"] for one in client.post(f"/projects/{crowd.project}/claim", json=lane).json()["questions"]}

    first, second = sorted(offered(team))
    said = {"id": str(uuid.uuid4()), "question": first, "value": {"labels": ["ham"]}, "seconds": 1}
    assert team.post("/answers", json=said).status_code == 201
    with crowd.store.read() as connection:
        holder = workforces.find(connection, 1, "crowd").actor_id
    pairs = {"never_after": [[f"a{holder}", team.headers["x-test-actor"]]]}
    assert crowd.site.owner.patch(f"/projects/{crowd.project}", json={"settings": pairs}).status_code == 200
    crowd.deliver()
    out = {one["question"].partition(".")[0] for one in crowd.outside.questions}
    assert len(out) == 4  # neither what she has answered nor what she holds
    assert not {first, second} & out
    assert not offered(team) & out  # she must not answer while the service holds them, or it would answer after her
    crowd.sound()


def test_a_pair_with_one_outsider_is_about_the_whole_service_and_the_team(crowd: Crowd) -> None:
    crowd.connect(items=4, asked=4, settings={"overlap": 2}, most=2)
    ada, cyd = crowd.site.person("ada"), crowd.site.person("cyd")
    crowd.deliver()
    first = crowd.outside.questions[0]
    assert crowd.states([reply(first, worker="bob")]) == ["counted"]
    bob = next(row.actor_id for row in crowd.rows(schema.outsider))
    pairs = {"never_after": [[ada.headers["x-test-actor"], f"a{bob}"]]}
    assert crowd.site.owner.patch(f"/projects/{crowd.project}", json={"settings": pairs}).status_code == 200
    away = {one["question"].partition(".")[0] for one in crowd.outside.questions}

    def offered(client: Any) -> set[str]:
        claimed = client.post(f"/projects/{crowd.project}/claim", json={"lane": "label", "n": 9})
        return {one["id"] for one in claimed.json()["questions"]}

    kept, free = offered(ada), offered(cyd)
    assert len(kept) == 2
    assert not kept & away  # what bob has answered, and what he may be answering
    assert free == kept | away
    crowd.sound()


def test_gold_goes_out_in_disguise_and_pauses_whoever_guesses(crowd: Crowd) -> None:
    crowd.connect(items=60, asked=0, settings={"gold_share": 0.3, "gold_first": 5}, most=40)
    owner = crowd.site.owner
    for k in range(1, 21):
        owner.post(f"/projects/{crowd.project}/gold", json={"items": [f"i{k}"], "value": {"labels": ["ham"]}})
    crowd.site.ask(crowd.project, 40)
    crowd.deliver()
    sent = crowd.outside.questions
    with crowd.store.read() as connection:
        lanes = {row.id: row.lane for row in connection.execute(sa.select(schema.question))}
    hidden = [one for one in sent if lanes[int(one["question"].partition(".")[0][1:])] == "gold"]
    assert hidden
    assert {frozenset(one) for one in hidden} == {frozenset(one) for one in sent}
    crowd.say([reply(one, label="spam") for one in hidden])
    member = next(m for m in owner.get(f"/projects/{crowd.project}/team").json()["members"] if m["name"] == "crowd/w1")
    assert member["skill"]["checks"] >= min(len(hidden), 5)
    crowd.sound()


def test_nothing_waits_for_people_outside_who_may_never_come_again(crowd: Crowd) -> None:
    crowd.connect(asked=1, most=1)
    crowd.deliver()
    crowd.say([reply(crowd.outside.questions[0])])
    from handloom.store import picking

    with crowd.store.read() as connection:
        number = int(crowd.project[1:])
        assert picking.people_count(connection, number) == 0
        assert not picking.anybody_left(connection, number, 1, 5)


def test_paused_or_removed_everything_comes_back_at_once(crowd: Crowd) -> None:
    crowd.connect(asked=3, most=3)
    crowd.deliver()
    ada = crowd.site.person("Ada")
    assert ada.post(f"/projects/{crowd.project}/claim", json={"n": 5}).json()["questions"] == []
    address = f"/projects/{crowd.project}/workforces/crowd"
    assert crowd.site.owner.patch(address, json={"state": "paused"}).json()["out"] == 0
    assert len(ada.post(f"/projects/{crowd.project}/claim", json={"n": 2}).json()["questions"]) == 2
    assert crowd.site.owner.delete(address).json() == {"removed": "crowd"}
    sent = crowd.outside.answer(crowd.site.connect(), "crowd", [reply(crowd.outside.questions[0])], crowd.site.clock())
    assert sent.status_code == 401
    crowd.sound()


def test_a_worker_that_dies_between_lease_and_message_sends_the_same_keys_again(crowd: Crowd) -> None:
    crowd.connect(asked=2, most=2)
    with crowd.store.read() as connection:
        one = workforces.named(connection, "crowd")
    assert one is not None
    leased = crowd.store.write(lambda tx: workforces.push_out(tx, one, 2, 0, None))
    assert len(leased) == 2
    crowd.deliver()
    crowd.deliver()
    assert len(crowd.outside.questions) == 2
    assert crowd.shown["out"] == 2


def test_the_secret_is_nowhere_but_in_the_reply_that_shows_it(crowd: Crowd, caplog: pytest.LogCaptureFixture) -> None:
    made = crowd.connect()
    crowd.deliver()
    crowd.outside.answer(crowd.site.connect(), "crowd", [], crowd.site.clock(), headers={"webhook-signature": "v1,x"})
    secret = made["secret"].removeprefix("whsec_")
    assert secret not in json.dumps(crowd.shown)
    folder = crowd.store.folder
    crowd.store.write(lambda tx: queue.expire_leases(tx))
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert secret.encode() not in content, path
    assert (folder / "secret.key").stat().st_mode & 0o077 == 0
    with crowd.store.read() as connection:
        one = workforces.named(connection, "crowd")
    assert one is not None
    link = posting.link_of(crowd.store, one)
    assert "secret" not in repr(link)
    assert secret not in caplog.text


def test_only_owners_connect_services(crowd: Crowd) -> None:
    crowd.connect()
    engineer = crowd.site.person("Eve", "engineer")
    address = f"/projects/{crowd.project}/workforces"
    assert engineer.get(address).status_code == 403
    assert engineer.post(address, json={"name": "x", "address": "https://example.org"}).status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org",
        "https://user:pass@example.org/",
        "file:///etc/passwd",
        "http://",
        "https://exa mple.org",
        "x",
    ],
)
def test_addresses_that_are_none_are_refused(crowd: Crowd, address: str) -> None:
    crowd.project = crowd.site.project()
    sent = crowd.site.owner.post(f"/projects/{crowd.project}/workforces", json={"name": "x", "address": address})
    assert (sent.status_code, sent.json()["code"]) == (400, "HL023")


def test_a_worker_is_started_only_when_there_is_something_to_say(crowd: Crowd) -> None:
    crowd.connect(asked=2, most=2)
    with crowd.store.read() as connection:
        assert [one.name for one in workforces.due(connection, crowd.site.clock())] == ["crowd"]
    crowd.deliver()
    with crowd.store.read() as connection:
        assert workforces.due(connection, crowd.site.clock()) == []
    assert Workers(crowd.store).ensure() is False
