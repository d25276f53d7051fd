from __future__ import annotations

import io
import random

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from handloom.dataset.similar import images, texts, vectors
from handloom.dataset.similar.edits import bound, edits, share
from tests import realdata

WORDS = st.text("abcdé ", max_size=90)


def table(a: str, b: str) -> int:
    """Levenshtein's distance by its textbook table."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        left = [i]
        for j, y in enumerate(b, 1):
            left.append(min(row[j] + 1, left[-1] + 1, row[j - 1] + (x != y)))
        row = left
    return row[-1]


@given(WORDS, WORDS)
def test_edits_are_those_of_the_textbook(a: str, b: str) -> None:
    assert edits(a, b) == table(a, b)


@given(st.lists(st.tuples(st.text("abc ", max_size=150), st.text("abc ", max_size=150)), min_size=1, max_size=6))
def test_many_pairs_at_once_give_the_same(pairs: list[tuple[str, str]]) -> None:
    both = [text for pair in pairs for text in pair]
    flat = texts._Flat.of(both)
    first = np.arange(0, len(both), 2)
    found = bound(flat.codes, flat.starts, first, first + 1)
    assert found.tolist() == pytest.approx([share(a, b) for a, b in pairs])


@given(WORDS, WORDS)
def test_the_bound_is_never_below_what_is_the_same(a: str, b: str) -> None:
    flat = texts._Flat.of([a, b])
    assert bound(flat.codes, flat.starts, np.array([0]), np.array([1]))[0] >= share(a, b) - 1e-9


def test_long_texts_are_compared_by_words() -> None:
    words = [f"word{k}" for k in range(1000)]
    other = [*words[:100], "changed", *words[101:]]
    assert share(" ".join(words), " ".join(other)) == pytest.approx(0.999)


def changed(text: str, rng: random.Random, part: float = 0.1) -> str:
    """A tenth of the characters replaced, put in or taken out."""
    characters = list(text)
    for k in rng.sample(range(len(text)), max(1, round(part * len(text)))):
        new = rng.choice("abcdefghijklmnopqrstuvwxyz ")
        characters[k] = rng.choice(("", new, characters[k] + new))
    return "".join(characters)


def planted(base: list[str], n: int, seed: int = 0) -> tuple[list[str], set[tuple[int, int]]]:
    rng = random.Random(seed)
    chosen = rng.sample([k for k, text in enumerate(base) if len(text) >= 25], n)
    new = [texts.normalise(changed(base[k], rng)) for k in chosen]
    pairs = {(k, len(base) + j) for j, k in enumerate(chosen) if share(base[k], new[j]) >= texts.THRESHOLD}
    return base + new, pairs


def test_planted_pairs_are_found_among_real_questions() -> None:
    rows = pq.read_table(realdata.path("text/banking77.parquet")).column("text").to_pylist()
    base = list(dict.fromkeys(map(texts.normalise, rows)))[:6000]
    everything, pairs = planted(base, 400)
    found = texts.near(everything)
    got = set(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert len(pairs & got) >= 0.98 * len(pairs) > 300
    # What else is found is really so: no pair is told that is not as similar as that.
    assert all(share(everything[a], everything[b]) >= texts.THRESHOLD for a, b in got)


def test_texts_of_chance_are_not_near_each_other() -> None:
    rng = np.random.default_rng(1)
    words = np.array(["".join(rng.choice(list("abcdefghij"), size=5)) for _ in range(2000)])
    base = [" ".join(rng.choice(words, size=15)) for _ in range(2000)]
    everything, pairs = planted(base, 200)
    found = texts.near(everything)
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == pairs


def test_many_copies_of_one_text_are_all_found() -> None:
    rng = random.Random(3)
    one = "congratulations you have won a prize call now to claim your reward before it ends"
    copies = list(dict.fromkeys(changed(one, rng, 0.03) for _ in range(300)))
    found = texts.near(copies)
    assert {*found.first.tolist(), *found.second.tolist()} == set(range(len(copies)))


def test_other_alphabets_and_nothing_at_all() -> None:
    near = texts.near(
        ["日本語の文章はこのように書かれています", "日本語の文章はこのように書かれていました", "", "短い"]
    )
    assert list(zip(near.first.tolist(), near.second.tolist(), strict=True)) == [(0, 1)]
    assert len(texts.near([])) == 0


def picture(seed: int, *, size: int = 64, quality: int | None = None) -> bytes:
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (64, 64), tuple(rng.integers(256, size=3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y = rng.integers(0, 48, size=2).tolist()
        draw.ellipse((x, y, x + 20, y + 14), fill=tuple(rng.integers(256, size=3).tolist()))
    out = io.BytesIO()
    image.resize((size, size)).save(out, "JPEG" if quality else "PNG", **({"quality": quality} if quality else {}))
    return out.getvalue()


def test_scaled_and_recompressed_images_are_near_and_others_are_not() -> None:
    raw = [picture(seed) for seed in range(60)] + [picture(3, size=96), picture(7, quality=60)]
    small = np.stack([images.thumbnail(one)[0] for one in raw])
    found = images.near(small)
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == {(3, 60), (7, 61)}
    assert images.thumbnail(raw[60])[1] == (96, 96)


def test_pictures_of_one_colour_are_near_nothing() -> None:
    assert len(images.near(np.full((5, 256), 200, dtype=np.uint8))) == 0


def test_hashed_vectors_find_what_all_pairs_find(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    base = rng.standard_normal((1500, 48)).astype(np.float32)
    everything = np.concatenate([base, base[:100] + 0.1 * rng.standard_normal((100, 48)).astype(np.float32)])
    exact = vectors.near(everything, 0.97)
    monkeypatch.setattr(vectors, "ALL_UP_TO", 10)
    hashed = vectors.near(everything, 0.97)
    got = set(zip(hashed.first.tolist(), hashed.second.tolist(), strict=True))
    want = set(zip(exact.first.tolist(), exact.second.tolist(), strict=True))
    assert len(want) == 100
    assert got <= want
    assert len(got) >= 0.98 * len(want)
