"""Lineage: what is behind a prediction, back to the answers. Stored ids, always exact."""

from __future__ import annotations

from typing import Any

from ..core.ids import parse_any
from ..store import lineage as rows
from ..store import members
from .session import Session


def lineage(session: Session, id: str) -> dict[str, Any]:
    """``{"id", "kind", "nodes", "edges"}`` behind a prediction, release, model, run, commit, question or item."""
    noun, number = parse_any(id)
    with session.looking("read_models"), session.store.read() as connection:
        project_id = members.project_of(connection, noun, number)
        if project_id is not None:
            session = session.of(project_id)
        session.require("read_models")
        graph = rows.trace(connection, noun, number)
    return {
        "id": id,
        "kind": noun,
        "nodes": [{"id": name, "kind": kind, "text": text} for name, (kind, text) in graph.nodes.items()],
        "edges": [list(edge) for edge in graph.edges],
    }
