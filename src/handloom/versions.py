"""Dataset versions as the handle of a project offers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

MAIN = "main"


class DatasetHandle:
    """Versions of the labels of a project's tasks: ``project.dataset``. Places are branches, tags or commits (``c12``).

    Without ``task`` it is the project's first.
    """

    def __init__(self, call: Callable[..., Any], export: Callable[[str, str], Iterator[bytes]]) -> None:
        self._call = call
        self._export = export

    def log(
        self, task: str | None = None, at: str = MAIN, cursor: str | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """What led to a place, newest first: ``{"commits": [...], "next"}``."""
        return self._call("commits", task=task, at=at, cursor=cursor, limit=limit)

    def commit(self, message: str, task: str | None = None) -> dict[str, Any]:
        """The labels as they stand as a version on main; the newest one again when nothing has changed."""
        return self._call("add_commit", message=message, task=task)

    def edit(
        self, branch: str, rows: Sequence[Mapping[str, Any]], message: str, task: str | None = None
    ) -> dict[str, Any]:
        """A version of a branch with rows changed: ``{"item", "value"?, "confidence"?, "split"?, "weight"?, "remove"?}``."""
        changed = [dict(row) for row in rows]
        return self._call("add_commit", message=message, task=task, branch=branch, rows=changed)

    def show(self, commit: str) -> dict[str, Any]:
        """One version with its conflicts."""
        return self._call("commit", commit=commit)

    def branches(self, task: str | None = None) -> dict[str, Any]:
        """Open branches."""
        return self._call("branches", task=task)

    def add_branch(self, name: str, task: str | None = None, at: str = MAIN) -> dict[str, Any]:
        """A branch that begins at a place."""
        return self._call("add_branch", name=name, task=task, at=at)

    def close_branch(self, name: str, task: str | None = None) -> dict[str, Any]:
        """Free a branch's name; its versions stay."""
        return self._call("close_branch", name=name, task=task)

    def tags(self, task: str | None = None) -> dict[str, Any]:
        """Tags in the order of their commits."""
        return self._call("tags", task=task)

    def add_tag(self, name: str, task: str | None = None, at: str = MAIN, message: str = "") -> dict[str, Any]:
        """A name for a place that never moves."""
        return self._call("add_tag", name=name, task=task, at=at, message=message)

    def diff(self, before: str, after: str = MAIN, task: str | None = None) -> dict[str, Any]:
        """What changed between two places, by kind and by label, with the first 200 rows."""
        return self._call("diff", before=before, after=after, task=task)

    def merge(
        self, source: str, into: str = MAIN, task: str | None = None, message: str | None = None
    ) -> dict[str, Any]:
        """Merge a place into a branch; what both changed differently becomes questions to decide."""
        return self._call("merge", source=source, into=into, task=task, message=message)

    def restore(self, to: str, message: str, task: str | None = None, branch: str = MAIN) -> dict[str, Any]:
        """A new version of a branch with the content of a place."""
        return self._call("restore", to=to, message=message, task=task, branch=branch)

    def make_profile(self, task: str | None = None, at: str | None = None) -> dict[str, Any]:
        """Describe the items as they stand, or a place, in a worker; the job."""
        return self._call("make_profile", task=task, at=at)

    def profile(self, task: str | None = None, at: str | None = None) -> dict[str, Any]:
        """The newest profile of the items or of a place: ``{"profile", "commit", "made", "fresh", "job"}``."""
        return self._call("profile", task=task, at=at)

    def export(self, commit: str, format: str = "parquet") -> Iterator[bytes]:
        """The rows of a commit as parquet or jsonl, in pieces."""
        return self._export(commit, format)
