"""Answers: what a person, a model or a rule says to a question. Sent twice is harmless; a correction supersedes."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from .. import loop
from ..core import shapes
from ..core.errors import Malformed, TooLarge, UnknownLabel
from ..core.ids import parse, show
from ..core.questions import OUTCOMES
from ..core.roles import allowed
from ..store import Tx, projects, relabelling, verdicts
from ..store import answers as stored
from .questions import ANSWERS
from .session import Asked, Session
from .turns import check_active

MAX_SECONDS = 86_400.0
MAX_WORDS = 20_000


def answer(session: Session, answer: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Give an answer: what became of it, and whether it was here already. Fields: see `answering`."""
    shown, repeated, project_id = session.store.write(answering(session, answer))
    settle(session, project_id)
    asked = session.site.asked.get(parse("question", shown["question"]))
    task = session.case_of(project_id).task_by_id(asked.task_id) if asked and asked.lane == "decide" else None
    if task is not None:  # an approved merge request is merged without waiting for the loop's next look
        loop.review(session.store, [task], executor=session.site.executor)
    return shown, repeated


def answering(session: Session, raw: Mapping[str, Any]) -> Callable[[Tx], tuple[dict[str, Any], bool, int]]:
    """`answer` as a unit of the writer. Gives what became of it, whether it is a repeat, and the project.

    raw: id (a UUID made by the client), question, outcome (default answered), value, seconds, suggestion_shown,
    edited, supersedes, note, confidence, rationale, guidelines (version).
    """
    answer_id = _uuid(raw.get("id"), "id")
    number = parse("question", raw.get("question"))
    outcome = raw.get("outcome", "answered")
    if outcome not in OUTCOMES:
        raise Malformed(f"outcome is one of {', '.join(OUTCOMES)}; found {str(outcome)[:40]!r}", field="outcome")
    supersedes = _uuid(raw["supersedes"], "supersedes") if raw.get("supersedes") is not None else None
    seconds = _number(raw.get("seconds", 0.0), "seconds", MAX_SECONDS)
    confidence = raw.get("confidence")
    note, rationale = _words(raw.get("note"), "note"), _words(raw.get("rationale"), "rationale")
    version = raw.get("guidelines")

    def unit(tx: Tx) -> tuple[dict[str, Any], bool, int]:
        asked = session.site.question(tx.connection, number)
        acting = session.of(asked.project_id)
        acting.require(ANSWERS[asked.lane])
        check_active(acting, session.case_of(asked.project_id))
        value, under = _value(tx, session, asked, raw.get("value")) if outcome == "answered" else (None, None)
        new = stored.NewAnswer(
            id=answer_id,
            question_id=number,
            actor_id=session.actor.id,
            outcome=outcome,
            value=value,
            seconds=seconds,
            suggestion_shown=bool(raw.get("suggestion_shown", False)),
            edited=bool(raw.get("edited", False)),
            supersedes=supersedes,
            confidence=None if confidence is None else _number(confidence, "confidence", 1.0),
            rationale=rationale,
            note=note,
            guideline_id=None if version is None else _guideline(tx, session, asked, version),
            version=under,
        )
        result = stored.answer(tx, new)
        if asked.shape == verdicts.SHAPE and result.counted and not result.repeated:
            verdicts.spread(tx, number, new.value or {}, session.actor.id, corrects=supersedes is not None)
        if result.followed:  # somebody may have been paused, or something become gold
            tx.after.append(session.site.forget)
        secret = asked.lane in ("label", "gold") and not allowed(acting.actor.role, "read_answers")
        hide = secret and bool(session.case_of(asked.project_id).checked)
        return _shown(result, hide=hide), result.repeated, result.project_id

    return unit


def settle(session: Session, project_id: int) -> None:
    """After the answer is on disk: tell the loop, and let imports know that somebody is at work."""
    session.site.answered = time.monotonic()
    session.site.nudge(project_id)


def _value(tx: Tx, session: Session, asked: Asked, raw: Any) -> tuple[dict[str, Any], int | None]:
    """The value and the version of its task that it was given under.

    A label that has another name since is taken as what it was called: the screen of whoever was offline still showed it.
    """
    shape = shapes.shape(asked.shape)
    if asked.task_id is None or asked.lane == "decide":
        return shape.show(shape.parse(raw, shape.options(asked.body or {}), asked.lane)), None
    task = session.case_of(asked.project_id).task_by_id(asked.task_id)
    if task is None:  # added by another process a moment ago
        session.site.forget()
        task = session.case_of(asked.project_id).task(show("task", asked.task_id))
    narrowed = asked.shape == verdicts.SHAPE or asked.lane == "grid"
    options = {**task.options, **(asked.body or {})} if narrowed else task.options
    try:
        return shape.show(shape.parse(raw, options, f"{task.name} ({task.kind})")), task.version
    except UnknownLabel as error:
        found = relabelling.overtaken(tx.connection, task, str(error.details["label"]))
        if found is None:
            raise
    older, under = found
    return shape.show(shape.parse(raw, {**options, "labels": older}, f"{task.name} ({task.kind})")), under


def _guideline(tx: Tx, session: Session, asked: Asked, version: Any) -> int | None:
    if asked.task_id is None:
        return None
    if isinstance(version, bool) or not isinstance(version, int) or not 0 < version < 2**31:
        raise Malformed("guidelines is the version that was shown, a whole number", field="guidelines")
    newest = session.case_of(asked.project_id).guidelines.get(asked.task_id)
    if newest is not None and newest.version == version:
        return newest.id
    return projects.guideline_version(tx.connection, asked.task_id, version)


def _shown(result: stored.AnswerResult, *, hide: bool) -> dict[str, Any]:
    """hide: where the question stands, which would tell gold from others."""
    shown = {
        "id": result.id,
        "question": show("question", result.question_id),
        "state": "answered" if hide else result.state,
        "counted": result.counted,
        "late": result.late,
        "superseded": result.supersedes,
    }
    return shown if result.feedback is None else {**shown, "feedback": dict(result.feedback)}


def _uuid(text: Any, field: str) -> str:
    try:
        return str(uuid.UUID(text))
    except (ValueError, TypeError, AttributeError):
        raise Malformed(f"{field} is a UUID that the client makes; found {str(text)[:80]!r}", field=field) from None


def _number(value: Any, field: str, most: float) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or not 0 <= value <= most:
        raise Malformed(f"{field} is a number from 0 to {most:g}; found {str(value)[:40]}", field=field)
    return float(value)


def _words(text: Any, field: str) -> str | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise Malformed(f"{field} is a text", field=field)
    if len(text) > MAX_WORDS:
        raise TooLarge(f"{field} has at most {MAX_WORDS} characters; found {len(text)}", field=field)
    return text
