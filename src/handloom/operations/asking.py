"""Batches asked by hand, and the loop's next step taken by hand; the loop does both by itself as well."""

from __future__ import annotations

from typing import Any

from .. import loop
from ..core import registry
from ..core.errors import Malformed, UnknownKind
from ..core.ids import show
from .session import Session, in_project

MAX_ASK = 10_000


@in_project
def ask(
    session: Session,
    project: str,
    task: str | None = None,
    n: int = 20,
    strategy: str | None = None,
    needs: int | None = None,
    lane: str = "label",
) -> dict[str, Any]:
    """A batch of label questions now. needs: answers per question; the project's overlap unless told."""
    session.require("ask")
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MAX_ASK:
        raise Malformed(f"n is a whole number from 1 to {MAX_ASK}; found {str(n)[:40]}", field="n")
    if needs is not None and (isinstance(needs, bool) or not isinstance(needs, int) or not 1 <= needs <= 25):
        raise Malformed(f"needs is a whole number from 1 to 25; found {str(needs)[:40]}", field="needs")
    if lane != "label":
        raise Malformed("only label questions are asked by hand; decisions come from the loop", field="lane")
    known = sorted({"auto", *registry.names("strategies")})
    if strategy is not None and strategy not in known:
        raise UnknownKind("strategy", strategy[:80], known)
    case = session.case(project)
    wish = loop.Wish(n=n, strategy=strategy, needs=needs, lane=lane, actor_id=session.actor.id)
    asked = loop.ask(session.store, case.task(task), wish)
    batch = None if asked.batch_id is None else show("batch", asked.batch_id)
    return {"batch": batch, "questions": len(asked.questions), "strategy": asked.strategy}


def strategies(session: Session) -> dict[str, Any]:
    """The strategies that are installed, `auto` first. ``{"strategies": [{"name", "help", "needs"}]}``."""
    session.require("read_project")
    found = sorted(registry.names("strategies"), key=lambda name: (name != "auto", name))
    return {"strategies": [_strategy(name) for name in found]}


def _strategy(name: str) -> dict[str, Any]:
    plugin = registry.find("strategies", name)
    return {"name": name, "help": str(getattr(plugin, "help", "")), "needs": list(getattr(plugin, "needs", ()))}


def checks(session: Session) -> dict[str, Any]:
    """Names of the data tests that are installed, which a project's settings may require. ``{"checks": [name]}``."""
    session.require("read_project")
    return {"checks": list(registry.names("checks"))}


@in_project
def advance(session: Session, project: str) -> dict[str, Any]:
    """Let the loop look at the project now. ``{"did": [{"task", "action", "text", "job"}]}``, empty when there is nothing."""
    session.require("train")
    case = session.case(project)
    did = loop.advance(session.store, case.project.id, executor=session.site.executor)
    session.site.nudge(case.project.id)
    return {"did": [_shown(session, case.project.id, one) for one in did]}


def _shown(session: Session, project_id: int, did: Any) -> dict[str, Any]:
    task = session.case_of(project_id).task_by_id(did.task_id)
    return {
        "task": task.name if task else None,
        "action": did.action,
        "text": did.text,
        "job": None if did.job_id is None else show("job", did.job_id),
    }
