"""What a measurement leaves for who looks: agreement, skill per class, anchoring, and what the labels cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.clock import iso
from ..core.ids import show
from ..core.intervals import Measured
from ..core.people import Skill
from ..resolve import agreement, anchoring
from ..resolve import skills as measured
from ..resolve.aggregate.others import log_said
from ..store import quality, skills
from ..store.projects import TaskRow
from .evidence import Crowd, Judged
from .work import Work

ROUNDS = 200
"""Drawings behind an interval of agreement."""
POINTS = 24
"""Points of agreement over time at most, each of `ITEMS` items that several people answered at least."""
ITEMS = 20
CLASSES = 20
"""Labels told one by one, the most frequent ones."""
PEOPLE = 30
"""People in the matrix of pairs, those with most answers."""
TRENDS = 200
"""People whose skill over time is told, those with most answers, in at most `PERIODS` parts of `PART` answers at least."""
PERIODS = 12
PART = 25
RECENT = 400
"""Suggestions by which a model is judged, in at most `BANDS` parts by confidence, of `BAND` at least."""
BANDS = 5
BAND = 40
WEEK = 7 * 86_400.0
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out before. answers: of the project by then; present: skill that weighs, by actor; anchored: tells who
    follows suggestions, from the crowd and the labels."""

    answers: int
    present: Mapping[int, Skill]
    judged: Judged | None
    anchored: Callable[..., list[anchoring.Anchoring]]


def keep(work: Work, task: TaskRow, found: Crowd, by: Findings) -> None:
    """Work the figures out and store them."""
    now = work.store.clock()
    with work.store.read() as connection:
        labels = {item: value for item, (value, _) in skills.labels_of(connection, task.id).items()}
        spent = quality.spent(connection, task.id, since=now - WEEK)
        n, confidence = quality.labels_by_people(connection, task.id)
    known = found.known(labels)
    work.report("compares people with each other", 0, None)
    anchors = by.anchored(found, labels)
    bands = suggestions(found, by.judged, known)
    body = {
        "labels": n,
        "confidence": confidence if by.present else None,  # a single answer of somebody unmeasured is no certainty
        "answers": sum(one.answers for one in spent.values()),
        "seconds": round(sum(one.seconds for one in spent.values()), 3),
        "gold": {"items": len(found.truth), "checks": _checks(found)},
        "agreement": agree(found, seed=found.position),
        "anchoring": anchor(anchors[0]) if anchors else None,
        "suggestions": [{"from": low, "right": right, "n": n} for low, right, n in bands],
    }
    actors: dict[int, dict[str, Any]] = {
        actor: {
            "answers": one.answers,
            "seconds": round(one.seconds, 3),
            "recent": {"answers": one.recent, "seconds": round(one.recent_seconds, 3)},
        }
        for actor, one in spent.items()
    }
    told = {found.actors[one.actor]: anchor(one) for one in anchors[1:]}
    classes, trend = per_class(found, task, by.judged), trends(found, by.judged)
    for actor, one in actors.items():
        one["anchoring"], one["classes"], one["trend"] = told.get(actor), classes.get(actor, []), trend.get(actor, [])
    new = quality.Measurement(task.id, found.position, by.answers, bands, body, now)
    work.write(lambda tx: quality.put(tx, new, actors))


def _checks(found: Crowd) -> int:
    return int((found.trusted[found.item] & found.person).sum())


