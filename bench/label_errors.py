"""Label errors on real data: ranking quality, what verdicts add, and the cost of confident learning beside cleanlab 2.9.

python -m bench.label_errors [votes noise verdicts worst_first weights masks speed]

Without names: all. Needs the test data ($HANDLOOM_DATA).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tests.realdata import folder

from handloom.core.intervals import proportion
from handloom.resolve import label_errors

from . import peers
from .label_noise import auroc, average_precision, noise, ranked, weights
from .worst_first import worst_first

HERE = Path(__file__).resolve().parent
SETS = ("cifar10", "mnist", "20news", "imdb")
Floats = npt.NDArray[np.float64]


def load(name: str) -> tuple[Floats, npt.NDArray[np.int64], Any]:
    """(n, classes) cross-validated probabilities, (n,) official labels, and the table itself."""
    import pyarrow.parquet as pq

    table = pq.read_table(folder() / "label_errors" / f"{name}_test_pyx.parquet")
    columns = [c for c in table.schema.names if c[0] == "p" and c[1:].isdigit()]
    chances = np.stack([table[c].to_numpy() for c in columns], axis=1)
    return chances, table["original_label"].to_numpy().astype(np.int64), table


def votes(seeds: int = 10) -> dict[str, Any]:
    """CIFAR-10 test images whose given label is one random human vote; then three votes with the people's skill."""
    import pyarrow.parquet as pq

    chances, truth, _ = load("cifar10")
    crowd = pq.read_table(folder() / "crowd" / "cifar10h.parquet")
    counts = np.stack([crowd[c].to_numpy() for c in crowd.schema.names[2:]], axis=1)
    runs: dict[str, list[tuple[float, float]]] = {}
    errors = []
    for seed in range(seeds):
        said = _draw(counts, 3, np.random.default_rng(seed))
        labels = said[:, 0]
        wrong = labels != truth
        errors.append(int(wrong.sum()))
        arms: dict[str, Floats] = {
            "self_confidence": ranked(label_errors.find(labels, chances), len(truth)),
            "normalised_margin": label_errors.normalised_margin(labels, chances),
            "self_confidence, adjusted by class": _adjusted(labels, chances),
            "people, 1 vote": ranked(label_errors.find(labels, chances, answers=said[:, :1]), len(truth)),
            "people, 3 votes": ranked(label_errors.find(labels, chances, answers=said), len(truth)),
            "people, 3 votes, no model": label_errors.people(
                labels, label_errors.Answers.of_table(said), classes=10
            ).wrong,
        }
        for arm, score in arms.items():
            runs.setdefault(arm, []).append((average_precision(score, wrong), auroc(score, wrong)))
    shown = {arm: _spread(np.array(pairs)) for arm, pairs in runs.items()}
    return {"seeds": seeds, "errors": [min(errors), max(errors)], "arms": shown}


