"""The steps from a model to a release: evaluate and gate. What a decision does then: `handloom.jobs.releases`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import dataset, evaluate, release, train
from ..core import clock
from ..core.arrays import Indices
from ..core.errors import HandloomError, NotEnoughLabels, UnknownLabel
from ..core.ids import show
from ..core.protocols import Content
from ..select.stopping import forecast
from ..store import Store, Tx, answers, commits, gates, items, projects, queue, relabelling, training
from ..store.projects import TaskRow
from ..store.queue import NewBatch, NewQuestion
from ..store.training import Model
from . import columns, heuristic, models, profiles
from .learn import describe, task_of
from .pool import ready
from .work import State, Work

EXAMPLES = 20
SCORED = 3
"""The newest models that keep what they think of the pool, beside those that serve or served last."""
DAY = 86_400.0
AHEAD = 5
"""Batches that a forecast looks ahead."""
GATE = "release gate"


@dataclass(frozen=True, slots=True)
class TestSet:
    """The labelled items of the living test set in a commit. truth: class numbers, or (n, classes) for a multi-label task."""

    __test__ = False

    ids: Indices
    truth: np.ndarray
    digest: str
    trained: np.ndarray

    @property
    def n(self) -> int:
        return int(self.ids.size)


def assess(work: Work, state: State) -> State:
    """Evaluate the new model in full, and every older model again when the test set has grown."""
    store, task = work.store, task_of(work)
    with store.read() as connection:
        version = commits.get(connection, state["commit"])
        test = _test_set(relabelling.today(connection, version, commits.checkout(connection, version)), task)
        all_models = training.models(connection, task.id)
        known = training.evaluations(connection, [model.id for model in all_models])
        serving = training.current(connection, task.id)
        settings = projects.find(connection, task.project_id).settings
    candidate = next(model for model in all_models if model.id == state["model"])
    older = [model for model in all_models if model.id != candidate.id]
    rng = np.random.default_rng(int(test.digest[:8], 16))
    current = next((model for model in older if serving and model.id == serving.model_id), None)
    rules, trouble = _heuristic(store, task, test, settings.get("heuristic"))
    against: dict[Any, Any] = {
        "current": _contender(store, task, test, current) if current else None,
        "heuristic": rules,
        "majority": _majority(task, test),
    }
    mine = _contender(store, task, test, candidate)
    report = evaluate.report(test.truth, task.options["labels"], mine, against, rng=rng)
    report["findings"] = trouble + report["findings"]
    report["slices"] = profiles.per_slice(store, task, test.ids.tolist(), test.truth, mine.predicted)
    reports: dict[int, dict[str, Any]] = {}
    for done, model in enumerate(older):
        if test.n and (model.id not in known or known[model.id].test_digest != test.digest):
            work.report("evaluates older models on the grown test set", done, len(older))
            other = _contender(store, task, test, model)
            reports[model.id] = evaluate.report(test.truth, task.options["labels"], other, {}, rng=rng)
    previous = next((model for model in older if model.number < candidate.number), None)
    was = (
        reports.get(previous.id) or (known[previous.id].report if previous.id in known else None) if previous else None
    )
    report["since_last"] = _since_last(store, task, previous, candidate, was, report)
    reports[candidate.id] = report
    report["forecast"] = _forecast(
        all_models, candidate, {**{m: e.report for m, e in known.items()}, **reports}, settings
    )
    work.write(lambda tx: training.add_evaluations(tx, task.project_id, test.digest, test.n, reports))
    _forget_scores(work, task, all_models)
    return {"tested": test.n, "words": f"model {candidate.number}: {describe(report)}"}


def _forecast(
    all_models: Sequence[Model], newest: Model, reports: Mapping[int, Any], settings: Mapping[str, Any]
) -> dict[str, Any] | None:
    """What another few batches are expected to cost and to bring, from the curve of all models; None when nothing can be said."""
    curve = [
        (float(model.labels), float(reports[model.id]["candidate"]["accuracy"]["value"]))
        for model in all_models
        if model.id in reports and reports[model.id]["candidate"]["accuracy"]["value"] is not None
    ]
    pace = newest.human_seconds / newest.labels if newest.labels else 0.0
    found = forecast(curve, AHEAD * int(settings["batch"]), seconds_per_answer=pace)
    if found is None:
        return None
    numbers = {"gain": found.gain, "low": found.low, "high": found.high}
    return {
        "answers": found.answers,
        "seconds": round(found.seconds, 1),
        **{k: round(v, 5) for k, v in numbers.items()},
    }


def _test_set(rows: Any, task: TaskRow) -> TestSet:
    every = list(rows)
    held = [row for row in every if row.test]
    classes, multi = task.options["labels"], bool(task.options.get("multi", False))
    encode = train.targets if multi else train.class_numbers
    return TestSet(
        ids=np.array([row.item_id for row in held], dtype=np.int64),
        truth=np.asarray(encode([row.value for row in held], classes), dtype=np.int64),
        digest=dataset.of(held),
        trained=np.asarray(encode([row.value for row in every if not row.test], classes), dtype=np.int64),
    )


def _contender(store: Store, task: TaskRow, test: TestSet, model: Model) -> evaluate.Contender:
    about = {"model": show("model", model.id), "number": model.number, "labels": model.labels}
    multi = bool(task.options.get("multi", False))
    return evaluate.Contender(evaluate.predictions(_chances(store, task, test.ids, model), multi=multi), about)


def _chances(store: Store, task: TaskRow, numbers: Indices, model: Model) -> np.ndarray:
    """(n, classes) of a model on some items: stored scores, computed for items that came after it."""
    classes = len(task.options["labels"])
    scores = models.get_scores(store, model, classes)
    out = np.zeros((len(numbers), classes), dtype=np.float32)
    known = np.zeros(len(numbers), dtype=bool)
    if scores is not None:
        place, known = scores.at(numbers)
        out[known] = scores.probabilities[place[known]]
    late = numbers[~known]
    if late.size:
        chances = _computed(store, task, late, models.load(store, task, model.digest))
        moved = columns.columns(store, model)
        chances = chances if moved is None else moved.of(chances)
        out[~known, : chances.shape[1]] = chances
    return out


def _computed(store: Store, task: TaskRow, numbers: Indices, model: models.Ready) -> np.ndarray:
    """(n, classes) of a model on some items: from the features that lie ready, else from their content."""
    pool = ready(store, task)
    if pool is not None and pool.encoder == model.encoder_digest and np.isin(numbers, pool.ids).all():
        return model.learner.predict(pool.features.take(np.searchsorted(pool.ids, numbers)))
    with store.read() as connection:
        rows = items.get(connection, [int(number) for number in numbers])
    return model.predict([Content(rows[int(number)].data, store.blobs.get) for number in numbers])


def _forget_scores(work: Work, task: TaskRow, newest: Sequence[Model]) -> None:
    """Remove what old models thought of the whole pool, which is large: those that serve, served or are newest keep it.

    Files first: should the process die in between, the rows still say what to remove.
    """
    with work.store.read() as connection:
        served = list(dict.fromkeys(row.model_id for row in training.releases(connection, task.id)))[:2]
        keep = {*served, *(model.id for model in newest[:SCORED])}
        old = training.scored(connection, task.id, keep)
    for _, digest in old:
        work.store.blobs.remove(digest)
    if old:
        work.write(lambda tx: training.forget_scores(tx, [number for number, _ in old]))


def _majority(task: TaskRow, test: TestSet) -> evaluate.Contender:
    common = evaluate.majority(test.trained, test.n, classes=len(task.options["labels"]))
    return evaluate.Contender(common, {"name": "majority"})


def _heuristic(
    store: Store, task: TaskRow, test: TestSet, setting: Mapping[str, Any] | None
) -> tuple[evaluate.Contender | None, list[dict[str, Any]]]:
    """The heuristic on the test items, or a finding that says why it could not be run: a model is evaluated all the same."""
    if setting is None:
        return None, []
    try:
        return _ruled(store, task, test, heuristic.made(setting, task.options["labels"])), []
    except UnknownLabel as error:
        if "python" not in setting:
            return None, []  # the table is about another task of the project
        trouble: HandloomError = error
    except HandloomError as error:
        trouble = error
    message = f"nothing was compared with the heuristic: {trouble.message}"
    return None, [{"check": "heuristic", "severity": "error", "message": message}]


def _ruled(store: Store, task: TaskRow, test: TestSet, rules: evaluate.Heuristic) -> evaluate.Contender:
    classes, multi = task.options["labels"], bool(task.options.get("multi", False))
    with store.read() as connection:
        rows = items.get(connection, test.ids.tolist())
    data = [rows[number].data for number in test.ids.tolist()]
    return evaluate.Contender(evaluate.heuristic_predictions(rules, data, classes, multi=multi), {"name": "heuristic"})


def beside(store: Store, model_id: int, name: str) -> dict[str, Any]:
    """The report of a model beside a Python function ``package.module:function``, on the test labels as committed last.

    Runs the function in this process: only for whoever could run it anyway. Raises `BadTask`, `NotEnoughLabels`.
    """
    with store.read() as connection:
        model = training.model(connection, model_id)
        task = projects.task_by_id(connection, model.task_id)
        version = commits.newest(connection, task.id)
        rows = relabelling.today(connection, version, commits.checkout(connection, version)) if version else ()
        test = _test_set(rows, task)
    if not test.n:
        raise NotEnoughLabels("no item of the living test set has a label yet, so there is nothing to compare on")
    against: dict[Any, Any] = {
        "heuristic": _ruled(store, task, test, heuristic.function(name)),
        "majority": _majority(task, test),
    }
    mine = _contender(store, task, test, model)
    rng = np.random.default_rng(int(test.digest[:8], 16))
    return evaluate.report(test.truth, task.options["labels"], mine, against, rng=rng)


def _since_last(
    store: Store, task: TaskRow, before: Model | None, after: Model, was: Any, now: dict[str, Any]
) -> dict[str, Any] | None:
    """What changed on the pool since the model before: flipped predictions, with examples, and counts per class."""
    if before is None:
        return None
    classes, multi = task.options["labels"], bool(task.options.get("multi", False))
    old, new = (models.get_scores(store, model, len(classes)) for model in (before, after))
    if old is None or new is None:
        return None
    place, known = old.at(new.ids)
    said_new = evaluate.predictions(new.probabilities[known], multi=multi)
    said_old = evaluate.predictions(old.probabilities[place[known]], multi=multi)
    turned = evaluate.flipped(said_old, said_new)
    numbers = new.ids[known][turned[:EXAMPLES]].tolist()
    shown = [
        {"item": show("item", number), "from": _words(said_old[row], classes), "to": _words(said_new[row], classes)}
        for number, row in zip(numbers, turned[:EXAMPLES].tolist(), strict=True)
    ]
    counts = [_per_class(said, len(classes)) for said in (said_old, said_new)]
    recalls = [{row["label"]: row["recall"] for row in report["per_class"]} if report else {} for report in (was, now)]
    return {
        "from": show("model", before.id),
        "to": show("model", after.id),
        "compared": int(known.sum()),
        "flipped": int(turned.size),
        "examples": shown,
        "per_class": [
            {
                "label": label,
                "before": counts[0][k],
                "after": counts[1][k],
                "recall_before": recalls[0].get(label),
                "recall_after": recalls[1].get(label),
            }
            for k, label in enumerate(classes)
        ],
    }


def _words(said: Any, classes: Sequence[str]) -> str:
    if np.ndim(said):
        return ", ".join(classes[int(k)] for k in np.flatnonzero(said)) or "none"
    return classes[int(said)]


def _per_class(said: np.ndarray, classes: int) -> list[int]:
    return said.sum(axis=0).tolist() if said.ndim == 2 else np.bincount(said, minlength=classes).tolist()


def gate(work: Work, state: State) -> State:
    """Refuse what is plainly not better, ask a person about the rest; older questions are then beside the point."""
    task = task_of(work)
    with work.store.read() as connection:
        model = training.model(connection, state["model"])
        report = training.evaluations(connection, [model.id])[model.id].report
        settings = projects.find(connection, task.project_id).settings
    share = settings["test_share"] > 0
    verdict = release.judge(report, margin=settings["release_margin"], evidence_comes=share)
    if verdict.word == "wait":
        return {"gate": "wait", "words": f"{state['words']}; {verdict.reason}"}

    def unit(tx: Tx) -> int | None:
        known = gates.gate_of(tx.connection, model)
        if known is not None:
            return known
        question = _ask(tx, task, model, report, verdict, settings["decision_days"])
        if verdict.word == "refuse":
            _refuse(tx, question, verdict.reason)
        else:
            old = [row.id for row in gates.undecided(tx.connection, task.project_id, task.id) if row.id != question]
            queue.close(tx, old, "withdrawn", f"model {model.number} is newer")
        return question

    question = work.write(unit)
    return {"gate": verdict.word, "question": question, "words": f"{state['words']}; {verdict.word}: {verdict.reason}"}


def _ask(tx: Tx, task: TaskRow, model: Model, report: Mapping[str, Any], verdict: release.Verdict, days: float) -> int:
    serving = training.current(tx.connection, task.id)
    number = training.model(tx.connection, serving.model_id).number if serving else None
    expires = tx.now + days * DAY
    body = release.decision_body(
        model=show("model", model.id),
        number=model.number,
        current=number,
        report=report,
        findings=verdict.findings,
        expires=clock.iso(expires),
    )
    batch = NewBatch(
        project_id=task.project_id, task_id=task.id, strategy=GATE, needs=1, lane="decide", model_id=model.id
    )
    new = NewQuestion(
        item_id=None,
        shape="decision",
        strategy=GATE,
        probability=0.0,
        score=0.0,
        reason=verdict.reason,
        body=body,
        expires=expires,
    )
    return queue.ask(tx, batch, [new])[1][0]


def _refuse(tx: Tx, question_id: int, reason: str) -> None:
    """The gate decides itself, as an actor of its own, so that its refusals can be told from people's and counted."""
    actor = gates.rule_actor(tx, GATE)
    queue.claim_one(tx, question_id=question_id, actor_id=actor, lease_seconds=60)
    new = answers.NewAnswer(
        id=str(uuid.uuid4()),
        question_id=question_id,
        actor_id=actor,
        outcome="answered",
        value={"decision": "reject", "reason": reason, "parameters": {}},
        seconds=0.0,
    )
    answers.answer(tx, new)
