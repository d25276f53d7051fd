"""Extension points: small protocols, registered by entry point, each with a contract suite in `handloom.testing`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np

    from .arrays import Draws, Features, Indices, Probs, Scores
    from .outside import Link, Posted, Reply


@dataclass(frozen=True, slots=True)
class Content:
    """One item as an encoder sees it: its fields, and its media bytes read when asked for.

    data: the item's JSON fields. open: bytes of the blob with that digest.
    """

    data: Mapping[str, Any]
    open: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Record:
    """One line of an input, as a reader gives it.

    line: 1-based position in the source, for messages. media: bytes of a file per field name, to be stored as blobs.
    losses: what of this line could not be kept, each a sentence; lines with the same loss have the same sentence.
    """

    line: int
    data: Mapping[str, Any]
    key: str | None = None
    labels: Mapping[str, Any] | None = None
    meta: Mapping[str, Any] | None = None
    media: Mapping[str, bytes] | None = None
    losses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that could not be read, with its error; reading goes on."""

    line: int
    error: Exception


@dataclass(frozen=True, slots=True)
class Loss:
    """What a format cannot hold of the record of that line, as a sentence that is the same for the same loss."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Round:
    """A batch that was picked before.

    reward: what it improved on the random reserve, larger is better; None while that is not known.
    """

    strategy: str
    reward: float | None


@dataclass(frozen=True, slots=True)
class Pool:
    """What a strategy may look at, row i of everything being the same item.

    features: of all n rows. probabilities: (n, classes) of the latest model, or None before the first.
    labelled: rows that have a label, in the order they were labelled. targets: their class numbers (-1 unknown).
    candidates: rows that may be picked; disjoint from `labelled`.
    classes: names of the classes, for reasons in words.
    committee: (members, n, classes) of several models, or several draws of one. noisy: (draws, n, classes) of the latest
    model on inputs with noise. seconds: (n,) expected seconds of a person. rounds: batches picked before, oldest first.
    """

    features: Features | None
    probabilities: Probs | None
    labelled: Indices
    targets: Indices
    candidates: Indices
    classes: tuple[str, ...] | None = None
    committee: Draws | None = None
    noisy: Draws | None = None
    seconds: Scores | None = None
    rounds: tuple[Round, ...] = ()


@dataclass(frozen=True, slots=True)
class Pick:
    """One row picked: how much it was wanted, with what probability it was drawn, and why in words."""

    index: int
    score: float
    probability: float
    strategy: str
    reason: str


@runtime_checkable
class Reader(Protocol):
    """Reads one kind of file or folder, line by line, in constant memory.

    One with an attribute ``general = True`` is asked last whether it knows a path, behind all that know one tool's files.
    """

    name: str

    def matches(self, path: Path) -> bool: ...

    def read(self, path: Path, options: Mapping[str, Any]) -> Iterator[Record | Bad]: ...


@runtime_checkable
class Writer(Protocol):
    """Writes records as one kind of file or folder, in constant memory.

    suffix: of its files, ``.csv``; "" where it makes a folder. write: runs as far as it is iterated, so exhaust it; what
    the format cannot hold is given as losses while it goes on.
    """

    name: str
    suffix: str

    def write(self, records: Iterable[Record], path: Path, options: Mapping[str, Any]) -> Iterator[Loss]: ...


@runtime_checkable
class Strategy(Protocol):
    """Chooses which rows of the pool to ask about next.

    One with an attribute ``needs`` names the fields of the pool that it makes no sense without, such as
    ``("probabilities",)``; where one is missing, as before the first model, the loop picks otherwise and says so. An
    attribute ``help`` is the line that people see beside its name.
    """

    name: str

    def pick(self, pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]: ...


@runtime_checkable
class Encoder(Protocol):
    """Turns items into features. Learns only from unlabelled content, so its output is cached and shared by all runs."""

    name: str

    def fit(self, items: Iterable[Content]) -> None: ...

    def encode(self, items: Iterable[Content]) -> Features: ...

    def save(self, folder: Path) -> None: ...

    def load(self, folder: Path) -> None: ...


@runtime_checkable
class Learner(Protocol):
    """Learns labels from features.

    fit: targets (n, classes) float32 in [0, 1]; a single-label row holds one 1. weights (n,) or None.
    predict: probabilities (n, classes).
    """

    name: str

    def fit(
        self, features: Features, targets: np.ndarray, *, weights: np.ndarray | None, rng: np.random.Generator
    ) -> None: ...

    def predict(self, features: Features) -> Probs: ...

    def save(self, folder: Path) -> None: ...

    def load(self, folder: Path) -> None: ...


@runtime_checkable
class Task(Protocol):
    """A learning problem on items: which fields it needs, its shape, its encoder and learner, its metrics, its widget."""

    kind: str
    shape: str
    widget: str
    fields: Mapping[str, str]

    def check(self, data: Mapping[str, Any]) -> None: ...

    def encoder(self, options: Mapping[str, Any]) -> Encoder: ...

    def learner(self, options: Mapping[str, Any]) -> Learner: ...

    def metrics(
        self, truth: np.ndarray, probabilities: Probs, classes: Sequence[str], *, rng: np.random.Generator
    ) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a set of answers is worth: a value, how sure, and which answers it came from."""

    value: Any
    confidence: float
    n: int
    answers: tuple[str, ...]


@runtime_checkable
class Aggregator(Protocol):
    """Turns the standing answers of one item and task into an estimate."""

    name: str

    def estimate(self, answers: Sequence[tuple[str, str, Any]]) -> Estimate | None: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: a name, how bad (``info``, ``warning``, ``error``), a sentence, and numbers."""

    check: str
    severity: str
    message: str
    details: Mapping[str, Any]


@runtime_checkable
class Check(Protocol):
    """Looks at one subject (a commit, an evaluation) and says what it found.

    A check may also have ``options``, the names of what can be set about it; any other name is refused then.
    """

    name: str

    def check(self, subject: Any) -> list[Finding]: ...


@runtime_checkable
class Workforce(Protocol):
    """Outside people behind a service: hands it questions and reads what it sends back. It keeps no state.

    check: the options of a connection as they are stored; raises `Malformed`. push: hands questions over and gives the
    keys of those the service took; the same key pushed twice is one question; raises `Unavailable` in any trouble, soon.
    withdraw: says that nobody is needed for these keys any more; that it arrives is not promised. receive: what a call
    of the service says, from its raw body; raises `NotLoggedIn` unless it is signed with the link's secret and fresh.
    """

    name: str

    def check(self, options: Mapping[str, Any]) -> dict[str, Any]: ...

    def push(self, link: Link, questions: Sequence[Posted], now: float) -> Sequence[str]: ...

    def withdraw(self, link: Link, keys: Sequence[str], now: float) -> None: ...

    def receive(self, link: Link, headers: Mapping[str, str], body: bytes, now: float) -> list[Reply]: ...
