"""The step that picks what to ask next, and asks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import ask, select, train
from ..core import ids, registry
from ..core.arrays import Features, Indices
from ..core.ids import show
from ..core.protocols import Pick, Strategy
from ..core.protocols import Pool as View
from ..store import Store, Tx, picking, projects, queue, training
from ..store.features import Pool
from ..store.projects import Project, TaskRow
from ..store.queue import NewBatch, NewQuestion
from ..store.training import Model
from . import extras, models, team
from .learn import task_of
from .models import Scores
from .pool import prepare, ready
from .wishes import Wish
from .work import State, Work


@dataclass(frozen=True, slots=True)
class Scene:
    """What picking looks at, as one moment saw it."""

    project: Project
    task: TaskRow
    model: Model | None
    taken: Indices
    labelled: Indices
    values: Sequence[Any]
    rng: np.random.Generator
    light: bool = False


def choose(work: Work, state: State) -> State:
    """Withdraw what an older model had picked, and fill the queue up again."""
    store, task = work.store, task_of(work)
    level = int(work.job.args.get("level", 0))
    if level <= 0:
        return {"asked": 0, "stale": 0}
    with store.read() as connection:
        model = training.newest_model(connection, task.id)
        old = picking.outdated(connection, task.project_id, task.id, model.id if model else None)
    reason = f"model {model.number} is newer" if model else "picked before the first model"
    gone = work.write(lambda tx: queue.close(tx, old, "stale", reason, unclaimed_only=True)) if old else 0
    with store.read() as connection:
        there = picking.open_count(connection, task.project_id, task.id)
    if level <= there:
        return {"asked": 0, "stale": gone}
    pool = prepare(store, task, work.report)
    _, numbers, _ = put(store, task, pool, Wish(n=level - there), write=work.write)
    words = state.get("words", f"{len(numbers)} questions picked")
    return {"asked": len(numbers), "stale": gone, "words": words}


def put(
    store: Store, task: TaskRow, pool: Pool | None, wish: Wish, *, write: Callable[[Callable[[Tx], Any]], Any]
) -> tuple[int | None, list[int], str]:
    """Pick and ask: batch (None when nothing was left to ask), questions, and the strategy that was used.

    A strategy that needs a model is replaced until there is one, and the questions say so.
    """
    with store.read() as connection:
        project = projects.find(connection, task.project_id)
        scene = Scene(
            project=project,
            task=task,
            model=training.newest_model(connection, task.id),
            taken=picking.taken(connection, task.id),
            labelled=(known := picking.labelled(connection, task.id))[0],
            values=known[1],
            rng=_chance(connection, project, task),
            light=wish.light,
        )
    wanted = wish.strategy or project.settings["strategy"]
    strategy, why = _usable(wanted, scene, pool)
    classes = tuple(task.options["labels"])
    scores = models.get_scores(store, scene.model, len(classes)) if scene.model else None
    drafts = _drafts(store, scene, pool, wish.n, strategy, scores)
    if strategy != wanted:
        drafts = [replace(draft, reason=f"{draft.reason}; {wanted} {why}") for draft in drafts]
    batch = NewBatch(
        project_id=project.id,
        task_id=task.id,
        strategy=strategy,
        needs=wish.needs or project.settings["overlap"],
        lane=wish.lane,
        model_id=scene.model.id if scene.model else None,
        actor_id=wish.actor_id,
    )
    gold = team.Disguise(scene.rng, _suggester(scene, scores, classes), project.settings["blind_share"])
    batch_id, numbers = write(lambda tx: store_drafts(tx, project, task, batch, drafts, gold))
    return batch_id, numbers, strategy


def _usable(strategy: str, scene: Scene, pool: Pool | None) -> tuple[str, str]:
    """The strategy that can pick now, and what the wanted one lacks. Raises `UnknownKind`."""
    plugin: Strategy = registry.find("strategies", strategy)
    needs = set(getattr(plugin, "needs", ()))
    if scene.model is None and needs & {"probabilities", *extras.HEAVY}:
        return "random" if pool is None else "typiclust", "needs a model, and there is none yet"
    if scene.light and needs & extras.HEAVY:
        return "margin", "needs more than one model, which only the loop fits, not a request"
    return strategy, ""


def _chance(connection: Any, project: Project, task: TaskRow) -> np.random.Generator:
    """Chance that is the same when a step runs again on the same state, and another for every batch."""
    return np.random.default_rng(
        int(ids.digest([project.salt, task.id, picking.newest_batch(connection, project.id)])[:15], 16)
    )


def store_drafts(
    tx: Tx, project: Project, task: TaskRow, batch: NewBatch, drafts: Sequence[ask.Draft], gold: team.Disguise
) -> tuple[int | None, list[int]]:
    """Ask what nobody has answered or asked meanwhile, as the project's rules want it. The questions, gold left out."""
    shape = registry.find("tasks", task.kind).shape
    gone = picking.taken_of(tx.connection, batch.task_id or 0, [draft.item_id for draft in drafts])
    new = [
        NewQuestion(
            item_id=draft.item_id,
            shape=shape,
            strategy=draft.strategy,
            probability=draft.probability,
            score=draft.score,
            reason=draft.reason,
            priority=draft.priority,
            blind=draft.blind,
            suggestion=draft.suggestion,
        )
        for draft in drafts
        if draft.item_id not in gone
    ]
    return team.ask_all(tx, project, task, batch, new, gold)


