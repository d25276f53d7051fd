"""Labelling one class at a time: what comes next follows from what was asked, answered and signed.

score    a model that has seen none of this round's answers scores the undecided pool; a random batch of it is asked
wait     people answer in the grid, or somebody is to sign
propose  thresholds with their worth, from this round's answers only; a decision signs them
apply    the policy labels what lies above the upper threshold; a random sample of that is asked as an audit
more     the decision was refused: another random batch of the same round
close    the rounds are used up, or too little is left; the rest goes to the next class, or to the usual loop
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .. import train
from ..core import clock, ids, registry
from ..core.arrays import Indices
from ..core.errors import NotEnoughLabels, WrongState
from ..core.ids import show
from ..resolve import cascade as splitting
from ..store import Store, Tx, cascades, erasing, jobs, policies, projects, queue
from ..store.cascades import Cascade, Round, Split
from ..store.projects import TaskRow
from ..store.queue import NewBatch, NewQuestion
from .learn import task_of
from .pool import prepare
from .split import decision_body, worth
from .work import State, Work

Stage = Literal["score", "wait", "propose", "apply", "more", "close"]
CHUNK = 2_000
"""Automatic labels written in one transaction."""
AT_ONCE = 65_536
"""Items scored at a time."""
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A cascade as one moment saw it. rounds: oldest first; a round that asked for more answers is there several times."""

    cascade: Cascade
    rounds: Sequence[Round]
    splits: Sequence[Split]

    @property
    def newest(self) -> Round | None:
        """The batch that was asked last."""
        return self.rounds[-1] if self.rounds else None

    @property
    def batches(self) -> list[int]:
        """All batches of the present round: together they are one random draw."""
        return [one.batch_id for one in self.rounds if self.newest and one.number == self.newest.number]

    @property
    def scored(self) -> int:
        """Rounds that could lead to a split."""
        return len({one.number for one in self.rounds if one.scores is not None})


def scene(connection: Any, made: Cascade) -> Scene:
    """Look at a cascade."""
    return Scene(made, cascades.rounds(connection, made.id), cascades.splits(connection, made.id))


def stage(at: Scene) -> Stage:
    """What comes next, from what is stored alone."""
    newest = at.newest
    if newest is None:
        return "score"
    if newest.question_id is None:
        if newest.open:
            return "wait"
        return "propose" if newest.scores is not None else "score"
    if newest.state in ("open", "claimed"):
        return "wait"
    if newest.state in ("expired", "withdrawn", "stale"):
        return "close"
    signed = next((one for one in at.splits if one.question_id == newest.question_id), None)
    if signed is None:
        return "more"
    if signed.applied is None and signed.revoked is None:
        return "apply"
    return "score" if at.scored < at.cascade.rounds else "close"


def due(store: Store, task: TaskRow) -> dict[str, Any] | None:
    """Arguments of the job that takes the next step; None while people are to act, or nothing is going on."""
    with store.read() as connection:
        made = cascades.current(connection, task.id)
        if made is None:
            return None
        at = scene(connection, made)
        next_stage = stage(at)
        if next_stage == "wait":
            return None
        args = {"cascade": made.id, "stage": next_stage, "rounds": len(at.rounds)}
        last = jobs.last(connection, task.id, "cascade")
    if last is not None and last.state in ("failed", "cancelled") and dict(last.args) == args:
        return None  # it would only fail again; the screen says why
    return args


def step(work: Work, _state: State) -> State:
    """Take every step that waits for nobody."""
    task = task_of(work)
    while True:
        with work.store.read() as connection:
            made = cascades.get(connection, int(work.job.args["cascade"]))
            at = scene(connection, made)
        now = stage(at)
        if made.closed is None and made.label not in task.options["labels"]:
            _close(work, at, f"the task has no label {made.label!r} any more")
            continue
        if made.closed is not None or now == "wait":
            return {"cascade": made.id, "words": _words(at)}
        match now:
            case "score":
                _score(work, task, at)
            case "more":
                _more(work, task, at)
            case "propose":
                _propose(work, task, at)
            case "apply":
                _apply(work, task, at)
            case "close":
                _close(work, at, "every round that was wanted is done")


def _words(at: Scene) -> str:
    name = f"{at.cascade.label}: "
    if at.cascade.closed is not None:
        return name + (at.cascade.why or "closed")
    if at.newest is None:
        return name + "nothing asked yet"
    if at.newest.question_id is not None:
        return name + "a split waits to be signed"
    return f"{name}round {at.newest.number}, {at.newest.open} items wait in the grid"


def _close(work: Work, at: Scene, why: str) -> None:
    def unit(tx: Tx) -> None:
        if cascades.get(tx.connection, at.cascade.id).closed is None:
            cascades.close(tx, at.cascade, why)

    work.write(unit)


