"""``handloom doctor``: derive every projection from the log again, compare, and on request put it right.

The log is what was asked (the first columns of a question), the answers, and the events; everything else follows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import sqlalchemy as sa

from ..core import questions as life
from ..core.errors import Unavailable
from ..core.ids import show
from ..core.questions import Outcome, Progress
from . import estimates, labels, projects, schema, skills
from .writer import Hooks, Tx

Q = TypeVar("Q", bound="sa.Select[*tuple[Any, ...]]")
PAGE = 5_000
"""Events, questions or labels read at a time."""
_KINDS = (
    *("question.claimed", "claim.released", "claim.expired", "question.closed"),
    *("answer.given", "answer.bulk", "answer.set_aside"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a projection is not what the log says."""

    projection: str
    subject: str
    stored: Any
    derived: Any


@dataclass(slots=True)
class Replayed:
    """Where every question and every turn stands by the log alone."""

    progress: dict[int, Progress]
    turns: dict[tuple[int, int], str]


def replay(connection: sa.Connection, project: int | None = None) -> Replayed:
    """Run the log, of all projects or of one, through `handloom.core.questions`."""
    q, a = schema.question, schema.answer
    questions = _of(sa.select(q.c.id, q.c.needs), q.c.project_id, project)
    progress = {row.id: Progress(row.needs) for row in connection.execute(questions)}
    state = Replayed(progress, {})
    answers = connection.execute(_of(sa.select(a.c.id, a.c.outcome), a.c.project_id, project))
    outcomes: dict[str, Outcome] = {row.id: row.outcome for row in answers}
    for event in _events(connection, project):
        _apply(state, event, outcomes)
    return state


def _of(query: Q, column: Any, project: int | None) -> Q:
    """A query on the rows of all projects or of one."""
    return query if project is None else query.where(column == project)


def _events(connection: sa.Connection, project: int | None) -> Iterator[Any]:
    e, seq = schema.event, 0
    while True:
        query = sa.select(e.c.seq, e.c.kind, e.c.actor_id, e.c.body).where(e.c.seq > seq, e.c.kind.in_(_KINDS))
        page = connection.execute(_of(query, e.c.project_id, project).order_by(e.c.seq).limit(PAGE)).all()
        if not page:
            return
        yield from page
        seq = page[-1].seq


def _apply(state: Replayed, event: Any, outcomes: dict[str, Outcome]) -> None:
    body, progress, turns = event.body, state.progress, state.turns
    match event.kind:
        case "question.claimed":
            for question in body["questions"]:
                if not body.get("renewed"):
                    progress[question] = life.claimed(progress[question])
                turns[question, event.actor_id] = "held"
        case "claim.released" | "claim.expired":
            for question, actor in body["turns"]:
                progress[question] = life.unclaimed(progress[question])
                turns[question, actor] = event.kind.removeprefix("claim.")
        case "question.closed":
            question = body["question"]
            progress[question] = life.closed(progress[question], body["state"])
            for key, turn in turns.items():
                if key[0] == question and turn == "held":
                    turns[key] = "expired"
        case "answer.set_aside":
            question = body["question"]
            progress[question] = life.set_aside(progress[question], body["outcome"])
        case "answer.bulk":
            _apply_bulk(state, event.actor_id, body)
        case "answer.given":
            _apply_answer(state, event.actor_id, body, outcomes)


def _apply_answer(state: Replayed, actor: int, body: dict[str, Any], outcomes: dict[str, Outcome]) -> None:
    question = body["question"]
    now = state.progress[question]
    if body["counted"]:
        if body["supersedes"]:
            now = life.superseded(now, outcomes[body["supersedes"]], body["outcome"])
        else:
            now = life.answered(now, body["outcome"], held=body["held"])
        if now.state == "answered":
            now = life.resolved(now)
        state.turns[question, actor] = "done"
    elif body["held"]:
        now = life.unclaimed(now)  # a decision deferred: the lease ends, the question stays
        state.turns[question, actor] = "released"
    else:
        state.turns[question, actor] = "done"
    state.progress[question] = now


def _apply_bulk(state: Replayed, actor: int, body: dict[str, Any]) -> None:
    taken_back, closed = body["outcome"] == "retracted", set(body["closed"])
    for question in body["questions"]:
        now = state.progress[question]
        if taken_back:
            now = life.superseded(now, "answered", "retracted")
            now = life.closed(now, "withdrawn") if question in closed else now
        else:
            now = life.resolved(life.answered(now, "answered", held=False))
        state.progress[question] = now
        state.turns[question, actor] = "released" if taken_back else "done"


