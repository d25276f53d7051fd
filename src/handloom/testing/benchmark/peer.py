"""Runs in another library's interpreter, which has no handloom: picks by that library, one request after the other.

A request is 8 bytes of length and a npz file on stdin; the answer is 8 bytes of length, the CPU seconds of the choice as
float64, and the rows as int64 on stdout.
"""

from __future__ import annotations

import importlib
import io
import os
import struct
import sys
import time
import warnings
from typing import Any

import numpy as np


class Known:
    """A classifier that knows its probabilities: only the selection is the library's."""

    def __init__(self, probabilities: Any) -> None:
        self.probabilities = probabilities

    def fit(self, *_: object) -> Known:
        return self

    def predict_proba(self, x: Any) -> Any:
        return self.probabilities[np.asarray(x)[:, 0].astype(int)]


def modal(kind: str, asked: Any) -> Any:
    from modAL import uncertainty  # pyright: ignore[reportMissingImports]

    function = {"margin": uncertainty.margin_sampling, "entropy": uncertainty.entropy_sampling}[kind]
    rows = asked["candidates"]
    found = function(Known(asked["probabilities"]), rows[:, None], n_instances=int(asked["n"]))
    return rows[found[0] if isinstance(found, tuple) else found]


def skactiveml(kind: str, asked: Any) -> Any:
    from skactiveml import pool  # pyright: ignore[reportMissingImports]
    from skactiveml.base import SkactivemlClassifier  # pyright: ignore[reportMissingImports]

    probabilities, n = asked["probabilities"], int(asked["n"])
    seed, total = int(asked["seed"]), len(asked["probabilities"])
    labels = np.full(total, np.nan)
    labels[asked["labelled"]] = asked["targets"]
    if kind == "k_center":
        query = pool.CoreSet(random_state=seed)
        return query.query(asked["vectors"], labels, candidates=asked["candidates"], batch_size=n)

    class Fitted(SkactivemlClassifier):
        def __init__(self) -> None:
            super().__init__(classes=list(range(probabilities.shape[1])), missing_label=np.nan, random_state=seed)

        def fit(self, *_: object) -> Fitted:
            self.classes_ = np.arange(probabilities.shape[1])
            return self

        def predict_proba(self, x: Any) -> Any:
            return probabilities[np.asarray(x)[:, 0].astype(int)]

    rows = np.arange(total, dtype=np.float64)[:, None]
    query = pool.UncertaintySampling(method="margin_sampling", random_state=seed)
    return query.query(rows, labels, Fitted().fit(), fit_clf=False, candidates=asked["candidates"], batch_size=n)


def small_text(_kind: str, asked: Any) -> Any:
    from small_text.query_strategies.coresets import greedy_coreset  # pyright: ignore[reportMissingImports]

    # As its own strategy calls it: the open rows first, then those asked already; the answer is places among the open ones.
    rows, labelled = asked["candidates"], asked["labelled"]
    vectors = asked["vectors"][np.concatenate((rows, labelled))]
    places = np.arange(len(vectors))
    found = greedy_coreset(
        vectors, places[: len(rows)], places[len(rows) :], int(asked["n"]), distance_metric="euclidean"
    )
    return rows[np.asarray(found)]


LIBRARIES = {"modAL": modal, "scikit-activeml": skactiveml, "small-text": small_text}
MODULES = {
    "modAL": "modAL.uncertainty",
    "scikit-activeml": "skactiveml.pool",
    "small-text": "small_text.query_strategies.coresets",
}
"""What is imported before the clock starts, so that the seconds are those of choosing."""


def main() -> None:
    """Answer until stdin ends; whatever a library prints goes to stderr."""
    warnings.simplefilter("ignore")
    given, said = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    library, _, kind = sys.argv[1].partition(":")
    while size := given.read(8):
        asked = dict(np.load(io.BytesIO(given.read(int.from_bytes(size, "little")))))
        importlib.import_module(MODULES[library])
        begun = time.process_time()
        body = np.asarray(LIBRARIES[library](kind, asked), dtype=np.int64).tobytes()
        said.write(struct.pack("<Qd", len(body), time.process_time() - begun) + body)
        said.flush()


if __name__ == "__main__":
    main()
