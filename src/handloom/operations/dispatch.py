"""Operations by name, for handles in this process. The names are those of the table in `handloom.handle`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import (
    access,
    answers,
    asking,
    datasets,
    decisions,
    golds,
    items,
    jobs,
    lineage,
    models,
    overview,
    people,
    predictions,
    profiles,
    projects,
    questions,
    reviewing,
    suspects,
    team,
    worth,
)
from .session import Session


def _answer(session: Session, **fields: Any) -> dict[str, Any]:
    return answers.answer(session, fields)[0]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "me": people.me,
    "actors": people.actors,
    "add_actor": people.add_actor,
    "change_actor": people.change_actor,
    "login_address": access.for_actor,
    "new_token": people.new_token,
    "kinds": projects.kinds,
    "projects": projects.projects,
    "create_project": projects.create_project,
    "project": projects.project,
    "change_settings": projects.change_settings,
    "add_task": projects.add_task,
    "change_task": projects.change_task,
    "guidelines": projects.guidelines,
    "add_guidelines": projects.add_guidelines,
    "claim": questions.claim,
    "claim_question": questions.claim_question,
    "release_claims": questions.release_claims,
    "answer": _answer,
    "questions": questions.questions,
    "question": questions.question,
    "overview": overview.overview,
    "items": items.items,
    "item": items.item,
    "strategies": asking.strategies,
    "team": team.team,
    "change_member": team.change_member,
    "invite": team.invite,
    "invitations": team.invitations,
    "revoke_invitation": team.revoke_invitation,
    "accept": team.accept,
    "mine": worth.mine,
    "quality": worth.quality,
    "reviews": reviewing.list_reviews,
    "open_review": reviewing.open_review,
    "review": reviewing.review,
    "close_review": reviewing.close_review,
    "golds": golds.golds,
    "add_gold": golds.add_gold,
    "remove_gold": golds.remove_gold,
    "ask": asking.ask,
    "find_suspects": suspects.find_suspects,
    "suspects": suspects.suspects,
    "advance": asking.advance,
    "decisions": decisions.decisions,
    "models": models.models,
    "model": models.model,
    "train": models.train,
    "releases": models.releases,
    "rollback": models.rollback,
    "jobs": jobs.jobs,
    "job": jobs.job,
    "cancel": jobs.cancel,
    "predict": predictions.predict,
    "predictions": predictions.predictions,
    "feedback": predictions.feedback,
    "lineage": lineage.lineage,
    "make_profile": profiles.make_profile,
    "profile": profiles.profile,
    "commits": datasets.log,
    "add_commit": datasets.add_commit,
    "commit": datasets.commit,
    "diff": datasets.diff,
    "branches": datasets.list_branches,
    "add_branch": datasets.add_branch,
    "close_branch": datasets.close_branch,
    "merge": datasets.merge,
    "restore": datasets.restore,
    "tags": datasets.list_tags,
    "add_tag": datasets.add_tag,
}


def run(session: Session, operation: str, arguments: Mapping[str, Any]) -> Any:
    """Carry out an operation."""
    return FUNCTIONS[operation](session, **arguments)
