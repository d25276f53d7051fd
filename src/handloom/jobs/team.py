"""What an answer means for people: checks against gold, labels weighed by skill, conflicts, and who is paused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .. import ask
from ..core import questions as life
from ..core import registry
from ..core.ids import show
from ..core.later import later
from ..core.people import Check, Rule, Skill, Vote
from ..core.protocols import Estimate
from ..core.questions import Progress
from ..store import (
    Tx,
    aside,
    conflicts,
    estimates,
    gold,
    members,
    moves,
    people,
    picking,
    projects,
    quality,
    queue,
    skills,
)
from ..store.answers import Followed
from ..store.projects import Project, TaskRow
from ..store.queue import NewBatch, NewQuestion

if TYPE_CHECKING:
    import numpy as np

    from ..resolve import redundancy, weighed
    from ..resolve import skills as measured
else:
    redundancy, weighed = later("handloom.resolve.redundancy"), later("handloom.resolve.weighed")
    measured = later("handloom.resolve.skills")

EVERYBODY = 1_000_000
"""Answers that a gold question takes: it stays open for whoever comes, until a newer batch takes its place."""
MEASURED_EVERY = 60


SHOWN_EVERY = 200


def measuring_due(answers: int, *, weighs: bool) -> int:
    """New answers after which people are measured again: often at first, then with every twentieth part more.

    weighs: labels depend on it; otherwise it is for who looks alone.
    """
    return max(MEASURED_EVERY if weighs else SHOWN_EVERY, answers // 20)


def measured_at_all(settings: Mapping[str, Any], *, has_gold: bool, shape: str) -> bool:
    """Whether a task's people are measured: they are checked with gold, or labels are asked for until they are sure."""
    return shape == "choice" and (has_gold or settings["most_answers"] is not None)


def weigh(connection: Any, task_id: int, item_id: int, basis: int | None) -> tuple[Estimate | None, int | None]:
    """The label of an item by measured skill, and the newest skill it used. The store's hook of that name."""
    task = projects.task_by_id(connection, task_id)
    settings = projects.find(connection, task.project_id).settings
    said = skills.votes(connection, task_id=task.id, item_id=item_id, basis=skills.NOW if basis is None else basis)
    found = _weighed(task, said[0], model=said[1] if settings.get("model_votes") else None)
    return (found.estimate, said[2]) if found is not None else (None, None)


def weighed_label(
    connection: Any, settings: Mapping[str, Any], task: TaskRow, item_id: int, *, test: bool
) -> tuple[weighed.Weighed | None, int]:
    """The label of an item with its posterior, and the newest skill that it used.

    With the setting ``model_backs`` the suggestion that the item was asked with tells how sure the label is, not what it is.
    Not in the living test set: there a model would have a say in which of its own mistakes are looked at twice.
    """
    votes, suggestion, newest = skills.votes(connection, task_id=task.id, item_id=item_id)
    if settings.get("model_votes"):
        return _weighed(task, votes, model=suggestion), newest
    backing = None
    if suggestion is not None and settings.get("model_backs") and not test:
        backing = weighed.Backing(suggestion, quality.suggestions(connection, task.id))
    return _weighed(task, votes, backing=backing), newest


def _weighed(task: TaskRow, votes: Sequence[Vote], **by: Any) -> weighed.Weighed | None:
    return weighed.weigh(votes, task.options["labels"], multi=bool(task.options.get("multi", False)), **by)


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where an answer came in."""

    tx: Tx
    project: Project
    task: TaskRow
    given: Followed

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.project.settings


def follow(tx: Tx, given: Followed) -> tuple[Progress, Mapping[str, Any] | None]:
    """Where the question stands now, and feedback for whoever practises. The store's hook of that name."""
    task = projects.task_by_id(tx.connection, given.row.task_id)
    scene = _Scene(tx, projects.find(tx.connection, task.project_id), task, given)
    match given.row.lane:
        case "gold":
            if given.new.outcome == "answered" or given.new.supersedes is not None:
                measure_one(tx, scene.project, task, given.new.actor_id)
            return given.after, None
        case "practice":
            return given.after, _practised(scene)
        case "expert":
            _verdict(scene)
            return given.after, None
        case _:
            return _labelled(scene), None


