"""How well the queue of suspects knows itself when people review it as they do: the worst first, twenty at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from tests.realdata import path

from handloom import train
from handloom.core.arrays import Features
from handloom.core.intervals import proportion
from handloom.core.protocols import Content
from handloom.resolve.label_errors import Found, find, find_several
from handloom.tasks.linear import Linear
from handloom.tasks.text_class.encoder import TfidfEncoder

Numbers = npt.NDArray[np.int64]
Find = Callable[[Mapping[int, bool] | None], Found]
Wrong = npt.NDArray[np.bool_]
AFTER = (20, 60, 200)
AT_A_TIME = 20


def worst_first(sets: Mapping[str, tuple[Find, Wrong]] | None = None) -> dict[str, Any]:
    """Of every set and number of verdicts: does the interval hold the share of wrong labels among what is worth a look, and among
    all that nobody has judged? After at most half of a set."""
    out: dict[str, Any] = {}
    total: defaultdict[str, list[bool]] = defaultdict(list)
    for name, (look, wrong) in (sets or dict(_drawn())).items():
        rows = []
        for given, found in _reviewed(look, wrong):
            row: dict[str, Any] = {"verdicts": given, "worth": found.worth}
            assert found.outlook is not None
            for part, said, count in (
                ("worth", found.expected_precision, found.worth),
                ("rest", found.outlook.expected, len(found.rows)),
            ):
                if not count:
                    continue
                truth = float(wrong[found.rows[:count]].mean())
                held = said["low"] - 1e-9 <= truth <= said["high"] + 1e-9
                total[f"{part}, {name.partition(':')[0]}"].append(held)
                row[f"wrong of {part}"] = {"truth": round(truth, 3), "said": _short(said), "held": held}
            rows.append(row)
        out[name] = rows
    return out | {"held": {part: proportion(sum(held), len(held)) for part, held in total.items()}}


def _reviewed(look: Find, wrong: Wrong) -> Iterator[tuple[int, Found]]:
    verdicts: dict[int, bool] = {}
    found = look(None)
    most = len(found.rows) // 2
    for after in AFTER:
        if after > most:
            return
        while len(verdicts) < after:
            verdicts |= {int(row): bool(wrong[row]) for row in found.rows[:AT_A_TIME]}
            found = look(verdicts)
        yield len(verdicts), found


def _short(said: Mapping[str, Any]) -> list[float]:
    return [round(float(said[name]), 3) for name in ("value", "low", "high")]


def _drawn() -> Iterator[tuple[str, tuple[Find, Wrong]]]:
    """chosen: sets that the priors of the combiner were chosen on. fresh: others, which were looked at afterwards."""
    from sklearn.datasets import load_digits

    pixels: Any = load_digits()
    for seed in range(2):
        yield f"fresh: intents, any other, {seed}", _texts("snips_intents_slots", "label", seed, _other)
        yield f"fresh: intents, the next, {seed}", _texts("snips_intents_slots", "label", seed, _next)
        yield f"fresh: domains, any other, {seed}", _texts("clinc150", "domain", seed, _other)
        yield f"fresh: domains, the next, {seed}", _texts("clinc150", "domain", seed, _next)
        yield f"chosen: several labels, {seed}", _slots(seed)
        yield f"chosen: one human vote, {seed}", _votes(seed)
        given = np.where(
            np.random.default_rng(seed).random(1797) < 0.05, _other(pixels.target, 10, seed), pixels.target
        )
        chances = _crossed(pixels.data.astype(np.float32) / 16, given, 10)
        yield f"chosen: digits, any other, {seed}", (_single(given, chances), given != pixels.target)


def _other(truth: Numbers, classes: int, seed: int) -> Numbers:
    return (truth + np.random.default_rng(100 + seed).integers(1, classes, len(truth))) % classes


def _next(truth: Numbers, classes: int, _seed: int) -> Numbers:
    return (truth + 1) % classes


def _votes(seed: int) -> tuple[Find, Wrong]:
    from .label_errors import one_vote

    labels, truth, chances = one_vote(seed)
    return lambda verdicts: find(labels, chances, verdicts=verdicts), labels != truth


def _single(given: Numbers, chances: npt.NDArray[np.float32]) -> Find:
    return lambda verdicts: find(given, chances, verdicts=verdicts)


def _crossed(matrix: npt.NDArray[np.float32], given: Numbers, classes: int) -> npt.NDArray[np.float32]:
    targets = np.eye(classes, dtype=np.float32)[given]
    return train.cross_fit(Linear, Features(matrix, matrix), targets, rng=np.random.default_rng(0))


def _texts(file: str, column: str, seed: int, move: Callable[[Numbers, int, int], Numbers]) -> tuple[Find, Wrong]:
    """3,000 requests, one label in ten moved."""
    import pyarrow.parquet as pq

    rng = np.random.default_rng(seed)
    table = pq.read_table(path(f"text/{file}.parquet"))
    rows = rng.permutation(table.num_rows)[:3000]
    names = sorted({str(name) for name in table[column].to_pylist()})
    truth = np.array([names.index(str(table[column][int(k)].as_py())) for k in rows])
    given = np.where(rng.random(len(truth)) < 0.1, move(truth, len(names), seed), truth)
    encoder = TfidfEncoder("text")
    items = [Content({"text": table["text"][int(k)].as_py()}, lambda _digest: b"") for k in rows]
    encoder.fit(items)
    targets = np.eye(len(names), dtype=np.float32)[given]
    chances = train.cross_fit(Linear, encoder.encode(items), targets, rng=np.random.default_rng(0))
    return _single(given, chances), given != truth


def _slots(seed: int) -> tuple[Find, Wrong]:
    from .structured_errors import flipped_slots

    truth, given, chances = flipped_slots(seed)
    return lambda verdicts: find_several(given.astype(np.int8), chances, verdicts=verdicts), (truth != given).any(
        axis=1
    )