def _drafts(
    store: Store, scene: Scene, pool: Pool | None, n: int, strategy: str, scores: Scores | None
) -> list[ask.Draft]:
    settings, task = scene.project.settings, scene.task
    if strategy == "random" or pool is None:
        picks, tests = _drawn(store, scene, n)
    else:
        free = ~np.isin(pool.ids, scene.taken)
        tests = _tests(pool, free, n, settings["test_share"], scene.rng)
        picks = _picked(store, scene, pool, free & ~pool.tests, scores, n - len(tests), strategy)
        tests = tests[: max(0, n - len(picks))]
    suggestion = _suggester(scene, scores, tuple(task.options["labels"]))
    return ask.compose(picks, tests, suggestion=suggestion, blind_share=settings["blind_share"], rng=scene.rng)


def _suggester(
    scene: Scene, scores: Scores | None, classes: Sequence[str]
) -> Callable[[int], Mapping[str, Any] | None]:
    """What the latest model would answer about an item; None where it has not seen it."""
    multi = bool(scene.task.options.get("multi", False))

    def suggestion(item_id: int) -> Mapping[str, Any] | None:
        if scores is None or scene.model is None or not scene.project.settings["suggestions"]:
            return None
        place, known = scores.at(np.array([item_id]))
        if not known[0]:
            return None
        chances = scores.probabilities[place[0]].astype(np.float32)
        if scores.vague and int(chances.argmax()) in scores.vague:
            return None
        return ask.suggest(chances, classes, multi=multi, model=show("model", scene.model.id))

    return suggestion


def _drawn(store: Store, scene: Scene, n: int) -> tuple[list[Pick], list[Pick]]:
    """Everything uniformly at random, straight from the store: what can be asked before there are features."""
    out: list[list[Pick]] = []
    project, task, rng = scene.project, scene.task, scene.rng
    with store.read() as connection:
        free = [picking.free_count(connection, project.id, task.id, test=test) for test in (False, True)]
        tests = ask.test_part(n, project.settings["test_share"], free[1], rng)
        for test, count in ((False, n - tests), (True, tests)):
            numbers = picking.draw(connection, project.id, task.id, count, test=test, rng=rng)
            out.append(_uniform(numbers, free[test]))
    return out[0], out[1]


def _uniform(numbers: Sequence[int], free: int) -> list[Pick]:
    """Picks drawn uniformly. Those for the test set look like all others, so that nobody answers them otherwise."""
    count = len(numbers)
    chance = min(1.0, count / max(free, count, 1))
    reason = f"one of {count} drawn at random from {max(free, count)}"
    return [Pick(number, 0.0, chance, "random", reason) for number in numbers]


def _tests(pool: Pool, free: np.ndarray, n: int, share: float, rng: np.random.Generator) -> list[Pick]:
    left = pool.ids[free & pool.tests]
    count = ask.test_part(n, share, left.size, rng)
    drawn = rng.choice(left, size=count, replace=False) if count else left[:0]
    return _uniform([int(number) for number in drawn], int(left.size))


