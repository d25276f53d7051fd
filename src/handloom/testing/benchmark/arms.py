"""The arms of a benchmark by name: installed strategies, a bad one to be told apart, and peers in their own interpreters."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...core import registry
from ...core.errors import Malformed, Unavailable, UnknownKind
from ...core.protocols import Pick, Pool, Strategy
from ...select.bandit import Bandit
from ...select.picks import best, make
from ...select.random import random
from ...select.uncertainty import margins

PEERS = ("modAL:margin", "modAL:entropy", "scikit-activeml:margin", "scikit-activeml:k_center", "small-text:k_center")
ANSWER = struct.Struct("<Qd")
"""What stands before the rows of an answer: how many bytes they are, and CPU seconds."""
_SCRIPT = Path(__file__).with_name("peer.py")


class Worst:
    """The surest items first: an arm that no bandit should keep to."""

    name = "worst"
    needs = ("probabilities",)

    def pick(self, pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]:
        """n of the pool's candidates with the largest margin."""
        if pool.probabilities is None:
            return random(0, n, candidates=pool.candidates, rng=rng)
        scores = -margins(pool.probabilities, pool.candidates)
        chosen = best(scores, n, rng)
        return make(pool.candidates[chosen], scores[chosen], "worst", lambda _: "the model is sure of it")


@dataclass
class Peer:
    """A strategy of another library, run by an interpreter that has it. The process stays, one per arm.

    elsewhere: CPU seconds that the library took for choosing, less those that handing over took here. Added to the seconds
    of this process they give what the library would take inside it.
    """

    name: str
    interpreter: Path
    needs: tuple[str, ...] = ("probabilities", "features")
    elsewhere: float = field(default=0.0, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def pick(self, pool: Pool, n: int, *, rng: np.random.Generator) -> list[Pick]:
        """n of the pool's candidates; at random before the first model."""
        if pool.probabilities is None or pool.features is None:
            return random(0, n, candidates=pool.candidates, rng=rng)
        count = min(n, len(pool.candidates))
        if count <= 0:
            return []
        begun = time.process_time()
        asked = io.BytesIO()
        np.savez(
            asked,
            vectors=pool.features.vectors,
            probabilities=pool.probabilities,
            labelled=pool.labelled,
            targets=pool.targets,
            candidates=pool.candidates,
            n=count,
            seed=int(rng.integers(2**31)),
        )
        chosen, spent = self._ask(asked.getvalue())
        self.elsewhere += spent - (time.process_time() - begun)
        return make(chosen, np.zeros(len(chosen)), self.name, lambda _: f"picked by {self.name}")

    def _ask(self, body: bytes) -> tuple[np.ndarray, float]:
        """The rows, and the CPU seconds that choosing them took there."""
        if self._process is None:
            command = [str(self.interpreter), str(_SCRIPT), self.name]
            limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env={**os.environ, **limits})
        given, said = self._process.stdin, self._process.stdout
        assert given is not None
        assert said is not None
        given.write(len(body).to_bytes(8, "little") + body)
        given.flush()
        head = said.read(ANSWER.size)
        if len(head) < ANSWER.size:
            raise Unavailable(f"{self.interpreter} could not run {self.name}; what it said stands above")
        size, spent = ANSWER.unpack(head)
        return np.frombuffer(said.read(size), dtype=np.int64).copy(), spent

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._process = None


def find(name: str, interpreters: Mapping[str, str]) -> Strategy:
    """The arm of that name. interpreters: of peers, by library. Raises `UnknownKind`."""
    if name == "worst":
        return Worst()
    if name == "bandit+worst":
        return Bandit({**Bandit().arms, "worst": Worst()})
    if name in PEERS:
        library = name.partition(":")[0]
        if library not in interpreters:
            raise Malformed(f"arm {name} needs an interpreter that has {library}: --peer {library}=PYTHON")
        return Peer(name, Path(interpreters[library]))
    known = names()
    if name not in known:
        raise UnknownKind("arm", name, known)
    return registry.find("strategies", name)


def names() -> Sequence[str]:
    """All arms that there are."""
    return sorted({*registry.names("strategies"), "worst", "bandit+worst", *PEERS})
