"""Names of labels: the same rules for every shape that has them."""

from __future__ import annotations

from typing import Any, TypeGuard

from ..errors import BadTask

MAX_LABELS = 10_000
MAX_LABEL_LENGTH = 200


def label_names(labels: Any, *, least: int, what: str) -> list[str]:
    """The labels of a task as it names them. Raises `BadTask` for too few or many, empty, unprintable or alike ones."""
    if not isinstance(labels, list | tuple) or len(labels) < least:
        wanted = {1: "at least one label", 2: "at least two labels"}[least]
        raise BadTask(f"{what} needs {wanted}, as a list of words", found=str(labels)[:200])
    if len(labels) > MAX_LABELS:
        raise BadTask(f"{len(labels)} labels are more than {MAX_LABELS}")
    folded: dict[str, str] = {}
    for label in labels:
        if not is_label(label):
            raise BadTask(
                f"a label is a word or phrase of 1 to {MAX_LABEL_LENGTH} printable characters; found {str(label)[:80]!r}"
            )
        form = label.casefold().strip()
        if form in folded:
            raise BadTask(f"labels {folded[form]!r} and {label!r} are the same but for case or spaces")
        folded[form] = label
    return list(labels)


def is_label(label: Any) -> TypeGuard[str]:
    """Whether this can be the name of a label."""
    return isinstance(label, str) and bool(label.strip()) and len(label) <= MAX_LABEL_LENGTH and label.isprintable()
