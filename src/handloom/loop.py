"""Read this first: the nine steps in order, and `advance`, which takes the next one.

    collect -> select -> ask -> resolve -> commit -> train -> evaluate -> release -> monitor -> (collect)

    1 collect   readers and `store.items`; `advance` finds the new items in the pool
    2 select    job step `choose`: a strategy with its uniformly random share, and the living test set
    3 ask       questions with reason, probability and suggestion, into the queue people claim from
    4 resolve   `wire`: answers become labels by majority or by measured skill, and decisions by quorum, as they arrive;
                job step `measure`: everybody's skill from gold and overlap together
                job step `suspects`: labels that are likely wrong become questions for a verdict
    5 commit    job step `commit`: the labels as an immutable version with a content digest; job `review`: what is
                proposed on branches is tested, asked about and merged
    6 train     job steps `encode` (once per item) and `fit`
    7 evaluate  job step `assess`: on the living test set, against the release, the heuristic and the commonest label
    8 release   job step `gate`: refused by itself, or a question to a person; `decided` puts the model to serve
    9 monitor   `predict` logs and samples what the release is asked, `feedback` comes back as questions

Nothing here sleeps until a person answers. `advance` looks at what is stored, does what can be done at once and
enqueues a job for what takes long; it is called after every resolved batch and decision, on a schedule, and by hand.
Calling it twice, or from two processes at the same time, changes nothing more than calling it once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import ask as asking
from .core.later import later
from .core.protocols import Finding
from .jobs import proposals, relabel_asking, releases, team
from .jobs.wishes import Feedback, Predicted, Wish
from .jobs.work import Runner, State, Step, Work, at_once, execute, worker_name
from .resolve import Majority
from .store import Store, Tx, cascades, commits, gold, jobs, leftovers, picking, projects, quality, queue, training
from .store.jobs import Job
from .store.projects import Project, TaskRow

if TYPE_CHECKING:
    from .jobs import (
        bringing,
        cascade,
        choose,
        erase,
        judge,
        landing,
        learn,
        maps,
        measure,
        profiles,
        requests,
        sending,
        serve,
        split,
        suspects,
    )
else:  # what computes is read by the process that computes: workers, and the server where it picks or predicts itself
    bringing, cascade, choose, erase, judge, landing, learn, maps = (
        later(f"handloom.jobs.{name}")
        for name in ("bringing", "cascade", "choose", "erase", "judge", "landing", "learn", "maps")
    )
    measure, profiles, requests, sending, serve, split, suspects = (
        later(f"handloom.jobs.{name}")
        for name in ("measure", "profiles", "requests", "sending", "serve", "split", "suspects")
    )

__all__ = ["Asked", "Did", "Executor", "Feedback", "Predicted", "Wish", "advance", "ask", "cancel", "decided", "drift"]
__all__ += ["durable", "feedback", "find_suspects", "inline", "predict", "roll_back", "run_job", "start", "train"]
__all__ += ["review", "wire"]

STEPS = ("collect", "select", "ask", "resolve", "commit", "train", "evaluate", "release", "monitor")

_ENCODE = Step("encode", "encodes new items", lambda work, state: learn.encode(work, state))
_CHOOSE = Step("choose", "picks what to ask next", lambda work, state: choose.choose(work, state))


def _commit(work: Work, state: State) -> State:
    """Labels are weighed by what is known of people now, then made a version."""
    return measure.measure(work, state) | landing.land(work, state)


JOBS: dict[str, tuple[Step, ...]] = {
    "refresh": (
        Step("commit", "makes a version of the labels", _commit),
        Step("test", "tests the data", lambda work, state: landing.test(work, state)),
        _ENCODE,
        Step("fit", "trains", lambda work, state: learn.fit(work, state)),
        Step("assess", "evaluates", lambda work, state: judge.assess(work, state)),
        Step("gate", "weighs a release", lambda work, state: judge.gate(work, state)),
        _CHOOSE,
        Step("map", "brings the map up to date", lambda work, state: maps.keep_up(work, state)),
    ),
    "select": (_ENCODE, _CHOOSE),
    "measure": (Step("measure", "measures people", lambda work, state: measure.measure(work, state)),),
    "suspects": (
        _ENCODE,
        Step("suspects", "looks for labels that are wrong", lambda work, state: suspects.suspects(work, state)),
    ),
    "cascade": (
        _ENCODE,
        Step("cascade", "labels one class at a time", lambda work, state: cascade.step(work, state)),
    ),
    "review": (Step("review", "tests and merges what is proposed", lambda work, state: requests.review(work, state)),),
    "map": (_ENCODE, Step("map", "draws the map", lambda work, state: maps.draw(work, state))),
    "erase": (Step("erase", "erases items", lambda work, state: erase.erase(work, state)),),
    "profile": (Step("profile", "describes the data", lambda work, state: profiles.describe(work, state)),),
    "export": (Step("export", "writes a file", lambda work, state: sending.send(work, state)),),
    "import": (Step("import", "imports a file", lambda work, state: bringing.bring(work, state)),),
}
"""What a job of each kind does, in order. A step names its body when it runs, so that nothing is read before."""
BESIDES = frozenset(("cascade", "erase", "export", "import", "map", "profile", "review"))
"""Kinds that no other step waits for: people start them, and the loop goes on beside them."""


@dataclass(frozen=True, slots=True)
class Executor:
    """How jobs run. spare: elsewhere, taking their time, so more questions lie ready and are refilled at half.

    Where nothing runs on the side, a pick happens when the queue is empty.
    """

    name: str
    spare: bool
    start: Callable[[Store, Job], None]


def _leave_to_workers(_store: Store, _job: Job) -> None:
    """The row is enough: workers look for it."""


def _run_here(store: Store, job: Job) -> None:
    name = f"here-{worker_name()}"
    if store.write(lambda tx: jobs.take(tx, name, job.id)) is not None:
        run_job(store, job.id, worker=name)


durable = Executor("durable", True, _leave_to_workers)
"""Jobs are rows that worker processes take (`handloom.flow`)."""
inline = Executor("inline", False, _run_here)
"""Jobs run in this process, before the call returns."""


@dataclass(frozen=True, slots=True)
class Did:
    """One thing that `advance` did. action: ``ask``, ``select`` or ``refresh``; text: in words."""

    task_id: int
    action: str
    text: str
    job_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch that was asked for by hand. batch_id None: nothing was left to ask."""

    batch_id: int | None
    questions: tuple[int, ...]
    strategy: str