def _score(work: Work, task: TaskRow, at: Scene) -> None:
    """The next round: score what nobody has decided, and ask a uniformly random batch of it."""
    store, made = work.store, at.cascade
    pool = prepare(store, task, work.report)
    with store.read() as connection:
        undecided, known, truth = undecided_of(store, connection, task, made, pool.ids, pool.tests)
    if len(undecided) <= (made.batch if at.rounds else 0):
        _close(work, at, f"{len(undecided)} items are undecided, no more than one batch")
        return
    scores = _scores(task, pool, undecided, known, truth)
    if scores is None and len(at.rounds) >= made.rounds + 1:
        _close(work, at, "no item of this class was found among the random ones")
        return
    number = 1 + max((one.number for one in at.rounds), default=0)
    blob = None if scores is None else _stored(store, undecided, scores)
    _ask(work, task, at, number=number, blob=blob, pool=undecided, scores=scores)


def undecided_of(
    store: Store, connection: Any, task: TaskRow, made: Cascade, items: Indices, tests: np.ndarray
) -> tuple[Indices, Indices, np.ndarray]:
    """(undecided items, items of which people said whether they are of the class, and what they said).

    Undecided: outside the test set, without a label, not denied by a person, not below the lower threshold of a standing
    split of this class, not erased.
    """
    labels = cascades.labelled(connection, task.id)
    people = [(item, made.label in value["labels"]) for item, n, test, value in labels if n and not test]
    denied = cascades.denied(connection, task.id, made.label)
    named = {item for item, _ in people}
    people += [(item, False) for item in denied if item not in named]
    gone = erasing.erased(connection, task.id)
    out = np.array(sorted({item for item, *_ in labels} | set(denied) | gone), dtype=np.int64)
    free = items[~tests & ~np.isin(items, out)]
    for blob, low in cascades.excluded(connection, task.id, made.label):
        numbers, scores = load(store, blob)
        free = np.setdiff1d(free, numbers[scores < low], assume_unique=True)
    known = np.array([item for item, _ in people], dtype=np.int64)
    return free, known, np.array([said for _, said in people], dtype=bool)


def _scores(task: TaskRow, pool: Any, undecided: Indices, known: Indices, truth: np.ndarray) -> np.ndarray | None:
    """(undecided,) chances of being of the class; None while only one kind is known."""
    there = np.isin(known, pool.ids)
    known, truth = known[there], truth[there]
    targets = np.stack((~truth, truth), axis=1).astype(np.float32)
    try:
        train.trainable(targets, ["other", "this"], multi=False)
    except NotEnoughLabels:
        return None
    kind = registry.find("tasks", task.kind)
    learner = kind.learner({**task.options, "labels": ["other", "this"], "multi": False})
    rows = np.searchsorted(pool.ids, known)
    learner.fit(pool.features.take(rows), targets, weights=None, rng=np.random.default_rng(len(known)))
    places = np.searchsorted(pool.ids, undecided)
    # Not in half precision, as models keep their scores: thresholds lie where half of it tells nothing apart.
    parts = [
        learner.predict(pool.features.take(places[start : start + AT_ONCE]))[:, 1]
        for start in range(0, len(places), AT_ONCE)
    ]
    return np.concatenate(parts).astype(np.float32)


def _stored(store: Store, numbers: Indices, scores: np.ndarray) -> str:
    buffer = io.BytesIO()
    np.savez(buffer, ids=numbers, scores=scores)
    return store.blobs.put(buffer.getvalue())


def load(store: Store, digest: str) -> tuple[Indices, np.ndarray]:
    """Items of the undecided pool of a round, ascending, and their scores."""
    with np.load(store.blobs.path(digest), allow_pickle=False) as stored:
        return stored["ids"], stored["scores"].astype(np.float64)


def _more(work: Work, task: TaskRow, at: Scene) -> None:
    """Another random batch of the round whose split was refused."""
    newest = at.newest
    assert newest is not None
    assert newest.scores is not None
    numbers, scores = load(work.store, newest.scores)
    with work.store.read() as connection:
        asked = [item for item, *_ in cascades.said(connection, at.batches)]
        gone = [item for item, *_ in cascades.labelled(connection, task.id)]
    left = ~np.isin(numbers, [*asked, *gone])
    if not left.any():
        _close(work, at, "every item of the round was asked")
        return
    _ask(work, task, at, number=newest.number, blob=newest.scores, pool=numbers[left], scores=scores[left])


