"""The whole loop on real data: raw items in, released model out, people and machine in turn."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from handloom import loop
from handloom.loop import Feedback
from handloom.store import Store, lineage, rebuild
from tests import realdata
from tests.workshop import Workshop
from tests.workspaces import new_store

Data = list[tuple[Mapping[str, Any], str]]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "w") as store:
        yield store
        with store.read() as connection:
            assert rebuild.compare(connection, store.hooks) == []


def digits(store: Store) -> Data:
    pixels, labels = load_digits(return_X_y=True)
    out: Data = []
    for image, label in zip(pixels, labels, strict=True):
        buffer = io.BytesIO()
        Image.fromarray((image.reshape(8, 8) * 15.9375).astype(np.uint8)).save(buffer, "PNG")
        content = {"blob": store.blobs.put(buffer.getvalue()), "media_type": "image/png", "width": 8, "height": 8}
        out.append(({"image": content}, str(label)))
    return out


def sms() -> Data:
    table = pq.read_table(realdata.path("text/sms_spam.parquet"), columns=["text", "label"]).to_pydict()
    rows = dict(zip(table["text"], table["label"], strict=True))  # the set holds many duplicates
    return [({"text": text}, label) for text, label in rows.items() if text.strip()]


def true_accuracy(shop: Workshop) -> float:
    """Of the newest model on everything that has no label, which only a test can know."""
    from handloom.jobs import models

    model = shop.models()[0]
    scores = models.get_scores(shop.store, model, len(shop.task.options["labels"]))
    assert scores is not None
    said = scores.probabilities.argmax(axis=1)
    asked = {question.item_id for question in shop.questions(state="resolved")}
    right = [
        shop.task.options["labels"][guess] == shop.truth[item]
        for item, guess in zip(scores.ids.tolist(), said.tolist(), strict=True)
        if item not in asked
    ]
    return float(np.mean(right))


def test_digits_from_nothing_to_a_released_model(place: Store) -> None:
    data = digits(place)
    shop = Workshop(place, data, kind="image_class@1")
    shop.rounds(6)
    assert true_accuracy(shop) > 0.9
    [gate] = shop.questions("decide", "open")
    evidence = gate.body["evidence"]
    assert evidence["candidate"]["accuracy"]["n"] == evidence["majority"]["accuracy"]["n"] >= 8
    shop.decide(gate.id, "approve")
    [said] = loop.predict(place, shop.task, [data[0][0]], actor_id=shop.owner)
    assert said.value == {"labels": ["0"]}


def test_spam_with_a_heuristic_disagreeing_people_and_production(place: Store) -> None:
    rules = [{"pattern": r"\b(free|win|prize|claim|txt)\b", "label": "spam"}]
    shop = Workshop(
        place,
        sms(),
        settings={
            "overlap": 3,
            "heuristic": {"rules": rules, "default": "ham"},
            "test_share": 0.2,
            "sample_random": 0.2,
        },
    )
    mistaken = np.random.default_rng(0)

    def human(item: int) -> str:
        truth = shop.truth[item]
        return truth if mistaken.random() > 0.1 else {"ham": "spam", "spam": "ham"}[truth]

    for _ in range(8):
        shop.advance()
        for person in shop.people:
            shop.work(20, say=human, person=person)
    shop.advance()
    report = shop.report(shop.models()[0])
    for name in ("candidate", "heuristic", "majority"):
        assert 0 < report[name]["accuracy"]["low"] < report[name]["accuracy"]["high"] <= 1
    labels = shop.questions(state="resolved")
    assert all(question.got == 3 for question in labels)
    assert true_accuracy(shop) > 0.9

    decisions = shop.questions("decide")
    assert len(decisions) == len(shop.models())
    found = next((one for one in decisions if one.state == "open"), None)
    if found is None:
        pytest.fail(f"no model beat the heuristic: {[one.reason for one in decisions]}")
    shop.decide(found.id, "approve")
    inputs = [{"text": f"call me when you are home, {k}"} for k in range(40)]
    inputs += [{"text": "you have won a free prize, text WIN to claim"}]
    said = loop.predict(place, shop.task, inputs, actor_id=shop.owner)
    assert said[-1].value == {"labels": ["spam"]}
    assert {one.strategy for one in shop.questions()} >= {"production-random"}
    question = loop.feedback(place, said[-1].id, Feedback(None, False, "that was my bank", shop.owner))
    if question is not None:
        assert "somebody says that is wrong" in shop.question(question).reason
    with place.read() as connection:
        graph = lineage.trace(connection, "prediction", said[0].id)
    serving = shop.current()
    assert serving is not None
    assert {f"v{serving.id}", f"m{serving.model_id}", f"q{found.id}"} <= set(graph.nodes)
    assert sum(kind == "answer" for kind, _ in graph.nodes.values()) >= 100


def test_several_labels_per_item(place: Store) -> None:
    rows = pq.read_table(realdata.path("text/sms_spam.parquet"), columns=["text", "label"]).slice(0, 600).to_pydict()
    data = [({"text": text}, label) for text, label in dict(zip(rows["text"], rows["label"], strict=True)).items()]
    shop = Workshop(place, data, multi=True, labels=["digits", "spam"], settings={"test_share": 0.3, "batch": 40})

    def say(item: int) -> list[str]:
        text = shop.content(item)["text"]
        return [
            name
            for name, is_so in (("digits", any(c.isdigit() for c in text)), ("spam", shop.truth[item] == "spam"))
            if is_so
        ]

    for _ in range(4):
        shop.advance()
        shop.work(40, say=say)
    shop.advance()
    report = shop.report(shop.models()[0])
    assert report["confusion"] is None
    assert report["candidate"]["macro_f1"]["n"] > 10
    recalls = {row["label"]: row["recall"] for row in report["per_class"]}
    assert recalls["digits"] is not None
    shown = [one.suggestion for one in shop.questions(state="open") if one.suggestion]
    assert shown
    assert all(set(one["value"]["labels"]) <= {"digits", "spam"} for one in shown)


def test_labels_that_came_with_the_data_are_trained_on_at_once(place: Store) -> None:
    shop = Workshop(place, sms()[:1500], settings={"batch": 10}, given=1000)
    did = shop.advance()
    assert [one.action for one in did] == ["refresh"]
    model = shop.models()[0]
    assert model.labels + shop.report(model)["candidate"]["accuracy"]["n"] == 1000
    assert model.human_seconds == 0
    assert true_accuracy(shop) > 0.93
