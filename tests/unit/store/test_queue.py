"""Claim, lease and answer, on both databases."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from handloom.core.errors import AnswerMismatch, NotClaimed, NotFound, QuestionClosed, Superseded, WrongState
from handloom.core.protocols import Estimate
from handloom.store import Store, items, queue, rebuild, schema
from handloom.store import answers as taking


def newest(answers: Any) -> Estimate | None:
    """An aggregator good enough to see labels move: the newest standing answer."""
    return Estimate(answers[-1][2], 1.0, len(answers), tuple(a[0] for a in answers)) if answers else None


class Bench:
    """A project with one task, its people and its items."""

    def __init__(self, store: Store, people: int = 3, n_items: int = 6) -> None:
        self.store = store
        store.hooks.estimate = newest
        self.people = [self._insert(schema.actor, name=f"p{k}", kind="person", role="annotator") for k in range(people)]
        self.project = self._insert(schema.project, name="p", settings={}, salt="s")
        self.task = self._insert(
            schema.task, project_id=self.project, name="t", kind="text_class@1", version=1, options={}
        )
        rows = [items.NewItem(line=k, data={"text": f"text {k}"}, test=False) for k in range(n_items)]
        added = store.write(
            lambda tx: items.add(
                tx, project_id=self.project, salt="s", test_share=0.1, items=rows, actor_id=self.people[0]
            )
        )
        assert added.added == n_items
        with store.read() as connection:
            self.items = list(connection.execute(sa.select(schema.item.c.id).order_by(schema.item.c.id)).scalars())

    def _insert(self, table: sa.Table, **values: Any) -> int:
        return self.store.write(
            lambda tx: tx.execute(sa.insert(table).returning(table.c.id), values | {"created": tx.now}).scalar_one()
        )

    def ask(self, n: int = 1, needs: int = 1, lane: str = "label", **more: Any) -> list[int]:
        batch = queue.NewBatch(self.project, self.task, "random", needs, lane)
        shape = "choice" if lane == "label" else "decision"
        new = [
            queue.NewQuestion(i if lane == "label" else None, shape, "random", 0.5, 0.0, "drawn at random", **more)
            for i in self.items[:n]
        ]
        return self.store.write(lambda tx: queue.ask(tx, batch, new))[1]

    def claim(self, actor: int, n: int = 1, lane: str = "label", lease: float = 60) -> list[int]:
        return self.store.write(
            lambda tx: queue.claim(tx, project_id=self.project, actor_id=actor, lane=lane, n=n, lease_seconds=lease)
        )

    def answer(self, actor: int, question: int, label: str = "x", **more: Any) -> taking.AnswerResult:
        fields: dict[str, Any] = {"outcome": "answered", "value": {"labels": [label]}, "seconds": 1.0} | more
        answer_id = fields.pop("id", None) or str(uuid.uuid4())
        new = taking.NewAnswer(id=answer_id, question_id=question, actor_id=actor, **fields)
        return self.store.write(lambda tx: taking.answer(tx, new))

    def state(self, question: int) -> str:
        with self.store.read() as connection:
            return connection.execute(
                sa.select(schema.question.c.state).where(schema.question.c.id == question)
            ).scalar_one()

    def label(self, item: int) -> Any:
        with self.store.read() as connection:
            return connection.execute(sa.select(schema.label.c.value).where(schema.label.c.item_id == item)).scalar()

    def differences(self) -> list[rebuild.Difference]:
        with self.store.read() as connection:
            return rebuild.compare(connection, self.store.hooks)


@pytest.fixture
def bench(store: Store) -> Any:
    made = Bench(store)
    yield made
    assert made.differences() == []


def test_claimed_question_is_offered_to_nobody_else_at_overlap_one(bench: Bench) -> None:
    [question] = bench.ask()
    assert bench.claim(bench.people[0]) == [question]
    assert bench.claim(bench.people[1]) == []
    assert bench.state(question) == "claimed"


def test_overlap_two_reaches_two_people_and_no_third(bench: Bench) -> None:
    [question] = bench.ask(needs=2)
    assert bench.claim(bench.people[0]) == [question]
    assert bench.claim(bench.people[0]) == []
    assert bench.claim(bench.people[1]) == [question]
    assert bench.claim(bench.people[2]) == []
    assert bench.answer(bench.people[0], question).state == "claimed"
    assert bench.answer(bench.people[1], question).state == "resolved"


def test_best_question_comes_first(bench: Bench) -> None:
    low = bench.ask(n=2, priority=0.0)
    bench.items = bench.items[2:]
    high = bench.ask(n=1, priority=5.0)
    assert bench.claim(bench.people[0], n=3) == [*high, *low]


def test_expired_lease_is_offered_to_someone_else(bench: Bench, clock: Any) -> None:
    [question] = bench.ask()
    bench.claim(bench.people[0], lease=60)
    clock.move(61)
    assert bench.claim(bench.people[1]) == [question]


def test_late_answer_is_kept_and_not_counted_when_somebody_else_has_the_question(bench: Bench, clock: Any) -> None:
    [question] = bench.ask()
    bench.claim(bench.people[0])
    clock.move(61)
    bench.claim(bench.people[1])
    late = bench.answer(bench.people[0], question, "mine")
    assert (late.late, late.counted, late.state) == (True, False, "claimed")
    assert bench.answer(bench.people[1], question, "theirs").state == "resolved"
    assert bench.label(bench.items[0]) == {"labels": ["theirs"]}
    with bench.store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(schema.answer)).scalar() == 2


def test_answer_after_its_lease_counts_while_nobody_else_has_the_question(bench: Bench, clock: Any) -> None:
    [question] = bench.ask()
    bench.claim(bench.people[0])
    clock.move(61)
    bench.store.write(queue.expire_leases)
    done = bench.answer(bench.people[0], question)
    assert (done.late, done.counted, done.state) == (False, True, "resolved")


def test_same_answer_twice_is_one_answer(bench: Bench) -> None:
    [question] = bench.ask()
    bench.claim(bench.people[0])
    answer_id = str(uuid.uuid4())
    assert not bench.answer(bench.people[0], question, id=answer_id).repeated
    again = bench.answer(bench.people[0], question, id=answer_id)
    assert again.repeated
    assert again.counted
    with pytest.raises(AnswerMismatch):
        bench.answer(bench.people[0], question, "other", id=answer_id)


def test_correction_replaces_the_label_and_keeps_both_answers(bench: Bench) -> None:
    [question] = bench.ask()
    bench.claim(bench.people[0])
    first = bench.answer(bench.people[0], question, "wrong")
    second = bench.answer(bench.people[0], question, "right", supersedes=first.id)
    assert second.state == "resolved"
    assert bench.label(bench.items[0]) == {"labels": ["right"]}
    with pytest.raises(Superseded):
        bench.answer(bench.people[0], question, "again", supersedes=first.id)


def test_correcting_an_answer_to_a_skip_takes_the_label_away(bench: Bench) -> None:
    [question] = bench.ask()
    bench.claim(bench.people[0])
    first = bench.answer(bench.people[0], question)
    skipped = bench.answer(bench.people[0], question, outcome="skip", value=None, supersedes=first.id)
    assert skipped.state == "skipped"
    assert bench.label(bench.items[0]) is None
    back = bench.answer(bench.people[0], question, "y", supersedes=skipped.id)
    assert back.state == "resolved"
    assert bench.label(bench.items[0]) == {"labels": ["y"]}


@pytest.mark.parametrize(("outcome", "state"), [("skip", "skipped"), ("unsure", "escalated"), ("flag", "escalated")])
def test_outcomes_without_a_value_close_the_question(bench: Bench, outcome: str, state: str) -> None:
    [question] = bench.ask()
    bench.claim(bench.people[0])
    assert bench.answer(bench.people[0], question, outcome=outcome, value=None).state == state
    assert bench.claim(bench.people[1]) == []


def test_released_claim_is_open_again(bench: Bench) -> None:
    [question] = bench.ask()
    bench.claim(bench.people[0])
    release = lambda tx: queue.release_claims(tx, actor_id=bench.people[0], question_ids=[question, 999])  # noqa: E731
    assert bench.store.write(release) == 1
    assert bench.state(question) == "open"
    assert bench.claim(bench.people[0]) == [question]


def test_unclaimed_unknown_and_answered_questions_refuse_an_answer(bench: Bench) -> None:
    [question] = bench.ask()
    with pytest.raises(NotClaimed):
        bench.answer(bench.people[0], question)
    with pytest.raises(NotFound):
        bench.answer(bench.people[0], 12345)
    bench.claim(bench.people[0])
    bench.answer(bench.people[0], question)
    with pytest.raises(WrongState):
        bench.answer(bench.people[0], question)


def test_item_is_not_asked_twice_at_once_nor_of_who_answered_it(bench: Bench) -> None:
    [question] = bench.ask()
    assert bench.ask() == []
    bench.claim(bench.people[0])
    bench.answer(bench.people[0], question)
    [again] = bench.ask()
    assert bench.claim(bench.people[0]) == []
    assert bench.claim(bench.people[1]) == [again]


def test_withdrawn_question_is_gone_and_its_late_answer_is_kept(bench: Bench) -> None:
    [question] = bench.ask()
    bench.claim(bench.people[0])
    assert bench.store.write(lambda tx: queue.close(tx, [question], "stale", "new model", unclaimed_only=True)) == 0
    assert bench.store.write(lambda tx: queue.close(tx, [question], "withdrawn", "asked by hand")) == 1
    assert bench.answer(bench.people[0], question).late
    assert bench.state(question) == "withdrawn"


def test_decision_takes_effect_once_and_is_never_superseded(bench: Bench) -> None:
    effects: list[tuple[int, str]] = []
    bench.store.hooks.decide = lambda tx, q, value, actor: effects.append((q, value["decision"]))
    [question] = bench.ask(lane="decide")
    for person in bench.people[:2]:
        bench.claim(person, lane="decide", lease=1)
    [held] = bench.claim(bench.people[0], lane="decide") or [question]
    value = {"decision": "defer", "reason": "later", "parameters": {}}
    assert not bench.answer(bench.people[0], held, value=value).counted
    assert bench.claim(bench.people[1], lane="decide") == [question]
    value = {"decision": "approve", "reason": "better", "parameters": {}}
    done = bench.answer(bench.people[1], question, value=value)
    assert effects == [(question, "approve")]
    with pytest.raises(WrongState):
        bench.answer(bench.people[1], question, value=value | {"decision": "reject"}, supersedes=done.id)


def test_question_past_its_expiry_is_closed_and_refuses_a_decision(bench: Bench, clock: Any) -> None:
    [question] = bench.ask(lane="decide", expires=clock.now + 100)
    bench.claim(bench.people[0], lane="decide", lease=1000)
    clock.move(101)
    assert bench.claim(bench.people[1], lane="decide") == []
    assert bench.state(question) == "expired"
    with pytest.raises(QuestionClosed):
        bench.answer(bench.people[0], question, value={"decision": "approve", "reason": "r"})


def test_one_unit_that_fails_takes_no_other_with_it(bench: Bench) -> None:
    def fail(tx: Any) -> None:
        tx.execute(sa.insert(schema.meta), {"key": "broken", "value": 1})
        raise WrongState("on purpose")

    def work(tx: Any) -> int:
        tx.execute(sa.insert(schema.meta), {"key": "fine", "value": 1})
        return 7

    futures = [bench.store.submit(unit) for unit in (fail, work, fail)]
    assert futures[1].result() == 7
    for failed in (futures[0], futures[2]):
        with pytest.raises(WrongState):
            failed.result()
    with bench.store.read() as connection:
        assert connection.execute(sa.select(schema.meta.c.key)).scalars().all() == ["fine"]


def test_doctor_finds_and_repairs_a_tampered_projection(bench: Bench) -> None:
    questions = bench.ask(n=3)
    bench.claim(bench.people[0], n=2)
    bench.answer(bench.people[0], questions[0])

    def tamper(tx: Any) -> None:
        tx.execute(sa.update(schema.question).values(got=7, state="resolved"))
        tx.execute(sa.delete(schema.label))
        tx.execute(sa.delete(schema.turn))
        tx.execute(sa.update(schema.counter).values(value=99))

    bench.store.write(tamper)
    found = {d.projection for d in bench.differences()}
    assert found == {"question", "label", "turn", "counter"}
    assert bench.store.write(rebuild.repair)
    assert bench.differences() == []
