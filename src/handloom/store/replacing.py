"""Who answered about what, for finding rows by it."""

from __future__ import annotations

import json

import sqlalchemy as sa

from .contents import Content
from .schema import answer as a
from .schema.people import aside

_newer = a.alias("newer")


def answered_by(connection: sa.Connection, task_id: int, actor_id: int) -> set[int]:
    """Items of a task with an answer of this actor that stands."""
    query = sa.select(a.c.item_id).where(
        a.c.actor_id == actor_id,
        a.c.task_id == task_id,
        a.c.outcome == "answered",
        a.c.late == sa.false(),
        ~sa.exists().where(_newer.c.supersedes == a.c.id),
        ~sa.exists().where(aside.c.answer_id == a.c.id),
    )
    return set(connection.execute(query).scalars())


def words_of(one: Content) -> str:
    """All that an item holds as one text in small letters, to look for something in."""
    return json.dumps([one.key, one.data, one.meta], ensure_ascii=False).casefold()
