"""The steps of merge requests that compute: test what a branch would make of its target, ask people, merge.

Where a request stands is stored; this looks at each and takes its next step. Doing it twice changes nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from .. import dataset
from ..core import clock
from ..core.ids import show
from ..store import Tx, branches, commits, comparing, edits, projects, queue, requests, tested
from ..store.pieces import breathe
from ..store.projects import TaskRow
from ..store.queue import NewBatch, NewQuestion
from ..store.requests import Request
from ..store.staging import FEW, Stage, carried
from . import data_tests, versions
from .learn import task_of
from .proposals import Place, merge, merge_words, place, policy_actor, refreshed, required, waiting, withdraw
from .work import State, Work

STRATEGY = "merge request"
TRIES = 5
"""How often a merge is tested anew because its target got another version meanwhile, before the loop comes back to it."""
LISTED = 20


def review(work: Work, _state: State) -> State:
    """Take the next step of every request of a task."""
    task = task_of(work)
    with work.store.read() as connection:
        found = waiting(connection, [task.id], work.store.clock())
    done = [step(work, task, one) for one in found]
    return {"requests": len(done), "words": "; ".join(done) or "nothing to do"}


def step(work: Work, task: TaskRow, request: Request) -> str:
    """Take the next step of one request; what was done, in words."""
    name = show("request", request.id)
    for _ in range(TRIES):
        with work.store.read() as connection:
            request = requests.get(connection, request.id)
            if request.state not in requests.LIVE:
                return f"{name} is {request.state}"
            at = place(connection, request)
        ended = work.write(lambda tx, at=at: _over(tx, at))
        if ended:
            return f"{name} {ended}"
        request = work.write(lambda tx, at=at: refreshed(tx, at))
        with work.store.read() as connection:
            at = place(connection, request)
            found = edits.preview(connection, at.into, at.head, versions.three)
            left = requests.unsettled(connection, at.source.id)
        if found.nothing:
            return work.write(lambda tx, at=at: _nothing_left(tx, at))
        if left:
            return f"{name} waits for {len(left)} conflicts"
        if found.conflicts and not request.auto:
            work.write(lambda tx, at=at: _catch_up(tx, at))
            continue
        blocked = _tested(work, task, at, found)
        words = _acted(work, at, blocked, len(found.put))
        if words is not None:
            return f"{name} {words}"
    return f"{name} is tried again: what it wants into keeps getting new versions"


def _acted(work: Work, at: Place, blocked: Sequence[tested.Result], rows: int) -> str | None:
    """`_act`; the rows of a long merge are stored before it, in pieces."""
    request = at.request
    if blocked or rows <= FEW or not (request.auto or request.state == "approved"):
        return work.write(lambda tx: _act(tx, at, blocked))

    def prepare(stage: Stage) -> versions.MergeAhead | None:
        words = merge_words(request)
        return versions.merge_ahead(stage, at.target, at.head, message=words, actor_id=_merger(request))

    stage = partial(Stage, work.store, work.write, breathe)
    return carried(stage, prepare, lambda tx, ahead: _act(tx, at, blocked, ahead), work.write)


def _merger(request: Request) -> int:
    return request.actor_id if request.auto or request.decided_by is None else request.decided_by


def _over(tx: Tx, at: Place) -> str | None:
    """End a request whose branch is closed or whose time is over; the safe default is not to merge."""
    request = requests.get(tx.connection, at.request.id)
    if request.state not in requests.LIVE:
        return request.state
    if at.source.closed is not None:
        return _ended(tx, request, "closed", f"branch {at.source.name} was closed")
    if request.state == "open" and request.expires < tx.now:
        return _ended(tx, request, "expired", "nobody decided in time, so it is not merged")
    return None


def _ended(tx: Tx, request: Request, state: requests.End, reason: str) -> str:
    withdraw(tx, request, reason)
    return requests.end(tx, request, state, actor_id=None, reason=reason).state


def _nothing_left(tx: Tx, at: Place) -> str:
    """Everything of the branch is in the target already: somebody merged it otherwise."""
    request = requests.get(tx.connection, at.request.id)
    if request.state in requests.LIVE:
        _ended(tx, request, "closed", f"{at.target.name} has everything of {at.source.name} already")
    return f"{show('request', request.id)} has nothing left to merge"


def _catch_up(tx: Tx, at: Place) -> None:
    """Bring the target into the branch, so that what both changed differently is settled there before it is merged."""
    request = requests.get(tx.connection, at.request.id)
    head = branches.head(tx.connection, at.source)
    if head is None or head.id != at.head.id or request.state not in requests.LIVE:
        return
    message = f"{at.target.name} into {at.source.name}, to settle conflicts"
    actor = policy_actor(tx)
    versions.merge(tx, at.source, at.into, source=at.target.name, message=message, actor_id=actor)
    requests.changed(tx, request, "conflicts")


def _tested(work: Work, task: TaskRow, at: Place, found: edits.Preview) -> list[tested.Result]:
    """The results that block the merge of a request's version into the target's; tested now, or known."""
    with work.store.read() as connection:
        settings = projects.find(connection, task.project_id).settings
        known = tested.results(connection, [at.head.id]).get(at.head.id, [])
        results = [one for one in known if one.into_id == at.into.id]
        wanted = required(settings, at.request.kind)
        if at.request.into_id == at.into.id and set(wanted) <= {one.name for one in results if one.required}:
            return [one for one in results if one.blocks]
        before = {row.item_id: row for row in commits.checkout(connection, at.into)}
    after = {**before, **found.put}
    rows = [after[item] for item in sorted(after) if after[item] is not None]
    looks = data_tests.look(work.store, task, rows, wanted, () if at.request.auto else data_tests.TOLD)
    failing = {one.name: one.fails_at for one in looks if one.failures() and one.fails_at}
    was = data_tests.look(work.store, task, list(before.values()), failing) if failing else []
    results = data_tests.told(at.head, at.into.id, looks, was)
    data_tests.record(work, at.head, at.into.id, results)
    return [one for one in results if one.blocks]


def _act(tx: Tx, at: Place, blocked: Sequence[tested.Result], ahead: versions.MergeAhead | None = None) -> str | None:
    """After the tests: merge, ask, or leave it. None: something moved meanwhile, so look again."""
    request = requests.get(tx.connection, at.request.id)
    now = place(tx.connection, request)
    if request.state not in requests.LIVE or (now.head.id, now.into.id) != (at.head.id, at.into.id):
        return None
    if request.into_id != at.into.id:
        request = requests.change(tx, request, into_id=at.into.id)
        requests.changed(tx, request, "tested")
    if blocked:
        if request.question_id is not None:
            withdraw(tx, request, "its data tests fail")
            request = requests.change(tx, request, question_id=None, state="open")
        return f"is held up by {', '.join(one.name for one in blocked)}"
    if request.auto or request.state == "approved":
        merge(tx, now, request, actor_id=_merger(request), ahead=ahead)
        return "is merged"
    if request.question_id is None or not _open(tx, request.question_id):
        _ask(tx, now, request)
        return "is asked about"
    return "waits for people"


def _open(tx: Tx, question_id: int) -> bool:
    return requests.question_state(tx.connection, question_id) in ("open", "claimed")


def _ask(tx: Tx, at: Place, request: Request) -> None:
    settings = projects.find(tx.connection, request.project_id).settings
    results = tested.results(tx.connection, [at.head.id]).get(at.head.id, [])
    results = [one for one in results if one.into_id == at.into.id]
    needs = settings["merge_quorum"]
    batch = NewBatch(request.project_id, request.task_id, STRATEGY, needs, "decide", actor_id=request.actor_id)
    found = comparing.difference(tx.connection, at.into, at.head)
    new = NewQuestion(
        item_id=None,
        shape="decision",
        strategy=STRATEGY,
        probability=0.0,
        score=0.0,
        reason=f"{at.source.name} wants into {at.target.name}",
        body=_body(at, request, dataset.summary(dataset.diff(found.before, found.after)), results, settings),
        expires=request.expires,
    )
    question = queue.ask(tx, batch, [new])[1][0]
    requests.changed(tx, requests.change(tx, request, question_id=question), "asked")


def _body(
    at: Place,
    request: Request,
    change: dataset.Summary,
    results: Sequence[tested.Result],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    moves = sorted(change.labels.items(), key=lambda pair: -pair[1])[:LISTED]
    return {
        "title": f"Merge {at.source.name} into {at.target.name}: {request.title}",
        "effect": f"{change.rows:,} rows of {at.target.name} become as they are on {at.source.name} at "
        f"{show('commit', at.head.id)}; models learn from them from then on. The version before stays and can be restored.",
        "action": "merge",
        "subject": {"request": show("request", request.id), "commit": show("commit", at.head.id)},
        "evidence": {
            "change": {
                "rows": change.rows,
                "kinds": dict(change.kinds),
                "labels": [{"before": a, "after": z, "count": n} for (a, z), n in moves],
            },
            "tests": [
                {"test": one.name, "required": one.required, "severity": one.severity, "count": one.count}
                for one in results
            ],
        },
        "choices": ["approve", "reject", "defer"],
        "default": "reject",
        "roles": list(settings["merge_roles"]),
        "expires": clock.iso(request.expires),
    }
