"""``image_class@1``: one or several labels for an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ...core.errors import BadItem
from ...core.protocols import Encoder, Learner
from ..choice import ChoiceTask
from .encoder import ImageEncoder
from .learner import learner

MAX_SIDE = 100_000


class ImageClass(ChoiceTask):
    """An item is ``{"image": {"blob": digest, "media_type": "image/png", "width": 8, "height": 8}}``."""

    kind = "image_class@1"
    fields: ClassVar[Mapping[str, str]] = {"image": "image"}

    def check(self, data: Mapping[str, Any]) -> None:
        """Raise `BadItem` without a stored image."""
        image = data.get("image")
        if image is None:
            found = ", ".join(map(str, list(data)[:10])) or "nothing"
            raise BadItem(f'an item of {self.kind} needs {{"image": {{...}}}}; found the fields {found}')
        if not isinstance(image, Mapping):
            raise BadItem(f"image is an object with blob, media_type, width and height; found {type(image).__name__}")
        blob, media_type = image.get("blob"), image.get("media_type")
        if not isinstance(blob, str) or not blob:
            raise BadItem("image has no blob, the digest of its stored bytes; upload it or give a path or data address")
        if not isinstance(media_type, str) or not media_type.startswith("image/"):
            raise BadItem(f"media_type of an image starts with image/; found {str(media_type)[:80]!r}")
        for side in ("width", "height"):
            size = image.get(side)
            if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= MAX_SIDE:
                raise BadItem(
                    f"{side} of an image is a number of pixels from 1 to {MAX_SIDE:,}; found {str(size)[:80]!r}"
                )

    def own_encoder(self, options: Mapping[str, Any]) -> Encoder:
        """Pixels of tiny images; gradients, colour and principal components of larger ones."""
        return ImageEncoder("image")

    def own_learner(self, *, multi: bool) -> Learner:
        """Logistic regression."""
        return learner(multi=multi)
