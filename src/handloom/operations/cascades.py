"""One class at a time: started, watched, answered in a grid, and what a policy labelled taken back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from .. import loop
from ..core.clock import iso
from ..core.errors import Malformed, TooLarge, UnknownLabel, WrongState
from ..core.ids import parse, show
from ..core.intervals import exact, proportion
from ..store import Tx, browse, cascades, policies, projects, queue
from ..store import jobs as job_rows
from ..store.cascades import Cascade, Split
from ..store.projects import TaskRow
from . import answers as single
from . import pages
from .session import Session, in_project

MAX_BATCH, MAX_ROUNDS, MAX_GRID = 10_000, 20, 200


@in_project
def start_cascade(
    session: Session,
    project: str,
    label: str,
    task: str | None = None,
    precision: float = 0.95,
    recall: float = 0.95,
    batch: int = 200,
    audit: int = 30,
    rounds: int = 3,
) -> dict[str, Any]:
    """Begin to label one class of a task: a random batch is asked in a grid as soon as a worker has looked."""
    session.require("ask")
    for name, value in (("precision", precision), ("recall", recall)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value < 1:
            raise Malformed(f"{name} is a number from 0.5 to below 1; found {str(value)[:40]}", field=name)
    for name, value, most in (("batch", batch, MAX_BATCH), ("audit", audit, MAX_BATCH), ("rounds", rounds, MAX_ROUNDS)):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise Malformed(f"{name} is a whole number from 1 to {most}; found {str(value)[:40]}", field=name)
    case = session.case(project)
    row = case.task(task)
    _checked(row, label)

    def unit(tx: Tx) -> Cascade:
        tx.execute(job_rows.lock(row.id))
        running = cascades.current(tx.connection, row.id)
        if running is not None:
            name = show("cascade", running.id)
            raise WrongState(f"{name} labels {running.label!r} now; one class at a time: stop it or see it through")
        counters = projects.counts(tx.connection, [row.project_id])[row.project_id]
        free = counters.get("items", 0) - counters.get("items.test", 0)
        done = counters.get(f"labels.{row.id}", 0) - counters.get(f"labels.{row.id}.test", 0)
        new = {"project_id": row.project_id, "task_id": row.id, "label": label, "actor_id": session.actor.id}
        aims = {"precision": float(precision), "recall": float(recall)}
        return cascades.start(
            tx, {**new, **aims, "batch": batch, "audit": audit, "rounds": rounds, "pool": max(0, free - done)}
        )

    made = session.store.write(unit)
    _go_on(session, made)
    return _shown(session, made.id)


def _checked(task: TaskRow, label: str) -> None:
    if task.options.get("multi"):
        raise WrongState(
            f"classes are labelled one at a time where an item has one label; task {task.name} takes several, and whether "
            "an item has one of them says nothing of the others"
        )
    if label not in task.options["labels"]:
        raise UnknownLabel(str(label)[:200], task.name, task.options["labels"])


def _go_on(session: Session, made: Cascade) -> None:
    """Without waiting for the loop's next look."""
    loop.advance(session.store, made.project_id, executor=session.site.executor)
    session.site.nudge(made.project_id)


@in_project
def list_cascades(
    session: Session, project: str, task: str | None = None, cursor: str | None = None, limit: int | None = None
) -> dict[str, Any]:
    """Cascades of a task, newest first, and how many labels of each class people and policies gave."""
    session.require("read_project")
    row, size = session.case(project).task(task), pages.size(limit)
    with session.store.read() as connection:
        found = cascades.of_task(connection, row.id, before=pages.after("cascades", cursor), limit=size + 1)
        counts = cascades.by_class(connection, row.id)
        open_count = cascades.open_count(connection, row.project_id)
    page = pages.page("cascades", found, size, lambda one: one.id, lambda one: _shown(session, one.id))
    classes = [
        {"label": label, "people": counts.get(label, (0, 0))[0], "automatic": counts.get(label, (0, 0))[1]}
        for label in row.options["labels"]
    ]
    return page | {"classes": classes, "open": open_count}


