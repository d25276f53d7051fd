from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handloom.collect import lines
from handloom.collect.delimited import DelimitedReader, find_delimiter
from handloom.core.errors import BadEncoding, EmptyInput, Malformed, RaggedRow, TooLarge
from handloom.core.protocols import Bad, Record

OPTIONS = {"fields": {"text": "text"}, "label": "label", "task": "mail"}


def rows(path: Path, **options: object) -> list[Record | Bad]:
    return list(DelimitedReader().read(path, {**OPTIONS, **options}))


def plain_rows(path: Path) -> list[Mapping[str, object]]:
    return [row[1] for row in DelimitedReader().rows(path, {}) if not isinstance(row, Bad)]


def texts(found: list[Record | Bad]) -> list[str]:
    return [r.data["text"] for r in found if isinstance(r, Record)]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    prices = "prices, 3|4 or more" if delimiter not in ",|" else "prices"
    body = f"text{delimiter}label\n{prices}{delimiter}ham\n"
    path = write(tmp_path / "a.csv", body)
    assert find_delimiter(path) == delimiter
    assert len(texts(rows(path))) == 1


def test_one_column_is_one_column(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text\nhello, you\n")
    found = list(DelimitedReader().read(path, {"fields": {"text": "text"}, "delimiter": "\t"}))
    assert texts(found) == ["hello, you"]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert texts(rows(write(tmp_path / "a.csv", b"\xef\xbb\xbftext,label\nx,ham\n"))) == ["x"]


def test_utf_16_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    assert texts(rows(write(tmp_path / "a.tsv", "text\tlabel\ncafé\tham\n".encode("utf-16")))) == ["café"]


def test_gzip_is_read_and_no_gzip_is_refused(tmp_path: Path) -> None:
    assert texts(rows(write(tmp_path / "a.csv.gz", gzip.compress(b"text,label\nx,ham\n")))) == ["x"]
    with pytest.raises(Malformed, match="not a gzip"):
        rows(write(tmp_path / "b.csv.gz", b"text,label\n"))


def test_a_wrong_byte_is_named_with_offset_and_line_and_reading_goes_on(tmp_path: Path) -> None:
    found = rows(write(tmp_path / "a.csv", b"text,label\nfine,ham\ncaf\xe9,ham\nmore,ham\n"))
    bad = [r for r in found if isinstance(r, Bad)]
    assert texts(found) == ["fine", "more"]
    assert len(bad) == 1
    assert isinstance(bad[0].error, BadEncoding)
    assert bad[0].line == 3
    assert bad[0].error.details["offset"] == 23
    assert "0xe9" in str(bad[0].error)


def test_a_named_encoding_is_used(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,label\ncafé,ham\n".encode("cp1252"))
    assert texts(rows(path, encoding="cp1252")) == ["café"]
    with pytest.raises(BadEncoding, match="no encoding"):
        rows(path, encoding="klingon")


def test_a_wrong_byte_in_the_header_ends_it(tmp_path: Path) -> None:
    with pytest.raises(BadEncoding, match=r"offset 1 \(line 1\)"):
        rows(write(tmp_path / "a.csv", b"t\xe9xt,label\nx,y\n"))


def test_a_ragged_row_is_named_with_its_line_behind_a_quoted_line_break(tmp_path: Path) -> None:
    found = rows(write(tmp_path / "a.csv", 'text,label\n"two\nlines",ham\na,b,c\nlast,ham\n'))
    bad = [r for r in found if isinstance(r, Bad)]
    assert isinstance(bad[0].error, RaggedRow)
    assert bad[0].line == 4
    assert "3 cells, the header has 2 (text, label)" in bad[0].error.message
    assert texts(found) == ["two\nlines", "last"]


def test_a_million_characters_fit_and_eleven_million_are_refused(tmp_path: Path) -> None:
    found = rows(write(tmp_path / "a.csv", f"text,label\n{'x' * 1_000_000},ham\n{'y' * 11_000_000},ham\nz,ham\n"))
    assert [len(t) for t in texts(found)] == [1_000_000, 1]
    bad = [r for r in found if isinstance(r, Bad)]
    assert isinstance(bad[0].error, TooLarge)
    assert bad[0].line == 3


def test_a_line_beyond_all_limits_is_skipped(tmp_path: Path) -> None:
    found = rows(write(tmp_path / "a.csv", f"text,label\n{'x' * 17_000_000},ham\nz,ham\n"))
    assert texts(found) == ["z"]
    assert [type(r.error) for r in found if isinstance(r, Bad)] == [TooLarge]


def test_empty_files_say_so(tmp_path: Path) -> None:
    for content, word in ((b"", "0 bytes"), (b"\n\n", "blank"), (b"text,label\n", "no row")):
        with pytest.raises(EmptyInput, match=word):
            rows(write(tmp_path / "a.csv", content))


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="'text' twice"):
        rows(write(tmp_path / "a.csv", "text,text\na,b\n"))


def test_an_unknown_column_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,kind\na,b\n")
    with pytest.raises(Malformed, match=r"no column 'label'; the columns are text, kind"):
        rows(path)


cells = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=20))
def test_what_the_csv_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *table])
    assert texts(rows(path, delimiter=",")) == [text for text, _ in table]


def test_lines_that_end_with_carriage_returns_alone_are_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"text,label\rone,a\rtwo,b\r")
    assert plain_rows(path) == [
        {"text": "one", "label": "a"},
        {"text": "two", "label": "b"},
    ]


def test_only_line_feeds_end_a_line_of_utf_16(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,label\r\none\u2028line,a\x0cb\r\n".encode("utf-16"))
    assert plain_rows(path) == [{"text": "one\u2028line", "label": "a\x0cb"}]


def test_utf_16_that_breaks_names_the_line_and_ends(tmp_path: Path) -> None:
    raw = "text,label\none,a\ntwo,b\nthree,c\n".encode("utf-16-le")
    at = raw.index("two".encode("utf-16-le"))
    path = write(tmp_path / "a.csv", b"\xff\xfe" + raw[:at] + b"\x00\xd8" + raw[at:])
    good, bad = DelimitedReader().rows(path, {})
    assert isinstance(good, tuple)
    assert isinstance(bad, Bad)
    assert (bad.line, bad.error.code) == (3, BadEncoding.code)  # type: ignore[union-attr]


def test_a_long_line_of_utf_16_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 200_000)
    path = write(tmp_path / "a.csv", ("text\n" + "a" * 500_000 + "\nlast\n").encode("utf-16"))
    bad, good = DelimitedReader().rows(path, {})
    assert isinstance(bad, Bad)
    assert isinstance(bad.error, TooLarge)
    assert isinstance(good, tuple)
    assert good[1] == {"text": "last"}


def test_a_gzip_file_that_was_cut_off_gives_what_is_whole(tmp_path: Path) -> None:
    whole = gzip.compress(b"text,n\n" + b"".join(b"word %d,%d\n" % (i * 7919, i) for i in range(5000)))
    path = tmp_path / "a.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    found = list(DelimitedReader().rows(path, {}))
    assert len(found) > 100
    assert isinstance(found[-1], Bad)
    assert "damaged or cut off" in str(found[-1].error)
    assert not any(isinstance(one, Bad) for one in found[:-1])


@pytest.mark.parametrize("encoding", ["hex", "rot13", "none of these"])
def test_an_encoding_that_gives_no_text_is_refused(encoding: str, tmp_path: Path) -> None:
    with pytest.raises(BadEncoding, match="there is no encoding"):
        list(DelimitedReader().rows(write(tmp_path / "a.csv", b"text\na\n"), {"encoding": encoding}))