def one_vote(seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """CIFAR-10 test images: one random human vote each, the official labels, and the probabilities."""
    import pyarrow.parquet as pq

    chances, truth, _ = load("cifar10")
    crowd = pq.read_table(folder() / "crowd" / "cifar10h.parquet")
    counts = np.stack([crowd[c].to_numpy() for c in crowd.schema.names[2:]], axis=1)
    return _draw(counts, 1, np.random.default_rng(seed))[:, 0], truth, chances


def _adjusted(labels: npt.NDArray[np.int64], chances: Floats) -> Floats:
    """Self-confidence after taking each class's own mean confidence off, as other tools do on request."""
    mean = np.array([chances[labels == k, k].mean() for k in range(chances.shape[1])])
    moved = chances - mean + mean.max()
    return label_errors.self_confidence(labels, moved / moved.sum(axis=1, keepdims=True))


def _ceiling(
    chances: Floats, labels: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], wrong: npt.NDArray[np.bool_]
) -> float:
    """AP of a logistic regression fitted on four fifths of all verdicts: how much the probabilities and classes hold."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    p, given = np.clip(chances[rows], 1e-7, 1), labels[rows]
    classes = np.eye(p.shape[1])
    own = p[np.arange(len(rows)), given]
    rest = np.sort(np.where(classes[given] > 0, 0, p), axis=1)
    numbers = np.stack(
        (-np.log(own), np.log(rest[:, -1]), np.log(rest[:, -2] + 1e-7), -(p * np.log(p)).sum(axis=1)), axis=1
    )
    numbers = (numbers - numbers.mean(axis=0)) / (numbers.std(axis=0) + 1e-9)
    guess = np.where(classes[given] > 0, -1, p).argmax(axis=1)
    best = 0.0
    for design in (numbers, np.concatenate((numbers[:, :1], classes[given], classes[guess]), axis=1)):
        aps = []
        for seed in range(3):
            parts = StratifiedKFold(5, shuffle=True, random_state=seed)
            model = LogisticRegression(C=0.3, max_iter=500)
            said = cross_val_predict(model, design, wrong, cv=parts, method="predict_proba")[:, 1]
            aps.append(average_precision(said, wrong))
        best = max(best, float(np.mean(aps)))
    return best


def _draw(counts: npt.NDArray[Any], n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """(images, n) votes drawn from those given, without putting back."""
    out = np.empty((len(counts), n), dtype=np.int64)
    for row, count in enumerate(counts):
        out[row] = rng.choice(np.repeat(np.arange(len(count)), count), n, replace=False)
    return out


def _spread(values: Floats) -> dict[str, dict[str, float]]:
    """Mean and range over the seeds."""
    named = zip(("ap", "auroc"), values.T, strict=True)
    return {
        name: {"mean": round(float(v.mean()), 4), "low": round(float(v.min()), 4), "high": round(float(v.max()), 4)}
        for name, v in named
    }


def verdicts(repeats: int = 200, asked: int = 30) -> dict[str, Any]:
    """Rows that five people judged: the order before any verdict, and after 30, of the rows nobody has judged yet."""
    out = {}
    for name in SETS:
        chances, labels, table = load(name)
        rows, wrong = _judged(name, table)
        queue = _combiner(chances, labels)
        plain = np.log(np.maximum(1 - label_errors.self_confidence(labels, chances), 1e-12))
        found = average_precision(ranked(label_errors.find(labels, chances), len(labels))[rows], wrong)
        ratios, covered, whole = [], [], []
        for repeat in range(repeats):
            rng = np.random.default_rng(repeat)
            chosen = rng.permutation(len(rows))[:asked]
            after = _after(queue, rows, wrong, chosen, -plain, rng)
            ratios.append(after["ratio"])
            whole.append(after["whole"])
            covered.append(after["covered"])
        first = np.argsort(plain[rows], kind="stable")[:asked]
        top = _after(queue, rows, wrong, first, -plain, np.random.default_rng(0))
        out[name] = {
            "judged": len(rows),
            "wrong": int(wrong.sum()),
            "ap_self_confidence": round(average_precision(-plain[rows], wrong), 3),
            "ap_find": round(found, 3),
            "ap_fitted_on_four_fifths": round(_ceiling(chances, labels, rows, wrong), 3),
            "random_30_ratio_on_rest": _interval(ratios),
            "random_30_ratio_whole_queue": _interval(whole),
            "interval_of_rest_covers": proportion(int(np.sum(covered)), len(covered)),
            "first_30_ratio_on_rest": round(top["ratio"], 3),
            "first_30_ratio_whole_queue": round(top["whole"], 3),
        }
    return out


def _combiner(chances: Floats, labels: npt.NDArray[np.int64]) -> label_errors.Combiner:
    """Of the detectors that these sets allow: the model's two, and the neighbours in the space of its probabilities."""
    other = np.where(np.arange(chances.shape[1]) == labels[:, None], -1, chances).argmax(axis=1)
    columns = [label_errors.self_confidence(labels, chances), label_errors.normalised_margin(labels, chances)]
    return label_errors.Combiner(np.stack(columns, axis=1), labels, other)


