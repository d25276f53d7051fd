"""The automatic labels of a signed split: written, audited, taken back as a set and given back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ..core.errors import WrongState
from ..core.ids import show
from . import erasing, estimates, freezing, given, labels, queue, schema
from .bulk import select_among
from .cascades import AUDIT, LANE, Cascade, Split
from .labels import Place
from .queue import NewBatch, NewQuestion
from .writer import Tx

a, s, q, i, lab = schema.answer, schema.split, schema.question, schema.item, schema.label


def answer(tx: Tx, made: Cascade, one: Split, items: Sequence[int], precision: float) -> int:
    """Let the policy say of these items that they are of the class, save where there is a label now or nothing may change.

    How many."""
    if tx.execute(sa.select(s.c.revoked).where(s.c.id == one.id)).scalar_one() is not None:
        return 0
    query = f"SELECT item_id FROM label WHERE task_id = {made.task_id:d} AND item_id"
    known = {row[0] for row in select_among(tx, query, items)} | erasing.erased(tx.connection, made.task_id)
    known |= freezing.left_out(tx.connection, made.project_id, made.task_id, items)
    value = {"labels": [made.label], "automatic": precision}
    new = [(item, False, {made.task_id: value}) for item in items if item not in known]
    given.again(tx, made.project_id, new, one.actor_id, kind="rule")
    return len(new)


def ask_audit(tx: Tx, made: Cascade, one: Split, sample: Sequence[int], of: int, needs: int) -> int | None:
    """Ask about a uniformly random sample of its labels, in the same grid as everything else. The batch."""
    batch = NewBatch(made.project_id, made.task_id, AUDIT, needs, LANE)
    new = [
        NewQuestion(
            item_id=item,
            shape="choice",
            strategy=AUDIT,
            probability=min(1.0, len(sample) / max(of, 1)),
            score=0.0,
            reason=f"one of {len(sample)} drawn at random to check {of} automatic labels",
            body={"among": [made.label], "cascade": show("cascade", made.id)},
        )
        for item in sample
    ]
    return queue.ask(tx, batch, new)[0]


def finish(tx: Tx, made: Cascade, one: Split, *, labelled: int, audit: int | None) -> None:
    """The last label is written, and the audit is asked."""
    tx.execute(sa.update(s).where(s.c.id == one.id).values(applied=tx.now, labelled=labelled, audit_id=audit))
    body = {"split": show("split", one.id), "labelled": labelled}
    tx.emit("split.applied", project=made.project_id, actor=one.actor_id, subject=show("split", one.id), body=body)


def evidence(tx: Tx, one: Split, found: dict[str, Any]) -> None:
    """What the split is worth at the thresholds that were signed."""
    tx.execute(sa.update(s).where(s.c.id == one.id).values(evidence=found))


def revoke(tx: Tx, made: Cascade, one: Split, *, reason: str, by: int) -> int:
    """All its labels count no more, in one act; those that people gave too stay. How many items it is about."""
    if one.revoked is not None:
        raise WrongState(f"the labels of {show('split', one.id)} are revoked already")
    tx.execute(sa.update(s).where(s.c.id == one.id).values(revoked=tx.now))
    if one.audit_id is not None:
        waiting = tx.execute(sa.select(q.c.id).where(q.c.batch_id == one.audit_id)).scalars()
        queue.close(tx, list(waiting), "withdrawn", f"the split was revoked: {reason}")
    items = _restate(tx, made, one, standing=False)
    body = {"split": show("split", one.id), "items": items, "reason": reason}
    tx.emit("split.revoked", project=made.project_id, actor=by, subject=show("split", one.id), body=body)
    return items


def restore(tx: Tx, made: Cascade, one: Split, *, reason: str, by: int) -> int:
    """Undo `revoke`. How many items it is about."""
    if one.revoked is None:
        raise WrongState(f"the labels of {show('split', one.id)} are not revoked")
    tx.execute(sa.update(s).where(s.c.id == one.id).values(revoked=None))
    items = _restate(tx, made, one, standing=True)
    body = {"split": show("split", one.id), "items": items, "reason": reason}
    tx.emit("split.restored", project=made.project_id, actor=by, subject=show("split", one.id), body=body)
    return items


def _restate(tx: Tx, made: Cascade, one: Split, *, standing: bool) -> int:
    """Labels of its items anew: at once where nobody else said anything, one by one elsewhere."""
    query = sa.select(a.c.item_id, a.c.id, a.c.value, i.c.test).join(i, i.c.id == a.c.item_id)
    rows = tx.execute(query.where(a.c.actor_id == one.actor_id, a.c.task_id == made.task_id)).all()
    others = f"SELECT item_id FROM answer WHERE task_id = {made.task_id:d} AND actor_id != {one.actor_id:d} AND item_id"
    items = [row.item_id for row in rows]
    freezing.check(tx.connection, made.project_id, made.task_id, items=items)
    shared = {row[0] for row in select_among(tx, others, items)}
    if standing:  # made gold meanwhile, without an answer
        known = f"SELECT item_id FROM label WHERE task_id = {made.task_id:d} AND item_id"
        shared |= {row[0] for row in select_among(tx, known, items)}
    alone = [row for row in rows if row.item_id not in shared]
    if standing:
        position = tx.execute(sa.select(sa.func.max(a.c.seq))).scalar_one()
        places = [(Place(made.project_id, made.task_id, r.item_id, bool(r.test)), r.id, r.value) for r in alone]
        labels.first(tx, places, position, kind="rule")
    else:
        mine = sa.select(a.c.item_id).where(a.c.actor_id == one.actor_id, a.c.task_id == made.task_id)
        chosen = sa.delete(lab).where(lab.c.task_id == made.task_id, lab.c.n == 0, lab.c.item_id.in_(mine))
        gone = set(tx.execute(chosen.returning(lab.c.item_id)).scalars())
        tx.count(made.project_id, f"labels.{made.task_id}", -len(gone))
    for row in rows:
        if row.item_id in shared:
            estimates.again(tx, Place(made.project_id, made.task_id, row.item_id, bool(row.test)))
    return len(rows)
