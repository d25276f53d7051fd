"""Where labels land, and that a decision takes effect whatever dies in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handloom import loop
from handloom.core.errors import Malformed, UnknownKind, WrongState
from handloom.core.settings import merged
from handloom.jobs import data_tests, proposals
from handloom.jobs.versions import DIGESTS
from handloom.store import Store, branches, commits, edits, jobs, queue, requests, tested
from handloom.store.edits import Edit
from handloom.store.queue import NewBatch, NewQuestion
from handloom.store.recording import Note
from handloom.store.requests import Request
from tests.workshop import Workshop, text_workshop, texts
from tests.workspaces import new_store

LEAKED = "the very same words stand in two items that differ in another field only"


@pytest.fixture
def light(tmp_path: Path, clock: Any) -> Any:
    with new_store(tmp_path / "w", clock=clock) as store:
        yield store


def shop(store: Store, **settings: Any) -> Workshop:
    """A workshop whose loop has made a first version and a first model."""
    made = text_workshop(store, n=90, settings={"test_share": 0.2, "retrain_after": 10} | settings)
    made.advance()
    made.work(20)
    made.advance()
    assert len(made.models()) == 1
    return made


def main(made: Workshop) -> commits.Commit:
    with made.store.read() as connection:
        found = commits.newest(connection, made.task.id)
    assert found is not None
    return found


def all_requests(made: Workshop) -> list[Request]:
    """Newest first."""
    with made.store.read() as connection:
        return requests.page(connection, made.task.id, states=requests.STATES, before=None, limit=50)


def test_labels_go_on_main_at_once_where_nothing_may_hold_them_up(light: Store) -> None:
    made = shop(light)
    before = main(made)
    made.work(20)
    made.advance()
    after = main(made)
    assert (after.parent_id, after.other_id) == (before.id, None)
    assert all_requests(made) == []
    assert len(made.models()) == 2


def test_labels_are_merged_by_the_policy_when_their_tests_are_green(light: Store) -> None:
    made = shop(light, data_tests=["missing"])
    before = main(made)
    made.work(20)
    made.advance()
    after = main(made)
    assert after.parent_id == before.id
    assert after.other_id is not None
    (request,) = all_requests(made)
    assert (request.kind, request.auto, request.state, request.merge_id) == ("answers", True, "merged", after.id)
    with light.read() as connection:
        assert request.actor_id == after.actor_id == proposals_actor(made)
        results = tested.results(connection, [after.id])[after.id]
        assert [one.name for one in branches.branches(connection, made.task.id)] == ["main"]
        rows = {row.item_id: row for row in commits.checkout(connection, after)}
    assert [(one.name, one.required, one.blocks) for one in results] == [("missing", True, False)]
    assert len(made.models()) == 2
    assert len(rows) == after.rows > before.rows
    again = light.write(lambda tx: commits.commit(tx, made.task, message="again", actor_id=made.owner, digests=DIGESTS))
    assert again.id == after.id  # what was merged is what the labels say


def proposals_actor(made: Workshop) -> int:
    return made.store.write(proposals.policy_actor)


def test_labels_that_fail_a_test_wait_on_their_branch(light: Store) -> None:
    made = shop(light, data_tests=["leakage"])
    before = main(made)
    made.add([({"text": LEAKED, "page": k}, "sport") for k in range(16)], given=16)
    made.work(20)
    made.advance()
    assert main(made).id == before.id
    (request,) = all_requests(made)
    assert (request.state, request.auto, request.question_id) == ("open", True, None)
    with light.read() as connection:
        job = jobs.last(connection, made.task.id, "refresh")
        (result,) = tested.results(connection, [request.head_id])[request.head_id]
    assert job is not None
    assert (job.state, (job.error or {})["code"]) == ("failed", "HL067")
    assert "leakage" in job.message
    assert (result.blocks, result.severity) == (True, "error")
    assert 0 < len(result.findings[0]["items"]) <= 16
    made.change(data_tests=[])
    made.advance()
    assert [one.state for one in all_requests(made)] == ["open"]  # whoever changes the setting merges what it held up


def test_answers_wait_for_people_and_are_learned_from_when_approved(light: Store) -> None:
    made = shop(light, merge_policy={"answers": "request", "verdicts": "request"}, auto=True)
    before = main(made)
    made.work(20)
    made.advance()
    assert (main(made).id, len(made.models())) == (before.id, 1)
    (request,) = all_requests(made)
    assert (request.state, request.auto) == ("open", False)
    made.advance()
    assert made.work(20) == 20  # nobody waits for what is proposed
    made.advance()
    made.advance()
    (request,) = all_requests(made)  # more answers are more of the same proposal
    assert request.question_id is not None
    made.decide(request.question_id, "approve")
    made.advance()
    (request,) = all_requests(made)
    assert (request.state, main(made).id) == ("merged", request.merge_id)
    assert len(made.models()) == 2
    with light.read() as connection:
        held = {row.item_id for row in commits.checkout(connection, main(made))}
    assert len(held) > before.rows + 20


def test_verdicts_can_wait_while_answers_do_not(store: Store) -> None:
    light = store
    made = shop(light, merge_policy={"verdicts": "request"})
    before = main(made)
    with light.read() as connection:
        known = {row.item_id: row.value["labels"][0] for row in commits.checkout(connection, before) if not row.test}
    item = min(known)
    other = next(label for label in made.task.options["labels"] if label != known[item])
    expert_says(made, item, other)
    made.work(20)
    made.advance()
    (request,) = all_requests(made)
    assert (request.kind, request.state, request.auto) == ("verdicts", "open", False)
    with light.read() as connection:
        rows = {row.item_id: row.value["labels"][0] for row in commits.checkout(connection, main(made))}
        head = commits.get(connection, request.head_id)
        theirs = {row.item_id: row.value["labels"][0] for row in commits.checkout(connection, head)}
    assert (rows[item], theirs[item]) == (known[item], other)
    assert len(rows) > before.rows
    assert request.question_id is not None
    made.decide(request.question_id, "approve")
    made.advance()
    with light.read() as connection:
        (row,) = commits.checkout(connection, main(made), [item])
    assert row.value == {"labels": [other]}


def expert_says(made: Workshop, item: int, label: str) -> None:
    """An expert settles what an item is."""
    expert = made._person("expert", "expert")
    batch = NewBatch(made.project.id, made.task.id, "conflict", 1, "expert")
    new = NewQuestion(item, "choice", "conflict", 0.0, 0.0, "people disagree", body={"sides": []})
    (question,) = made.store.write(lambda tx: queue.ask(tx, batch, [new]))[1]
    made.store.write(lambda tx: queue.claim_one(tx, question_id=question, actor_id=expert, lease_seconds=60))
    made.answer(question, expert, label)


def proposed(made: Workshop) -> Request:
    """A correction of one label, proposed by the owner for people to decide."""
    with made.store.read() as connection:
        rows = [row for row in commits.checkout(connection, main(made)) if not row.test]
    row = rows[0]
    other = next(label for label in made.task.options["labels"] if label != row.value["labels"][0])

    def unit(tx: Any) -> Request:
        work = branches.add_branch(tx, main(made), "work", made.owner)
        edits.edit(tx, work, {row.item_id: Edit({"labels": [other]})}, Note(made.owner, "wrong", 0), DIGESTS)
        target = branches.branch(tx.connection, made.task.id, "main")
        return proposals.propose(
            tx, work, target, kind="corrections", title="one label", actor_id=made.people[0], auto=False
        )

    return made.store.write(unit)


def quiet(store: Store) -> Workshop:
    """A workshop with a first version, whose loop does nothing by itself but finish what was decided."""
    made = text_workshop(store, n=12, settings={"test_share": 0.0, "auto": False, "own_approval": True}, given=12)
    store.write(lambda tx: commits.commit(tx, made.task, message="labels", actor_id=made.owner, digests=DIGESTS))
    return made


def test_versions_made_behind_the_requests_back_are_not_approved_blindly(light: Store) -> None:
    made = quiet(light)
    proposed(made)
    made.advance()
    (request,) = all_requests(made)
    with light.read() as connection:
        work = branches.branch(connection, made.task.id, "work")
        row = next(row for row in commits.checkout(connection, main(made)) if not row.test)
    light.write(lambda tx: edits.edit(tx, work, {row.item_id: Edit(weight=2.0)}, Note(made.owner, "more", 0), DIGESTS))
    assert request.question_id is not None
    with pytest.raises(WrongState, match="other commits"):
        made.decide(request.question_id, "approve")
    made.advance()
    (later,) = all_requests(made)
    assert later.question_id not in (None, request.question_id)


_KILLED = """
import os, signal, sys
from pathlib import Path
from handloom import loop
from handloom.store import Store, recording
from handloom.store.writer import Writer
store = Store.open(Path(sys.argv[1]))
loop.wire(store)
at = int(sys.argv[2])
real, count = Writer._commit, [0]
def commit(self, *given, **named):
    count[0] += 1
    if count[0] == at:
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, *given, **named)
def told(*given):
    os.kill(os.getpid(), signal.SIGKILL)
