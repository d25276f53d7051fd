"""A workspace with a project and people at work in it, on whatever store a test is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from handloom import loop
from handloom.handle import ProjectHandle
from handloom.operations.projects import create_project
from handloom.store import Store, people, rebuild
from handloom.workspace import Workspace

LABELS = ("ham", "spam", "other")


class Desk:
    """One project ``mail`` with n items (key k0, k1 ..., text, truth by key) and nobody but its owner."""

    def __init__(
        self, store: Store, n: int = 30, known: int = 0, meta: Mapping[int, Any] | None = None, **settings: Any
    ):
        loop.wire(store)
        owner = store.write(lambda tx: people.add(tx, name="owner", kind="person", role="owner"))
        self.site = Workspace(store, owner)
        self.site.site.rng = np.random.default_rng(7)
        self.truth = {f"k{k}": LABELS[k % 3] for k in range(n)}
        tasks = [{"name": "mail", "kind": "text_class@1", "labels": list(LABELS)}]
        base = {"auto": False, "test_share": 0.0, "strategy": "random", "random_share": 1.0} | settings
        self.project = ProjectHandle(self.site, create_project(self.site.session, "mail", tasks, base, salt="desk"))
        self.project.add_items(
            {
                "key": key,
                "data": {"text": f"{label} number {k}"},
                **({"meta": (meta or {})[k]} if k in (meta or {}) else {}),
                **({"labels": {"mail": label}} if k < known else {}),
            }
            for k, (key, label) in enumerate(self.truth.items())
        )
        if known:
            self.project.add_gold(imported=True)

    def person(self, name: str, role: str = "annotator") -> ProjectHandle:
        """A new actor, at work in the project."""
        actor = self.site.add_actor(name, role)["actor"]["id"]
        return self.site.acting(actor).project("mail")

    def id_of(self, name: str) -> str:
        return next(a["id"] for a in self.site.actors(limit=200)["actors"] if a["name"] == name)

    def right(self, question: Mapping[str, Any]) -> str:
        return self.truth[question["items"][0]["key"]]

    def wrong(self, question: Mapping[str, Any]) -> str:
        return LABELS[(LABELS.index(self.right(question)) + 1) % 3]

    def work(self, who: ProjectHandle, n: int, *, well: bool = True) -> list[dict[str, Any]]:
        """Claim and answer up to n questions; the questions answered."""
        done = []
        for question in who.claim(n=n)["questions"]:
            who.answer(question["id"], self.right(question) if well else self.wrong(question), seconds=2.0)
            done.append(question)
        return done

    def label(self, item: str) -> Any:
        """``{"value", "confidence", "n", ...}``, None where the item has none."""
        return self.site.item(item)["tasks"][0]["label"]

    def question(self, number: str) -> dict[str, Any]:
        return self.site.question(number)

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.site.events() if event["kind"] == kind]

    def check(self) -> None:
        """What is stored is what the log says."""
        with self.site.store.read() as connection:
            assert rebuild.compare(connection, self.site.store.hooks) == []
