"""All cells of a grid, run in parallel, each written as it ends: a run that was broken off goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...core.ids import digest
from .replay import Play, full_score, play
from .suite import Person, Set, Suite

RESULTS = "results.jsonl"
FULL = "full"
VERSION = 1
"""Of the protocol: results of another one are not taken over."""

Report = Callable[[int, int, str], None]
"""Told how many cells are done, of how many, and which was the last."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One run: a strategy (or ``full``: the score with all labels) on a set, with a person and a seed."""

    set: Set
    strategy: str
    person: Person
    seed: int
    random_share: float

    @property
    def id(self) -> str:
        """The same for the same declaration, so that results are found again."""
        return digest({"version": VERSION, **asdict(self)})[:16]


def cells(suite: Suite, there: tuple[Set, ...]) -> list[Cell]:
    """Every cell of the grid for the sets that are there, those of one set and seed together."""
    out: list[Cell] = []
    for one in there:
        for seed in range(suite.seeds):
            out.append(Cell(one, FULL, Person(), seed, 0.0))
            for person in suite.people:
                out += [Cell(one, name, person, seed, suite.random_share) for name in suite.strategies]
    return out


def run(
    wanted: list[Cell],
    data: Path | None,
    folder: Path,
    *,
    jobs: int,
    interpreters: Mapping[str, str],
    report: Report,
) -> dict[str, dict[str, Any]]:
    """Results by cell id, those of ``folder / results.jsonl`` first. A line is added there as each cell ends."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RESULTS
    found = {one["id"]: one for one in _kept(path)}
    open_ = [cell for cell in wanted if cell.id not in found]
    done = len(wanted) - len(open_)
    report(done, len(wanted), "")
    _mend(path)
    with path.open("a", encoding="utf-8") as file, ProcessPoolExecutor(jobs) as executor:
        waiting: dict[Future[dict[str, Any]], Cell] = {}
        rest = iter(open_)
        while True:
            # A few ahead only, so that cells of one set and seed meet in processes that have it encoded.
            while len(waiting) < 2 * jobs and (cell := next(rest, None)) is not None:
                waiting[executor.submit(_one, cell, data, dict(interpreters))] = cell
            if not waiting:
                break
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                cell = waiting.pop(future)
                line = {"id": cell.id, **_named(cell), **future.result()}
                found[cell.id] = line
                file.write(json.dumps(line) + "\n")
                file.flush()
                done += 1
                report(done, len(wanted), f"{cell.set.name} {cell.strategy} {cell.seed}")
    return {cell.id: found[cell.id] for cell in wanted}


def _named(cell: Cell) -> dict[str, Any]:
    return {"set": cell.set.name, "strategy": cell.strategy, "person": cell.person.name, "seed": cell.seed}


def _kept(path: Path) -> list[dict[str, Any]]:
    """Results that are there; a last line that was cut off is left out."""
    if not path.exists():
        return []
    kept = []
    for line in path.read_text("utf-8").splitlines():
        try:
            kept.append(json.loads(line))
        except ValueError:
            continue
    return kept


def _mend(path: Path) -> None:
    """A last line that was cut off is ended, so that the next one stands by itself."""
    if path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size:
        with path.open("ab") as file:
            file.write(b"\n")


def _one(cell: Cell, data: Path | None, interpreters: Mapping[str, str]) -> dict[str, Any]:
    if cell.strategy == FULL:
        return {"full": full_score(cell.set, data, cell.seed)}
    given = Play(cell.set, cell.strategy, cell.person, cell.seed, cell.random_share, interpreters)
    return play(given, data)