def compare(connection: sa.Connection, hooks: Hooks) -> list[Difference]:
    """Every difference between what is stored and what the log says. Empty when all is well.

    Raises `Unavailable` while a bundle is being imported: of its project some rows are there and others are not.
    """
    if projects.arriving(connection):
        raise Unavailable("a bundle is being imported; look again when its project is there")
    state = replay(connection)
    found = list(_compare_questions(connection, state))
    found += _compare_turns(connection, state)
    found += _compare_labels(connection, hooks)
    found += _compare_counters(connection)
    found += _compare_skills(connection)
    found += _compare_splits(connection)
    return found


def _compare_questions(connection: sa.Connection, state: Replayed) -> Iterator[Difference]:
    q = schema.question
    columns = (q.c.id, q.c.needs, q.c.got, q.c.held, q.c.skips, q.c.doubts, q.c.state)
    for row in connection.execute(sa.select(*columns)):
        stored = Progress(row.needs, row.got, row.held, row.skips, row.doubts, row.state)
        derived = state.progress[row.id]
        if stored != derived:
            yield Difference("question", show("question", row.id), standing(stored), standing(derived))


def standing(progress: Progress) -> dict[str, Any]:
    """The columns of a question that the log decides, but for how many answers it wants."""
    return {name: getattr(progress, name) for name in ("got", "held", "skips", "doubts", "state")}


def _compare_turns(connection: sa.Connection, state: Replayed) -> list[Difference]:
    t = schema.turn
    stored = {
        (row.question_id, row.actor_id): row.state
        for row in connection.execute(sa.select(t.c.question_id, t.c.actor_id, t.c.state))
    }
    return [
        Difference("turn", f"{show('question', key[0])}/{show('actor', key[1])}", stored.get(key), state.turns.get(key))
        for key in sorted(stored.keys() | state.turns.keys())
        if stored.get(key) != state.turns.get(key)
    ]


def _compare_labels(connection: sa.Connection, hooks: Hooks) -> list[Difference]:
    if hooks.estimate is None:
        return []
    derived = derive_labels(connection, hooks)
    columns = schema.label.c
    stored = {
        (row.task_id, row.item_id): (row.value, row.n, sorted(row.answers))
        for row in connection.execute(
            sa.select(columns.task_id, columns.item_id, columns.value, columns.n, columns.answers)
        )
    }
    wanted = {key: (e.value, e.n, sorted(e.answers)) for key, (e, *_) in derived.items()}
    return [
        Difference("label", f"{show('task', key[0])}/{show('item', key[1])}", stored.get(key), wanted.get(key))
        for key in sorted(stored.keys() | wanted.keys())
        if stored.get(key) != wanted.get(key)
    ]


def derive_labels(
    connection: sa.Connection, hooks: Hooks, project: int | None = None
) -> dict[tuple[int, int], tuple[Any, int, bool, int | None]]:
    """(task, item) -> (estimate, position, in the test set, newest skill that weighed it), from the standing answers; of all
    projects or of one.

    A label that was weighed is weighed again by the skills it was weighed with: which ones, its row says.
    """
    a, i, lab = schema.answer, schema.item, schema.label
    stored = {
        (row.task_id, row.item_id): row.basis
        for row in connection.execute(sa.select(lab.c.task_id, lab.c.item_id, lab.c.basis))
    }
    special, trusted = estimates.special(connection)
    query = (
        sa.select(a.c.task_id, a.c.item_id, i.c.test, sa.func.max(a.c.seq).label("position"))
        .join(i, i.c.id == a.c.item_id)
        .where(a.c.task_id.is_not(None), a.c.late == sa.false())
        .group_by(a.c.task_id, a.c.item_id, i.c.test)
    )
    pairs = connection.execute(_of(query, a.c.project_id, project)).all()
    out: dict[tuple[int, int], tuple[Any, int, bool, int | None]] = {}
    assert hooks.estimate is not None
    for row in pairs:
        key, basis = (row.task_id, row.item_id), None
        if key in special and (stored.get(key, 0) is not None or key in trusted):
            estimate, basis = estimates.derive(connection, hooks, *key, basis=stored.get(key))
        else:
            estimate = hooks.estimate(labels.standing(connection, task_id=row.task_id, item_id=row.item_id))
        if estimate is not None:
            out[key] = (estimate, row.position, row.test, basis)
    return out


def _compare_skills(connection: sa.Connection) -> list[Difference]:
    """The checks that each present skill was measured with, against gold and the answers. They mend themselves with the
    next measurement; `repair` does it at once."""
    return [
        Difference("skill", f"{show('task', task)}/{show('actor', actor)}", stored, derived)
        for task, actor, stored, derived in skills.checks(connection)
        if stored != derived
    ]


