"""Merge requests: what is proposed, by whom, what people decide, and the merge itself.

Light enough for the server: what tests a request is in `handloom.jobs.requests`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import resolve
from ..core.errors import Forbidden, WrongState
from ..core.ids import show
from ..store import Store, Tx, branches, commits, comparing, edits, gates, projects, queue, requests, tested
from ..store.branches import Branch
from ..store.commits import Commit
from ..store.recording import Note
from ..store.requests import Proposal, Request
from ..store.tested import Result
from . import versions

OWN = ("loop/", "edits/", "merge/")
"""Branches that were made to be proposed; they are closed when they are merged."""
POLICY = "merge policy"
"""The actor who proposes and merges what needs nobody."""
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request stands now: its branches and their newest versions."""

    request: Request
    source: Branch
    target: Branch
    head: Commit
    into: Commit


def place(connection: Any, request: Request) -> Place:
    """A request with what its branches hold."""
    source, target = (branches.by_id(connection, number) for number in (request.source_id, request.target_id))
    head, into = branches.head(connection, source), branches.head(connection, target)
    if head is None or into is None:
        raise WrongState(f"{source.name} or {target.name} has no version yet")
    return Place(request, source, target, head, into)


def waiting(connection: Any, task_ids: Sequence[int], now: float) -> list[Request]:
    """Requests for which something can be done without a person."""
    return [one for one in requests.live(connection, task_ids) if _due(connection, one, now)]


def _due(connection: Any, request: Request, now: float) -> bool:
    at = place(connection, request)
    if request.state == "approved" or at.head.id != request.head_id:
        return True
    if request.expires < now or at.source.closed is not None:
        return True
    if request.into_id is None:
        return not requests.unsettled(connection, at.source.id)
    if request.question_id is not None:
        return requests.question_state(connection, request.question_id) not in ("open", "claimed")
    return request.auto and request.into_id != at.into.id


def withdraw(tx: Tx, request: Request, reason: str) -> None:
    """Take back the question about a request."""
    if request.question_id is not None:
        queue.close(tx, [request.question_id], "withdrawn", reason)


def expires(tx: Tx, project_id: int) -> float:
    return tx.now + projects.find(tx.connection, project_id).settings["decision_days"] * DAY


def refreshed(tx: Tx, at: Place) -> Request:
    """The request as it is about the newest version of its branch: older approvals are void, its tests have to run again."""
    request = requests.get(tx.connection, at.request.id)
    if request.head_id == at.head.id:
        return request
    withdraw(tx, request, f"{at.source.name} is at {show('commit', at.head.id)} now")
    fresh = {"head_id": at.head.id, "into_id": None, "question_id": None, "state": "open", "decided_by": None}
    if at.head.created > request.created:
        fresh["expires"] = max(request.expires, expires(tx, request.project_id))
    request = requests.change(tx, request, **fresh)
    requests.changed(tx, request, "updated")
    return request


def moved(tx: Tx, branch_id: int) -> None:
    """A branch has another version: what people said about the one that was proposed counts no more."""
    request = requests.of_branch(tx.connection, branch_id)
    if request is not None:
        refreshed(tx, place(tx.connection, request))


def merge_words(request: Request) -> str:
    """The message of the version that merges a request."""
    return request.title if request.auto else f"{request.title} ({show('request', request.id)})"


def merge(
    tx: Tx,
    at: Place,
    request: Request,
    *,
    actor_id: int,
    override: str | None = None,
    ahead: versions.MergeAhead | None = None,
) -> Request:
    """Merge a request and end it; the results of its tests now stand beside the merge too. override: why in spite of them.

    ahead: its rows, stored before.
    """
    message = merge_words(request)
    if override is not None:
        message = f"{message}; without its tests or its quorum: {override}"
    if request.head_id != at.head.id:
        request = requests.change(tx, request, head_id=at.head.id, into_id=None)
    named = {"source": at.source.name, "message": message}
    made = versions.merge(tx, at.target, at.head, **named, actor_id=actor_id, ahead=ahead)
    assert made.commit is not None
    results = tested.results(tx.connection, [at.head.id]).get(at.head.id, [])
    tested.put(tx, made.commit, None, [one for one in results if one.into_id == at.into.id])
    withdraw(tx, request, "merged")
    if at.source.name.startswith(OWN):
        branches.close_branch(tx, at.source, actor_id)
    return requests.end(
        tx,
        request,
        "merged",
        actor_id=actor_id,
        reason=override,
        merge_id=made.commit.id,
        overridden=override is not None,
    )