def _labelled(scene: _Scene) -> Progress:
    """Weigh the label where the question says so, ask once more where it is not sure, and find conflicts."""
    tx, row, after = scene.tx, scene.given.row, scene.given.after
    if row.trusted is not None:
        measure_one(tx, scene.project, scene.task, scene.given.new.actor_id)
        return after
    unsure = after.state == "resolved" and row.most is None
    if row.most is not None:
        found, newest = weighed_label(tx.connection, scene.settings, scene.task, row.item_id, test=row.test)
        estimate = found.estimate if found else None
        estimates.settle(tx, row, estimate, position=scene.given.position, basis=newest)
        if found is not None and after.state == "resolved":
            after, unsure = _enough(scene, found, after)
    if after.state == "escalated" or unsure:
        _conflict(tx, scene.project, scene.task, row.item_id)
    return after


def _enough(scene: _Scene, found: weighed.Weighed, after: Progress) -> tuple[Progress, bool]:
    """Whether an item has had enough answers: where its question stands, and whether it ended without being sure."""
    tx, row = scene.tx, scene.given.row
    if found.sure >= scene.settings["sure"]:
        return after, False
    if not _another(tx, scene.project, found, after, row=row, seconds=scene.given.new.seconds):
        return after, True
    wanting = life.wanting(after, after.got + 1)
    moves.want(tx, row, after, wanting)
    return wanting, False


def _another(tx: Tx, project: Project, found: weighed.Weighed, after: Progress, *, row: Any, seconds: float) -> bool:
    """Whether one more answer is worth its time, and there is anybody left to give it."""
    settings = project.settings
    rule = redundancy.Rule(threshold=settings["sure"], least=1, most=row.most, worth=settings["answer_worth"])
    if redundancy.enough(found.belief, after.got, rule, label=found.label, seconds=seconds).enough:
        return False
    return picking.anybody_left(tx.connection, project.id, row.task_id, row.item_id)


def ask_more(tx: Tx, project: Project, task: TaskRow, item_id: int, found: weighed.Weighed) -> bool:
    """Open the question of an item again whose label, by what is known of people now, is not sure."""
    row = moves.resolved_question(tx, task.id, item_id)
    if row is None or row.most is None or found.sure >= project.settings["sure"]:
        return False
    before = moves.progress(row)
    if not _another(tx, project, found, before, row=row, seconds=0.0):
        return False
    moves.want(tx, row, before, life.wanting(before, before.got + 1))
    return True


def settle_in_vain(tx: Tx, project: Project, task: TaskRow) -> int:
    """Resolve questions that want more answers than there are people left to ask; a conflict goes to an expert."""
    rows = picking.waiting_in_vain(tx.connection, project.id, task.id)
    for row in rows:
        before = moves.progress(row)
        moves.want(tx, row, before, life.wanting(before, before.got))
        _conflict(tx, project, task, row.item_id)
    return len(rows)


def _conflict(tx: Tx, project: Project, task: TaskRow, item_id: int) -> None:
    """Ask an expert, who sees the values that were given and why, when people disagree or say that they cannot tell."""
    if not project.settings["experts"]:
        return
    said = conflicts.said(tx.connection, task_id=task.id, item_id=item_id)
    said = [one for one in said if not {"verdict", "among"} & (one.value or {}).keys()]
    values = Counter(str(one.value) for one in said if one.outcome == "answered")
    doubts = [one.outcome for one in said if one.outcome in ("unsure", "flag")]
    if len(values) < 2 and not doubts:
        return
    if conflicts.asked(tx.connection, task_id=task.id, item_id=item_id):
        return
    why = "flag" if "flag" in doubts else "unsure" if doubts else "disagree"
    sides = ask.sides([(one.value, one.outcome, one.rationale or one.note) for one in said])
    ask_expert(tx, task, item_id, why=why, sides=sides)


def ask_expert(tx: Tx, task: TaskRow, item_id: int, *, why: str, sides: Sequence[Mapping[str, Any]]) -> list[int]:
    """A question for an expert about an item that people cannot agree on."""
    new = NewQuestion(
        item_id=item_id,
        shape=shape_of(task),
        strategy="conflict",
        probability=0.0,
        score=0.0,
        reason=ask.in_words(why, sides),
        body={"why": why, "values": [dict(side) for side in sides]},
    )
    batch = NewBatch(project_id=task.project_id, task_id=task.id, strategy="conflict", needs=1, lane="expert")
    return queue.ask(tx, batch, [new])[1]