def wire(store: Store) -> None:
    """Give a store its resolvers: how answers become labels, and what a decision does. Once after opening it.

    What killed processes have left, which nobody sees, is taken away.
    """
    store.hooks.estimate = Majority().estimate
    store.hooks.decide = decided
    store.hooks.weigh = team.weigh
    store.hooks.follow = team.follow
    leftovers.sweep(store)


def decided(tx: Tx, question_id: int, verdict: Mapping[str, Any], actor_id: int) -> None:
    """The effect of a decision, in the transaction that stores it."""
    if not split.decided(tx, question_id, verdict, actor_id):
        releases.decided(tx, question_id, verdict, actor_id)


def advance(store: Store, project_id: int, *, executor: Executor = durable) -> list[Did]:
    """Look at what is stored and take the next step of every task; what was done, empty when nothing was due.

    A job that fails is recorded as failed and does not raise here; the next one starts when new labels have come.
    """
    store.write(queue.expire_leases)
    relabel_asking.resume(store, project_id)
    with store.read() as connection:
        project = projects.find(connection, project_id)
        tasks = projects.tasks(connection, [project_id])[project_id]
    did = review(store, tasks, executor=executor)
    for task in tasks:
        did += _advance_class(store, task, executor)
    if not project.settings["auto"]:
        return did
    for task in tasks:
        did += _advance_task(store, project, task, executor)
    return did


def review(store: Store, tasks: Sequence[TaskRow], *, executor: Executor = durable) -> list[Did]:
    """Take the next step of merge requests: test, ask, merge what is approved or goes by itself, let expire. A decision
    takes effect whatever the settings say."""
    found = proposals.pending(store, [task.id for task in tasks])
    return [did for task in tasks if task.id in found for did in _start(store, task, "review", {}, executor)]


def _advance_class(store: Store, task: TaskRow, executor: Executor) -> list[Did]:
    """The class that is labelled by itself goes on, whatever the settings say: somebody asked for it."""
    with store.read() as connection:
        running = cascades.current(connection, task.id)
    args = cascade.due(store, task) if running is not None else None
    return _start(store, task, "cascade", args, executor) if args is not None else []


