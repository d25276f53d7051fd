"""The life of a question: its states and every transition between them, written once.

    open ── claim ──> claimed ── answer ──> answered ── resolve ──> resolved
      ^                 │ release, expire          │ supersede
      └─────────────────┘ <─────────────────────────┘ set aside, extend
    open, claimed ── skip ──> skipped      ── unsure, flag ──> escalated      (as many of them as answers were wanted)
    open, claimed ── stale | withdraw | expire_question ──> stale | withdrawn | expired

The same functions move the live question and replay the log; ``handloom doctor`` compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

State = Literal["open", "claimed", "answered", "resolved", "skipped", "escalated", "stale", "withdrawn", "expired"]
STATES: tuple[State, ...] = (
    "open",
    "claimed",
    "answered",
    "resolved",
    "skipped",
    "escalated",
    "stale",
    "withdrawn",
    "expired",
)
CLOSED: frozenset[State] = frozenset(("resolved", "skipped", "escalated", "stale", "withdrawn", "expired"))
WITHOUT_ANSWER: frozenset[State] = frozenset(("stale", "withdrawn", "expired"))
Outcome = Literal["answered", "skip", "unsure", "flag", "retracted"]
BULK = "bulk"
"""Strategy of questions that somebody answered many of at once: nobody drew them, and they say little about pace."""
OUTCOMES: tuple[Outcome, ...] = ("answered", "skip", "unsure", "flag")
"""What a question may be answered with. ``retracted`` only supersedes: an answer is taken back, and counts for nothing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a question stands.

    needs: answers wanted; got: answers counted so far; held: live leases; skips: outcomes ``skip`` that stand;
    doubts: outcomes ``unsure`` and ``flag`` that stand; state: derived, see `settle`.
    """

    needs: int
    got: int = 0
    held: int = 0
    skips: int = 0
    doubts: int = 0
    state: State = "open"

    @property
    def room(self) -> int:
        """How many more leases may be given out."""
        return max(0, self.needs - self.got - self.held) if self.state in ("open", "claimed") else 0


def settle(progress: Progress) -> Progress:
    """The state that the counters imply, for a question that nobody has closed from outside."""
    if progress.state in WITHOUT_ANSWER:
        return progress
    if progress.got >= progress.needs:
        state: State = "resolved" if progress.state == "resolved" else "answered"
    elif progress.skips + progress.doubts >= progress.needs:
        state = "escalated" if progress.doubts else "skipped"
    elif progress.got + progress.held >= progress.needs:
        state = "claimed"
    else:
        state = "open"
    return replace(progress, state=state)


def claimed(progress: Progress) -> Progress:
    """One more lease."""
    return settle(replace(progress, held=progress.held + 1))


def unclaimed(progress: Progress) -> Progress:
    """One lease less: released, expired or used up by an answer."""
    return settle(replace(progress, held=progress.held - 1))


def answered(progress: Progress, outcome: Outcome, *, held: bool) -> Progress:
    """One more counted answer; ``held`` when it used up a lease."""
    return settle(_count(replace(progress, held=progress.held - held), outcome, +1))


def superseded(progress: Progress, old: Outcome, new: Outcome) -> Progress:
    """A counted answer was replaced by another of the same actor."""
    return settle(_count(_count(replace(progress, state="open"), old, -1), new, +1))


def set_aside(progress: Progress, outcome: Outcome) -> Progress:
    """A counted answer counts no more: whoever gave it was paused, or a reviewer rejected it. Somebody else is asked."""
    if progress.state in WITHOUT_ANSWER:
        return _count(progress, outcome, -1)
    after = settle(_count(replace(progress, state="open"), outcome, -1))
    return resolved(after) if after.state == "answered" else after


def wanting(progress: Progress, needs: int) -> Progress:
    """Another number of answers is wanted: more, since the label is not sure enough, or fewer, since nobody is left."""
    if progress.state in WITHOUT_ANSWER:
        return progress
    after = settle(replace(progress, needs=needs, state="open"))
    return resolved(after) if after.state == "answered" else after


def resolved(progress: Progress) -> Progress:
    """Its label or decision stands."""
    return replace(progress, state="resolved")


def closed(progress: Progress, state: State) -> Progress:
    """Withdrawn, stale or expired: leases end, answers already counted stay in the log."""
    return replace(progress, state=state, held=0)


def _count(progress: Progress, outcome: Outcome, by: int) -> Progress:
    match outcome:
        case "answered":
            return replace(progress, got=progress.got + by)
        case "skip":
            return replace(progress, skips=progress.skips + by)
        case "retracted":
            return progress
        case _:
            return replace(progress, doubts=progress.doubts + by)
