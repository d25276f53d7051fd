"""Media inside an item's data: references become blobs of this workspace."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import BadReference, NotFound
from ..core.later import later
from ..store import Store

if TYPE_CHECKING:
    from ..collect import images, media
else:  # they bring Pillow, which a server of texts never needs
    images, media = later("handloom.collect.images"), later("handloom.collect.media")

_REFERENCES = frozenset(("path", "url"))


class Media:
    """Fetches what data refers to and stores it once. roots: folders that paths may point into; None: anywhere."""

    def __init__(self, store: Store, roots: tuple[Path, ...] | None) -> None:
        self._store = store
        self._roots = roots

    def resolved(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The data with every ``{"path"}`` or ``{"url"}`` replaced by its blob. Raises `BadReference`, `BadImage`.

        A ``{"blob"}`` has to be stored already: an item without its bytes could not be shown and would stop a training.
        """
        if not any(isinstance(value, dict) for value in data.values()):
            return data
        for name, value in data.items():
            if isinstance(value, dict) and "blob" in value and not _refers(value) and not self._stored(value["blob"]):
                raise BadReference(
                    f"{name}: there is no blob {str(value['blob'])[:80]!r} in this workspace; upload the image, "
                    "or give it as a path or a data: address"
                )
        return {name: self._field(value) if _refers(value) else value for name, value in data.items()}

    def image(self, content: bytes) -> dict[str, Any]:
        """Store an image; how an item's data speaks of it. Raises `BadImage`, `TooLarge`."""
        shown = images.as_field(content)
        self._store.blobs.put(content)
        return shown

    def _stored(self, digest: object) -> bool:
        try:
            return isinstance(digest, str) and self._store.blobs.has(digest)
        except NotFound:  # nothing that could be a digest
            return False

    def _field(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return self.image(media.fetch(value, self._policy))

    @cached_property
    def _policy(self) -> Any:
        anywhere = (Path.cwd(), Path(Path.cwd().anchor))
        return media.MediaPolicy(roots=anywhere if self._roots is None else self._roots)


def _refers(value: Any) -> bool:
    return isinstance(value, dict) and not _REFERENCES.isdisjoint(value)
