"""Roles of actors, and what each may do. Enforced by `handloom.operations`, on the server and in process alike."""

from __future__ import annotations

from .errors import Forbidden

ROLES = ("annotator", "reviewer", "expert", "engineer", "owner")
KINDS = ("person", "model", "rule", "import")

_EVERYONE = frozenset(ROLES)
_LEADS = frozenset(("engineer", "owner"))

# One line per action. Whoever is not named here may not.
POLICIES: dict[str, frozenset[str]] = {
    "read_project": _EVERYONE,
    "answer_label": _EVERYONE,
    "predict": _EVERYONE,
    "give_feedback": _EVERYONE,
    "read_answers": frozenset(("reviewer", "expert", "engineer", "owner")),
    "read_models": frozenset(("reviewer", "expert", "engineer", "owner")),
    "export": frozenset(("reviewer", "expert", "engineer", "owner")),
    "write_guidelines": frozenset(("expert", "engineer", "owner")),
    "answer_decide": _LEADS,
    "answer_expert": frozenset(("expert", "owner")),
    "review": frozenset(("reviewer", "expert", "owner")),
    "write_gold": frozenset(("expert", "engineer", "owner")),
    "add_items": _LEADS,
    "ask": _LEADS,
    "label_in_bulk": frozenset(("reviewer", "expert", "engineer", "owner")),
    "train": _LEADS,
    "create_project": _LEADS,
    "change_project": _LEADS,
    "roll_back": _LEADS,
    "propose": frozenset(("reviewer", "expert", "engineer", "owner")),
    "override": frozenset(("owner",)),
    "read_people": frozenset(("reviewer", "engineer", "owner")),
    "erase": frozenset(("owner",)),
    "manage_people": frozenset(("owner",)),
    "manage_members": frozenset(("owner",)),
    "manage_workforces": frozenset(("owner",)),
    "manage_webhooks": _LEADS,
    "export_bundle": frozenset(("owner",)),
    "import_bundle": frozenset(("owner",)),
}


def allowed(role: str, action: str) -> bool:
    """Whether this role may do this action."""
    return role in POLICIES[action]


def require(role: str, action: str) -> None:
    """Raise `Forbidden` unless this role may do this action."""
    if role not in POLICIES[action]:
        may = ", ".join(r for r in ROLES if r in POLICIES[action])
        raise Forbidden(
            f"{action.replace('_', ' ')} needs one of the roles {may}; yours is {role}", action=action, role=role
        )
