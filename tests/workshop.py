"""A project with items, people and the loop, for tests that need more than one step."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from handloom import loop
from handloom.core.settings import merged
from handloom.loop import Did
from handloom.store import Store, commits, items, jobs, people, picking, projects, queue, schema, training
from handloom.store import answers as taking

WORDS = {
    "sport": [
        "ball",
        "goal",
        "team",
        "match",
        "player",
        "coach",
        "league",
        "score",
        "win",
        "season",
        "referee",
        "stadium",
    ],
    "food": [
        "bread",
        "cheese",
        "soup",
        "cook",
        "oven",
        "salt",
        "pepper",
        "sugar",
        "flour",
        "butter",
        "recipe",
        "kitchen",
    ],
    "money": [
        "bank",
        "loan",
        "credit",
        "invest",
        "stock",
        "market",
        "bond",
        "tax",
        "price",
        "cost",
        "budget",
        "salary",
    ],
}


def texts(n: int, seed: int = 0) -> list[tuple[str, str]]:
    """n (text, label) pairs that a linear model can tell apart, three labels."""
    rng = random.Random(seed)
    out = []
    for k in range(n):
        label = sorted(WORDS)[k % 3]
        words = rng.choices(WORDS[label], k=4) + rng.choices([w for ws in WORDS.values() for w in ws], k=3)
        out.append((f"{' '.join(words)} {k}", label))
    return out


class Workshop:
    """One project with one task; `work` lets people answer truthfully."""

    def __init__(
        self,
        store: Store,
        data: Sequence[tuple[Mapping[str, Any], str]],
        *,
        kind: str = "text_class@1",
        settings: Mapping[str, Any] | None = None,
        n_people: int = 3,
        labels: Sequence[str] | None = None,
        multi: bool = False,
        given: int = 0,
    ) -> None:
        self.store = store
        loop.wire(store)
        labels = list(labels or sorted({label for _, label in data}))
        self.people = [self._person(f"p{k}", "annotator") for k in range(n_people)]
        self.owner = self._person("boss", "owner")
        options = {"labels": labels, "multi": multi}
        complete = merged({}, settings or {})
        self.project = store.write(
            lambda tx: projects.add(tx, name="p", settings=complete, salt="salt", actor_id=self.owner)
        )
        self.task = store.write(
            lambda tx: projects.add_task(
                tx, project_id=self.project.id, name="t", kind=kind, options=options, actor_id=self.owner
            )
        )
        self.truth: dict[int, str] = {}
        if data:
            self.add(data, given)

    def _person(self, name: str, role: str) -> int:
        return self.store.write(lambda tx: people.add(tx, name=name, kind="person", role=role)).id

    def add(self, data: Sequence[tuple[Mapping[str, Any], str]], given: int = 0) -> None:
        """More items, with the answers that people will give; the first ``given`` come with their label."""
        start, task = len(self.truth), self.task.id
        new = [
            items.NewItem(
                line=k, key=f"k{start + k}", data=one, labels={task: {"labels": [label]}} if k < given else {}
            )
            for k, (one, label) in enumerate(data)
        ]
        share = self.settings["test_share"]
        self.store.write(
            lambda tx: items.add(
                tx, project_id=self.project.id, salt="salt", test_share=share, items=new, actor_id=self.owner
            )
        )
        with self.store.read() as connection:
            rows = connection.execute(sa.select(schema.item.c.id, schema.item.c.key)).all()
        by_key = {f"k{start + k}": label for k, (_, label) in enumerate(data)}
        self.truth |= {row.id: by_key[row.key] for row in rows if row.key in by_key}

    @property
    def settings(self) -> Mapping[str, Any]:
        with self.store.read() as connection:
            return projects.find(connection, self.project.id).settings

    def change(self, **settings: Any) -> None:
        self.store.write(
            lambda tx: projects.change_settings(tx, self.project.id, merged(self.settings, settings), self.owner)
        )

    def advance(self, executor: loop.Executor = loop.inline) -> list[Did]:
        return loop.advance(self.store, self.project.id, executor=executor)

    def work(self, n: int, *, say: Callable[[int], str | list[str]] | None = None, person: int | None = None) -> int:
        """Up to n answers by people in turn; how many were given."""
        done = 0
        while done < n:
            who = person if person is not None else self.people[done % len(self.people)]
            found = self.store.write(
                lambda tx, who=who, left=n - done: queue.claim(
                    tx, project_id=self.project.id, actor_id=who, lane="label", n=min(5, left), lease_seconds=600
                )
            )
            if not found:
                break
            for question in found:
                self.answer(question, who, (say or self.says)(self.item_of(question)))
                done += 1
        return done

    def says(self, item: int) -> str:
        """The truth; the first label for items that came from production."""
        return self.truth.get(item, self.task.options["labels"][0])

    def answer(self, question: int, who: int, label: str | list[str]) -> taking.AnswerResult:
        value = {"labels": [label] if isinstance(label, str) else label}
        new = taking.NewAnswer(str(uuid.uuid4()), question, who, "answered", value, 2.0)
        return self.store.write(lambda tx: taking.answer(tx, new))

    def decide(self, question: int, decision: str, reason: str = "looks right") -> None:
        """The owner decides."""
        value = {"decision": decision, "reason": reason, "parameters": {}}
        new = taking.NewAnswer(str(uuid.uuid4()), question, self.owner, "answered", value, 30.0)
        self.store.write(lambda tx: queue.claim_one(tx, question_id=question, actor_id=self.owner, lease_seconds=600))
        self.store.write(lambda tx: taking.answer(tx, new))

    def fresh(self) -> int:
        """Labels that no version has yet."""
        with self.store.read() as connection:
            last = commits.newest(connection, self.task.id)
            since = last.position if last else 0
            return picking.standing(connection, self.project.id, self.task.id, since=since, enough=10_000).fresh

    def rounds(self, n: int, size: int = 20) -> None:
        """n rounds of answers, each followed by the loop."""
        for _ in range(n):
            self.advance()
            self.work(size)
        self.advance()

    def item_of(self, question: int) -> int:
        return self.question(question).item_id

    def tests(self) -> set[int]:
        """Items in the living test set."""
        with self.store.read() as connection:
            return set(connection.execute(sa.select(schema.item.c.id).where(schema.item.c.test)).scalars())

    def content(self, item: int) -> Mapping[str, Any]:
        with self.store.read() as connection:
            return items.get(connection, [item])[item].data

    def question(self, question: int) -> Any:
        with self.store.read() as connection:
            return connection.execute(sa.select(schema.question).where(schema.question.c.id == question)).one()

    def questions(self, lane: str = "label", state: str | None = None) -> list[Any]:
        query = sa.select(schema.question).where(schema.question.c.lane == lane).order_by(schema.question.c.id)
        if state is not None:
            query = query.where(schema.question.c.state == state)
        with self.store.read() as connection:
            return list(connection.execute(query).all())

    def models(self) -> list[training.Model]:
        """Newest first."""
        with self.store.read() as connection:
            return training.models(connection, self.task.id)

    def report(self, model: training.Model) -> Mapping[str, Any]:
        with self.store.read() as connection:
            return training.evaluations(connection, [model.id])[model.id].report

    def jobs(self) -> list[jobs.Job]:
        """Newest first."""
        with self.store.read() as connection:
            return jobs.page(connection, self.project.id, before=None, limit=200)

    def open(self) -> int:
        with self.store.read() as connection:
            return picking.open_count(connection, self.project.id, self.task.id)

    def current(self) -> training.Release | None:
        with self.store.read() as connection:
            return training.current(connection, self.task.id)

    def events(self, kind: str) -> list[Any]:
        with self.store.read() as connection:
            query = sa.select(schema.event).where(schema.event.c.kind == kind).order_by(schema.event.c.seq)
            return list(connection.execute(query).all())


def text_workshop(store: Store, n: int = 300, **more: Any) -> Workshop:
    """A workshop on made-up texts."""
    return Workshop(store, [({"text": text}, label) for text, label in texts(n)], **more)
