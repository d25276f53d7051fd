"""What a benchmark is made of, as plain data that can be written down, and the suites that have a name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ...core.errors import Malformed
from ...core.ids import digest

KINDS = ("text", "image", "table")


@dataclass(frozen=True, slots=True)
class Set:
    """A data set. kind: ``text``, ``image`` or ``table``. file: below the data folder; empty for scikit-learn's digits.

    content: columns of the text (joined by line breaks), or of a table (empty: all others). split: a column, and in
    ``held_out`` its values that are never picked from but measure; without one a random half, another for every seed.
    within: folder inside a zip of images. target: an accuracy to reach beside the share of the full score.
    """

    name: str
    kind: str
    file: str
    label: str = "label"
    content: tuple[str, ...] = ()
    split: str | None = None
    held_out: tuple[str, ...] = ()
    within: str = ""
    batch: int = 20
    budget: int = 800
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated annotator. reading: how seconds grow with the length of a text, as a power of length / median length."""

    name: str = "perfect"
    accuracy: float = 1.0
    seconds: float = 2.0
    spread: float = 0.5
    fatigue: float = 0.0
    reading: float = 0.0
    confusion: Mapping[str, Mapping[str, float]] | None = None


PEOPLE = {
    "perfect": Person(),
    "typical": Person("typical", accuracy=0.95, seconds=4.0, fatigue=0.2, reading=0.5),
    "careless": Person("careless", accuracy=0.8, seconds=2.0, fatigue=0.5, reading=0.3),
}


@dataclass(frozen=True, slots=True)
class Suite:
    """A grid. share: of the score with all labels that counts as reached. random_share: of every batch, for all arms."""

    name: str
    sets: tuple[Set, ...]
    strategies: tuple[str, ...] = ("auto", "random", "margin", "least_confidence", "entropy", "typiclust", "badge")
    people: tuple[Person, ...] = (PEOPLE["perfect"],)
    seeds: int = 10
    share: float = 0.95
    random_share: float = 0.0

    @property
    def digest(self) -> str:
        """Says whether two reports are of the same grid."""
        return digest(asdict(self))


CORE_1 = Suite(
    name="core-1",
    sets=(
        Set("digits", "image", "", batch=10, budget=300, target=0.924),
        Set(
            "snips",
            "text",
            "text/snips_intents_slots.parquet",
            content=("text",),
            split="split",
            held_out=("validate",),
        ),
        Set(
            "banking77",
            "text",
            "text/banking77.parquet",
            content=("text",),
            split="split",
            held_out=("test",),
            batch=100,
            budget=5000,
        ),
        Set(
            "clinc150",
            "text",
            "text/clinc150.parquet",
            content=("text",),
            split="split",
            held_out=("test",),
            batch=150,
            budget=6000,
        ),
        Set("sms_spam", "text", "text/sms_spam.parquet", content=("text",)),
        Set(
            "mwml",
            "text",
            "text/mwml_projects.parquet",
            label="tag",
            content=("title", "description"),
            split="split",
            held_out=("holdout",),
            budget=700,
        ),
        Set("sign_digits", "image", "images/sign_digits.zip"),
        Set("omniglot", "image", "images/omniglot_small1.zip", within="Latin", batch=26, budget=260),
        Set("adult", "table", "tabular/adult.parquet", label="income-per-year"),
        Set("german_credit", "table", "tabular/german_credit.parquet", label="credit", budget=400),
    ),
)
SUITES = {"core-1": CORE_1}


def declared(suite: Suite) -> dict[str, Any]:
    """The suite as JSON, which `read` takes back."""
    return asdict(suite)


def read(path: Path) -> Suite:
    """A suite from a JSON file: ``{"name", "sets": [...], "strategies": [...], ...}``; raises `Malformed`."""
    try:
        given = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise Malformed(f"{path.name} is not JSON: {error}") from error
    if not isinstance(given, dict) or not given.get("sets"):
        raise Malformed(
            f'{path.name} is no suite; {{"name": ..., "sets": [{{"name", "kind", "file"}}, ...]}} is wanted'
        )
    sets = tuple(_made(Set, one, f"a set of {path.name}") for one in given.pop("sets"))
    for one in sets:
        if one.kind not in KINDS:
            raise Malformed(f"set {one.name} has kind {one.kind!r}; one of {', '.join(KINDS)} is wanted")
    people = tuple(_made(Person, one, f"a person of {path.name}") for one in given.pop("people", ({},)))
    strategies = given.pop("strategies", None)
    more = {"strategies": tuple(strategies)} if strategies else {}
    return _made(Suite, {"name": path.stem, **given, **more, "sets": sets, "people": people}, path.name)


def _made(kind: Any, given: Mapping[str, Any], where: str) -> Any:
    known = {one.name for one in fields(kind)}
    strange = sorted(set(given) - known)
    if strange:
        raise Malformed(f"{where} has {', '.join(strange)}; known are {', '.join(sorted(known))}")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise Malformed(f"{where}: {error}") from error


@dataclass(frozen=True, slots=True)
class Found:
    """Which sets of a suite are there, and which are not."""

    there: tuple[Set, ...] = ()
    missing: tuple[Set, ...] = field(default=())


def look(suite: Suite, data: Path | None) -> Found:
    """Look for the files of a suite below the data folder."""
    there = tuple(s for s in suite.sets if not s.file or (data is not None and (data / s.file).exists()))
    return Found(there, tuple(s for s in suite.sets if s not in there))
