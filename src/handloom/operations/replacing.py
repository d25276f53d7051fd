"""Find and replace over the labels of a dataset: rows found by a predicate, previewed, changed as one version of a branch.

A version is what a correction of many rows is: it has an author and a message, is compared, tested and merged like any
other, and one restore takes it back. Answers stay what people said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core import registry, shapes
from ..core.errors import EmptyInput, Malformed, NotFound
from ..core.ids import show
from ..core.later import later
from ..core.relabel import Chain, Migration, names_in
from ..jobs import proposals
from ..jobs.versions import DIGESTS
from ..store import Tx, branches, contents, edits, people, replacing, training
from ..store.branches import Branch
from ..store.commits import Commit
from ..store.contents import Content
from ..store.edits import Edit
from ..store.projects import TaskRow
from ..store.recording import MAIN, Note
from . import guesses, landed
from .labels import reason_of
from .requests import tend
from .session import Session, in_project

if TYPE_CHECKING:
    from ..dataset import contents as rowed
    from ..dataset import slices
else:  # they bring numpy, which a server where nobody looks for rows never needs
    rowed, slices = later("handloom.dataset.contents"), later("handloom.dataset.slices")

SAMPLE = 20
MAX_ROWS = 1_000_000
PAGE = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """Which rows: all that is given must fit. label: the row's value holds it; where: a predicate over fields and label;
    search: a text in any field; answered_by: an actor whose answer stands; disagrees: the newest model says otherwise."""

    label: str | None = None
    search: str | None = None
    where: str | None = None
    answered_by: str | None = None
    disagrees: bool = False


@in_project
def replace_labels(
    session: Session,
    project: str,
    to: Any,
    task: str | None = None,
    label: str | None = None,
    search: str | None = None,
    where: str | None = None,
    answered_by: str | None = None,
    disagrees: bool = False,
    branch: str = MAIN,
    message: str = "",
    preview: bool = False,
) -> dict[str, Any]:
    """Give the rows of a branch that fit another label, as one version; a branch that is not there begins at main.

    On main itself it may be held up as any other change, by data tests or people; ``commit`` is then what is proposed.

    With ``label`` only that label becomes ``to`` and others of the row stay; without it the whole value becomes ``to``.
    preview: how many and a sample; nothing is done.
    """
    session.require("train")
    row = session.case(project).task(task)
    finding = Finding(label, search, where, answered_by, disagrees)
    if finding == Finding():
        raise Malformed("say which rows: label, search, where, answered_by or disagrees", field="label")
    value = _value(row, to, label)
    found = [(one, after) for one in _rows(session, row, branch, finding) if (after := value(one.value)) != one.value]
    shown = {
        "count": len(found),
        "branch": branch,
        "sample": [_sample(one, after) for one, after in found[:SAMPLE]],
        "commit": None,
    }
    if preview:
        return shown
    if not found:
        raise EmptyInput("no row fits, so there is nothing to replace", field="label")
    words, actor = reason_of(message), session.actor.id

    def write(tx: Tx, on: Branch) -> Commit:
        head = branches.head(tx.connection, on)
        note = Note(actor, words, head.position if head else 0)
        return edits.edit(tx, on, {one.item_id: Edit(value=after) for one, after in found}, note, DIGESTS)

    return shown | {"commit": _put(session, row, branch, words, write)}


def _put(session: Session, task: TaskRow, branch: str, words: str, write: landed.Write) -> str:
    """Change a branch, which begins at main where it is not there yet: the commit. Main itself as `landed` lets it be."""
    if branch == MAIN and landed.held_up(session, task):
        return landed.write(session, task, words, write, None)

    def unit(tx: Tx) -> Commit:
        if branch not in {one.name for one in branches.branches(tx.connection, task.id)}:
            branches.add_branch(tx, branches.resolve(tx.connection, task.id, MAIN), branch, session.actor.id)
        on = branches.branch(tx.connection, task.id, branch)
        made = write(tx, on)
        proposals.moved(tx, on.id)
        return made

    made = session.store.write(unit)
    tend(session, task)
    return show("commit", made.id)


def _value(row: TaskRow, to: Any, label: str | None) -> Any:
    """What becomes of a value."""
    shape = shapes.shape(registry.find("tasks", row.kind).shape)
    known = row.options.get("labels", [])
    if label is None:
        whole = shape.show(shape.parse(to, row.options, row.name))
        return lambda _before: whole
    name = to if isinstance(to, str) else (to.get("labels") or [None])[0] if isinstance(to, dict) else None
    if not isinstance(name, str):
        raise Malformed("a label is replaced by one label, as a word", field="to")
    shape.parse({"labels": [name]} if shape.name == "choice" else {"spans": []}, row.options, row.name)
    if name not in known:
        raise NotFound("label", name[:80])
    step = Migration(1, 1, "merge", (label,), (name,), tuple(known), tuple(known))
    return lambda before: Chain([step]).read(before, 0)


def _rows(session: Session, task: TaskRow, branch: str, finding: Finding) -> Iterator[Content]:
    """Rows of the head of a branch that fit, in the order of the items."""
    predicate = slices.parse(finding.where) if finding.where is not None else None
    needle = finding.search.casefold() if finding.search else None
    with session.store.read() as connection:
        there = {one.name for one in branches.branches(connection, task.id)}
        at = branches.resolve(connection, task.id, branch if branch in there else MAIN)
        actor = None if finding.answered_by is None else people.named(connection, finding.answered_by)
        mine = None if actor is None else replacing.answered_by(connection, task.id, actor.id)
        model = training.newest_model(connection, task.id)
    if finding.disagrees and model is None:
        raise NotFound("model of task", task.name)
    page: list[Content] = []

    def fits(one: Content) -> bool:
        if finding.label is not None and finding.label not in names_in(one.value):
            return False
        if mine is not None and one.item_id not in mine:
            return False
        if needle is not None and not any(needle in str(v).casefold() for v in (one.key, *one.data.values())):
            return False
        return predicate is None or predicate.holds(rowed.cells(one.data, one.meta, one.value))

    for one in contents.of(session.store, at):
        if fits(one):
            page.append(one)
        if len(page) == PAGE:
            yield from _disputed(session, task, page) if finding.disagrees else page
            page = []
    yield from _disputed(session, task, page) if finding.disagrees else page


def _disputed(session: Session, task: TaskRow, page: list[Content]) -> list[Content]:
    """Those of which the newest model says something else."""
    said = guesses.newest(session, task.id, [one.item_id for one in page])
    return [
        one
        for one in page
        if one.item_id in said and said[one.item_id]["label"] != ", ".join((one.value or {}).get("labels", ()))
    ]


def _sample(one: Content, after: Any) -> dict[str, Any]:
    return {
        "item": show("item", one.item_id),
        "key": one.key,
        "data": dict(one.data),
        "before": one.value,
        "after": after,
    }
