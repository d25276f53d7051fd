"""Who may come in through a provider of identities, as whom, and in which role.

Whoever signed in before is who they were. Somebody new comes in by an invitation, as the actor that an owner has made
under their verified mail address, by a role that the provider gives, or from an allowed domain. Nobody else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import Forbidden, NotLoggedIn
from ..core.roles import ROLES
from ..outside.oidc import SignIn
from ..store import Store, Tx, people, sign_ins
from . import team

MAX_NAME = 150


def enter(store: Store, sign_in: SignIn, claims: Mapping[str, Any], invitation: str | None = None) -> people.Actor:
    """The actor who has signed in, made where somebody new may come. Raises `Forbidden`, `NotLoggedIn`."""

    def unit(tx: Tx) -> people.Actor:
        number = sign_ins.actor_of(tx.connection, sign_in.issuer, claims["sub"])
        if number is None:
            number = _somebody_new(tx, sign_in, claims, invited=invitation is not None)
            sign_ins.add(tx, sign_in.issuer, claims["sub"], number)
        actor = people.find(tx.connection, number)
        if actor.state != "active":
            raise NotLoggedIn(f"actor {actor.name} is {actor.state}; ask an owner to make it active again")
        if invitation is not None:
            team.join_as(tx, invitation, actor.id)
        return _in_role(tx, actor, _role(sign_in, claims))

    return store.write(unit)


def _somebody_new(tx: Tx, sign_in: SignIn, claims: Mapping[str, Any], *, invited: bool) -> int:
    email = _email(claims)
    known = people.named(tx.connection, email) if email else None
    if known is not None and known.kind == "person" and not sign_ins.linked(tx.connection, known.id, sign_in.issuer):
        return known.id
    domain = email.rpartition("@")[2].lower() if email else None
    role = _role(sign_in, claims)
    if not invited and role is None and (domain is None or domain not in sign_in.domains):
        shown = email or _text(claims.get("email")) or _text(claims.get("name")) or "whoever this is"
        raise Forbidden(f"nobody has invited {shown[:80]}; an owner can send a link, or make an actor of that name")
    wanted = _text(claims.get(sign_in.name_claim)) or email or _text(claims.get("name")) or claims["sub"]
    name = "".join(c for c in wanted if c.isprintable()).strip()[:MAX_NAME] or "somebody"
    free, count = name, 1
    while people.named(tx.connection, free) is not None:  # a name is no proof of who one is, so never taken over
        count += 1
        free = f"{name} ({count})"
    given = role or ("annotator" if invited else sign_in.role)
    return people.add(tx, name=free, kind="person", role=given).id


def _email(claims: Mapping[str, Any]) -> str | None:
    """The mail address, where the provider vouches for it."""
    email = _text(claims.get("email"))
    return email if email and "@" in email and claims.get("email_verified") is True else None


def _role(sign_in: SignIn, claims: Mapping[str, Any]) -> str | None:
    """The highest role that the provider gives; None where it says nothing about roles."""
    if sign_in.role_claim is None:
        return None
    said = claims.get(sign_in.role_claim)
    values = said if isinstance(said, list) else [said]
    given = [sign_in.roles[value] for value in values if isinstance(value, str) and value in sign_in.roles]
    return max(given, key=ROLES.index, default=None)


def _in_role(tx: Tx, actor: people.Actor, role: str | None) -> people.Actor:
    """Follow what the provider says of the role; the last owner stays one, so that somebody can let others in."""
    if role is None or role == actor.role:
        return actor
    if actor.role == "owner" and people.active_owners(tx.connection) == 1:
        return actor
    return people.change(tx, actor.id, role=role)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