if at < 0:
    recording.told = told
else:
    Writer._commit = commit
loop.advance(store, 1, executor=loop.inline)
store.close()
"""


@pytest.mark.parametrize("at", [-1, 2, 3, 5, 7, 8])
def test_a_kill_between_decision_and_merge_is_finished_by_the_loop(tmp_path: Path, at: int) -> None:
    """at: the transaction before which the process is killed; -1: in the middle of the one that merges."""
    with new_store(tmp_path / "w", durable=True) as store:
        made = quiet(store)
        proposed(made)
        made.advance()
        (request,) = all_requests(made)
        assert request.question_id is not None
        made.decide(request.question_id, "approve")
        before = main(made)
        assert [one.state for one in all_requests(made)] == ["approved"]
    arguments = [sys.executable, "-c", _KILLED, str(tmp_path / "w"), str(at)]
    ended = subprocess.run(arguments, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=dict(os.environ))
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr[-2000:]
    assert at > 0 or ended.returncode == -signal.SIGKILL
    with Store.open(tmp_path / "w") as store:
        made.store = store
        loop.wire(store)
        (request,), now = all_requests(made), main(made)
        assert (request.state, now.id) in (("approved", before.id), ("merged", request.merge_id))
        assert at < 7 or ended.returncode == -signal.SIGKILL or request.state == "merged"
        for lost in store.write(lambda tx: jobs.orphans(tx, "next", silent=-60.0)):
            loop.run_job(store, lost.id, worker="next")
        for left in made.jobs():
            if left.state == "queued":
                loop.inline.start(store, left)
        made.advance()
        (request,) = all_requests(made)
        assert (request.state, request.merge_id) == ("merged", main(made).id)
        assert main(made).parent_id == before.id


def test_settings_of_merges_are_checked() -> None:
    assert merged({}, {"merge_policy": {"answers": "request"}})["merge_policy"] == {
        "answers": "request",
        "verdicts": "green",
        "corrections": "green",
    }
    assert merged({}, {"data_tests": ["leakage", "leakage:warning"]})["data_tests"] == ["leakage:warning"]
    for wrong in (
        {"merge_policy": {"answers": "sometimes"}},
        {"merge_policy": {"anything": "green"}},
        {"merge_roles": ["annotator"]},
        {"merge_roles": []},
        {"merge_quorum": 0},
        {"merge_tests": ["leakage:fatal"]},
    ):
        with pytest.raises(Malformed):
            merged({}, wrong)
    with pytest.raises(UnknownKind):
        merged({}, {"merge_tests": ["leakages"]})


def test_people_are_tested_with_the_answers_of_the_project(light: Store) -> None:
    made = Workshop(
        light,
        [({"text": text}, label) for text, label in texts(60)],
        settings={"test_share": 0.0, "overlap": 1, "auto": True},
    )
    made.advance()
    for _ in range(8):
        made.work(8, person=made.people[0])
        made.work(1, person=made.people[1])
        made.work(1, person=made.people[2])
        made.advance()
    with light.read() as connection:
        rows = list(commits.checkout(connection, main(made)))
    wanted = {"label_share": "warning", "gold_accuracy": "error"}
    share, accuracy = data_tests.look(light, made.task, rows, wanted)
    (found,) = share.found
    assert found.finding.details["actor"] == "p0"
    assert found.finding.details["n"] > 0.5 * len(rows)
    assert accuracy.found == ()