def suggestions(found: Crowd, judged: Judged | None, known: Numbers) -> list[list[float]]:
    """[least confidence, share right, n] of the last suggestions, in parts by their confidence, rising.

    Judged by what people believe, their answers alone: suggestions are right as often as explains how often people of their
    skill agree with them.
    """
    rows = found.suggestions()[-RECENT:]
    if not rows.size:
        return []
    if judged is None:
        named, classes = (known[found.item[rows]] == found.suggested[rows]).astype(np.float64), 2
    else:
        named, classes = _believed(found, judged, rows), judged.said.n_classes
    parts = min(BANDS, max(1, rows.size // BAND))
    order = np.argsort(found.sure[rows], kind="stable")
    part = np.empty(rows.size, dtype=np.int64)
    part[order] = np.arange(rows.size) * parts // rows.size
    right, _, _ = measured.judged(part, named, parts, classes)
    return [
        [round(float(found.sure[rows][part == k].min()), 4), round(float(right[k]), 4), int((part == k).sum())]
        for k in range(parts)
    ]


def _believed(found: Crowd, judged: Judged, rows: Numbers) -> npt.NDArray[np.float64]:
    """(rows,) what people's answers alone make of the suggestions that these answers were asked with."""
    said, log = judged.said, np.log(judged.labels.prior)
    mine = np.flatnonzero((said.actors < len(found.actors)) & np.isin(said.items, found.item[rows]))
    place = np.full(len(found.items), -1, dtype=np.int64)
    place[found.item[rows]] = np.arange(rows.size)
    scores = np.tile(log, (rows.size, 1))
    np.add.at(scores, place[said.items[mine]], log_said(said.take(mine), judged.labels))
    belief = np.exp(scores - scores.max(axis=1, keepdims=True))
    belief /= belief.sum(axis=1, keepdims=True)
    by_value = np.full(len(found.values), -1, dtype=np.int64)
    mask = said.actors < len(found.actors)
    by_value[found.value[judged.rows[mask]]] = said.values[mask]
    named = by_value[found.suggested[rows]]  # -1: nobody ever said so
    return np.where(named >= 0, belief[np.arange(rows.size), named], 0.0)


def agree(found: Crowd, *, seed: int) -> dict[str, Any]:
    """How far people agree: alpha, percent, both over time, by label, by pair of people, and what they mix up.

    What was set aside does not count any more, and does not count here. Verdicts were given with other answers in view.
    """
    rows = np.flatnonzero(found.person & found.evidence & ~found.aside)
    items, values, rng = found.item[rows], found.value[rows], np.random.default_rng(seed)
    names = [" + ".join(value["labels"]) or "none" for value in found.values]
    common = np.argsort(-np.bincount(values, minlength=len(names)), kind="stable")[:CLASSES].tolist()
    by_label = []
    for place in common:
        if (values == place).any():
            alpha = agreement.krippendorff(items, values == place, rng=rng, rounds=ROUNDS)
            by_label.append({"label": names[place], **_measured(alpha)})
    pairs = agreement.by_pair(found.actor[rows], items, values, most=PEOPLE) if rows.size else []
    return {
        "alpha": _measured(agreement.krippendorff(items, values, rng=rng, rounds=ROUNDS)),
        "percent": _measured(agreement.percent(items, values, rng=rng, rounds=ROUNDS)),
        "over_time": _over_time(found, rows, rng),
        "by_label": by_label,
        "pairs": [
            {
                "a": show("actor", found.actors[int(one.first)]),
                "b": show("actor", found.actors[int(one.second)]),
                "value": round(one.share, 4),
                "low": round(one.low, 4),
                "high": round(one.high, 4),
                "n": one.n,
            }
            for one in pairs
        ],
        "confusions": [
            {
                "labels": [names[one.first], names[one.second]],
                "items": round(one.mixed, 1),
                "value": round(one.share, 4),
                "low": round(one.low, 4),
                "high": round(one.high, 4),
                "n": round(one.n),
            }
            for one in agreement.confusions(items, values)
        ],
    }


def _over_time(found: Crowd, rows: Numbers, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Alpha of the items that several people answered, in parts of equal size in the order of their last answers."""
    size = np.bincount(found.item[rows], minlength=len(found.items))
    several = np.flatnonzero(size > 1)
    parts = min(POINTS, several.size // ITEMS)
    if parts < 1:
        return []
    last = np.zeros(len(found.items))
    np.maximum.at(last, found.item[rows], found.created[rows])
    order = several[np.argsort(last[several], kind="stable")]
    part = np.full(len(found.items), -1, dtype=np.int64)
    part[order] = np.arange(order.size) * parts // order.size
    rows = rows[part[found.item[rows]] >= 0]
    groups = part[found.item[rows]]
    alphas = agreement.by_group(found.item[rows], found.value[rows], groups, rng=rng, rounds=ROUNDS)
    return [
        {"at": iso(float(last[order[part[order] == number]].max())), **_measured(alphas[number])}
        for number in range(parts)
    ]


def per_class(found: Crowd, task: TaskRow, judged: Judged | None) -> dict[int, list[dict[str, Any]]]:
    """By actor, the share right among the items of each class, with its interval; n the items that this amounts to."""
    if judged is None:
        return {}
    names, s = task.options["labels"], judged.skills
    out: dict[int, list[dict[str, Any]]] = {}
    for k in range(len(found.actors)):
        many = np.argsort(-s.recall_n[k], kind="stable")[:CLASSES]
        out[found.actors[k]] = [
            {
                "label": names[c],
                "value": round(float(s.recall[k, c]), 4),
                "low": round(float(s.recall_low[k, c]), 4),
                "high": round(float(s.recall_high[k, c]), 4),
                "n": round(float(s.recall_n[k, c])),
            }
            for c in many.tolist()
            if s.recall_n[k, c] >= 0.5
        ]
    return out


def trends(found: Crowd, judged: Judged | None) -> dict[int, list[dict[str, Any]]]:
    """By actor, accuracy in successive parts of their answers, not added up: whether somebody gets better or tired."""
    if judged is None:
        return {}
    told, actors = judged.said, judged.said.actors
    given = np.bincount(actors, minlength=told.n_actors)
    chosen = np.zeros(told.n_actors, dtype=bool)
    chosen[np.argsort(-given, kind="stable")[:TRENDS]] = True
    chosen[len(found.actors) :] = False  # a model gets neither tired nor better at one go
    kept = np.flatnonzero(chosen[actors] & found.person[judged.rows])
    order = kept[np.argsort(actors[kept], kind="stable")]
    start = np.concatenate(([0], np.cumsum(np.bincount(actors[order], minlength=told.n_actors))))
    rank = np.arange(order.size) - start[actors[order]]
    parts = np.clip(given // PART, 1, PERIODS)
    period = np.zeros(len(told), dtype=np.int64)
    period[order] = rank * parts[actors[order]] // np.maximum(given[actors[order]], 1)
    last: dict[tuple[int, int], float] = {}
    for who, when, at in zip(
        actors[order].tolist(), period[order].tolist(), found.created[judged.rows[order]].tolist(), strict=True
    ):
        last[who, when] = at
    out: dict[int, list[dict[str, Any]]] = {}
    for one in measured.over_time(told, judged.labels, period):
        if (one.actor, one.period) in last:
            out.setdefault(found.actors[one.actor], []).append(
                {
                    "at": iso(last[one.actor, one.period]),
                    "value": round(one.accuracy, 4),
                    "low": round(one.low, 4),
                    "high": round(one.high, 4),
                    "n": one.n,
                }
            )
    return out


def anchor(one: anchoring.Anchoring) -> dict[str, Any]:
    """Agreement with suggestions as it is shown."""
    rates = {name: _rate(getattr(one, name)) for name in ("shown", "blind", "difference", "wrong", "wrong_blind")}
    return {**rates, "warning": one.warning}


def _rate(rate: anchoring.Rate) -> dict[str, Any] | None:
    if rate.n == 0:
        return None
    return {"value": round(rate.value, 4), "low": round(rate.low, 4), "high": round(rate.high, 4), "n": rate.n}


def _measured(one: Measured) -> dict[str, Any]:
    return {name: number if number is None else round(number, 4) for name, number in one.items()}
