"""The peers' arms of `bench.selection`. Arguments: folder of the arrays, peer:strategy, how many to pick."""

from __future__ import annotations

import json
import resource
import sys
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")  # of the peers: about versions of what they stand on
folder, name, n = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
vectors, chances = np.load(folder / "vectors.npy"), np.load(folder / "chances.npy")
rows = np.arange(len(vectors))
unknown = np.full(len(vectors), np.nan)
unknown[0] = 0  # one label, so that none of them starts by chance


class Known:
    """A classifier that knows its probabilities already: what is timed is the selection."""

    classes_ = np.arange(chances.shape[1])

    def fit(self, *_: object) -> Known:
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        return chances[-len(x) :]


def skactiveml(kind: str) -> object:
    from skactiveml import pool
    from skactiveml.base import SkactivemlClassifier

    class Fitted(SkactivemlClassifier):
        def __init__(self) -> None:
            super().__init__(classes=list(range(chances.shape[1])), missing_label=np.nan, random_state=0)

        def fit(self, *_: object) -> Fitted:
            self.classes_ = np.arange(chances.shape[1])
            return self

        def predict_proba(self, x: np.ndarray) -> np.ndarray:
            return chances[-len(x) :]

    if kind == "margin":
        small = rows[:, None].astype(np.float64)
        query = pool.UncertaintySampling(method="margin_sampling", random_state=0)
        return lambda: query.query(small, unknown, Fitted().fit(), fit_clf=False, batch_size=n)
    if kind == "badge":
        query = pool.Badge(random_state=0)
        return lambda: query.query(vectors, unknown, Fitted().fit(), fit_clf=False, batch_size=n)
    query = {"k_center": pool.CoreSet, "typiclust": pool.TypiClust}[kind](random_state=0)
    return lambda: query.query(vectors, unknown, batch_size=n)


def modal(kind: str) -> object:
    from modAL import uncertainty

    function = {"margin": uncertainty.margin_sampling, "entropy": uncertainty.entropy_sampling}[kind]
    return lambda: function(Known(), vectors, n_instances=n)


def small_text(kind: str) -> object:
    from small_text.query_strategies.coresets import greedy_coreset, lightweight_coreset

    if kind == "k_center":
        return lambda: greedy_coreset(vectors, rows[1:], rows[:1], n)  # its default, cosine
    return lambda: lightweight_coreset(vectors, vectors.mean(axis=0), n)


def memory(field: str) -> float:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 1024


def spent() -> float:
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


peer, kind = name.split(":")
run = {"scikit-activeml": skactiveml, "modAL": modal, "small-text": small_text}[peer](kind)
Path("/proc/self/clear_refs").write_text("5", "utf-8")  # the highest memory counts from here
before, begun = memory("VmRSS"), spent()
found = run()  # type: ignore[operator]
cpu = spent() - begun
after = memory("VmHWM")
print(json.dumps({"cpu_s": cpu, "extra_mb": after - before, "peak_mb": after}))