def _ask(
    work: Work, task: TaskRow, at: Scene, *, number: int, blob: str | None, pool: Indices, scores: np.ndarray | None
) -> None:
    made = at.cascade
    with work.store.read() as connection:
        project = projects.find(connection, task.project_id)
    rng = np.random.default_rng(int(ids.digest([project.salt, "cascade", made.id, len(at.rounds)])[:15], 16))
    drawn = np.sort(rng.permutation(len(pool))[: made.batch])
    n = len(drawn)
    shape = registry.find("tasks", task.kind).shape
    new = [
        NewQuestion(
            item_id=int(pool[row]),
            shape=shape,
            strategy=cascades.STRATEGY,
            probability=n / len(pool),
            score=0.0 if scores is None else float(scores[row]),
            reason=f"one of {n} drawn at random from {len(pool)}",
            body={"among": [made.label], "cascade": show("cascade", made.id), "round": number},
        )
        for row in rng.permutation(drawn).tolist()
    ]
    batch = NewBatch(
        made.project_id, task.id, cascades.STRATEGY, project.settings["overlap"], cascades.LANE, actor_id=made.actor_id
    )

    def unit(tx: Tx) -> None:
        if len(cascades.rounds(tx.connection, made.id)) != len(at.rounds):
            return  # this step ran before, up to here
        batch_id, _ = queue.ask(tx, batch, new)
        if batch_id is None:
            raise WrongState(
                "every item that was drawn is being asked about already; answer or withdraw those questions"
            )
        size = at.newest.pool if at.newest is not None and at.newest.number == number else len(pool)
        cascades.add_round(tx, made, number=number, scores=blob, pool=size, batch_id=batch_id)

    work.write(unit)


def answers_of(store: Store, connection: Any, at: Scene) -> tuple[Indices, np.ndarray, Indices, np.ndarray]:
    """(items, scores) of the round's pool, and which rows of it people answered, with whether most said yes."""
    assert at.newest is not None
    assert at.newest.scores is not None
    numbers, scores = load(store, at.newest.scores)
    said = [(item, yes > no) for item, yes, no in cascades.said(connection, at.batches) if yes != no]
    rows = np.searchsorted(numbers, np.array([item for item, _ in said], dtype=np.int64))
    return numbers, scores, rows, np.array([yes for _, yes in said], dtype=bool)


def _propose(work: Work, task: TaskRow, at: Scene) -> None:
    """Ask somebody to sign a split; where none can be made, the next round learns from the answers and tries again."""
    made, newest = at.cascade, at.newest
    assert newest is not None
    with work.store.read() as connection:
        settings = projects.find(connection, task.project_id).settings
        _, scores, rows, said = answers_of(work.store, connection, at)
    found = splitting.propose(scores, rows, said, splitting.Aim(made.precision, made.recall))
    if not found.yes and not found.no:
        if at.scored < made.rounds:
            _score(work, task, at)
        else:
            _close(work, at, "no thresholds reach the aims")
        return
    body = decision_body(made, newest, found, scores[rows], said)

    def unit(tx: Tx) -> None:
        if any(one.id == newest.id and one.question_id for one in cascades.rounds(tx.connection, made.id)):
            return
        expires = tx.now + settings["decision_days"] * DAY
        batch = NewBatch(made.project_id, task.id, "cascade-split", 1, "decide", actor_id=made.actor_id)
        new = NewQuestion(
            item_id=None,
            shape="decision",
            strategy="cascade-split",
            probability=0.0,
            score=0.0,
            reason=f"round {newest.number} of {made.label} is answered",
            body={**body, "expires": clock.iso(expires)},
            expires=expires,
        )
        cascades.link(tx, newest.id, queue.ask(tx, batch, [new])[1][0])

    work.write(unit)


def _apply(work: Work, task: TaskRow, at: Scene) -> None:
    """Let the policy answer, some at a time, and ask about a sample of what it said."""
    made, newest = at.cascade, at.newest
    assert newest is not None
    signed = next(one for one in at.splits if one.question_id == newest.question_id)
    with work.store.read() as connection:
        numbers, scores, rows, said = answers_of(work.store, connection, at)
        tests = np.array(cascades.test_items(connection, made.project_id), dtype=np.int64)
        overlap = projects.find(connection, task.project_id).settings["overlap"]
    high = np.inf if signed.high is None else signed.high
    low = -np.inf if signed.low is None else signed.low
    found = splitting.at(scores, rows, said, low, high)
    work.write(lambda tx: policies.evidence(tx, signed, worth(found)))
    sure = float(found.precision["value"] or 0.0)
    chosen = np.setdiff1d(numbers[scores >= high], tests)
    for start in range(0, len(chosen), CHUNK):
        part = chosen[start : start + CHUNK].tolist()
        work.write(lambda tx, part=part: policies.answer(tx, made, signed, part, sure))
        work.report("writes automatic labels", start + len(part), len(chosen))
    rng = np.random.default_rng(int(ids.digest(["audit", signed.id])[:15], 16))

    def unit(tx: Tx) -> None:
        labelled = cascades.standing_items(tx.connection, signed.id)
        sample = rng.permutation(np.array(labelled, dtype=np.int64))[: made.audit].tolist()
        audit = policies.ask_audit(tx, made, signed, sample, len(labelled), overlap) if sample else None
        policies.finish(tx, made, signed, labelled=len(labelled), audit=audit)

    work.write(unit)