def _advance_task(store: Store, project: Project, task: TaskRow, executor: Executor) -> list[Did]:
    settings = project.settings
    with store.read() as connection:
        live = {job.kind for job in jobs.live(connection, project.id) if job.task_id == task.id} - BESIDES
        last = {kind: jobs.last(connection, task.id, kind) for kind in JOBS.keys() - BESIDES}
        since = _seen(connection, task, last["refresh"])
        now = picking.standing(connection, project.id, task.id, since=since, enough=settings["retrain_after"])
        newest = training.newest_model(connection, task.id)
        head = commits.newest(connection, task.id)
    if not now.items:
        return []
    did: list[Did] = []
    level = asking.wanted(settings["batch"], now.people, spare=executor.spare)
    floor = max(2 * now.people, 5) if executor.spare else 0
    if last["select"] is not None and last["select"].state == "failed":
        floor = max(floor, level)  # whatever is wrong with picking, people go on with what a draw gives them
    low = max(1, level // 2 if executor.spare else 1)
    exhausted = now.open == 0 and not _may_pick(now, last["select"], newest)
    due = now.fresh >= settings["retrain_after"] or (now.fresh > 0 and exhausted)
    due = due or (newest is not None and _merged(head, last["refresh"]))
    due = due and now.labels > now.tests  # the test set alone trains nothing
    if due and "refresh" not in live:
        args = {"auto": True, "level": level, "position": now.newest, "head": head.id if head else None}
        did += _start(store, task, "refresh", args, executor)
    elif now.open < low and not live and _may_pick(now, last["select"], newest):
        did += _start(store, task, "select", {"level": level, "position": now.newest, "items": now.items}, executor)
    if "measure" not in live and "refresh" not in live and _unmeasured(store, settings, task, last["measure"]):
        did += _start(store, task, "measure", {"position": now.newest, "votes": settings["model_votes"]}, executor)
    if now.open < floor:
        draw = choose.at_once  # read before the transaction: nobody's answer waits for an import
        count = store.write(lambda tx: _top_up(tx, project, task, floor, draw))
        if count:
            did.append(Did(task.id, "ask", f"{count} items drawn at random, so that nobody waits"))
    return did


def _merged(head: commits.Commit | None, last: Job | None) -> bool:
    """Whether something was merged that no training has tried. One that failed counts, or it would start again at once."""
    if head is None or head.other_id is None or last is None:
        return False
    return head.id not in (last.args.get("head"), (last.result or {}).get("commit"))


def _unmeasured(store: Store, settings: Mapping[str, Any], task: TaskRow, last: Job | None) -> bool:
    """Whether enough answers have come since people were measured, or who looks would be shown old figures."""
    with store.read() as connection:
        has_gold = bool(settings["gold_share"]) and bool(gold.tasks_with(connection, [task.id]))
        weighs = team.measured_at_all(settings, has_gold=has_gold, shape=team.shape_of(task))
        if weighs and last is not None and last.args.get("votes") != settings["model_votes"]:
            return True
        answers = quality.answers_of_project(connection, task.project_id)
        fresh = answers - quality.measured(connection, task.id)
        return fresh >= team.measuring_due(answers, weighs=weighs)


def _seen(connection: Any, task: TaskRow, last: Job | None) -> int:
    """Up to which answer labels have been tried in a training; a failed one counts, or it would start again at once."""
    found = commits.newest(connection, task.id)
    tried = int(last.args.get("position", 0)) if last is not None else 0
    return max(tried, found.position if found else 0)


def _may_pick(now: picking.Standing, last: Job | None, newest: training.Model | None) -> bool:
    """Not again when the last pick found nothing left, or failed, and nothing has changed since."""
    if last is None or last.args.get("items") != now.items:
        return True
    if last.state != "done":
        return last.args.get("position") != now.newest
    later_model = newest is not None and newest.created > (last.finished or 0.0)
    return bool((last.result or {}).get("asked")) or later_model


def _top_up(
    tx: Tx, project: Project, task: TaskRow, floor: int, draw: Callable[[Tx, Project, TaskRow, int], int]
) -> int:
    tx.execute(jobs.lock(task.id))  # two processes may come here at once; one of them finds the queue full
    missing = floor - picking.open_count(tx.connection, project.id, task.id)
    return draw(tx, project, task, missing) if missing > 0 else 0


def _start(store: Store, task: TaskRow, kind: str, args: Mapping[str, Any], executor: Executor) -> list[Did]:
    job, new = store.write(
        lambda tx: jobs.enqueue(tx, project_id=task.project_id, task_id=task.id, kind=kind, args=args, actor_id=None)
    )
    if not new:
        return []
    executor.start(store, job)
    with store.read() as connection:
        found = jobs.get(connection, job.id)
    return [Did(task.id, kind, found.message, job.id)]


def run_job(store: Store, job_id: int, *, worker: str, run: Runner = at_once) -> str:
    """Run a job that this worker has taken; its state afterwards. `handloom.flow` passes a runner that remembers steps."""
    with store.read() as connection:
        kind = jobs.get(connection, job_id).kind
    return execute(store, job_id, JOBS[kind], worker=worker, run=run)


def train(store: Store, task: TaskRow, *, actor_id: int, executor: Executor = durable) -> Job:
    """Train now, whatever the settings say. The job that waits or runs already, when there is one."""
    with store.read() as connection:
        project = projects.find(connection, task.project_id)
        now = picking.standing(connection, project.id, task.id, since=0, enough=1)
    level = asking.wanted(project.settings["batch"], now.people, spare=executor.spare)
    args = {"auto": False, "level": level if project.settings["auto"] else 0, "position": now.newest}
    job, new = store.write(
        lambda tx: jobs.enqueue(
            tx, project_id=project.id, task_id=task.id, kind="refresh", args=args, actor_id=actor_id
        )
    )
    if new:
        executor.start(store, job)
    with store.read() as connection:
        return jobs.get(connection, job.id)


def find_suspects(
    store: Store, task: TaskRow, *, n: int, needs: int = 1, actor_id: int, executor: Executor = durable
) -> Job:
    """Look for labels that are likely wrong, and ask for a verdict on the n worst. The job that looks already, if any."""
    args = {"n": n, "needs": needs}
    job, new = store.write(
        lambda tx: jobs.enqueue(
            tx, project_id=task.project_id, task_id=task.id, kind="suspects", args=args, actor_id=actor_id
        )
    )
    if new:
        executor.start(store, job)
    with store.read() as connection:
        return jobs.get(connection, job.id)


def start(
    store: Store, task: TaskRow, kind: str, args: Mapping[str, Any], *, actor_id: int, executor: Executor = durable
) -> tuple[Job, bool]:
    """Start a job of that kind by hand, and whether it is new: one that waits or runs already is returned instead."""
    job, new = store.write(
        lambda tx: jobs.enqueue(
            tx, project_id=task.project_id, task_id=task.id, kind=kind, args=args, actor_id=actor_id
        )
    )
    if new:
        executor.start(store, job)
    with store.read() as connection:
        return jobs.get(connection, job.id), new


def cancel(store: Store, job_id: int, *, actor_id: int) -> Job:
    """Cancel a job; one that runs stops at its next step or report. Raises `NotFound`, `WrongState`."""
    return store.write(lambda tx: jobs.cancel(tx, job_id, actor_id))


def ask(store: Store, task: TaskRow, wish: Wish) -> Asked:
    """Ask now. Uses the features and the model that are there; before the first, `auto` draws at random.

    One that needs a model is replaced until there is one. Raises `UnknownKind` for a strategy nobody registered.
    """
    batch_id, numbers, strategy = choose.by_hand(store, task, wish)
    return Asked(batch_id, tuple(numbers), strategy)


def predict(store: Store, task: TaskRow, inputs: Sequence[Mapping[str, Any]], *, actor_id: int) -> list[Predicted]:
    """What the current release says, logged; a sample becomes questions. Raises `NoRelease`, `BadItem`."""
    return serve.predict(store, task, inputs, actor_id=actor_id)


def feedback(store: Store, prediction_id: int, said: Feedback) -> int | None:
    """Keep what somebody says about a prediction and ask people about it: the question, or None when one exists."""
    return serve.feedback(store, prediction_id, said)


def drift(store: Store, task: TaskRow) -> Finding | None:
    """What monitoring has to say: a finding when production no longer looks like the pool, else None."""
    return serve.drift(store, task)


def roll_back(store: Store, task: TaskRow, *, reason: str, actor_id: int) -> training.Release:
    """Serve the model of the release before again. Raises `WrongState` when there is none."""
    return releases.roll_back(store, task, reason=reason, actor_id=actor_id)
