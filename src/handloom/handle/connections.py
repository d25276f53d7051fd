"""What a project is connected with outside, as its handle offers it: services of people, and addresses that are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


class WorkforceHandle:
    """Services of outside people: ``project.workforces``. Owners only."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def list(self) -> dict[str, Any]:
        """Every service with what is out and what came back."""
        return self._call("workforces")

    def add(
        self,
        name: str,
        address: str,
        task: str | None = None,
        *,
        kind: str = "http",
        options: Mapping[str, Any] | None = None,
        deadline: float = 86_400.0,
        most: int = 100,
        keep: int = 10,
    ) -> dict[str, Any]:
        """Connect a service; ``secret`` is shown this once.

        deadline: seconds until the own team is asked; most: questions outside at a time; keep: questions left to the team.
        """
        fields = {"deadline": deadline, "most": most, "keep": keep, "options": dict(options or {})}
        return self._call("add_workforce", name=name, address=address, task=task, kind=kind, **fields)

    def change(self, name: str, state: str, secret: bool = False) -> dict[str, Any]:
        """active or paused; secret: make a new one, which is shown this once."""
        return self._call("change_workforce", name=name, state=state, secret=secret)

    def remove(self, name: str) -> dict[str, Any]:
        """Disconnect a service; its questions come back to the own team."""
        return self._call("remove_workforce", name=name)


class WebhookHandle:
    """Addresses that are told what happens: ``project.webhooks``. Engineers and owners."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def list(self) -> dict[str, Any]:
        """Every address with how far it is and what is wrong."""
        return self._call("webhooks")

    def add(self, address: str, kinds: Sequence[str] | None = None) -> dict[str, Any]:
        """Tell an address from now on; ``secret`` is shown this once."""
        return self._call("add_webhook", address=address, kinds=None if kinds is None else list(kinds))

    def change(self, webhook: str, state: str) -> dict[str, Any]:
        """active (also after it died) or paused."""
        return self._call("change_webhook", webhook=webhook, state=state)

    def remove(self, webhook: str) -> dict[str, Any]:
        """Tell it nothing any more."""
        return self._call("remove_webhook", webhook=webhook)

    def test(self, webhook: str) -> dict[str, Any]:
        """Send a message now; whether it was taken."""
        return self._call("test_webhook", webhook=webhook)
