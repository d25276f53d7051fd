"""Texts: what the encoder counts, and how good the default learner is on real data."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from handloom.core import registry
from handloom.core.arrays import Indices
from handloom.core.errors import BadReference, EmptyInput, TooLarge, UnknownKind, WrongState
from handloom.core.protocols import Content
from handloom.tasks.text_class.embed import SentenceEncoder, model_folder
from handloom.tasks.text_class.encoder import TfidfEncoder, _counts
from handloom.tasks.text_class.task import TextClass
from tests import realdata


def contents(texts: list[str]) -> list[Content]:
    return [Content({"text": t}, lambda _: b"") for t in texts]


def test_words_and_pairs_are_counted_without_regard_to_case() -> None:
    counts = _counts(["The cat the cat", "cat", ""])
    assert counts.sum(axis=1).ravel().tolist() == [[7, 1, 0]]  # 4 words and 3 pairs
    assert sorted(counts[0].data.tolist()) == [1, 2, 2, 2]  # the-cat twice, cat-the once
    assert set(counts[1].indices) < set(counts[0].indices)


def test_a_pair_never_spans_two_texts() -> None:
    apart, joined = _counts(["red", "car"]), _counts(["red car"])
    assert apart.sum() == 2
    assert joined.sum() == 3


def test_scripts_without_spaces_count_by_character() -> None:
    assert _counts(["東京"]).sum() == 3
    assert _counts(["Straße 12"]).sum() == 3


def test_a_million_characters_and_lone_surrogates_pass() -> None:
    items = contents(["word " * 200_000, "\ud800 broken", "plain words"])
    encoder = TfidfEncoder()
    encoder.fit(items)
    assert np.isfinite(encoder.encode(items).matrix.data).all()


def test_rows_have_unit_length_and_texts_without_words_are_empty_rows() -> None:
    encoder = TfidfEncoder()
    items = contents(["one two three", "two three four", "!!!"])
    encoder.fit(items)
    matrix = encoder.encode(items).matrix
    assert np.sqrt(matrix.multiply(matrix).sum(axis=1)).ravel().tolist()[0] == pytest.approx([1, 1, 0], abs=1e-5)


def test_an_encoder_that_learned_nothing_says_so() -> None:
    with pytest.raises(WrongState):
        TfidfEncoder().encode(contents(["a"]))
    with pytest.raises(EmptyInput):
        TfidfEncoder().fit([])


def test_a_text_over_a_million_characters_is_too_large() -> None:
    with pytest.raises(TooLarge, match=r"1,000,000"):
        TextClass().check({"text": "a" * 1_000_001})
    TextClass().check({"text": "a" * 1_000_000})


def test_an_unknown_learner_or_encoder_is_named() -> None:
    with pytest.raises(UnknownKind, match="linaer"):
        TextClass().learner({"learner": "linaer"})
    with pytest.raises(UnknownKind):
        TextClass().encoder({"encoder": "word2vec"})


def test_the_sentence_encoder_says_what_is_missing() -> None:
    encoder = TextClass().encoder({"encoder": "sentence", "model": "no-such-model"})
    assert isinstance(encoder, SentenceEncoder)
    with pytest.raises(BadReference, match=r"modules\.json"):
        encoder.fit([])


def test_a_sentence_model_is_found_in_a_folder(tmp_path: pytest.TempPathFactory) -> None:
    (tmp_path / "modules.json").write_text("[]")  # type: ignore[operator]
    assert model_folder(str(tmp_path)) == tmp_path


def real(name: str, text: str, label: str) -> tuple[list[Content], Indices, np.ndarray]:
    table = pq.read_table(realdata.path(f"text/{name}.parquet")).to_pydict()
    columns = [table[c] for c in text.split("+")]
    texts = [" ".join(p or "" for p in parts) for parts in zip(*columns, strict=True)]
    return contents(texts), np.unique(table[label], return_inverse=True)[1], np.array(table["split"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text", "label", "held_out", "reach"),
    [
        ("snips_intents_slots", "text", "label", "validate", 0.979),
        ("mwml_projects", "title+description", "tag", "holdout", 0.885),
    ],
)
def test_the_default_learner_reaches_what_the_field_reaches(
    name: str, text: str, label: str, held_out: str, reach: float
) -> None:
    items, target, split = real(name, text, label)
    task = registry.find("tasks", "text_class@1")
    learn, test = np.flatnonzero(split != held_out), np.flatnonzero(split == held_out)
    encoder, learner = task.encoder({}), task.learner({})
    encoder.fit([items[i] for i in learn])
    features = encoder.encode(items)
    wanted = np.eye(target.max() + 1, dtype=np.float32)[target[learn]]
    learner.fit(features.take(learn), wanted, weights=None, rng=np.random.default_rng(0))
    guess = learner.predict(features.take(test)).argmax(axis=1)
    assert (guess == target[test]).mean() >= reach
