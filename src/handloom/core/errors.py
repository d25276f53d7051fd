"""Every error handloom raises on purpose, as one tree.

    HandloomError
    ├── Refused            400  what was sent makes no sense
    │   ├── Malformed          HL001  not JSON, wrong type, missing field
    │   ├── TooLarge           HL002  over a stated limit
    │   ├── BadEncoding        HL003  bytes that are not UTF-8
    │   ├── EmptyInput         HL004  nothing in the file or the request
    │   ├── RaggedRow          HL005  a row with more or fewer cells than the header
    │   ├── BadImage           HL006  bytes that are no image we can open
    │   ├── BadBundle          HL007  a file that is no whole bundle of a project
    │   ├── BadItem            HL010  an item without what its task needs
    │   ├── KeyConflict        HL011  the same key with other content
    │   ├── BadTask            HL012  a task definition that cannot work
    │   ├── UnknownKind        HL013  no plug-in of that name
    │   ├── UnknownLabel       HL021  a label that the task does not have
    │   ├── BadValue           HL022  a value of the wrong form for its shape
    │   ├── BadReference       HL023  a path or address that may not be read
    │   └── BadCursor          HL030  a page cursor that we did not hand out
    ├── NotLoggedIn        401  HL040
    ├── Forbidden          403  HL041  the role does not allow it
    ├── NotFound           404  HL050
    ├── Conflict           409
    │   ├── NameTaken          HL060
    │   ├── NotClaimed         HL061  an answer to a question that this actor never held
    │   ├── AnswerMismatch     HL062  the same answer id with other content
    │   ├── Superseded         HL063  the answer to correct was already corrected
    │   ├── QuestionClosed     HL064  withdrawn, stale or expired before anybody answered
    │   ├── NoRelease          HL065  nothing is released yet
    │   ├── NotEnoughLabels    HL066  too few labels or classes to train
    │   ├── WrongState         HL067  that cannot be done in this state
    │   └── Frozen             HL068  somebody froze it; the reason is in the sentence
    └── Unavailable        503
        ├── WorkspaceLocked    HL080  another server has this workspace open
        ├── WorkspaceTooNew    HL081  made by a newer handloom
        ├── NotAWorkspace      HL082  no workspace there
        ├── DiskFull           HL083
        ├── ReadOnly           HL084
        ├── MissingExtra       HL085  an optional library is not installed
        └── Corrupt            HL086  stored data is not what its digest says

The code is stable and searchable; the sentence says what was found, what was expected and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any, ClassVar


class HandloomError(Exception):
    """Base of all errors that handloom raises on purpose."""

    code: ClassVar[str] = "HL000"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def as_dict(self) -> dict[str, Any]:
        """``{"code", "message", "details"}``, the body of every error answer."""
        return {"code": self.code, "message": self.message, "details": self.details}


class Refused(HandloomError):
    """What was sent makes no sense."""

    code, status = "HL000", 400


class Malformed(Refused):
    """Not JSON, a wrong type, a missing field."""

    code, status = "HL001", 422


class TooLarge(Refused):
    """Over a stated limit."""

    code, status = "HL002", 413


class BadEncoding(Refused):
    """Bytes that are not UTF-8."""

    code = "HL003"


class EmptyInput(Refused):
    """Nothing in the file or the request."""

    code = "HL004"


class RaggedRow(Refused):
    """A row with more or fewer cells than the header."""

    code = "HL005"


class BadImage(Refused):
    """Bytes that are no image we can open."""

    code = "HL006"


class BadBundle(Refused):
    """A file that is no bundle of a project, not a whole one, or one that somebody has changed."""

    code = "HL007"


class BadItem(Refused):
    """An item without what its task needs."""

    code = "HL010"


class KeyConflict(Refused):
    """The same key with other content."""

    code, status = "HL011", 409


class BadTask(Refused):
    """A task definition that cannot work."""

    code = "HL012"


class UnknownKind(Refused):
    """No plug-in of that name is registered."""

    code = "HL013"

    def __init__(self, what: str, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"there is no {what} {name!r}; known are {', '.join(sorted(known)) or 'none'}.{_nearest(name, known)}",
            name=name,
            known=sorted(known),
        )


class UnknownLabel(Refused):
    """A label that the task does not have."""

    code = "HL021"

    def __init__(self, label: str, task: str, known: Sequence[str]) -> None:
        shown = ", ".join(known[:20]) + (f" and {len(known) - 20} more" if len(known) > 20 else "")
        super().__init__(
            f"label {label!r} is not in task {task} ({shown}).{_nearest(label, known)}",
            label=label,
            task=task,
            known=list(known[:100]),
        )


class BadValue(Refused):
    """A value of the wrong form for its shape."""

    code = "HL022"


class BadReference(Refused):
    """A path or address that may not be read."""

    code = "HL023"


class BadCursor(Refused):
    """A page cursor that this workspace did not hand out."""

    code = "HL030"


class NotLoggedIn(HandloomError):
    """No token or session, or one that is not valid any more."""

    code, status = "HL040", 401


class Forbidden(HandloomError):
    """The actor's role does not allow it."""

    code, status = "HL041", 403