def get_cascade(session: Session, cascade: str) -> dict[str, Any]:
    """One cascade with its rounds and splits."""
    number = parse("cascade", cascade)
    with session.store.read() as connection:
        made = cascades.get(connection, number)
    session.of(made.project_id).require("read_project")
    return _shown(session, number)


def stop_cascade(session: Session, cascade: str, reason: str = "stopped") -> dict[str, Any]:
    """Ask nothing more about a class; what people and signed splits said stays."""
    made, acting = _mine(session, cascade)

    def unit(tx: Tx) -> None:
        if cascades.get(tx.connection, made.id).closed is not None:
            raise WrongState(f"{show('cascade', made.id)} is over already")
        cascades.close(tx, made, _reason(reason), acting.actor.id)
        waiting = cascades.open_questions(tx.connection, made.id)
        queue.close(tx, waiting, "withdrawn", "its cascade was stopped")

    session.store.write(unit)
    session.site.nudge(made.project_id)
    return _shown(session, made.id)


def revoke_split(session: Session, split: str, reason: str) -> dict[str, Any]:
    """All labels that a split gave count no more, in one act."""
    return _turned(session, split, reason, policies.revoke)


def restore_split(session: Session, split: str, reason: str) -> dict[str, Any]:
    """The labels of a revoked split count again."""
    return _turned(session, split, reason, policies.restore)


def _turned(session: Session, split: str, reason: str, act: Any) -> dict[str, Any]:
    number = parse("split", split)
    with session.store.read() as connection:
        found = cascades.split(connection, number)
        made, acting = _mine(session, show("cascade", found.cascade_id))

    def unit(tx: Tx) -> int:
        return act(tx, made, cascades.split(tx.connection, number), reason=_reason(reason), by=acting.actor.id)

    session.store.write(unit)
    session.site.nudge(made.project_id)
    return _shown(session, made.id)


def _mine(session: Session, cascade: str) -> tuple[Cascade, Session]:
    with session.store.read() as connection, session.looking("ask"):
        made = cascades.get(connection, parse("cascade", cascade))
    acting = session.of(made.project_id)
    acting.require("ask")
    return made, acting


def _reason(text: str) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > single.MAX_WORDS:
        raise Malformed(f"a reason in words is wanted, of 1 to {single.MAX_WORDS} characters", field="reason")
    return text.strip()


def answer_grid(session: Session, answers: Sequence[Mapping[str, Any]], seconds: float = 0.0) -> dict[str, Any]:
    """Answer a grid: every item is an answer of its own, with an equal share of the seconds. All of them, or none.

    answers: ``{"id": uuid, "question", "chosen": whether it is of the class, "outcome"?: skip or unsure, "supersedes"?}``.
    """
    if not isinstance(answers, list | tuple) or not answers or len(answers) > MAX_GRID:
        raise TooLarge(
            f"a grid has 1 to {MAX_GRID} answers; found {len(answers) if isinstance(answers, list | tuple) else 0}"
        )
    good = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not good or not math.isfinite(seconds) or seconds < 0:
        raise Malformed(f"seconds is a number from 0; found {str(seconds)[:40]}", field="seconds")
    share = min(float(seconds) / len(answers), single.MAX_SECONDS)

    def unit(tx: Tx) -> list[tuple[dict[str, Any], bool, int]]:
        out = []
        for one in answers:
            asked = browse.asked(tx.connection, parse("question", one.get("question")))
            session.of(asked.project_id)  # whoever does not belong there is told nothing about it
            if asked.lane != cascades.LANE:
                raise WrongState(f"{one['question']} is not a question of a grid; answer it by itself")
            outcome = one.get("outcome", "answered")
            raw = {"id": one.get("id"), "question": one["question"], "outcome": outcome, "seconds": share}
            if outcome == "answered":
                raw["value"] = {"labels": asked.body["among"] if one.get("chosen") is True else []}
            if one.get("supersedes") is not None:
                raw["supersedes"] = one["supersedes"]
            out.append(single.answering(session, raw)(tx))
        return out

    done = session.store.write(unit)
    for project_id in {project_id for _, _, project_id in done}:
        single.settle(session, project_id)
    return {"answers": [shown for shown, _, _ in done], "seconds": share}


