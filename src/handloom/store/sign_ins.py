"""Who signs in under which name elsewhere."""

from __future__ import annotations

import sqlalchemy as sa

from .schema import sign_in
from .writer import Tx

s = sign_in


def actor_of(connection: sa.Connection, issuer: str, subject: str) -> int | None:
    """The actor behind a subject of an issuer, or None."""
    query = sa.select(s.c.actor_id).where(s.c.issuer == issuer, s.c.subject == subject)
    return connection.execute(query).scalar_one_or_none()


def add(tx: Tx, issuer: str, subject: str, actor_id: int) -> None:
    """From now on this subject is that actor."""
    tx.execute(sa.insert(s).values(issuer=issuer, subject=subject, actor_id=actor_id, created=tx.now))


def linked(connection: sa.Connection, actor_id: int, issuer: str) -> bool:
    """Whether somebody signs in as this actor already."""
    query = sa.select(s.c.subject).where(s.c.actor_id == actor_id, s.c.issuer == issuer)
    return connection.execute(query.limit(1)).first() is not None
