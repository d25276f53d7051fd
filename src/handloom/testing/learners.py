"""Contracts of `Learner`, `Encoder` and `Task`: subclass one in a test module, give it the plug-in, and pytest runs it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ..core.arrays import Features
from ..core.errors import HandloomError, NotEnoughLabels, WrongState
from ..core.protocols import Content, Encoder, Learner, Task
from ..core.shapes import shape


def example_features(rows: int = 90, classes: int = 3, *, seed: int = 0) -> tuple[Features, np.ndarray]:
    """Dense features of ``rows`` items in well separated groups, and their class numbers."""
    rng = np.random.default_rng(seed)
    target = np.arange(rows) % classes
    vectors = (4 * np.eye(classes, 10)[target] + rng.standard_normal((rows, 10))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Features(vectors, vectors), target


class LearnerContract:
    """Every learner keeps these promises on easy data."""

    def learner(self, *, multi: bool) -> Learner:
        """A new, unfitted learner."""
        raise NotImplementedError

    def features(self, rows: int, classes: int) -> tuple[Features, np.ndarray]:
        """Features that are easy to tell apart, and class numbers; override for a learner that wants another kind."""
        return example_features(rows, classes)

    def fitted(self, targets: np.ndarray, features: Features, *, multi: bool = False, seed: int = 0) -> Learner:
        """A learner fitted on rows with these targets."""
        learner = self.learner(multi=multi)
        learner.fit(features, targets, weights=None, rng=np.random.default_rng(seed))
        return learner

    def test_it_is_a_learner_with_a_versioned_name(self) -> None:
        assert isinstance(self.learner(multi=False), Learner)
        assert "@" in self.learner(multi=False).name

    def test_it_learns_what_is_easy(self) -> None:
        features, target = self.features(90, 3)
        learner = self.fitted(np.eye(3, dtype=np.float32)[target[:60]], features.take(np.arange(60)))
        chances = learner.predict(features.take(np.arange(60, 90)))
        assert (chances.argmax(axis=1) == target[60:]).mean() >= 0.9

    def test_probabilities_are_float32_and_sum_to_one(self) -> None:
        features, target = self.features(40, 4)
        chances = self.fitted(np.eye(4, dtype=np.float32)[target], features).predict(features)
        assert chances.shape == (40, 4)
        assert chances.dtype == np.float32
        assert np.allclose(chances.sum(axis=1), 1, atol=1e-4)
        assert chances.min() >= 0

    def test_a_class_without_a_label_has_a_column_and_no_probability(self) -> None:
        features, target = self.features(40, 2)
        chances = self.fitted(np.eye(5, dtype=np.float32)[target * 3], features).predict(features)
        assert chances.shape == (40, 5)
        assert chances[:, [1, 2, 4]].max() < 1e-3

    def test_one_label_and_one_class(self) -> None:
        features, _ = self.features(10, 2)
        chances = self.fitted(np.array([[0, 1, 0]], dtype=np.float32), features.take([0])).predict(features)
        assert (chances.argmax(axis=1) == 1).all()

    def test_no_label_is_refused_in_words(self) -> None:
        features, _ = self.features(10, 2)
        with pytest.raises(NotEnoughLabels, match="label"):
            self.fitted(np.zeros((0, 3), dtype=np.float32), features.take([]))

    def test_before_fit_there_is_nothing_to_predict(self) -> None:
        features, _ = self.features(10, 2)
        with pytest.raises(WrongState, match="fit"):
            self.learner(multi=False).predict(features)

    def test_several_labels_at_once(self) -> None:
        features, target = self.features(90, 3)
        wanted = np.eye(4, dtype=np.float32)[target]
        wanted[:, 3] = target != 0
        chances = self.fitted(wanted, features, multi=True).predict(features)
        assert ((chances >= 0.5) == (wanted >= 0.5)).mean() >= 0.9
        assert chances.sum(axis=1).max() > 1.2

    def test_the_same_seed_gives_the_same_model(self) -> None:
        features, target = self.features(60, 3)
        wanted = np.eye(3, dtype=np.float32)[target]
        first, second = (self.fitted(wanted, features, seed=4).predict(features) for _ in range(2))
        assert np.array_equal(first, second)

    def test_what_was_saved_predicts_the_same(self, tmp_path: Path) -> None:
        for multi in (False, True):
            folder = tmp_path / str(multi)
            folder.mkdir()
            features, target = self.features(60, 3)
            learner = self.fitted(np.eye(5, dtype=np.float32)[target], features, multi=multi)
            learner.save(folder)
            again = self.learner(multi=multi)
            again.load(folder)
            assert np.array_equal(learner.predict(features), again.predict(features))


class EncoderContract:
    """Every encoder keeps these promises on the items given."""

    def encoder(self) -> Encoder:
        """A new encoder, before fit."""
        raise NotImplementedError

    def items(self) -> Sequence[Content]:
        """At least six different items."""
        raise NotImplementedError

    def fitted(self) -> Encoder:
        """The encoder after learning from all items."""
        encoder = self.encoder()
        encoder.fit(iter(self.items()))
        return encoder

    def test_it_is_an_encoder_with_a_versioned_name(self) -> None:
        assert isinstance(self.encoder(), Encoder)
        assert "@" in self.encoder().name

    def test_one_row_per_item_in_order(self) -> None:
        encoder, items = self.fitted(), list(self.items())
        together = encoder.encode(iter(items))
        assert together.matrix.shape[0] == len(together) == len(items)
        turned = encoder.encode(reversed(items))
        assert np.allclose(turned.vectors[::-1], together.vectors, atol=1e-4)

    def test_vectors_are_float32_of_unit_length(self) -> None:
        vectors = self.fitted().encode(self.items()).vectors
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)

    def test_nothing_gives_no_rows_of_the_right_width(self) -> None:
        encoder = self.fitted()
        some, none = encoder.encode(self.items()), encoder.encode([])
        assert none.matrix.shape == (0, some.matrix.shape[1])
        assert none.vectors.shape == (0, some.vectors.shape[1])

    def test_an_item_that_came_later_needs_no_new_fit(self) -> None:
        encoder, items = self.encoder(), list(self.items())
        encoder.fit(items[:-2])
        assert encoder.encode(items).vectors.shape[0] == len(items)

    def test_fitting_twice_gives_the_same(self) -> None:
        items = self.items()
        assert np.array_equal(self.fitted().encode(items).vectors, self.fitted().encode(items).vectors)

    def test_what_was_saved_encodes_the_same(self, tmp_path: Path) -> None:
        encoder = self.fitted()
        encoder.save(tmp_path)
        again = self.encoder()
        again.load(tmp_path)
        first, second = encoder.encode(self.items()), again.encode(self.items())
        assert np.array_equal(first.vectors, second.vectors)
        assert abs(first.matrix - second.matrix).max() == 0


class TaskContract:
    """Every task keeps these promises; its ``fixtures.json`` says what passes and what is refused."""

    def task(self) -> Task:
        """The task under test."""
        raise NotImplementedError

    def fixtures(self) -> Mapping[str, Any]:
        """``{"kind", "options", "items": [{"data", "labels"}], "refused": [{"data", "code"}]}``."""
        raise NotImplementedError

    def test_it_is_a_task_of_a_known_shape(self) -> None:
        task = self.task()
        assert isinstance(task, Task)
        assert task.kind == self.fixtures()["kind"]
        assert task.kind.count("@") == 1
        assert task.fields
        assert task.widget
        shape(task.shape).options(self.fixtures()["options"])

    def test_good_items_pass(self) -> None:
        for item in self.fixtures()["items"]:
            self.task().check(item["data"])

    def test_labels_of_the_fixtures_are_valid(self) -> None:
        task, given = self.task(), self.fixtures()
        options = shape(task.shape).options(given["options"])
        for item in given["items"]:
            shape(task.shape).parse({"labels": item["labels"]}, options, task.kind)

    def test_bad_items_are_refused_with_a_code_and_a_sentence(self) -> None:
        for item in self.fixtures()["refused"]:
            with pytest.raises(HandloomError) as refusal:
                self.task().check(item["data"])
            assert refusal.value.code == item["code"]
            assert len(refusal.value.message) > 10

    def test_it_makes_new_encoders_and_learners(self) -> None:
        task = self.task()
        assert isinstance(task.encoder({}), Encoder)
        assert isinstance(task.learner({"multi": True}), Learner)
        assert task.learner({}) is not task.learner({})

    def test_metrics_are_json_with_n_and_interval(self) -> None:
        rng = np.random.default_rng(0)
        truth = rng.integers(3, size=50)
        chances = rng.dirichlet(np.ones(3), size=50).astype(np.float32)
        found = self.task().metrics(truth, chances, ["a", "b", "c"], rng=rng)
        json.dumps(found, allow_nan=False)
        for name in ("accuracy", "macro_f1"):
            assert found[name]["low"] <= found[name]["value"] <= found[name]["high"]
            assert found[name]["n"] == 50
