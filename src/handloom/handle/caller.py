"""What a handle needs of whatever carries operations out: this process, or a server at the other end of a line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


class Caller(ABC):
    """Whatever can carry out an operation."""

    @abstractmethod
    def _call(self, operation: str, /, **arguments: Any) -> Any:
        """Carry out an operation of the table."""

    @abstractmethod
    def _add_items(self, project: str, lines: Iterable[Mapping[str, Any]], chunk: int) -> dict[str, Any]:
        """Stream items in."""

    @abstractmethod
    def _add_media(
        self, project: str, files: Iterable[tuple[str, bytes]], labels: Mapping[str, Any] | None, task: str | None
    ) -> dict[str, Any]:
        """Send images in."""

    @abstractmethod
    def _export(self, project: str, what: str, form: str, task: str | None) -> Iterator[bytes]:
        """Stream an export out."""

    @abstractmethod
    def _upload(self, project: str, file: Path, name: str, task: str | None) -> dict[str, Any]:
        """Send a file in."""

    @abstractmethod
    def _fetch(self, job: str) -> Iterator[bytes]:
        """Stream the file of an export out."""

    @abstractmethod
    def _export_commit(self, commit: str, form: str) -> Iterator[bytes]:
        """Stream the rows of a version out."""

    @abstractmethod
    def _export_bundle(self, project: str) -> Iterator[bytes]:
        """Stream a whole project out."""

    @abstractmethod
    def _import_bundle(self, file: Path, name: str | None) -> dict[str, Any]:
        """Bring a whole project in."""

    @abstractmethod
    def _events(self, since: int, follow: bool) -> Iterator[dict[str, Any]]:
        """Stream events out."""

    @abstractmethod
    def _blob(self, digest: str) -> bytes:
        """The bytes of one blob."""
