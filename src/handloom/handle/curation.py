"""What is done to a whole dataset at once, as the handle of a project offers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


class LabelHandle:
    """The labels of a project's tasks: ``project.labels``. Answers stay as they were given and are read under new names.

    Without ``task`` it is the project's first. With ``preview`` nothing is done: what it would change, with a sample.
    """

    def __init__(self, call: Callable[..., Any], first: str) -> None:
        self._call = call
        self._first = first

    def rename(
        self, label: str, to: str, reason: str = "", task: str | None = None, preview: bool = False
    ) -> dict[str, Any]:
        """Give a label another name."""
        return self._change("rename", [label], [to], reason, task, preview)

    def merge(
        self, labels: Sequence[str], into: str, reason: str = "", task: str | None = None, preview: bool = False
    ) -> dict[str, Any]:
        """Make several labels one, which may be one of them or new."""
        return self._change("merge", list(labels), [into], reason, task, preview)

    def split(
        self, label: str, into: Sequence[str], reason: str = "", task: str | None = None, preview: bool = False
    ) -> dict[str, Any]:
        """Put several labels in the place of one; its items become questions again."""
        return self._change("split", [label], list(into), reason, task, preview)

    def undo(self, migration: str, reason: str = "", task: str | None = None, preview: bool = False) -> dict[str, Any]:
        """Take the newest change that stands back."""
        place = {"task": task or self._first, "migration": migration}
        return self._call("undo_migration", **place, reason=reason, preview=preview)

    def log(self, task: str | None = None) -> dict[str, Any]:
        """What was done, newest first."""
        return self._call("migrations", task=task or self._first)

    def _change(
        self, kind: str, labels: Sequence[str], into: Sequence[str], reason: str, task: str | None, preview: bool
    ) -> dict[str, Any]:
        what = {"kind": kind, "labels": labels, "into": into}
        return self._call("relabel_task", task=task or self._first, **what, reason=reason, preview=preview)


class CurationHandle:
    """What is done to many rows or items of a project at once: ``project.curation``."""

    def __init__(self, call: Callable[..., Any], of_commit: Callable[..., Any]) -> None:
        self._call = call
        self._of_commit = of_commit

    def replace(
        self, to: Any, message: str = "", *, branch: str = "main", preview: bool = False, **which: Any
    ) -> dict[str, Any]:
        """Give the rows of a branch that fit another label, as one version; `project.dataset.restore` takes it back.

        which: ``task``; and all that is given must fit: ``label``, ``search``, ``where`` (a predicate), ``answered_by``,
        ``disagrees`` (with the newest model).
        """
        return self._call("replace_labels", to=to, message=message, branch=branch, preview=preview, **which)

    def correct(
        self,
        rows: Sequence[Mapping[str, Any]],
        branch: str,
        message: str,
        document: Sequence[str] = ("doc",),
        task: str | None = None,
    ) -> dict[str, Any]:
        """Mend the values of a branch as a log of corrections tells, as one version; each correction keeps its kind."""
        sent = {"rows": [dict(row) for row in rows], "document": list(document)}
        return self._call("import_corrections", **sent, branch=branch, message=message, task=task)

    def corrections(self, commit: str, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of what a version mended, part by part."""
        return self._of_commit("corrections", commit=commit, cursor=cursor, limit=limit)

    def freeze(self, what: str, reason: str, name: str | None = None, task: str | None = None) -> dict[str, Any]:
        """Freeze the project, a task, a branch (its name) or a slice (its predicate): it refuses changes."""
        return self._call("freeze", what=what, reason=reason, name=name, task=task)

    def thaw(self, freeze: str, reason: str) -> dict[str, Any]:
        """Let it change again."""
        return self._call("thaw", freeze=freeze, reason=reason)

    def erase(self, reason: str = "", *, preview: bool = False, **which: Any) -> dict[str, Any]:
        """Blank the content of items everywhere; for owners. which: ``items``, ``keys``, ``search``, ``where``."""
        return self._call("erase", reason=reason, preview=preview, **which)

    def erasures(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of what was erased, newest first; ``left`` names what is left to people."""
        return self._call("erasures", cursor=cursor, limit=limit)

    def resume_erasing(self) -> dict[str, Any]:
        """Go on with what is not erased everywhere yet."""
        return self._call("resume_erasing")

    def freezes(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of what is or was frozen, newest first."""
        return self._call("freezes", cursor=cursor, limit=limit)
