"""What does not depend on a project: people, kinds of task, and everything that has an id of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from .caller import Caller


class Everywhere(Caller):
    """Methods that a workspace has and that its projects call."""

    def me(self) -> dict[str, Any]:
        """Who acts, and what they may do."""
        return self._call("me")

    def actors(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of actors."""
        return self._call("actors", cursor=cursor, limit=limit)

    def add_actor(self, name: str, role: str = "annotator", kind: str = "person") -> dict[str, Any]:
        """A new actor and its token."""
        return self._call("add_actor", name=name, role=role, kind=kind)

    def change_actor(self, actor: str, role: str | None = None, state: str | None = None) -> dict[str, Any]:
        """Another role, or active, paused, removed."""
        return self._call("change_actor", actor=actor, role=role, state=state)

    def login_address(self, actor: str) -> dict[str, Any]:
        """A one-time login path for a browser."""
        return self._call("login_address", actor=actor)

    def new_token(self, actor: str) -> dict[str, Any]:
        """A new token; the old one is void."""
        return self._call("new_token", actor=actor)

    def kinds(self) -> dict[str, Any]:
        """The kinds of task that are installed."""
        return self._call("kinds")

    def strategies(self) -> dict[str, Any]:
        """The strategies that are installed, with a line about each."""
        return self._call("strategies")

    def checks(self) -> dict[str, Any]:
        """Names of the data tests that are installed."""
        return self._call("checks")

    def item(self, item: str) -> dict[str, Any]:
        """An item with its labels, predictions, questions and answers."""
        return self._call("item", item=item)

    def blob(self, digest: str) -> bytes:
        """The bytes that an item refers to."""
        return self._blob(digest)

    def question(self, question: str) -> dict[str, Any]:
        """One question."""
        return self._call("question", question=question)

    def claim_question(self, question: str) -> dict[str, Any]:
        """Lease one certain question, a decision for example."""
        return self._call("claim_question", question=question)

    def release_claims(self, questions: Sequence[str]) -> dict[str, Any]:
        """Give leases back."""
        return self._call("release_claims", questions=list(questions))

    def answer(
        self,
        question: str,
        value: Any = None,
        *,
        outcome: str = "answered",
        seconds: float = 0.0,
        id: str | None = None,
        **details: Any,
    ) -> dict[str, Any]:
        """Answer a claimed question: a label, several, or ``{"decision", "reason"}``.

        id: a UUID; give the same one to send again. details: suggestion_shown, edited, supersedes, note, confidence,
        rationale, guidelines.
        """
        sent = {"id": id or str(uuid.uuid4()), "question": question, "outcome": outcome, "seconds": seconds, **details}
        return self._call("answer", **sent, **({} if value is None else {"value": value}))

    def accept(self, code: str) -> dict[str, Any]:
        """Join a project by the code of an invitation."""
        return self._call("accept", code=code)

    def review(self, review: str) -> dict[str, Any]:
        """A review with the answers in its sample."""
        return self._call("review", review=review)

    def close_review(self, review: str, accept: bool, reason: str | None = None) -> dict[str, Any]:
        """Accept or reject the work behind a review; rejected work is asked again."""
        return self._call("close_review", review=review, accept=accept, reason=reason)

    def model(self, model: str) -> dict[str, Any]:
        """A model with its evaluation."""
        return self._call("model", model=model)

    def job(self, job: str) -> dict[str, Any]:
        """How far a job is."""
        return self._call("job", job=job)

    def cancel(self, job: str) -> dict[str, Any]:
        """Ask a job to stop."""
        return self._call("cancel", job=job)

    def feedback(
        self, prediction: str, value: Any = None, correct: bool | None = None, note: str | None = None
    ) -> dict[str, Any]:
        """What was right about a prediction."""
        return self._call("feedback", prediction=prediction, value=value, correct=correct, note=note)

    def lineage(self, id: str) -> dict[str, Any]:
        """What is behind a prediction, release, model, commit or label."""
        return self._call("lineage", id=id)

    def events(self, since: int = 0, follow: bool = False) -> Iterator[dict[str, Any]]:
        """Events after number ``since``; with ``follow``, new ones as they happen."""
        return self._events(since, follow)
