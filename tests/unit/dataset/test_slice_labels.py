"""Slices read under the names that labels have after a migration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.core.relabel import Migration, plan
from handloom.dataset.contents import LABEL
from handloom.dataset.slice_labels import renamed
from handloom.dataset.slices import parse

LABELS = ("ham", "spam", "spam 2", "other")


def step(kind: str, sources: tuple[str, ...], targets: tuple[str, ...]) -> Migration:
    after = plan(kind, sources, targets, LABELS, "mail")
    return Migration(1, 2, kind, sources, targets, LABELS, tuple(after))


RENAME = step("rename", ("spam",), ("junk",))
MERGE = step("merge", ("spam", "other"), ("bad",))
SPLIT = step("split", ("spam",), ("scam", "promo"))


@pytest.mark.parametrize(
    ("where", "after"),
    [
        ('label == "spam"', 'label == "junk"'),
        ('length(text) > 200 and not label == "spam"', 'length(text) > 200 and not label == "junk"'),
        ('label in ("ham", "spam") or text == "spam"', 'label in ("ham", "junk") or text == "spam"'),
        ('lower(label) == "spam"', 'lower(label) == "junk"'),
        ('"spam" != label', '"junk" != label'),
        ('label == "ham"', 'label == "ham"'),
        ("label   is missing", "label   is missing"),
        ('label starts with "ham"', 'label starts with "ham"'),
        ("length(label) < 9", "length(label) < 9"),
        ('label contains "spam"', None),
        ("label == subject", None),
    ],
)
def test_a_rename_rewrites_what_names_the_label(where: str, after: str | None) -> None:
    assert renamed(where, RENAME) == after


def test_a_merge_says_of_one_label_what_was_said_of_any_of_them() -> None:
    assert renamed('label == "spam"', MERGE) == 'label == "bad"'
    assert renamed('label in ("spam", "other", "ham")', MERGE) == 'label in ("bad", "ham")'
    assert renamed('label ends with "r"', MERGE) is None


def test_a_split_is_not_guessed() -> None:
    assert renamed('label == "spam" or text == ""', SPLIT) is None
    assert renamed('label == "ham"', SPLIT) == 'label == "ham"'


words = st.sampled_from(["ham", "spam", "spam 2", "other", "junk", "am"])
atoms = st.builds(
    lambda sign, word: f'label {sign} "{word}"',
    st.sampled_from(["==", "!=", "<", "contains", "starts with", "ends with"]),
    words,
)
joins = st.lists(atoms, min_size=1, max_size=3).map(" and not ".join)


@given(joins)
def test_a_renamed_slice_holds_the_same_items(where: str) -> None:
    now = renamed(where, RENAME)
    if now is not None:
        for label in (*LABELS, None):
            new = None if label is None else RENAME.label(label)
            assert parse(where).holds({LABEL: label}) == parse(now).holds({LABEL: new})
