"""A workspace as one actor sees it: the same methods in process and over HTTP."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .everywhere import Everywhere
from .project import ProjectHandle


class Handle(Everywhere):
    """A workspace as one actor sees it. Every method returns what the HTTP interface documents, as plain values."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def projects(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of projects."""
        return self._call("projects", cursor=cursor, limit=limit)

    def create_project(
        self, name: str, tasks: Sequence[Mapping[str, Any]], settings: Mapping[str, Any] | None = None
    ) -> ProjectHandle:
        """A new project. A task is ``{"name", "kind", "labels", "multi"?, "guidelines"?}``."""
        new = self._call("create_project", name=name, tasks=[dict(task) for task in tasks], settings=settings)
        return ProjectHandle(self, new)

    def project(self, name: str) -> ProjectHandle:
        """The project of that name or id; raises `NotFound`."""
        return ProjectHandle(self, self._call("project", project=name))

    def export_bundle(self, project: str) -> Iterator[bytes]:
        """A project with all its history as one file, in pieces; for its owners."""
        return self._export_bundle(project)

    def import_bundle(self, file: Path | str, name: str | None = None) -> dict[str, Any]:
        """Bring a project in from its bundle, whole or not at all: ``{"project", "rows", "matched", "added", ...}``."""
        return self._import_bundle(Path(file), name)