def _picked(
    store: Store, scene: Scene, pool: Pool, free: np.ndarray, scores: Scores | None, n: int, strategy: str
) -> list[Pick]:
    """n picks by a strategy with its uniformly random share; their index is the item's id.

    Near-duplicates of what was asked are left out, and with the setting ``balance`` no predicted class gets more than its
    part of the batch.
    """
    plugin: Strategy = registry.find("strategies", strategy)
    settings = scene.project.settings
    view = _view(store, scene, pool, np.flatnonzero(free), scores, plugin)
    groups, most = _fair(view, n) if settings.get("balance") else (None, None)
    known = np.isin(scene.taken, pool.ids)
    asked = np.searchsorted(pool.ids, scene.taken[known])

    def choose(candidates: Indices, count: int) -> list[Pick]:
        return plugin.pick(replace(view, candidates=candidates), count, rng=scene.rng)

    def by_strategy(candidates: Indices, count: int) -> list[Pick]:
        vectors = pool.features.vectors
        return select.settle(choose, candidates, count, vectors=vectors, asked=asked, groups=groups, most=most)

    found = select.mix(by_strategy, view.candidates, n, random_share=settings["random_share"], rng=scene.rng)
    return [Pick(int(pool.ids[pick.index]), pick.score, pick.probability, pick.strategy, pick.reason) for pick in found]


def _view(store: Store, scene: Scene, pool: Pool, candidates: Indices, scores: Scores | None, plugin: Strategy) -> View:
    """What this strategy gets to see: extras are made only where it needs them."""
    task, needs = scene.task, set(getattr(plugin, "needs", ()))
    classes = tuple(task.options["labels"])
    known = np.isin(scene.labelled, pool.ids)
    rows = np.searchsorted(pool.ids, scene.labelled[known])
    values = [value for value, there in zip(scene.values, known.tolist(), strict=True) if there]
    view = View(
        features=Features(None, pool.features.vectors),
        probabilities=_aligned(pool, scores),
        labelled=rows,
        targets=train.class_numbers(values, classes),
        candidates=candidates,
        classes=classes,
    )
    if needs & extras.HEAVY and scene.model is not None:
        some = extras.draws_for(candidates, scene.rng)
        if "committee" in needs:
            wanted = train.targets(values, classes)
            kind = registry.find("tasks", task.kind)
            members = extras.committee(lambda: kind.learner(task.options), pool.features, rows, wanted, some, scene.rng)
            view = replace(view, committee=members)
        if "noisy" in needs:
            learner = models.load(store, task, scene.model.digest).learner
            view = replace(view, noisy=extras.noisy(learner, pool.features, len(classes), some, scene.rng))
    if "seconds" in needs:
        view = replace(view, seconds=extras.seconds(store, task, pool))
    if "rounds" in needs and not scene.light:  # it reads the scores of twenty models
        view = replace(view, rounds=extras.rounds(store, task))
    return view


def _fair(view: View, n: int) -> tuple[Indices | None, int | None]:
    """The class that the model expects of each row, and how many of one class a batch of n may hold."""
    if view.probabilities is None:
        return None, None
    return view.probabilities.argmax(axis=1), -(-n // view.probabilities.shape[1])


def _aligned(pool: Pool, scores: Scores | None) -> np.ndarray | None:
    """Probabilities for every row of the pool; items that came after the model count as entirely unsure."""
    if scores is None:
        return None
    place, known = scores.at(pool.ids)
    if known.all() and scores.ids.size == pool.ids.size:
        return scores.probabilities.astype(np.float32)
    out = np.full((pool.ids.size, scores.probabilities.shape[1]), 1 / scores.probabilities.shape[1], dtype=np.float32)
    out[known] = scores.probabilities[place[known]]
    return out


def at_once(tx: Tx, project: Project, task: TaskRow, n: int) -> int:
    """Ask n uniformly random items inside one transaction: cheap, so that nobody waits for a model. How many were."""
    connection = tx.connection
    rng = _chance(connection, project, task)
    free = [picking.free_count(connection, project.id, task.id, test=test) for test in (False, True)]
    tests = ask.test_part(n, project.settings["test_share"], free[1], rng)
    parts = []
    for test, count in ((False, n - tests), (True, tests)):
        numbers = picking.draw(connection, project.id, task.id, count, test=test, rng=rng)
        parts.append(_uniform(numbers, free[test]))
    drafts = ask.compose(parts[0], parts[1], suggestion=lambda _item: None, blind_share=0.0, rng=rng)
    batch = NewBatch(
        project_id=project.id,
        task_id=task.id,
        strategy="random",
        needs=project.settings["overlap"],
        lane="label",
    )
    return len(store_drafts(tx, project, task, batch, drafts, team.Disguise(rng))[1])


def by_hand(store: Store, task: TaskRow, wish: Wish) -> tuple[int | None, list[int], str]:
    """Ask now, in this process, with the features that are there; nothing is encoded or trained."""
    return put(store, task, ready(store, task), replace(wish, light=True), write=store.write)
