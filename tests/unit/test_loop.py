"""The loop on stored state: what is due, what is not, and that calling it more often changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from handloom import loop
from handloom.core import registry
from handloom.core.errors import NoRelease, NotEnoughLabels, UnknownKind, WrongState
from handloom.jobs.work import MOST_ATTEMPTS, Step, Work
from handloom.loop import Feedback, Wish
from handloom.release import ENOUGH
from handloom.store import Store, jobs, lineage, queue, rebuild, schema, training
from handloom.store.jobs import Stopped
from handloom.tasks.linear import Linear
from tests.workshop import Workshop, text_workshop
from tests.workspaces import new_store


@pytest.fixture
def shop(store: Store) -> Iterator[Workshop]:
    made = text_workshop(store, settings={"test_share": 0.3})
    yield made
    with store.read() as connection:
        assert rebuild.compare(connection, store.hooks) == []


@pytest.fixture
def light(tmp_path: Path, clock: Any) -> Iterator[Workshop]:
    """On SQLite only, for what does not depend on the database."""
    with new_store(tmp_path / "w", clock=clock) as store:
        yield text_workshop(store, settings={"test_share": 0.3})


def kinds(did: list[loop.Did]) -> list[str]:
    return [one.action for one in did]


def test_the_whole_cycle_from_raw_items_to_a_release_and_back(shop: Workshop) -> None:
    shop.rounds(3)
    model = shop.models()[0]
    assert model.number == 3
    assert model.human_seconds == pytest.approx(120)
    report = shop.report(model)
    assert model.labels + report["candidate"]["accuracy"]["n"] == 60, "learned from what does not measure it"
    assert report["candidate"]["accuracy"]["n"] >= 5
    [gate] = shop.questions("decide", "open")
    assert gate.body["title"] == "Release model 3?"
    shop.decide(gate.id, "approve")
    serving = shop.current()
    assert serving is not None
    assert (serving.model_id, serving.question_id) == (model.id, gate.id)
    [said] = loop.predict(shop.store, shop.task, [{"text": "ball goal team match"}], actor_id=shop.owner)
    assert said.value == {"labels": ["sport"]}
    assert sum(said.probabilities.values()) == pytest.approx(1, abs=0.01)
    with shop.store.read() as connection:
        graph = lineage.trace(connection, "prediction", said.id)
    found = {kind for kind, _ in graph.nodes.values()}
    assert {"prediction", "release", "model", "run", "commit", "label", "answer", "decision"} <= found


def test_calling_it_again_does_nothing(shop: Workshop) -> None:
    assert kinds(shop.advance()) == ["select"]
    assert shop.advance() == []
    shop.work(20)
    assert kinds(shop.advance()) == ["refresh"]
    assert shop.advance() == []
    assert len(shop.models()) == 1


def test_two_callers_at_once_start_one_job(shop: Workshop) -> None:
    shop.advance()
    shop.work(20)
    did: list[list[loop.Did]] = []
    threads = [threading.Thread(target=lambda: did.append(shop.advance(loop.durable))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(action == "refresh" for one in did for action in kinds(one)) == 1
    assert sum(job.kind == "refresh" for job in shop.jobs()) == 1


def test_a_claim_never_waits_for_a_worker(shop: Workshop) -> None:
    did = shop.advance(loop.durable)
    assert kinds(did) == ["select", "ask"]
    assert shop.open() >= 6
    assert shop.advance(loop.durable) == []
    assert {one.strategy for one in shop.questions()} == {"random"}
    assert all(one.probability > 0 for one in shop.questions())


def test_people_who_answer_while_no_worker_comes_get_random_questions_and_never_the_same(shop: Workshop) -> None:
    for _ in range(10):
        shop.advance(loop.durable)
        assert shop.work(4) == 4
    asked = [one.item_id for one in shop.questions()]
    assert len(asked) == len(set(asked))


def test_every_batch_has_its_random_share_and_its_test_questions(shop: Workshop) -> None:
    shop.change(random_share=0.3)
    shop.rounds(4)
    asked = shop.questions()
    drawn = [one for one in asked if one.strategy == "random"]
    picked = [one for one in asked if one.strategy != "random"]
    assert all(0 < one.probability <= 1 for one in drawn)
    assert picked
    assert all(one.probability == 0 for one in picked)
    assert all(one.reason for one in asked)
    tests = shop.tests()
    assert not {one.item_id for one in picked} & tests
    assert {one.item_id for one in drawn} & tests
    assert {one.item_id for one in drawn} - tests


def test_what_an_older_model_picked_goes_stale_and_what_was_drawn_stays(shop: Workshop) -> None:
    shop.rounds(1)
    shop.work(3)
    held = shop.questions(state="claimed")
    loop.train(shop.store, shop.task, actor_id=shop.owner, executor=loop.inline)
    stale = shop.questions(state="stale")
    assert stale
    assert all(one.probability == 0 for one in stale)
    assert not {one.id for one in held} & {one.id for one in stale}
    assert shop.open() >= 20
    newest = max(one.batch_id for one in shop.questions(state="open"))
    assert all(one.probability > 0 or one.batch_id == newest for one in shop.questions(state="open"))


def test_suggestions_come_from_the_latest_model_and_a_share_is_hidden(light: Workshop) -> None:
    light.change(blind_share=0.5, batch=60)
    light.rounds(1)
    newest = max(one.batch_id for one in light.questions())
    open_now = [one for one in light.questions(state="open") if one.batch_id == newest]
    assert all(one.suggestion["model"] == f"m{light.models()[0].id}" for one in open_now)
    assert {one.blind for one in open_now} == {True, False}
    assert all(one.blind for one in open_now if one.item_id in light.tests())
    light.change(suggestions=False)
    light.work(20)
    light.advance()
    assert all(one.suggestion is None for one in light.questions(state="open") if one.batch_id > newest)


def test_test_items_are_never_trained_on(light: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    fit = Linear.fit

    def spy(self: Linear, features: Any, targets: np.ndarray, **more: Any) -> None:
        seen.append(len(targets))
        fit(self, features, targets, **more)

    monkeypatch.setattr(Linear, "fit", spy)
    light.rounds(2)
    with light.store.read() as connection:
        found = connection.execute(
            sa.select(schema.commit_.c.rows, schema.commit_.c.test_rows).order_by(schema.commit_.c.id)
        ).all()
    assert seen == [row.rows - row.test_rows for row in found]
    assert all(row.test_rows for row in found)


def test_labels_of_one_kind_wait_without_failing_and_training_by_hand_says_why(light: Workshop) -> None:
    light.advance()
    light.work(20, say=lambda item: "food")
    light.advance()
    assert light.models() == []
    assert light.jobs()[0].state == "done"
    assert "all" in light.jobs()[0].message
    light.advance()
    assert light.open() > 0
    job = loop.train(light.store, light.task, actor_id=light.owner, executor=loop.inline)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] == NotEnoughLabels.code


def test_nothing_happens_without_items_or_when_the_loop_is_off(light: Workshop) -> None:
    light.change(auto=False)
    assert light.advance() == []


def test_every_label_left_over_at_the_end_is_trained_on(light: Workshop) -> None:
    while light.advance() or light.open():
        light.work(35)
    assert light.open() == 0
    assert light.models()[0].labels == len(light.truth) - len(light.tests())
    assert light.advance() == []


def test_new_items_are_found_after_everything_was_asked(light: Workshop) -> None:
    light.change(retrain_after=1000)
    while light.advance() or light.open():
        light.work(50)
    light.add([({"text": f"ball goal coach {k}"}, "sport") for k in range(10)])
    assert kinds(light.advance()) == ["select"]
    assert light.open() == 10


def test_a_model_that_is_not_better_is_refused_by_the_gate_itself(shop: Workshop) -> None:
    shop.rounds(1)
    shop.decide(shop.questions("decide", "open")[0].id, "approve")
    shop.change(release_margin=1.0)
    shop.work(20)
    shop.advance()
    [refused] = [one for one in shop.questions("decide") if one.body["title"] == "Release model 2?"]
    assert refused.state == "resolved"
    with shop.store.read() as connection:
        row = connection.execute(
            sa.select(schema.answer.c.value, schema.actor.c.kind, schema.actor.c.name)
            .join(schema.actor, schema.actor.c.id == schema.answer.c.actor_id)
            .where(schema.answer.c.question_id == refused.id)
        ).one()
    assert (row.kind, row.name, row.value["decision"]) == ("rule", "release gate", "reject")
    assert "95 % interval" in row.value["reason"]
    serving = shop.current()
    assert serving is not None
    assert serving.model_id == shop.models()[1].id


def test_a_heuristic_that_is_as_good_stops_the_release(light: Workshop) -> None:
    rules = [
        {
            "pattern": r"\b(ball|goal|team|match|player|coach|league|score|win|season|referee|stadium)\b.*",
            "label": "sport",
        }
    ]
    light.change(heuristic={"rules": rules, "default": "food"})
    light.rounds(1)
    report = light.report(light.models()[0])
    assert report["heuristic"]["accuracy"]["n"] == report["candidate"]["accuracy"]["n"] > 0


def test_the_newest_question_on_a_release_replaces_older_ones(shop: Workshop) -> None:
    shop.rounds(3)
    assert [one.state for one in shop.questions("decide")] == ["withdrawn", "withdrawn", "open"]


def test_a_deferred_decision_stays_open_and_a_rejected_one_releases_nothing(light: Workshop) -> None:
    light.rounds(1)
    [gate] = light.questions("decide", "open")
    light.decide(gate.id, "defer")
    assert light.question(gate.id).state == "open"
    light.decide(gate.id, "reject")
    assert light.question(gate.id).state == "resolved"
    assert light.current() is None
    with pytest.raises(NoRelease):
        loop.predict(light.store, light.task, [{"text": "ball"}], actor_id=light.owner)


def test_an_undecided_release_expires_into_nothing(light: Workshop, clock: Any) -> None:
    light.rounds(1)
    [gate] = light.questions("decide", "open")
    clock.move(15 * 86_400)
    light.advance()
    assert light.question(gate.id).state == "expired"
    assert light.current() is None


def test_rolling_back_goes_one_release_back_each_time(shop: Workshop) -> None:
    shop.change(release_margin=0.0)
    released = []
    for _ in range(3):
        shop.rounds(1)
        model = shop.models()[0]
        question = next((q for q in shop.questions("decide", "open")), None)
        if question is None:  # the gate refused it; release it all the same, to have three
            shop.store.write(
                lambda tx, m=model: training.add_release(tx, m, question_id=1, actor_id=shop.owner, reason="by hand")
            )
        else:
            shop.decide(question.id, "approve")
        released.append(model.id)
    for expected in (released[1], released[0]):
        back = loop.roll_back(shop.store, shop.task, reason="it got worse", actor_id=shop.owner)
        assert (back.model_id, back.question_id) == (expected, None)
    with pytest.raises(WrongState, match="no earlier release"):
        loop.roll_back(shop.store, shop.task, reason="again", actor_id=shop.owner)
    with pytest.raises(WrongState, match="reason"):
        loop.roll_back(shop.store, shop.task, reason=" ", actor_id=shop.owner)


def released(shop: Workshop, **settings: Any) -> None:
    shop.change(**settings)
    shop.rounds(1)
    shop.decide(shop.questions("decide", "open")[0].id, "approve")


def test_predictions_drawn_at_random_become_blind_questions_with_their_chance(shop: Workshop) -> None:
    released(shop, sample_random=1.0)
    found = loop.predict(shop.store, shop.task, [{"text": "new words about soup"}], actor_id=shop.owner)
    [asked] = [one for one in shop.questions() if one.strategy == "production-random"]
    assert asked.probability == 1.0
    assert asked.blind
    with shop.store.read() as connection:
        row = connection.execute(sa.select(schema.prediction).where(schema.prediction.c.id == found[0].id)).one()
    assert (row.sampled, row.item_id) == ("random", asked.item_id)


def test_feedback_becomes_a_question_once(shop: Workshop) -> None:
    released(shop, sample_random=0.0, sample_uncertain=0.0)
    found = loop.predict(shop.store, shop.task, [{"text": "an odd text about bread"}], actor_id=shop.owner)
    said = Feedback({"labels": ["money"]}, None, "it is about prices", shop.owner)
    question = loop.feedback(shop.store, found[0].id, said)
    assert question is not None
    row = shop.question(question)
    assert "somebody says money" in row.reason
    assert row.suggestion is None
    assert loop.feedback(shop.store, found[0].id, said) is None
    shop.work(20)
    shop.advance()
    assert shop.question(question).state != "stale"


def test_questions_asked_by_hand_are_never_stale(light: Workshop) -> None:
    light.rounds(1)
    asked = loop.ask(light.store, light.task, Wish(5, strategy="margin", needs=2, actor_id=light.owner))
    assert len(asked.questions) == 5
    assert {light.question(one).needs for one in asked.questions} == {2}
    loop.train(light.store, light.task, actor_id=light.owner, executor=loop.inline)
    assert {light.question(one).state for one in asked.questions} == {"open"}


def test_asking_before_the_first_model(light: Workshop) -> None:
    asked = loop.ask(light.store, light.task, Wish(5, strategy="margin"))
    assert asked.strategy == "random"  # nothing is encoded yet
    assert all("margin needs a model, and there is none yet" in light.question(one).reason for one in asked.questions)
    with pytest.raises(UnknownKind, match="Did you mean 'margin'"):
        loop.ask(light.store, light.task, Wish(5, strategy="margn"))
    assert len(loop.ask(light.store, light.task, Wish(5)).questions) == 5


@pytest.mark.parametrize("strategy", ["margin", "least_confidence"])
def test_a_project_that_picks_by_a_model_covers_the_pool_until_its_first(light: Workshop, strategy: str) -> None:
    light.change(strategy=strategy)
    assert kinds(light.advance()) == ["select"]
    covered = [one for one in light.questions() if one.strategy == "typiclust"]
    assert covered
    assert all(f"{strategy} needs a model" in one.reason for one in covered)
    by_hand = loop.ask(light.store, light.task, Wish(3, strategy=strategy))
    assert by_hand.strategy == "typiclust"
    light.rounds(2)
    picked = [one for one in light.questions(state="open") if one.strategy == strategy]
    assert picked
    assert not any("needs a model" in one.reason for one in picked)


def test_every_model_is_evaluated_anew_when_the_test_set_has_grown(light: Workshop) -> None:
    light.rounds(3)
    reports = [light.report(model) for model in light.models()]
    assert len({report["candidate"]["accuracy"]["n"] for report in reports}) == 1
    assert reports[0]["since_last"]["to"] == f"m{light.models()[0].id}"
    assert reports[0]["since_last"]["compared"] == len(light.truth)


def test_the_newest_evaluation_says_what_more_answers_may_bring(light: Workshop) -> None:
    light.rounds(5)
    models = light.models()
    said = light.report(models[0])["forecast"]
    assert len(models) >= 4
    assert said["answers"] == 5 * light.settings["batch"]
    assert said["low"] <= said["gain"] <= said["high"] <= 1.0


def test_items_that_came_after_a_model_can_still_test_it(light: Workshop) -> None:
    light.rounds(1)
    light.add([({"text": f"bread cheese soup number {k}"}, "food") for k in range(200)])
    light.rounds(3)
    first = light.models()[-1]
    assert _n(light, first) == _n(light, light.models()[0])


def _n(shop: Workshop, model: training.Model) -> int:
    return shop.report(model)["candidate"]["accuracy"]["n"]


class Broken(Linear):
    """A learner of a user that fails."""

    def fit(self, *args: Any, **more: Any) -> None:
        raise RuntimeError("no such column")


def test_a_learner_that_fails_ends_its_job_and_is_not_tried_again_at_once(
    light: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(registry.find("tasks", "text_class@1").__class__, "learner", lambda self, options: Broken())
    light.advance()
    light.work(20)
    light.advance()
    failed = light.jobs()[0]
    assert (failed.kind, failed.state) == ("refresh", "failed")
    assert "no such column" in failed.message
    assert kinds(light.advance()) == ["select"]  # people go on all the same
    assert light.advance() == []


def test_a_training_that_failed_is_tried_again_when_enough_new_labels_came(
    light: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(registry.find("tasks", "text_class@1").__class__, "learner", lambda self, options: Broken())
        light.rounds(1)
        light.advance()
    assert [job.state for job in light.jobs() if job.kind == "refresh"] == ["failed"]
    light.work(19)
    assert "refresh" not in kinds(light.advance())
    light.work(1)
    assert "refresh" in kinds(light.advance())
    assert len(light.models()) == 1


def test_a_pick_that_fails_does_not_leave_people_without_questions(
    light: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: Any, *args: Any, **more: Any) -> Any:
        raise RuntimeError("no memory left")

    monkeypatch.setattr(registry.find("strategies", "typiclust").__class__, "pick", broken)
    light.change(strategy="typiclust")
    assert kinds(light.advance()) == ["select"]
    assert kinds(light.advance()) == ["ask"]
    assert light.open() == 20
    assert light.advance() == []
    light.work(20)
    assert "refresh" in kinds(light.advance())


def test_labels_of_the_test_set_alone_start_no_training(light: Workshop) -> None:
    light.change(test_share=0.9, retrain_after=5)
    tests = light.tests()
    loop.ask(light.store, light.task, Wish(60, strategy="random"))
    held = [one.id for one in light.questions() if one.item_id in tests][:8]
    for question in held:
        light.store.write(
            lambda tx, q=question: queue.claim_one(tx, question_id=q, actor_id=light.people[0], lease_seconds=60)
        )
        light.answer(question, light.people[0], light.says(light.item_of(question)))
    assert "refresh" not in kinds(light.advance())
    assert not [job for job in light.jobs() if job.kind == "refresh"]
    light.work(60)
    assert "refresh" in kinds(light.advance())


def test_a_job_that_kills_every_worker_fails_in_the_end(light: Workshop, clock: Any) -> None:
    light.advance()
    light.work(20)
    job = loop.train(light.store, light.task, actor_id=light.owner)
    light.store.write(lambda tx: jobs.take(tx, "w0", job.id))
    for k in range(MOST_ATTEMPTS):
        light.store.write(lambda tx, k=k: jobs.begin(tx, job.id, f"w{k}"))  # and the process is gone
    assert loop.run_job(light.store, job.id, worker="last") == "failed"
    ended = light.jobs()[0]
    assert ended.error is not None
    assert "without a result" in ended.message
    assert light.models() == []


def test_only_models_that_serve_served_or_are_new_keep_their_scores(light: Workshop) -> None:
    light.change(release_margin=-0.0, retrain_after=10, batch=10)
    light.rounds(1)
    first = light.models()[0]
    with light.store.read() as connection:
        assert training.model(connection, first.id).scores is not None
    light.store.write(
        lambda tx: training.add_release(tx, first, question_id=1, actor_id=light.owner, reason="the first")
    )
    light.rounds(5, size=10)
    found = {model.number: model for model in light.models()}
    assert len(found) >= 6
    kept = {number for number, model in found.items() if model.scores is not None}
    newest = max(found)
    assert kept == {1, newest, newest - 1, newest - 2}
    assert all(light.store.blobs.has(found[number].scores or "") for number in kept)
    with light.store.read() as connection:
        graph = lineage.trace(connection, "model", found[2].id)
    assert {"model", "run", "commit"} <= {kind for kind, _ in graph.nodes.values()}
    assert len({_n(light, model) for model in found.values()}) == 1  # all are still evaluated anew


def test_a_heuristic_that_cannot_run_is_a_finding_and_no_failure(
    light: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDLOOM_TRUST_PYTHON", raising=False)
    light.change(heuristic={"python": "tests.workshop:texts"})
    light.rounds(1)
    report = light.report(light.models()[0])
    assert report["heuristic"] is None
    assert report["findings"][0]["check"] == "heuristic"
    assert "--trust-python" in report["findings"][0]["message"]


def test_a_few_test_items_leave_the_decision_to_a_person(light: Workshop) -> None:
    light.rounds(1)
    light.decide(light.questions("decide", "open")[0].id, "approve")
    light.change(release_margin=0.45)
    light.work(20)
    light.advance()
    [gate] = light.questions("decide", "open")
    report = light.report(light.models()[0])
    assert report["candidate"]["accuracy"]["n"] < ENOUGH
    assert report["difference"]["value"] <= 0.45 < report["difference"]["high"]
    assert "few_tests" in {finding["check"] for finding in gate.body["evidence"]["findings"]}


def test_a_shift_in_production_is_found(shop: Workshop) -> None:
    released(shop, sample_random=0.0, sample_uncertain=0.0)
    mixed = [{"text": f"{words} {k}"} for k in range(30) for words in ("ball goal", "bread cheese", "bank loan")]
    loop.predict(shop.store, shop.task, mixed, actor_id=shop.owner)
    assert loop.drift(shop.store, shop.task) is None
    loop.predict(shop.store, shop.task, [{"text": "bank loan credit"}] * 200, actor_id=shop.owner)
    found = loop.drift(shop.store, shop.task)
    assert found is not None
    assert found.check == "drift"
    assert "has shifted strongly" in found.message


def test_a_cancelled_job_stops_at_its_next_step(light: Workshop) -> None:
    light.advance(loop.durable)
    [waiting] = light.jobs()
    loop.cancel(light.store, waiting.id, actor_id=light.owner)
    assert light.jobs()[0].state == "cancelled"
    with pytest.raises(WrongState, match="cancelled already"):
        loop.cancel(light.store, waiting.id, actor_id=light.owner)
    job = loop.train(light.store, light.task, actor_id=light.owner)
    light.store.write(lambda tx: jobs.take(tx, "w", job.id))
    calls: list[str] = []

    def run(step: Step, call: Any) -> dict[str, Any]:
        calls.append(step.name)
        if len(calls) == 2:
            loop.cancel(light.store, job.id, actor_id=light.owner)
        return call()

    assert loop.run_job(light.store, job.id, worker="w", run=run) == "cancelled"
    assert calls == ["commit", "test"]


def test_an_overtaken_attempt_writes_nothing(shop: Workshop) -> None:
    shop.advance()
    shop.work(20)
    job = loop.train(shop.store, shop.task, actor_id=shop.owner)
    shop.store.write(lambda tx: jobs.take(tx, "old", job.id))
    first = shop.store.write(lambda tx: jobs.begin(tx, job.id, "old"))
    assert first is not None
    second = shop.store.write(lambda tx: jobs.begin(tx, job.id, "new"))
    assert second is not None
    with pytest.raises(Stopped, match="outrun"):
        Work(shop.store, first).write(lambda tx: tx.emit("made.up"))
    assert shop.events("made.up") == []
    assert loop.run_job(shop.store, job.id, worker="new") == "done"
    with pytest.raises(Stopped):
        Work(shop.store, second).write(lambda tx: tx.emit("made.up"))


def test_steps_that_run_twice_have_the_effect_of_one(shop: Workshop) -> None:
    shop.advance()
    shop.work(20)
    job = loop.train(shop.store, shop.task, actor_id=shop.owner)
    shop.store.write(lambda tx: jobs.take(tx, "w", job.id))

    def twice(_step: Step, call: Any) -> dict[str, Any]:
        call()
        return call()

    assert loop.run_job(shop.store, job.id, worker="w", run=twice) == "done"
    assert len(shop.models()) == 1
    assert len(shop.questions("decide")) == 1
    assert len(shop.events("dataset.committed")) == 1
    assert shop.open() == 40  # a batch ready and one in the making


def test_a_silent_worker_loses_its_job(shop: Workshop, clock: Any) -> None:
    shop.advance(loop.durable)
    shop.store.write(lambda tx: jobs.take(tx, "dead"))
    assert shop.store.write(lambda tx: jobs.orphans(tx, "new")) == []
    clock.move(61)
    [taken] = shop.store.write(lambda tx: jobs.orphans(tx, "new"))
    assert taken.worker == "new"
    assert shop.store.write(lambda tx: jobs.orphans(tx, "third")) == []
