from __future__ import annotations

from handloom.collect.normalise import Duplicates, content_digest


def test_the_order_of_fields_is_no_content() -> None:
    assert content_digest({"a": 1, "b": "x"}) == content_digest({"b": "x", "a": 1})


def test_media_count_by_their_bytes() -> None:
    assert content_digest({"image": {"blob": "ab", "width": 3}}) == content_digest({"image": {"blob": "ab"}})


def test_the_same_content_is_seen_the_second_time() -> None:
    seen = Duplicates()
    assert [seen.again({"text": t}) for t in ("a", "b", "a")] == [False, False, True]
