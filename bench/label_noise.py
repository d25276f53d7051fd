"""Labels moved on purpose: what ranks the errors, and what it does to weigh corrections up. Parts of `bench.label_errors`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from handloom.core.arrays import Features
from handloom.resolve import label_errors
from handloom.tasks.image_class.learner import learner
from handloom.train import corrections, cross_fit

Floats = npt.NDArray[np.float64]


def average_precision(score: npt.ArrayLike, wrong: npt.NDArray[np.bool_]) -> float:
    """Mean precision at the place of each error, worst first; ties in the order given."""
    hit = wrong[np.argsort(-np.asarray(score), kind="stable")]
    return float((np.cumsum(hit)[hit] / (np.flatnonzero(hit) + 1)).mean())


def auroc(score: npt.ArrayLike, wrong: npt.NDArray[np.bool_]) -> float:
    """Chance that an error scores above a right label, ties half (Mann and Whitney 1947)."""
    values, place, sizes = np.unique(np.asarray(score), return_inverse=True, return_counts=True)
    rank = (np.cumsum(sizes) - (sizes - 1) / 2)[place]
    n = int(wrong.sum())
    assert values.size
    return float((rank[wrong].sum() - n * (n + 1) / 2) / (n * (len(wrong) - n)))


def ranked(found: label_errors.Found, n: int) -> Floats:
    """(n,) score by row that keeps the order of ``found``."""
    out = np.zeros(n)
    out[found.rows] = np.linspace(1, 0.001, len(found.rows))
    return out


def noise(seeds: int = 2) -> dict[str, Any]:
    """Digits with labels moved in three ways: self-confidence against one vote fused with a table of confusions."""
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    pixels, truth = load_digits(return_X_y=True)
    pixels, n, here = pixels / 16, len(truth), np.arange(len(truth))
    model = LogisticRegression(max_iter=100)
    clean = cross_val_predict(model, pixels, truth, cv=5, method="predict_proba")
    near = np.where(np.arange(10) == truth[:, None], -1, clean).argmax(axis=1)
    buddy = np.array([np.bincount(near[truth == k], minlength=10).argmax() for k in range(10)])
    doubt = np.exp(-3 * (clean[here, truth] - clean[here, near]))
    out: dict[str, Any] = {}
    for kind in ("any other class", "the class it is taken for most", "hard items, as what they look like"):
        runs = []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            moved = rng.choice(n, n // 20, replace=False, p=doubt / doubt.sum() if kind.startswith("hard") else None)
            labels = truth.copy()
            other = {"any": (truth + rng.integers(1, 10, n)) % 10, "the": buddy[truth], "hard": near}[
                kind.split()[0].strip(",")
            ]
            labels[moved] = other[moved]
            chances = cross_val_predict(model, pixels, labels, cv=5, method="predict_proba")
            found = label_errors.find(labels, chances)
            fused = label_errors.find(labels, chances, answers=labels[:, None])
            runs.append([average_precision(ranked(one, n), labels != truth) for one in (found, fused)])
        out[kind] = dict(
            zip(("self_confidence", "one vote fused"), np.mean(runs, axis=0).round(3).tolist(), strict=True)
        )
    return out


def weights(verdicts_given: int = 150, seeds: int = 5) -> dict[str, Any]:
    """Digits with one label in eight moved: after that many verdicts, what corrected labels at weight 1, 3, 10 do."""
    from sklearn.datasets import load_digits

    pixels, truth = load_digits(return_X_y=True)
    vectors = (pixels / np.linalg.norm(pixels, axis=1, keepdims=True)).astype(np.float32)
    features, n = Features((pixels / 16).astype(np.float32), vectors), len(truth)
    taken_for = np.array([6, 7, 3, 8, 9, 3, 0, 1, 3, 4])
    runs = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        labels = truth.copy()
        moved = rng.choice(n, n // 8, replace=False)
        labels[moved] = taken_for[truth[moved]]
        one_hot = np.eye(10, dtype=np.float32)
        chances = cross_fit(lambda: learner(multi=False), features, one_hot[labels], rng=rng)
        rows = label_errors.find(labels, chances).rows[:verdicts_given]
        corrected = np.isin(np.arange(n), rows) & (labels != truth)
        labels[corrected] = truth[corrected]
        tried = corrections.compare(lambda: learner(multi=False), features, one_hot[labels], corrected, rng=rng)
        runs.append([(one.used, one.old["value"], one.new["value"], one.new["n"]) for one in tried])
    mean = np.mean(runs, axis=0)
    named = ("weight used", "accuracy old", "accuracy corrected", "n corrected")
    return {
        str(w): dict(zip(named, row.round(3).tolist(), strict=True)) for w, row in zip((1, 3, 10), mean, strict=True)
    }