class NotFound(HandloomError):
    """Nothing of that name or id."""

    code, status = "HL050", 404

    def __init__(self, what: str, name: object) -> None:
        super().__init__(f"there is no {what} {name!s}", what=what, id=str(name))


class Conflict(HandloomError):
    """What was sent does not fit the present state."""

    code, status = "HL059", 409


class NameTaken(Conflict):
    """Something of that name exists already."""

    code = "HL060"


class NotClaimed(Conflict):
    """An answer to a question that this actor never held."""

    code = "HL061"


class AnswerMismatch(Conflict):
    """The same answer id with other content."""

    code = "HL062"


class Superseded(Conflict):
    """The answer to correct was already corrected."""

    code = "HL063"


class QuestionClosed(Conflict):
    """The question was withdrawn, stale or expired before this answer."""

    code = "HL064"


class NoRelease(Conflict):
    """Nothing is released yet for this task."""

    code = "HL065"


class NotEnoughLabels(Conflict):
    """Too few labels or classes to train."""

    code = "HL066"


class WrongState(Conflict):
    """That cannot be done in this state."""

    code = "HL067"


class Frozen(Conflict):
    """Somebody froze it, and nobody has thawed it."""

    code = "HL068"


class Unavailable(HandloomError):
    """The workspace cannot serve right now."""

    code, status = "HL079", 503


class WorkspaceLocked(Unavailable):
    """Another server has this workspace open."""

    code = "HL080"


class WorkspaceTooNew(Unavailable):
    """The workspace was made by a newer handloom."""

    code = "HL081"


class NotAWorkspace(Unavailable):
    """There is no workspace there."""

    code, status = "HL082", 404


class DiskFull(Unavailable):
    """No space is left; nothing of the request was stored."""

    code, status = "HL083", 507


class ReadOnly(Unavailable):
    """The workspace cannot be written to."""

    code = "HL084"


class MissingExtra(Unavailable):
    """An optional library is not installed."""

    code, status = "HL085", 501

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"this needs {library}, which is not installed: pip install 'handloom[{extra}]'",
            library=library,
            extra=extra,
        )


class Corrupt(Unavailable):
    """Stored data is not what its digest says."""

    code = "HL086"


def _nearest(word: str, known: Sequence[str]) -> str:
    """`` Did you mean 'x'?`` or nothing; a difference in case alone is always found."""
    by_fold = {k.casefold(): k for k in known}
    found = by_fold.get(word.casefold())
    if found is None:
        close = difflib.get_close_matches(word, known[:1000], n=1, cutoff=0.6)
        found = close[0] if close else None
    return f" Did you mean {found!r}?" if found else ""