def _verdict(scene: _Scene) -> None:
    """What an expert says is the label from now on, and tells about everybody who answered the item."""
    tx, row, new = scene.tx, scene.given.row, scene.given.new
    if new.outcome != "answered":
        return
    old = gold.of_item(tx.connection, row.task_id, row.item_id)
    hidden = bool(scene.settings["expert_gold"]) or (old is not None and old.hidden)
    found = gold.Gold(
        row.task_id, row.item_id, new.id, new.value, "expert", hidden, new.rationale or new.note, new.actor_id, tx.now
    )
    gold.put(tx, found, row, position=scene.given.position)
    for actor_id in sorted(gold.who_answered(tx.connection, row.task_id, [row.item_id]) - {new.actor_id}):
        measure_one(tx, scene.project, scene.task, actor_id)


def _practised(scene: _Scene) -> dict[str, Any]:
    """What was right, why, and how far it is to the first question that counts."""
    tx, row, new = scene.tx, scene.given.row, scene.given.new
    truth = gold.of_item(tx.connection, row.task_id, row.item_id)
    stands = practice(tx.connection, scene.settings, scene.task.id, new.actor_id)
    return {
        "right": truth is not None and new.outcome == "answered" and new.value == truth.value,
        "value": truth.value if truth else None,
        "note": truth.note if truth else None,
        "qualified": stands.qualified,
        "left": stands.left,
    }


def practice(connection: Any, settings: Mapping[str, Any], task_id: int, actor_id: int) -> ask.Practice:
    """How somebody stands before the first question that counts."""
    outcomes = gold.practised(connection, task_id, actor_id)
    return ask.practice(outcomes, wanted=settings["practice"], share=settings["qualify"])


def measure_one(tx: Tx, project: Project, task: TaskRow, actor_id: int) -> None:
    """Bring somebody's skill up to date with their checks, and pause them when it leaves no doubt."""
    actor = people.find(tx.connection, actor_id)
    if actor.kind != "person":
        return
    found = gold.checks(tx.connection, task.id, actor_id)
    matched = sum(check.right for check in found)
    old = skills.of_actor(tx.connection, task.id, actor_id)
    if (old.checks, old.matched) == (len(found), matched) if old is not None else not found:
        return
    new = _measured(old, len(found), matched)
    position = found[-1].seq if found else 0
    skills.add(tx, task_id=task.id, actor_id=actor_id, found=new, position=position)
    member = members.one(tx.connection, project.id, actor_id)
    if member is not None:
        found = gold.checks(tx.connection, task.id, actor_id, since=member.since)
    pause(tx, project, task, actor, found)


def last_good(found: Sequence[Check], limit: float) -> int:
    """Seq of the last check at which all was well, 0 when there was none."""
    return ask.conduct(found, limit=limit).since


def shape_of(task: TaskRow) -> str:
    """The shape of a task's answers."""
    return registry.find("tasks", task.kind).shape


def _measured(old: Skill | None, checks: int, matched: int) -> Skill:
    """The skill with these checks instead of those that it was measured with; what overlap told stays."""
    hits, n, follows = float(matched), float(checks), 0.0
    if old is not None:
        hits = old.accuracy * old.n + matched - old.matched
        n, follows = old.n + checks - old.checks, old.follows
    n = max(n, 0.0)
    share, low, high = measured.wilson(min(max(hits, 0.0), n), n)
    accuracy = float(share) if n else weighed.STRANGER
    return Skill(accuracy, float(low), float(high), n, checks, matched, follows)


def pause(tx: Tx, project: Project, task: TaskRow, actor: people.Actor, found: Sequence[Check]) -> bool:
    """Pause somebody whose checks leave no doubt, and ask again what they answered since the last good one."""
    verdict = ask.conduct(found, limit=project.settings["pause_below"])
    if not verdict.pause:
        return False
    words = f"{verdict.right} of the last {verdict.n} checks were right"
    return stop(tx, project, task, actor, since=verdict.since, words=words)


