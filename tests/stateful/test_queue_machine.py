"""Many actors, clocks that jump, repeated and reordered requests: the queue against a model of its promises."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from handloom.core.errors import Conflict, NotFound
from handloom.core.protocols import Estimate
from handloom.store import answers as taking
from handloom.store import items, queue, rebuild, schema
from tests.conftest import TestClock
from tests.workspaces import new_store

PEOPLE = 4
N_ITEMS = 8
LEASE = 100.0


def _newest(answers: Any) -> Estimate | None:
    return Estimate(answers[-1][2], 1.0, len(answers), tuple(a[0] for a in answers)) if answers else None


class QueueMachine(RuleBasedStateMachine):
    """What must hold whatever happens.

    - nobody holds or has answered a question twice; never more live leases and counted answers than it needs
    - an answer that was taken is stored for good, once, whatever is sent again
    - the log, replayed, gives exactly the stored state
    """

    leases = Bundle("leases")
    answers = Bundle("answers")

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = TestClock()
        self.store = new_store(Path(self.folder.name) / "w", clock=self.clock)
        self.store.hooks.estimate = _newest
        self.people = [self._insert(schema.actor, name=f"p{k}", kind="person", role="annotator") for k in range(PEOPLE)]
        self.project = self._insert(schema.project, name="p", settings={}, salt="s")
        self.task = self._insert(
            schema.task, project_id=self.project, name="t", kind="text_class@1", version=1, options={}
        )
        rows = [items.NewItem(line=k, data={"text": f"text {k}"}, test=False) for k in range(N_ITEMS)]
        self.store.write(
            lambda tx: items.add(tx, project_id=self.project, salt="s", test_share=0, items=rows, actor_id=1)
        )
        self.needs: dict[int, int] = {}
        self.item_of: dict[int, int] = {}
        self.held: dict[tuple[int, int], float] = {}
        self.taken: dict[str, taking.NewAnswer] = {}
        self.counted: dict[tuple[int, int], str] = {}

    def _insert(self, table: sa.Table, **values: Any) -> int:
        return self.store.write(
            lambda tx: tx.execute(sa.insert(table).returning(table.c.id), values | {"created": tx.now}).scalar_one()
        )

    @rule(item=st.integers(1, N_ITEMS), needs=st.integers(1, 3), priority=st.integers(0, 2))
    def ask(self, item: int, needs: int, priority: int) -> None:
        batch = queue.NewBatch(self.project, self.task, "random", needs, "label")
        new = queue.NewQuestion(item, "choice", "random", 0.1, 0.0, "drawn", priority=priority)
        _, ids = self.store.write(lambda tx: queue.ask(tx, batch, [new, new]))
        assert len(ids) <= 1, "an item is asked once at a time"
        self.needs.update(dict.fromkeys(ids, needs))
        self.item_of.update(dict.fromkeys(ids, item))

    @rule(target=leases, item=st.integers(1, N_ITEMS), person=st.integers(0, PEOPLE - 1), label=st.sampled_from("ab"))
    def second_round(self, item: int, person: int, label: str) -> Any:
        """Somebody answers all they can get, and one of those items is asked again. Left to chance this is rare."""
        actor = self.people[person]
        self.ask(item, 1, priority=3)
        first = self._claim(actor, N_ITEMS)
        for lease in first:
            self.answer(lease, "answered", label)
        self.ask(item, 1, priority=3)
        return multiple(*first, *self._claim(actor, N_ITEMS))

    @rule(target=leases, person=st.integers(0, PEOPLE - 1), n=st.integers(1, 4))
    def claim(self, person: int, n: int) -> Any:
        return multiple(*self._claim(self.people[person], n))

    def _claim(self, actor: int, n: int) -> list[tuple[int, int]]:
        got = self.store.write(
            lambda tx: queue.claim(tx, project_id=self.project, actor_id=actor, lane="label", n=n, lease_seconds=LEASE)
        )
        assert len(got) == len(set(got)) <= n
        self._expire()
        mine = {self.item_of[a.question_id] for a in self.taken.values() if a.actor_id == actor}
        for question in got:
            live = [key for key in self.held if key[0] == question]
            done = [key for key in self.counted if key[0] == question]
            useful = [key for key in done if self.taken[self.counted[key]].outcome == "answered"]
            assert (question, actor) not in live, "handed to the same person twice"
            assert (question, actor) not in done, "handed to a person who answered it"
            assert self.item_of[question] not in mine, "asked again about an item this person has answered"
            assert len(live) + len(useful) < self.needs[question], "handed to more people than it needs"
            self.held[question, actor] = self.clock.now + LEASE
        return [(question, actor) for question in got]

    @rule(
        target=answers,
        lease=leases,
        outcome=st.sampled_from(["answered", "answered", "answered", "skip", "unsure", "flag"]),
        label=st.sampled_from("ab"),
    )
    def answer(self, lease: tuple[int, int], outcome: Any, label: str) -> Any:
        value = {"labels": [label]} if outcome == "answered" else None
        new = taking.NewAnswer(str(uuid.uuid4()), *lease, outcome, value, 1.0)
        try:
            result = self.store.write(lambda tx: taking.answer(tx, new))
        except Conflict:
            assert any(a.question_id == lease[0] and a.actor_id == lease[1] for a in self.taken.values())
            return multiple()
        self._remember(new, result)
        return new.id

    @rule(target=answers, old=consumes(answers), label=st.sampled_from("abc"), skip=st.booleans())
    def correct(self, old: str, label: str, skip: bool) -> Any:
        before = self.taken[old]
        value = None if skip else {"labels": [label]}
        outcome: Any = "skip" if skip else "answered"
        new = taking.NewAnswer(
            str(uuid.uuid4()), before.question_id, before.actor_id, outcome, value, 1.0, supersedes=old
        )
        result = self.store.write(lambda tx: taking.answer(tx, new))
        self._remember(new, result)
        return new.id

    def _remember(self, new: taking.NewAnswer, result: taking.AnswerResult) -> None:
        assert not result.repeated
        self.taken[new.id] = new
        self.held.pop((new.question_id, new.actor_id), None)
        if result.counted:
            self.counted[new.question_id, new.actor_id] = new.id

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """A request sent again, possibly long after: nothing changes."""
        if not self.taken:
            return
        new = self.taken[data.draw(st.sampled_from(sorted(self.taken)))]
        result = self.store.write(lambda tx: taking.answer(tx, new))
        assert result.repeated

    @rule(lease=leases)
    def release(self, lease: tuple[int, int]) -> None:
        question, actor = lease
        n = self.store.write(lambda tx: queue.release_claims(tx, actor_id=actor, question_ids=[question]))
        if n:
            self.held.pop(lease, None)

    @rule(question=st.integers(1, 12), state=st.sampled_from(["stale", "withdrawn"]), careful=st.booleans())
    def withdraw(self, question: int, state: Any, careful: bool) -> None:
        try:
            n = self.store.write(lambda tx: queue.close(tx, [question], state, "test", unclaimed_only=careful))
        except NotFound:
            assert question not in self.needs
            return
        if n:
            self.held = {key: until for key, until in self.held.items() if key[0] != question}

    @rule(seconds=st.sampled_from([1.0, 50.0, 101.0, 5000.0, -30.0]))
    def clock_jumps(self, seconds: float) -> None:
        self.clock.move(seconds)

    @rule()
    def sweep(self) -> None:
        self.store.write(queue.expire_leases)
        self._expire()

    def _expire(self) -> None:
        """A lease that was seen to be over stays over, though the clock may jump back."""
        self.held = {key: until for key, until in self.held.items() if until >= self.clock.now}

    @invariant()
    def log_replays_to_the_stored_state(self) -> None:
        with self.store.read() as connection:
            assert rebuild.compare(connection, self.store.hooks) == []
            stored = set(connection.execute(sa.select(schema.answer.c.id)).scalars())
        assert stored == set(self.taken), "exactly the answers that were taken are stored"

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


TestQueue = QueueMachine.TestCase
TestQueue.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
