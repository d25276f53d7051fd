"""The contract of a `Reader`: subclass `ReaderContract` in a test module, give it files, and pytest runs it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import HandloomError
from ..core.ids import canonical, digest
from ..core.protocols import Bad, Reader, Record


class ReaderContract:
    """Every reader keeps these promises, whatever it reads."""

    def reader(self) -> Reader:
        """The reader under test."""
        raise NotImplementedError

    def good(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        """Makes a source below the folder; gives it with the reader options and how many records are in it."""
        raise NotImplementedError

    def broken(self, folder: Path) -> tuple[Path, Mapping[str, Any], int]:
        """A source with at least one line that cannot be read between good ones; and how many good records it has."""
        raise NotImplementedError

    def empty(self, folder: Path) -> Path:
        """A source that its reader knows, with nothing in it."""
        raise NotImplementedError

    def test_it_is_a_reader_with_a_name(self) -> None:
        reader = self.reader()
        assert isinstance(reader, Reader)
        assert reader.name

    def test_it_knows_its_own_sources_and_no_others(self, tmp_path: Path) -> None:
        stranger = tmp_path / "stranger.bin"
        stranger.write_bytes(b"\x00\x01\x02")
        assert self.reader().matches(self.good(tmp_path)[0])
        assert not self.reader().matches(stranger)
        assert not self.reader().matches(tmp_path / "not there")

    def test_every_record_has_data_and_a_line_that_grows(self, tmp_path: Path) -> None:
        path, options, count = self.good(tmp_path)
        records = list(self.reader().read(path, options))
        assert len(records) == count
        assert all(isinstance(r, Record) and r.data for r in records)
        lines = [r.line for r in records]
        assert lines == sorted(set(lines))
        assert lines[0] >= 1

    def test_what_it_gives_is_plain_json(self, tmp_path: Path) -> None:
        path, options, _ = self.good(tmp_path)
        for record in self.reader().read(path, options):
            assert isinstance(record, Record)
            canonical([record.data, record.key, record.labels, record.meta])

    def test_media_come_with_their_digest(self, tmp_path: Path) -> None:
        path, options, _ = self.good(tmp_path)
        for record in self.reader().read(path, options):
            assert isinstance(record, Record)
            for name, data in (record.media or {}).items():
                assert record.data[name]["blob"] == digest(data)

    def test_reading_twice_gives_the_same(self, tmp_path: Path) -> None:
        path, options, _ = self.good(tmp_path)
        assert list(self.reader().read(path, options)) == list(self.reader().read(path, options))

    def test_a_broken_line_is_reported_and_reading_goes_on(self, tmp_path: Path) -> None:
        path, options, count = self.broken(tmp_path)
        found = list(self.reader().read(path, options))
        bad = [b for b in found if isinstance(b, Bad)]
        assert len(found) - len(bad) == count
        assert bad
        assert all(isinstance(b.error, HandloomError) and b.error.message for b in bad)

    def test_an_empty_source_is_refused_in_words(self, tmp_path: Path) -> None:
        refused = ""
        try:
            list(self.reader().read(self.empty(tmp_path), {}))
        except HandloomError as error:
            refused = error.message
        assert refused, "an empty source was read without a word"

    def test_it_can_be_stopped_early(self, tmp_path: Path) -> None:
        path, options, _ = self.good(tmp_path)
        reading = iter(self.reader().read(path, options))
        next(reading)
        getattr(reading, "close", lambda: None)()