def stop(tx: Tx, project: Project, task: TaskRow, actor: people.Actor, *, since: int, words: str) -> bool:
    """Pause somebody in a project. since: seq of the last answer that is still believed. False: they are paused already."""
    member = members.one(tx.connection, project.id, actor.id)
    if actor.role == "owner" or (member is not None and member.state != "active"):
        return False
    reason = f"{words}, below {project.settings['pause_below']:.0%}"
    role, tags = (member.role, member.tags) if member else (actor.role, ())
    members.put(tx, project.id, actor.id, role=role, state="paused", tags=tags, reason=reason)
    queue.release_claims(tx, actor_id=actor.id, question_ids=aside.held_by(tx.connection, project.id, actor.id))
    work = aside.work_of(tx.connection, task.id, actor.id, since=since, until=skills.NOW)
    count = aside.set_aside(tx, work, reason=f"{actor.name} was paused: {reason}", actor_id=None)
    settle_in_vain(tx, project, task)
    body = {"member": show("actor", actor.id), "task": task.id, "reason": reason, "asked_again": count, "since": since}
    tx.emit("member.paused", project=project.id, subject=show("actor", actor.id), body=body)
    return True


@dataclass(frozen=True, slots=True)
class Disguise:
    """What makes gold look like any other question. suggestion: what the latest model says of an item, or None;
    blind_share: of the questions whose suggestion is hidden."""

    rng: np.random.Generator
    suggestion: Callable[[int], Mapping[str, Any] | None] = lambda _item: None
    blind_share: float = 0.0


def ask_all(
    tx: Tx, project: Project, task: TaskRow, batch: NewBatch, new: Sequence[NewQuestion], gold_as: Disguise | None
) -> tuple[int | None, list[int]]:
    """Ask, as the project's rules want it: who may have a question, how many answers, with gold among them.

    gold_as None: no gold is added. The numbers returned are those of the questions asked for.
    """
    settings = project.settings
    checked = bool(gold.tasks_with(tx.connection, [task.id]))
    weighs = (checked or settings["most_answers"] is not None) and shape_of(task) == "choice"
    rules = [Rule.of(raw) for raw in settings["assign"]]
    if not (weighs or checked or rules):
        return queue.ask(tx, batch, new)
    facts = picking.facts_of(tx.connection, [one.item_id for one in new if one.item_id]) if rules else {}
    out = []
    for one in new:
        rule = ask.rule_of(facts.get(one.item_id or 0, {}), rules)
        needs = (rule.needs if rule else None) or batch.needs
        most = max(needs, settings["most_answers"] or 0) if weighs else None
        audience = rule.name if rule is not None and rule.narrows else None
        out.append(replace(one, needs=needs, most=most, audience=audience))
    hidden = _gold(tx, project, task, out, gold_as) if checked and gold_as is not None and out else []
    if not hidden or gold_as is None:
        return queue.ask(tx, batch, out)
    mixed = ask.mingle(out, hidden, gold_as.rng)
    batch_id, numbers = queue.ask(tx, batch, mixed)
    gold_ids = set(gold.questions_of(tx.connection, batch_id)) if batch_id else set()
    return batch_id, [number for number in numbers if number not in gold_ids]


def _gold(tx: Tx, project: Project, task: TaskRow, new: Sequence[NewQuestion], gold_as: Disguise) -> list[NewQuestion]:
    """Gold to lie ready beside new questions, each looking like one of them; what is left of earlier gold goes.

    The model has learned from gold, so its suggestions there are better than elsewhere. Some are replaced by a wrong one,
    as often as its suggestions are wrong on fresh items; else whoever follows every suggestion would pass every check.
    """
    settings, rng = project.settings, gold_as.rng
    newcomers = picking.anybody_new(tx.connection, project.id, task.id, checks=settings["gold_first"])
    wanted = ask.supply(len(new), usual=settings["gold_share"], newcomers=newcomers)
    if not wanted:
        return []
    queue.close(tx, gold.left_over(tx.connection, task.id), "stale", "picked before the newest batch")
    wrong = skills.wrong_suggestions(tx.connection, task.id)
    hidden = []
    for item_id in gold.to_ask(tx.connection, task.id, wanted, rng):
        twin = new[int(rng.integers(len(new)))]
        said = gold_as.suggestion(item_id)
        if said is not None and rng.random() < wrong:
            said = ask.another(said, task.options["labels"], rng)
        hidden.append(
            replace(
                twin, item_id=item_id, lane="gold", needs=EVERYBODY, most=None, audience=None, probability=0.0,
                priority=tx.now, suggestion=said, blind=said is not None and bool(rng.random() < gold_as.blind_share),
            )
        )  # fmt: skip
    return hidden
