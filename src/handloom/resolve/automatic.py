"""What a signed policy says of an item: worth a label only where no person says otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ..core.protocols import Estimate

AUTOMATIC = "automatic"
"""Field of a policy's answer: the estimated precision of the split that it follows."""
AMONG = "among"
"""Field of an answer that is about some labels only."""


def estimate(answers: Iterable[tuple[str, Any]], denied: Mapping[str, int]) -> Estimate | None:
    """(answer id, value) of all standing answers -> the newest policy's label, n 0 since nobody gave it; else None.

    denied: how many people said of each label that the item has not got it.
    """
    found = [
        (answer, value)
        for answer, value in answers
        if isinstance(value, Mapping) and AUTOMATIC in value and not any(denied.get(one) for one in value["labels"])
    ]
    if not found:
        return None
    answer, value = found[-1]
    return Estimate({"labels": list(value["labels"])}, float(value[AUTOMATIC]), 0, (answer,))


def denials(values: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Of answers about some labels: how many deny each of them."""
    return Counter(label for value in values for label in value.get(AMONG, ()) if label not in value["labels"])


def says(value: Mapping[str, Any]) -> bool:
    """Whether an answer names the item's labels: any but one that only denies some."""
    return AMONG not in value or bool(value["labels"])
