"""The steps from labels to a model: commit, encode, fit."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import train
from ..core import registry
from ..core.errors import NotEnoughLabels
from ..core.ids import show
from ..store import cascades, commits, committing, gates, projects, relabelling, training, verdicts
from ..store.commits import Revision
from ..store.committing import Labels
from ..store.projects import TaskRow
from ..store.training import Model, NewModel
from . import models
from .models import Scores
from .pool import prepare
from .versions import DIGESTS
from .work import State, Work


def task_of(work: Work) -> TaskRow:
    """The task that a job is about."""
    assert work.job.task_id is not None
    with work.store.read() as connection:
        return projects.task_by_id(connection, work.job.task_id)


def commit(work: Work, _state: State) -> State:
    """Make the labels as they stand an immutable version. Again without new labels, it is the same version."""
    task = task_of(work)
    actor = work.job.actor_id
    if actor is None:
        actor = work.write(lambda tx: gates.rule_actor(tx, "loop"))
    labels = Labels(task, f"for training by job {show('job', work.job.id)}", actor, DIGESTS)
    made = committing.commit(work.store, labels, write=work.write)
    return {"commit": made.id, "position": made.position, "rows": made.rows}


def encode(work: Work, _state: State) -> State:
    """Bring the features up to date with the items."""
    pool = prepare(work.store, task_of(work), work.report)
    work.write(lambda _tx: None)  # an attempt that was overtaken meanwhile must not count this step as done
    return {"encoded": len(pool.ids)}


def fit(work: Work, state: State) -> State:
    """Train on everything outside the test set, score the pool, store the model."""
    store, task = work.store, task_of(work)
    with store.read() as connection:
        made = training.model_of_job(connection, task.id, work.job.id)
        version = commits.get(connection, state["commit"])
        held = relabelling.today(connection, version, commits.checkout(connection, version))
        rows = [row for row in held if not row.test]
        settings = projects.find(connection, task.project_id).settings
        rows = _learnable(connection, task, settings, rows)
        weight = float(settings.get("correction_weight", 1.0))
        changed = verdicts.corrected(connection, task.id, until=version.position) if weight > 1 else set()
    if made is not None:
        return {"model": made.id}
    classes, multi = task.options["labels"], bool(task.options.get("multi", False))
    wanted = train.targets([row.value for row in rows], classes)
    try:
        train.trainable(wanted, classes, multi=multi)
    except NotEnoughLabels as error:
        if work.job.args.get("auto"):
            return {"enough": True, "words": error.message}
        raise
    started = time.perf_counter()
    pool = prepare(store, task, work.report)
    learner = registry.find("tasks", task.kind).learner(task.options)
    seed = int(version.digest[:8], 16)
    numbers = np.array([row.item_id for row in rows], dtype=np.int64)
    features = pool.features.take(np.searchsorted(pool.ids, numbers))
    weights = train.corrections.weights(np.isin(numbers, list(changed)), weight) if changed else None
    learner.fit(features, wanted, weights=weights, rng=np.random.default_rng(seed))
    chances = train.predict(learner, pool.features, lambda done, n: work.report("scores the pool", done, n))
    new = NewModel(
        project_id=task.project_id,
        task_id=task.id,
        commit_id=version.id,
        job_id=work.job.id,
        learner=learner.name,
        params={"options": dict(task.options), "task_version": task.version, "encoder": pool.encoder}
        | ({"correction_weight": float(weights.max())} if weights is not None else {}),
        seed=seed,
        seconds=time.perf_counter() - started,
        digest=models.pack(store, task, learner, pool.encoder),
        scores=models.put_scores(store, Scores(pool.ids, chances)),
        labels=len(rows),  # what it learned from: test items only measure it
        human_seconds=_human_seconds(work, task, version),
    )
    model: Model = work.write(lambda tx: training.add_model(tx, new))
    return {"model": model.id, "words": f"model {model.number} from {len(rows)} labels"}


def _learnable(connection: Any, task: TaskRow, settings: Mapping[str, Any], rows: list[Revision]) -> list[Revision]:
    """Without what only a policy said, unless the settings want to learn from that too."""
    said = set() if settings.get("automatic_labels", False) else cascades.policies(connection, task.id)
    return [row for row in rows if not row.answers or not said.issuperset(row.answers)] if said else rows


def _human_seconds(work: Work, task: TaskRow, version: commits.Commit) -> float:
    """All attention that went into this version: that of the newest model, and what came since."""
    with work.store.read() as connection:
        last = training.newest_model(connection, task.id)
        before, after = 0.0, 0
        if last is not None:
            before = last.human_seconds
            after = commits.get(connection, training.the_run(connection, last.run_id).commit_id).position
        return before + training.human_seconds(
            connection, task.project_id, task.id, after=after, until=version.position
        )


def describe(report: dict[str, Any]) -> str:
    """``accuracy 0.91 (0.85 to 0.95, n 120)``, or that nothing is known."""
    found = report["candidate"]["accuracy"]
    if not found["n"]:
        return "not tested: no label in the living test set yet"
    return f"accuracy {found['value']:.3f} ({found['low']:.3f} to {found['high']:.3f}, n {found['n']})"