def _compare_splits(connection: sa.Connection) -> list[Difference]:
    """Whether the labels of each split count, against the last that was said of it."""
    e, s = schema.event, schema.split
    kinds = ("split.revoked", "split.restored")
    query = sa.select(e.c.kind, e.c.subject).where(e.c.kind.in_(kinds)).order_by(e.c.seq)
    derived = {row.subject: row.kind == "split.revoked" for row in connection.execute(query)}
    stored = {
        show("split", row.id): row.revoked is not None for row in connection.execute(sa.select(s.c.id, s.c.revoked))
    }
    return [
        Difference("split", name, revoked, derived.get(name, False))
        for name, revoked in sorted(stored.items())
        if revoked != derived.get(name, False)
    ]


def derive_counters(connection: sa.Connection, project: int | None = None) -> dict[tuple[int, str], int]:
    """Every counter, of all projects or of one, counted."""
    counts: dict[tuple[int, str], int] = defaultdict(int)
    i, a, q, lab, t = schema.item, schema.answer, schema.question, schema.label, schema.task
    n = sa.func.count()
    items = sa.select(i.c.project_id, i.c.test, n).group_by(i.c.project_id, i.c.test)
    for owner, test, number in connection.execute(_of(items, i.c.project_id, project)):
        counts[owner, "items"] += number
        if test:
            counts[owner, "items.test"] += number
    answers = sa.select(a.c.project_id, n).group_by(a.c.project_id)
    for owner, number in connection.execute(_of(answers, a.c.project_id, project)):
        counts[owner, "answers"] += number
    questions = sa.select(q.c.project_id, q.c.lane, q.c.state, n).group_by(q.c.project_id, q.c.lane, q.c.state)
    for owner, lane, state, number in connection.execute(_of(questions, q.c.project_id, project)):
        counts[owner, f"questions.{lane}.{state}"] += number
    labelled = sa.select(t.c.project_id, lab.c.task_id, lab.c.test, n).join(t, t.c.id == lab.c.task_id)
    labelled = labelled.group_by(t.c.project_id, lab.c.task_id, lab.c.test)
    for owner, task, test, number in connection.execute(_of(labelled, t.c.project_id, project)):
        counts[owner, f"labels.{task}"] += number
        if test:
            counts[owner, f"labels.{task}.test"] += number
    return dict(counts)


def _compare_counters(connection: sa.Connection) -> list[Difference]:
    derived = derive_counters(connection)
    stored = {(row.project_id, row.name): row.value for row in connection.execute(sa.select(schema.counter))}
    return [
        Difference("counter", f"{show('project', key[0])}/{key[1]}", stored.get(key, 0), derived.get(key, 0))
        for key in sorted(stored.keys() | derived.keys())
        if stored.get(key, 0) != derived.get(key, 0)
    ]


def repair(tx: Tx) -> list[Difference]:
    """Write every projection as the log says; returns what was different."""
    found = compare(tx.connection, tx.hooks)
    if not found:
        return found
    state = replay(tx.connection)
    q, t = schema.question, schema.turn
    for difference in found:
        match difference.projection:
            case "question":
                number = int(difference.subject[1:])
                tx.execute(sa.update(q).where(q.c.id == number).values(**standing(state.progress[number])))
            case "turn":
                question, actor = (int(part[1:]) for part in difference.subject.split("/"))
                tx.execute(sa.delete(t).where(t.c.question_id == question, t.c.actor_id == actor))
                if difference.derived is not None:
                    tx.execute(
                        sa.insert(t).values(
                            question_id=question, actor_id=actor, state=difference.derived, until=tx.now
                        )
                    )
    for difference in found:
        if difference.projection == "split":
            one = schema.split.c.id == int(difference.subject[1:])
            tx.execute(sa.update(schema.split).where(one).values(revoked=tx.now if difference.derived else None))
    if any(d.projection in ("label", "split") for d in found):
        tx.execute(sa.delete(schema.label))
        rows = [
            {"task_id": task, "item_id": item, "value": e.value, "confidence": e.confidence, "n": e.n}
            | {"answers": list(e.answers), "test": test, "position": position, "basis": basis}
            for (task, item), (e, position, test, basis) in derive_labels(tx.connection, tx.hooks).items()
        ]
        if rows:
            tx.execute(sa.insert(schema.label), rows)
    for difference in found:
        if difference.projection == "skill":
            task, actor = (int(part[1:]) for part in difference.subject.split("/"))
            skills.mend(tx, task, actor, difference.derived)
    counters = [{"project_id": p, "name": n, "value": v} for (p, n), v in derive_counters(tx.connection).items()]
    tx.execute(sa.delete(schema.counter))
    if counters:
        tx.execute(sa.insert(schema.counter), counters)
    tx.emit("workspace.repaired", body={"differences": len(found)})
    return [replace(d) for d in found]
