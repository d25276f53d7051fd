"""Who must not answer after whom, with the people of outside workforces: their connection holds the questions for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from .. import ask
from ..core.errors import NotFound
from ..core.ids import parse
from ..store import workforces

Numbers = tuple[int, ...]


def of_actor(
    connection: Any, project_id: int, pairs: Sequence[Sequence[str]], actor_id: int
) -> tuple[Numbers, Numbers]:
    """Whose items this actor never gets, and who must not hold a question at the same time; pairs (A, B): A never after B."""
    return _kept(connection, project_id, pairs, (actor_id,))


def of_connection(
    connection: Any, pairs: Sequence[Sequence[str]], one: workforces.Connection
) -> tuple[Numbers, Numbers]:
    """The same for what goes out to a service. Any of its people may answer, so a pair with one of them is about it all."""
    return _kept(connection, one.project_id, pairs, (one.actor_id, *workforces.crew(connection, one)))


def _kept(
    connection: Any, project_id: int, pairs: Sequence[Sequence[str]], mine: Collection[int]
) -> tuple[Numbers, Numbers]:
    if not pairs:
        return (), ()
    names = [f"a{number}" for number in mine]
    after = _numbers(name for me in names for name in ask.not_after(pairs, me))
    beside = _numbers(name for me in names for name in ask.not_beside(pairs, me))
    for one in workforces.of_project(connection, project_id):
        crew = set(workforces.crew(connection, one))
        if one.actor_id in after:  # the connection stands for all of its people
            after |= crew
        if crew & after:
            after.add(one.actor_id)
        if crew & beside:
            beside.add(one.actor_id)
    return tuple(sorted(after)), tuple(sorted(beside))


def _numbers(actors: Iterable[str]) -> set[int]:
    found = set()
    for actor in actors:
        try:
            found.add(parse("actor", actor))
        except NotFound:  # a pair that names nobody keeps nobody apart
            continue
    return found