def _after(
    queue: label_errors.Combiner,
    rows: npt.NDArray[np.int64],
    wrong: npt.NDArray[np.bool_],
    chosen: npt.NDArray[np.int64],
    plain: Floats,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """AP of the refitted order over AP of self-confidence: on the unjudged rows, and on all with the judged ones in place."""
    rest = np.setdiff1d(np.arange(len(rows)), chosen)
    queue.refit(rows[chosen], wrong[chosen])
    score = queue.scores(rows)
    ahead = label_errors.outlook(queue, rows[rest], len(chosen), rng=rng)
    known = score.copy()
    known[chosen] = np.where(wrong[chosen], 2.0, -1.0)
    return {
        "ratio": average_precision(score[rest], wrong[rest]) / average_precision(plain[rows[rest]], wrong[rest]),
        "whole": average_precision(known, wrong) / average_precision(plain[rows], wrong),
        "covered": ahead.expected["low"] <= wrong[rest].mean() <= ahead.expected["high"],
    }


def _interval(values: list[float]) -> dict[str, float]:
    low, middle, high = np.quantile(values, (0.025, 0.5, 0.975))
    return {"mean": round(float(np.mean(values)), 3), "median": round(float(middle), 3),
            "low": round(float(low), 3), "high": round(float(high), 3)}  # fmt: skip


def _judged(name: str, table: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Rows that five people judged, and whether fewer than three of them agreed with the given label."""
    import pyarrow.parquet as pq

    said = pq.read_table(folder() / "label_errors" / f"{name}_mturk_verdicts.parquet")
    index = said["index"].to_pylist()
    if name == "imdb":
        place = {file: row for row, file in enumerate(table["file"].to_pylist())}
        rows = [place[f"{one.removeprefix('test/')}.txt"] for one in index]
    else:
        rows = [int(one) for one in index]
    return np.array(rows, dtype=np.int64), said["mturk_given"].to_numpy() < 3


def speed() -> dict[str, Any]:
    """CPU seconds and extra memory of confident learning, each arm a process of its own, and whether the sets are equal."""
    out = {}
    with tempfile.TemporaryDirectory() as there:
        for n, classes, sharpness in ((1_000_000, 10, 4.0), (50_000, 1000, 4.6)):
            where = Path(there) / f"{n}x{classes}"
            _noisy(where, n, classes, sharpness)
            ours = peers.child(sys.executable, HERE / "arms" / "confident_ours.py", where)
            theirs = peers.arm("cleanlab", HERE / "arms" / "confident_cleanlab.py", where)
            one, other = np.load(f"{where}.ours.npy"), np.load(f"{where}.cleanlab.npy")
            out[where.name] = {
                "ours": ours,
                "cleanlab": theirs,
                "cpu_ratio": round(theirs["cpu_s"] / ours["cpu_s"], 1),
                "cpu_ratio_one_job": round(theirs["cpu_one_job_s"] / ours["cpu_s"], 1),
                "differ": int((one ^ other).sum()),
                "found": int(other.sum()),
            }
    return out


def _noisy(where: Path, n: int, classes: int, sharpness: float) -> None:
    """Softmax of Gaussian noise around the true class, and labels of which 8 % are moved to another class."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, classes, n)
    chances = rng.standard_normal((n, classes), dtype=np.float32)
    chances[np.arange(n), truth] += sharpness
    np.exp(chances, out=chances)
    chances /= chances.sum(axis=1, keepdims=True)
    labels = truth.copy()
    moved = rng.random(n) < 0.08
    labels[moved] = (truth[moved] + rng.integers(1, classes, int(moved.sum()))) % classes
    np.save(f"{where}.p.npy", chances)
    np.save(f"{where}.y.npy", labels)


def masks_before_and_after(folds: int = 4, pixels: int = 2000) -> dict[str, Any]:
    """Nuclei: images whose masks were later corrected in public, ranked by form, and by a pixel model that never saw them."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    images, before, corrected, edited, unmoved = _nuclei()
    rng = np.random.default_rng(0)
    place = rng.permutation(len(images)) % folds
    seen = [_pixel_features(image) for image in images]
    pixel, form = np.zeros(len(images)), np.zeros(len(images))
    for fold in range(folds):
        rows, targets = [], []
        for k in np.flatnonzero(place != fold):
            flat = rng.choice(before[k].size, min(pixels, before[k].size), replace=False)
            rows.append(seen[k].reshape(-1, seen[k].shape[-1])[flat])
            targets.append(before[k].ravel()[flat] > 0)
        model = HistGradientBoostingClassifier(max_iter=60, random_state=0)
        model.fit(np.concatenate(rows), np.concatenate(targets))
        for k in np.flatnonzero(place == fold):
            chance = model.predict_proba(seen[k].reshape(-1, seen[k].shape[-1]))[:, 1].reshape(before[k].shape)
            differs = (chance >= 0.5) != (before[k] > 0)
            pixel[k] = differs.sum() / max(int((before[k] > 0).sum()), 1)
            form[k] = label_errors.masks(before[k]).image
    return {
        "images": len(images),
        "corrected": int(corrected.sum()),
        "ap_random": round(float(corrected.mean()), 3),
        "corrected_without_an_instance_below_iou_0.9": unmoved,
        "median_share_of_foreground_corrected": round(float(np.median(edited[corrected])), 4),
        "form": _quality(form, corrected, rng),
        "pixel_model": _quality(pixel, corrected, rng),
    }


def _quality(score: Floats, wrong: npt.NDArray[np.bool_], rng: np.random.Generator) -> dict[str, Any]:
    """AUROC with a bootstrap interval over images, and average precision."""
    drawn = [rng.integers(0, len(score), len(score)) for _ in range(1000)]
    boot = [auroc(score[d], wrong[d]) for d in drawn]
    return {
        "auroc": round(auroc(score, wrong), 3),
        "low": round(float(np.quantile(boot, 0.025)), 3),
        "high": round(float(np.quantile(boot, 0.975)), 3),
        "ap": round(average_precision(score, wrong), 3),
    }


def _nuclei() -> tuple[list[Any], list[Any], npt.NDArray[np.bool_], Floats, int]:
    """Images, instances as first drawn, which were corrected, share of foreground that changed, and small corrections."""
    from PIL import Image

    images, before, corrected, edited = [], [], [], []
    unmoved = 0
    with zipfile.ZipFile(folder() / "images" / "nuclei_instances.zip") as archive:
        names = set(archive.namelist())
        inner = next(n for n in names if n.endswith("index.csv")).removesuffix("index.csv")
        for name in sorted(n for n in names if n.startswith(f"{inner}images/") and n.endswith(".png")):
            stem = Path(name).stem
            after = np.asarray(Image.open(BytesIO(archive.read(f"{inner}masks/{stem}.png"))))
            old = f"{inner}masks_before/{stem}.png"
            first = np.asarray(Image.open(BytesIO(archive.read(old)))) if old in names else after
            images.append(np.asarray(Image.open(BytesIO(archive.read(name))).convert("RGB"), dtype=np.float32) / 255)
            before.append(first.astype(np.int64))
            corrected.append(old in names)
            unmoved += old in names and _same_instances(before[-1], after.astype(np.int64))
            edited.append(float(((first > 0) != (after > 0)).sum() / max(int((after > 0).sum()), 1)))
    return images, before, np.array(corrected), np.array(edited), unmoved


def _same_instances(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> bool:
    """Whether every instance of either has a partner with an overlap above 0.9."""
    width = int(other.max()) + 1
    shared = np.bincount((one * width + other).ravel(), minlength=(int(one.max()) + 1) * width).reshape(-1, width)
    sizes = np.bincount(one.ravel())[:, None] + np.bincount(other.ravel())[None, :] - shared
    close = (shared / np.maximum(sizes, 1))[1:, 1:] > 0.9
    there = np.bincount(one.ravel())[1:] > 0, np.bincount(other.ravel())[1:] > 0
    return bool(close.any(axis=1)[there[0]].all() and close.any(axis=0)[there[1]].all())


def _pixel_features(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(h, w, 11): colour and brightness at four widths of blur, and how the pixel stands out from its image."""
    from scipy import ndimage

    grey = image.mean(axis=2)
    blurred = [ndimage.gaussian_filter(grey, width) for width in (1, 2, 4, 8)]
    edges = [ndimage.gaussian_gradient_magnitude(grey, width) for width in (1, 3)]
    ranked_grey = (grey - np.median(grey)) / (grey.std() + 1e-6)
    return np.stack([*np.moveaxis(image, 2, 0), *blurred, *edges, ranked_grey, blurred[0] - blurred[3]], axis=2)


PARTS = {
    "votes": votes,
    "noise": noise,
    "verdicts": verdicts,
    "worst_first": worst_first,
    "weights": weights,
    "masks": masks_before_and_after,
    "speed": speed,
}


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parts = parser.parse_args(arguments).parts or list(PARTS)
    out = {}
    for part in parts:
        out[part] = PARTS[part]()
        print(json.dumps({part: out[part]}, indent=1, default=float), flush=True)
    return out


if __name__ == "__main__":
    main()
