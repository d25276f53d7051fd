"""The team of a project: members, roles, pauses, and the links that let people in."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from ..core import clock
from ..core.errors import Malformed, NotFound, NotLoggedIn
from ..core.ids import parse, show
from ..core.roles import ROLES
from ..core.settings import checked_tags
from ..jobs import team as judging
from ..store import Store, Tx, aside, members, people, queue
from ..store import quality as kept
from ..store.members import Invitation, Member
from . import access, present, worth
from .people import STATES, checked_name
from .session import Session, in_project

HOURS = 72.0
MOST_HOURS = 24.0 * 90
MOST_USES = 1000
INVITED = ("annotator", "reviewer", "expert", "engineer")
"""Roles that a link may give; owners are made one by one."""


@in_project
def team(session: Session, project: str, task: str | None = None) -> dict[str, Any]:
    """Everybody who may see the project, with role, state, tags, pace and measured skill in a task."""
    session.require("read_people")
    case = session.case(project)
    row = case.task(task)
    with session.store.read() as connection:
        found = [a for a in people.page(connection, after=0, limit=10_000) if case.role(a) or a.id in case.members]
        skill = worth.all_skills(connection, row.id)
        seen = kept.of_actors(connection, row.id, [actor.id for actor in found])
        held = kept.holding(connection, case.project.id)
        shown = []
        for actor in found:
            one = case.members.get(actor.id)
            pace = people.pace(connection, actor.id)
            more = {"skill": skill.get(actor.id), "held": held.get(actor.id, 0), **worth.measured(seen.get(actor.id))}
            shown.append(_shown(present.actor(actor, pace), one, case.role(actor)) | more)
    return {"task": row.name, "members": shown}


def _shown(actor: dict[str, Any], member: Member | None, role: str | None) -> dict[str, Any]:
    listed = {
        "role": member.role if member else role,
        "state": member.state if member and actor["state"] == "active" else actor["state"],
        "tags": list(member.tags) if member else [],
        "reason": member.reason if member else None,
        "since": clock.iso(member.since) if member else None,
        "member": member is not None,
    }
    return {**actor, **listed}


@in_project
def change_member(
    session: Session,
    project: str,
    actor: str,
    role: str | None = None,
    state: str | None = None,
    tags: Sequence[str] | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """Add an actor of the workspace to the project, or change their role, state or tags there.

    Who is paused or removed gives back what they hold. Made active again, they start with a clean sheet: earlier checks
    pause them no more.
    """
    session.require("manage_members")
    number = parse("actor", actor)
    if role is not None and role not in ROLES:
        raise Malformed(f"role is one of {', '.join(ROLES)}; found {role[:40]!r}", field="role")
    if state is not None and state not in STATES:
        raise Malformed(f"state is one of {', '.join(STATES)}; found {state[:40]!r}", field="state")
    wanted = None if tags is None else checked_tags(list(tags))
    case = session.case(project)
    project_id = case.project.id

    def unit(tx: Tx) -> tuple[people.Actor, Member]:
        who = people.find(tx.connection, number)
        old = members.one(tx.connection, project_id, number)
        new = members.put(
            tx,
            project_id,
            number,
            role=role or (old.role if old else who.role),
            state=state or (old.state if old else "active"),
            tags=wanted if wanted is not None else (old.tags if old else ()),
            reason=reason,
            by=session.actor.id,
        )
        if new.state != "active":
            held = aside.held_by(tx.connection, project_id, number)
            queue.release_claims(tx, actor_id=number, question_ids=held)
            for row in case.tasks:
                judging.settle_in_vain(tx, case.project, row)
        return who, new

    who, new = session.store.write(unit)
    session.site.forget()
    with session.store.read() as connection:
        return _shown(present.actor(who, people.pace(connection, number)), new, new.role)


@in_project
def invite(
    session: Session,
    project: str,
    role: str = "annotator",
    tags: Sequence[str] = (),
    uses: int = 1,
    hours: float = HOURS,
) -> dict[str, Any]:
    """A link that lets people in: ``{"id", "path": "/join#CODE", "expires"}``, the code shown this once."""
    session.require("manage_members")
    if role not in INVITED:
        raise Malformed(f"role is one of {', '.join(INVITED)}; found {role[:40]!r}", field="role")
    if isinstance(uses, bool) or not 1 <= uses <= MOST_USES:
        raise Malformed(f"uses is a whole number from 1 to {MOST_USES}; found {str(uses)[:40]}", field="uses")
    if not 0 < hours <= MOST_HOURS:
        raise Malformed(f"hours is above 0 and at most {MOST_HOURS:g}; found {hours:g}", field="hours")
    code, now = secrets.token_urlsafe(24), session.store.clock()
    new = Invitation(
        access.digest(code),
        session.case(project).project.id,
        role,
        tuple(checked_tags(list(tags))),
        session.actor.id,
        uses,
        now,
        now + hours * 3600,
    )
    session.store.write(lambda tx: members.invite(tx, new))
    return _invitation(new) | {"path": f"/join#{code}"}


def _invitation(one: Invitation) -> dict[str, Any]:
    return {
        "id": one.hash[:16],
        "role": one.role,
        "tags": list(one.tags),
        "uses": one.uses,
        "created": clock.iso(one.created),
        "expires": clock.iso(one.expires),
    }


@in_project
def invitations(session: Session, project: str) -> dict[str, Any]:
    """Links that still let somebody in, newest first; their codes are not kept."""
    session.require("manage_members")
    with session.store.read() as connection:
        found = members.invitations(connection, session.case(project).project.id, session.store.clock())
    return {"invitations": [_invitation(one) for one in found]}


@in_project
def revoke_invitation(session: Session, project: str, invitation: str) -> dict[str, Any]:
    """A link lets nobody in any more. ``{"revoked": n}``."""
    session.require("manage_members")
    if len(invitation) != 16 or not invitation.isalnum():
        raise NotFound("invitation", invitation[:80])
    number = session.case(project).project.id
    return {"revoked": session.store.write(lambda tx: members.revoke(tx, number, invitation))}


def accept(session: Session, code: str) -> dict[str, Any]:
    """Join a project as who one is already: ``{"project", "role"}``."""

    def unit(tx: Tx) -> Invitation:
        found = _used(tx, code)
        _join(tx, found, session.actor.id)
        return found

    found = session.store.write(unit)
    session.site.forget()
    return {"project": show("project", found.project_id), "role": found.role}


def join(store: Store, code: str, name: str) -> tuple[people.Actor, str, int]:
    """Join as somebody new: the actor, its token (shown this once), and the project. Raises `NotLoggedIn`, `NameTaken`."""
    wanted = checked_name(name)

    def unit(tx: Tx) -> tuple[people.Actor, str, int]:
        found = _used(tx, code)
        # In the workspace the least there is; what they may do in the project says the invitation.
        actor = people.add(tx, name=wanted, kind="person", role="annotator")
        _join(tx, found, actor.id)
        return actor, access.new_token(tx, actor.id), found.project_id

    return store.write(unit)


def join_as(tx: Tx, code: str, actor_id: int) -> None:
    """Join a project as this actor, by the code of an invitation. Raises `NotLoggedIn`."""
    _join(tx, _used(tx, code), actor_id)


def _used(tx: Tx, code: str) -> Invitation:
    found = members.accept(tx, access.digest(code))
    if found is None:
        raise NotLoggedIn("this invitation was used up, revoked or has expired; ask for a new one")
    return found


def _join(tx: Tx, found: Invitation, actor_id: int) -> None:
    old = members.one(tx.connection, found.project_id, actor_id)
    if old is not None and old.state != "active":
        raise NotLoggedIn(f"you are {old.state} in this project; only an owner can change that")
    tags = sorted({*found.tags, *(old.tags if old else ())})
    members.put(tx, found.project_id, actor_id, role=found.role, state="active", tags=tags, by=found.actor_id)
