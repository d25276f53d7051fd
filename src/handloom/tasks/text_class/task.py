"""``text_class@1``: one or several labels for a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ...core.errors import BadItem, TooLarge
from ...core.protocols import Encoder, Learner
from ..choice import ChoiceTask
from .encoder import TfidfEncoder
from .learner import learner

MAX_CHARACTERS = 1_000_000


class TextClass(ChoiceTask):
    """An item is ``{"text": "..."}``."""

    kind = "text_class@1"
    fields: ClassVar[Mapping[str, str]] = {"text": "text"}

    def check(self, data: Mapping[str, Any]) -> None:
        """Raise `BadItem` without a non-empty text, `TooLarge` above a million characters."""
        text = data.get("text")
        if text is None:
            found = ", ".join(map(str, list(data)[:10])) or "nothing"
            raise BadItem(f'an item of {self.kind} needs {{"text": "..."}}; found the fields {found}')
        if not isinstance(text, str):
            raise BadItem(f"text is a string; found {type(text).__name__} {str(text)[:80]!r}")
        if not text.strip():
            raise BadItem("text is empty; leave the item out or give it content")
        if len(text) > MAX_CHARACTERS:
            raise TooLarge(f"text has {len(text):,} characters, more than {MAX_CHARACTERS:,}; split it into parts")

    def own_encoder(self, options: Mapping[str, Any]) -> Encoder:
        """TF-IDF of words and word pairs, latent semantic vectors."""
        return TfidfEncoder("text")

    def own_learner(self, *, multi: bool) -> Learner:
        """Logistic regression."""
        return learner(multi=multi)
