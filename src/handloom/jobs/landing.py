"""Where labels land: on main at once where nothing may hold them up, else on a branch that is proposed for main.

Nothing may hold them up when the policy is ``green`` and the project requires no data test of its own: a branch that
is merged in any case would be a detour. The first version of a task has nothing it could spoil, and is main's too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..core.errors import NotFound
from ..core.ids import show
from ..store import Tx, branches, commits, committing, projects, requests, tested, verdicts
from ..store.branches import Branch
from ..store.committing import Labels
from ..store.projects import TaskRow
from . import data_tests, learn, proposals
from .learn import task_of
from .requests import step
from .versions import DIGESTS
from .work import State, Work

Filter = Callable[[int], bool] | None


def land(work: Work, state: State) -> State:
    """Make the labels as they stand a version, on main or on branches of their own. ``before``: where main was."""
    task = task_of(work)
    with work.store.read() as connection:
        main = commits.newest(connection, task.id)
        settings = projects.find(connection, task.project_id).settings
    policy: Mapping[str, str] = settings["merge_policy"]
    held_up = {kind: policy[kind] == "request" or bool(settings["data_tests"]) for kind in ("answers", "verdicts")}
    if main is None or not any(held_up.values()):
        return learn.commit(work, state)
    kinds: dict[str, Filter] = {"answers": None}
    if policy["answers"] != policy["verdicts"]:
        with work.store.read() as connection:
            settled = verdicts.given_by_verdict(connection, task.id)
        kinds = {"answers": lambda item: item not in settled, "verdicts": lambda item: item in settled}
    proposed = []
    for kind, only in kinds.items():
        if held_up[kind]:
            proposed.append(work.write(lambda tx, k=kind, o=only: _propose(tx, task, settings, k, o)))
        else:
            words, actor = f"for training by job {show('job', work.job.id)}", _actor(work)
            by = work.write(proposals.policy_actor) if actor is None else actor
            committing.commit(work.store, Labels(task, words, by, DIGESTS, only), write=work.write)
    return {"commit": main.id, "proposed": [number for number in proposed if number is not None], "before": main.id}


def _actor(work: Work) -> int | None:
    return work.job.actor_id


def _propose(tx: Tx, task: TaskRow, settings: Mapping[str, Any], kind: str, only: Filter) -> int | None:
    """Labels of a kind on their branch, proposed for main: the request; None when there is nothing new."""
    actor = proposals.policy_actor(tx)
    main = branches.branch(tx.connection, task.id, branches.MAIN)
    branch = _branch(tx, task, kind, actor)
    words = f"labels from {kind}"
    made = commits.commit(tx, task, message=words, actor_id=actor, digests=DIGESTS, onto=branch, only=only)
    there = requests.of_branch(tx.connection, branch.id)
    if there is not None:
        return there.id
    if made.branch_id != branch.id:  # nothing is new
        branches.close_branch(tx, branch, actor)
        return None
    auto = settings["merge_policy"][kind] == "green"
    return proposals.propose(tx, branch, main, kind=kind, title=words, actor_id=actor, auto=auto).id


def _branch(tx: Tx, task: TaskRow, kind: str, actor: int) -> Branch:
    name = f"loop/{kind}"
    try:
        return branches.branch(tx.connection, task.id, name)
    except NotFound:
        head = commits.newest(tx.connection, task.id)
        assert head is not None
        return branches.add_branch(tx, head, name, actor)


def test(work: Work, state: State) -> State:
    """Let what was proposed into main where its tests are green, then test main as a training wants it.

    Raises `WrongState` when a test fails. Ends the job when all there is to learn from waits for people.
    """
    task = task_of(work)
    waiting = []
    for number in state.get("proposed", ()):
        with work.store.read() as connection:
            request = requests.get(connection, number)
        words = step(work, task, request)
        with work.store.read() as connection:
            request = requests.get(connection, number)
            blocked = [one for one in _results(connection, request) if one.blocks]
        if request.state in requests.LIVE:
            waiting.append(words)
        if request.state in requests.LIVE and blocked:
            name = show("request", request.id)
            raise proposals.failure(f"{request.title}, proposed as {name},", blocked, request=name)
    with work.store.read() as connection:
        main = commits.newest(connection, task.id)
    assert main is not None
    if waiting and work.job.args.get("auto") and main.id == state["before"]:
        return {"enough": True, "words": "; ".join(waiting)}
    found = {"commit": main.id, "position": main.position, "rows": main.rows}
    return found | data_tests.test(work, state | found)


def _results(connection: Any, request: requests.Request) -> list[tested.Result]:
    known = tested.results(connection, [request.head_id]).get(request.head_id, [])
    return [one for one in known if one.into_id == request.into_id]