def decided(tx: Tx, question_id: int, verdict: Mapping[str, Any], actor_id: int) -> bool:
    """The effect of a verdict on a request: rejected, approved, or one approval more; False when it is about no request.
    The merge itself is the loop's.

    Raises `WrongState` when the branch has another version than the one asked about, `Forbidden` when the approval of
    an author does not count; then nothing of the answer is stored.
    """
    request = requests.of_question(tx.connection, question_id)
    if request is None:
        return False
    settings = projects.find(tx.connection, request.project_id).settings
    at = place(tx.connection, request)
    if request.state != "open" or at.head.id != request.head_id:
        raise WrongState(
            f"{at.source.name} has other commits than the ones you saw; look at {show('request', request.id)} again"
        )
    said = requests.verdicts(tx.connection, request)
    mine = verdict.get("decision") == "approve" and actor_id in requests.authors(tx.connection, request)
    if mine and not settings["own_approval"]:
        raise Forbidden(
            "you have a part in this change, so somebody else has to approve it (the setting own_approval says otherwise); "
            "you can close the request"
        )
    words = [(row.role, row.value["decision"]) for row in said]
    outcome = resolve.quorum(words, roles=settings["merge_roles"], needs=settings["merge_quorum"])
    if outcome is None:
        if words and words[-1][0] not in settings["merge_roles"]:
            raise Forbidden(f"merge requests are decided by: {', '.join(settings['merge_roles'])}")
        return True
    reason = str(verdict.get("reason", ""))
    withdraw(tx, request, f"decided: {outcome.decision}")
    if outcome.decision == "approve":
        done = requests.change(tx, request, state="approved", decided_by=actor_id, reason=reason)
        requests.changed(tx, done, "approved")
    else:
        requests.end(tx, request, "rejected", actor_id=actor_id, reason=reason)
    return True


def propose(tx: Tx, source: Branch, target: Branch, *, kind: str, title: str, actor_id: int, auto: bool) -> Request:
    """A request to merge a branch; see `handloom.store.requests.add`. Raises `WrongState` when there is nothing to merge."""
    head, into = (branches.head(tx.connection, one) for one in (source, target))
    if head is None or into is None:
        raise WrongState(f"{(target if into is None else source).name} has no version yet; commit labels first")
    if edits.preview(tx.connection, into, head, versions.three).nothing:
        raise WrongState(f"{target.name} has everything of {source.name} already")
    until = expires(tx, source.project_id)
    return requests.add(tx, source, target, head, Proposal(kind, title, actor_id, auto, until))


def policy_actor(tx: Tx) -> int:
    """Who acts for the policy; people's acts and its are told apart."""
    return gates.rule_actor(tx, POLICY)


def undo(tx: Tx, target: Branch, merge: Commit, reason: str, actor_id: int) -> Commit:
    """A version without what a merge brought: its rows as they were before it, but for those changed since.

    Raises `WrongState` when it is no merge on this branch, or nothing would change.
    """
    if merge.other_id is None or merge.branch_id != target.id or merge.parent_id is None:
        raise WrongState(f"{show('commit', merge.id)} is no merge on {target.name}")
    into = branches.head(tx.connection, target)
    assert into is not None
    items = [row.item_id for row in commits.changes(tx.connection, merge.id)]
    before = commits.get(tx.connection, merge.parent_id)
    base, ours, theirs = (comparing.rows_of(tx.connection, one, items) for one in (merge, into, before))
    put, _ = versions.three(base, ours, theirs)
    note = Note(actor_id, reason, into.position)
    made = edits.settle(tx, target, put, note, versions.DIGESTS)
    if made is None:
        raise WrongState(f"nothing is left on {target.name} of what {show('commit', merge.id)} brought")
    return made


def pending(store: Store, task_ids: Sequence[int]) -> list[int]:
    """Tasks with a request for which something can be done now."""
    with store.read() as connection:
        return sorted({one.task_id for one in waiting(connection, task_ids, store.clock())})


def required(settings: Mapping[str, Any], kind: str | None = None) -> dict[str, str]:
    """Tests that have to pass, by name, with the severity at which each fails. kind: of a change that wants into main;
    None: before a training."""
    wanted = [*settings.get("data_tests", ()), *(settings.get("merge_tests", ()) if kind == "corrections" else ())]
    found: dict[str, str] = {}
    for one in wanted:
        name, _, severity = one.partition(":")
        found[name] = "warning" if "warning" in (severity, found.get(name)) else "error"
    return found


def failure(what: str, failed: Sequence[Result], **details: Any) -> WrongState:
    """The error that says which tests fail and what they found."""
    words = "; ".join(f"{one.name}: {one.findings[0]['message']}" for one in failed[:3])
    return WrongState(
        f"{what} fails the data tests that this project requires ({words}); mend the data, or require fewer tests in the "
        "settings data_tests and merge_tests",
        checks=sorted(one.name for one in failed),
        **details,
    )
