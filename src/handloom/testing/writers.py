"""The contract of a `Writer`: subclass `WriterContract` in a test module, give it records, and pytest runs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..collect.normalise import records_digest
from ..core.protocols import Bad, Loss, Reader, Record, Writer


class WriterContract:
    """Every writer keeps these promises, whatever it writes."""

    def writer(self) -> Writer:
        """The writer under test."""
        raise NotImplementedError

    def reader(self) -> Reader:
        """The reader of what it writes."""
        raise NotImplementedError

    def records(self) -> Sequence[Record]:
        """Records that the format holds whole: content and labels."""
        raise NotImplementedError

    def lossy(self) -> Record:
        """A record that has something for which the format has no place."""
        raise NotImplementedError

    def options(self) -> Mapping[str, Any]:
        """Options for writing and for reading back."""
        return {}

    def target(self, folder: Path) -> Path:
        return folder / f"made{self.writer().suffix}"

    def test_it_is_a_writer_with_a_name_and_an_ending(self) -> None:
        writer = self.writer()
        assert isinstance(writer, Writer)
        assert writer.name
        assert writer.suffix == "" or writer.suffix.startswith(".")

    def test_what_it_writes_is_read_back_the_same(self, tmp_path: Path) -> None:
        target = self.target(tmp_path)
        losses = list(self.writer().write(iter(self.records()), target, self.options()))
        back = list(self.reader().read(target, self.options()))
        assert [b for b in back if isinstance(b, Bad)] == []
        assert len(back) == len(self.records())
        assert records_digest(back) == records_digest(self.records()), losses

    def test_its_reader_knows_what_it_wrote(self, tmp_path: Path) -> None:
        target = self.target(tmp_path)
        list(self.writer().write(iter(self.records()), target, self.options()))
        assert self.reader().matches(target)

    def test_records_are_taken_one_by_one(self, tmp_path: Path) -> None:
        taken: list[int] = []

        def source() -> Iterator[Record]:
            for record in self.records():
                taken.append(record.line)
                yield record

        list(self.writer().write(source(), self.target(tmp_path), self.options()))
        assert taken == [record.line for record in self.records()]

    def test_writing_twice_gives_the_same_content(self, tmp_path: Path) -> None:
        digests = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            target = self.target(tmp_path / name)
            list(self.writer().write(iter(self.records()), target, self.options()))
            digests.append(records_digest(self.reader().read(target, self.options())))
        assert digests[0] == digests[1]

    def test_what_has_no_place_is_listed_with_its_line(self, tmp_path: Path) -> None:
        lossy = self.lossy()
        losses = list(self.writer().write(iter([*self.records(), lossy]), self.target(tmp_path), self.options()))
        assert losses
        assert all(isinstance(loss, Loss) and loss.reason for loss in losses)
        assert {loss.line for loss in losses} & {lossy.line, 0}

    def test_it_writes_nowhere_else(self, tmp_path: Path) -> None:
        target = self.target(tmp_path)
        list(self.writer().write(iter(self.records()), target, self.options()))
        assert [path.name for path in tmp_path.iterdir()] == [target.name]
