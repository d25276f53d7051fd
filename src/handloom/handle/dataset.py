"""Dataset versions as the handle of a project offers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

MAIN = "main"


class RequestsHandle:
    """Merge requests of a project: ``project.dataset.requests``. Without ``task`` it is the project's first."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def list(
        self, task: str | None = None, state: str = "open", cursor: str | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """Those that wait (``open``) or ``all``, newest first: ``{"requests": [...], "next"}``."""
        return self._call("requests", task=task, state=state, cursor=cursor, limit=limit)

    def open(self, source: str, title: str, task: str | None = None, into: str = MAIN) -> dict[str, Any]:
        """Propose to merge a branch. Its data tests run, then people are asked."""
        return self._call("open_request", source=source, title=title, task=task, into=into)

    def show(self, request: str) -> dict[str, Any]:
        """One request with its change, tests, conflicts, verdicts and discussion."""
        return self._call("request", request=request)

    def comment(self, request: str, text: str, item: str | None = None) -> dict[str, Any]:
        """Say something about a request, or about the row of an item."""
        return self._call("comment_request", request=request, text=text, item=item)

    def decide(self, request: str, decision: str, reason: str) -> dict[str, Any]:
        """``approve`` or ``reject``; the request afterwards, merged when that was the last approval it needed."""
        return self._call("decide_request", request=request, decision=decision, reason=reason)

    def close(self, request: str, reason: str) -> dict[str, Any]:
        """Take it back: nothing is merged, the branch stays."""
        return self._call("close_request", request=request, reason=reason)

    def test(self, request: str) -> dict[str, Any]:
        """Run its data tests again, against what its target holds now."""
        return self._call("test_request", request=request)


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
        self,
        branch: str,
        rows: Sequence[Mapping[str, Any]],
        message: str,
        task: str | None = None,
        override: str | None = None,
    ) -> dict[str, Any]:
        """A version of a branch with rows changed: ``{"item", "value"?, "confidence"?, "split"?, "weight"?, "remove"?}``.

        Rows of main are changed by way of a branch of their own and its data tests; see `merge`.
        """
        changed = [dict(row) for row in rows]
        more = {} if override is None else {"override": override}
        return self._call("add_commit", message=message, task=task, branch=branch, rows=changed, **more)

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
        self,
        source: str,
        into: str = MAIN,
        task: str | None = None,
        message: str | None = None,
        override: str | None = None,
    ) -> dict[str, Any]:
        """Merge a place into a branch; what both changed differently becomes questions to decide.

        Into main it goes when its data tests are green; beside a server a worker runs them, and what comes back is the
        version that is proposed, its ``request`` still open. override: an owner's reason to merge in spite of them.
        """
        return self._call("merge", source=source, into=into, task=task, message=message, override=override)

    def undo_merge(self, merge: str, message: str, task: str | None = None) -> dict[str, Any]:
        """A version of main without what a merge brought; rows that changed since stay."""
        return self._call("undo_merge", merge=merge, message=message, task=task)

    def restore(
        self, to: str, message: str, task: str | None = None, branch: str = MAIN, override: str | None = None
    ) -> dict[str, Any]:
        """A new version of a branch with the content of a place; of main as by `edit`."""
        return self._call("restore", to=to, message=message, task=task, branch=branch, override=override)

    @property
    def requests(self) -> RequestsHandle:
        """Proposals to merge a branch: tested, discussed, decided."""
        return RequestsHandle(self._call)

    def make_profile(self, task: str | None = None, at: str | None = None) -> dict[str, Any]:
        """Describe the items as they stand, or a place, in a worker; the job."""
        return self._call("make_profile", task=task, at=at)

    def profile(self, task: str | None = None, at: str | None = None) -> dict[str, Any]:
        """The newest profile of the items or of a place: ``{"profile", "commit", "made", "fresh", "job"}``."""
        return self._call("profile", task=task, at=at)

    def export(self, commit: str, format: str = "parquet") -> Iterator[bytes]:
        """The rows of a commit as parquet or jsonl, in pieces."""
        return self._export(commit, format)