def _shown(session: Session, number: int) -> dict[str, Any]:
    """A cascade as people look at it. Worth and evidence only for roles that may read what others said."""
    with session.store.read() as connection:
        made = cascades.get(connection, number)
        rounds, signed = cascades.rounds(connection, number), cascades.splits(connection, number)
        items, seconds = cascades.answered(connection, number)
        last = job_rows.last(connection, made.task_id, "cascade")
        said = {one.id: cascades.said(connection, [one.batch_id]) for one in rounds}
        audits = {one.id: cascades.said(connection, [one.audit_id]) for one in signed if one.audit_id is not None}
        standing = {one.id: len(cascades.standing_items(connection, one.id)) for one in signed}
        who = browse.answers_of_questions(connection, [one.question_id for one in signed])
    by = {one.question_id: one for one in who if one.outcome == "answered" and one.value.get("decision") != "defer"}
    failed = last is not None and last.state == "failed" and last.args.get("cascade") == number and made.closed is None
    return {
        "id": show("cascade", made.id),
        "task": show("task", made.task_id),
        "label": made.label,
        "state": _state(made, rounds, failed=failed),
        "words": (made.why or "closed") if made.closed is not None else last.message if failed and last else "",
        "aim": {"precision": made.precision, "recall": made.recall},
        "batch": made.batch,
        "audit": made.audit,
        "rounds_at_most": made.rounds,
        "pool": made.pool,
        "answered": items,
        "seconds": round(seconds, 1),
        "human_share": proportion(min(items, made.pool), made.pool),
        "automatic": sum(standing.values()),
        "created": iso(made.created),
        "closed": iso(made.closed),
        "rounds": [
            {
                "number": one.number,
                "scored": one.scores is not None,
                "pool": one.pool,
                "asked": one.asked,
                "open": one.open,
                "answered": len(said[one.id]),
                "yes": sum(yes > no for _, yes, no in said[one.id]),
                "decision": None if one.question_id is None else show("question", one.question_id),
                "decision_state": one.state,
            }
            for one in rounds
        ],
        "splits": [_split(one, audits.get(one.id, []), standing[one.id], by.get(one.question_id)) for one in signed],
    }


def _state(made: Cascade, rounds: Sequence[cascades.Round], *, failed: bool) -> str:
    if made.closed is not None:
        return "closed"
    if failed:
        return "failed"
    if not rounds:
        return "working"
    newest = rounds[-1]
    if newest.question_id is None and newest.open:
        return "asking"
    return "deciding" if newest.question_id is not None and newest.state in ("open", "claimed") else "working"


def _split(one: Split, audit: Sequence[tuple[int, int, int]], standing: int, signed: Any) -> dict[str, Any]:
    decided = [(yes > no) for _, yes, no in audit if yes != no]
    return {
        "id": show("split", one.id),
        "decision": show("question", one.question_id),
        "policy": show("actor", one.actor_id),
        "by": None if signed is None else {"id": show("actor", signed.actor_id), "name": signed.name},
        "reason": None if signed is None else signed.value["reason"],
        "low": one.low,
        "high": one.high,
        "evidence": dict(one.evidence) if one.evidence else None,
        "labelled": one.labelled,
        "standing": standing,
        "audit": exact(sum(decided), len(decided)),
        "state": "revoked" if one.revoked is not None else "standing" if one.applied is not None else "working",
        "created": iso(one.created),
    }
