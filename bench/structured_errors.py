"""Label errors where an item has more than one label: several labels, spans, words, boxes. Errors are made on purpose.

python -m bench.structured_errors [multi tokens spans boxes] [--seeds 5]      needs the test data ($HANDLOOM_DATA)

Real texts and annotations of others; what was changed is known, so each ranking can be judged. Boxes need a detector, which
nobody gave us for these cells: it is simulated from the true boxes (moved, missed, invented), as said in the numbers.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from tests.realdata import path

from handloom import collect
from handloom.core.protocols import Content, Record
from handloom.resolve import label_errors as le
from handloom.tasks.linear import Linear
from handloom.tasks.text_class.encoder import TfidfEncoder

from .label_noise import auroc, average_precision

Floats = npt.NDArray[np.float64]


def judged(scores: npt.ArrayLike, wrong: npt.NDArray[np.bool_]) -> dict[str, float]:
    """How well scores rank what is wrong; share: average precision of a random order."""
    return {
        "average_precision": average_precision(scores, wrong),
        "auroc": auroc(scores, wrong),
        "share": float(wrong.mean()),
    }


def flipped_slots(seed: int, n: int = 2000) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], Floats]:
    """Which slots a spoken command has (several labels per text, from the words alone): true, with one label of one item in ten
    turned, and the probabilities of a model that saw neither the item nor its labels."""
    import pyarrow.parquet as pq

    rng = np.random.default_rng(seed)
    table = pq.read_table(path("text/snips_intents_slots.parquet"))
    rows = rng.permutation(table.num_rows)[:n]
    texts = [table["text"][int(k)].as_py() for k in rows]
    slots = [{one["label"] for one in json.loads(table["spans"][int(k)].as_py())} for k in rows]
    names = [name for name, count in Counter(s for one in slots for s in one).most_common(20) if count >= 30]
    truth = np.array([[name in one for name in names] for one in slots])
    given = truth.copy()
    for row in rng.choice(n, n // 10, replace=False).tolist():
        kinds = np.flatnonzero(truth[row]) if truth[row].any() and rng.random() < 0.5 else np.flatnonzero(~truth[row])
        given[row, rng.choice(kinds)] ^= True
    encoder = TfidfEncoder("text")
    items = [Content({"text": text}, lambda _digest: b"") for text in texts]
    encoder.fit(items)
    features = encoder.encode(items)
    chances = np.zeros(given.shape)
    fold = np.arange(n) % 4
    for held in range(4):
        learner = Linear(multi=True)
        rest = np.flatnonzero(fold != held)
        learner.fit(features.take(rest), given[rest].astype(np.float32), weights=None, rng=np.random.default_rng(0))
        out = np.flatnonzero(fold == held)
        chances[out] = learner.predict(features.take(out))
    return truth, given, chances


def multi(seed: int, n: int = 2000) -> dict[str, dict[str, float]]:
    """Items with several labels, of which one label in one item in ten is turned."""
    truth, given, chances = flipped_slots(seed, n)
    found = le.multi_label(given, chances)
    changed = given != truth
    wrong = np.where(given, 1 - chances, chances)
    return {
        "item": judged(found.items, changed.any(axis=1)),
        "item, moving average of its labels": judged(_moving_average(wrong), changed.any(axis=1)),
        "item, mean of its labels": judged(wrong.mean(axis=1), changed.any(axis=1)),
        "label": judged(wrong.ravel(), changed.ravel()),
    }


def _moving_average(wrong: Floats) -> Floats:
    """The pooling of Thyagarajan et al. 2022: from the best to the worst label, each counting 0.8 against all before it."""
    ranked = np.sort(wrong, axis=1)
    pooled = ranked[:, 0].copy()
    for column in ranked.T[1:]:
        pooled += 0.8 * (column - pooled)
    return pooled


def tokens(seed: int, n: int = 800) -> dict[str, dict[str, float]]:
    """Names in short messages, a class per word; one sentence in ten has the tag of one word changed."""
    import pyarrow.parquet as pq
    from sklearn.linear_model import SGDClassifier

    rng = np.random.default_rng(seed)
    table = pq.read_table(path("ner/wnut17.parquet")).to_pylist()
    rows = [table[int(k)] for k in rng.permutation(len(table))[:n]]
    kinds = sorted({tag.split("-", 1)[-1] for row in rows for tag in row["tags"]})
    truth = [np.array([kinds.index(tag.split("-", 1)[-1]) for tag in row["tags"]]) for row in rows]
    given = [one.copy() for one in truth]
    for k in rng.choice(n, n // 10, replace=False).tolist():
        place = int(rng.integers(len(given[k])))
        given[k][place] = (given[k][place] + rng.integers(1, len(kinds))) % len(kinds)
    features = _word_features([row["tokens"] for row in rows])
    lengths = [len(one) for one in given]
    owner = np.repeat(np.arange(n), lengths)
    flat = np.concatenate(given)
    chances = np.zeros((len(flat), len(kinds)), dtype=np.float32)
    settings: dict[str, Any] = {"loss": "log_loss", "alpha": 1e-5, "max_iter": 10, "tol": None, "random_state": 0}
    for held in range(3):
        rest, out = owner % 3 != held, owner % 3 == held
        model: Any = SGDClassifier(**settings)
        model.fit(features[rest], flat[rest])
        chances[np.ix_(out, model.classes_)] = model.predict_proba(features[out])
    found = le.tokens(given, np.split(chances, np.cumsum(lengths)[:-1]))
    changed = np.concatenate([a != b for a, b in zip(given, truth, strict=True)])
    score = 1 - chances[np.arange(len(flat)), flat]
    return {
        "sentence": judged(found.documents, np.array([(a != b).any() for a, b in zip(given, truth, strict=True)])),
        "word": judged(score, changed),
    }


def _word_features(sentences: Sequence[Sequence[str]]) -> Any:
    from sklearn.feature_extraction import FeatureHasher

    def of(words: Sequence[str], k: int) -> list[str]:
        word = words[k]
        shape = "".join("X" if c.isupper() else "x" if c.islower() else "9" if c.isdigit() else c for c in word)[:8]
        near = [f"{step}:{words[k + step].lower()}" for step in (-1, 1) if 0 <= k + step < len(words)]
        return [f"w:{word.lower()}", f"s:{word[-3:].lower()}", f"p:{word[:3].lower()}", f"x:{shape}", *near]

    hasher = FeatureHasher(2**16, input_type="string")
    return hasher.transform([of(words, k) for words in sentences for k in range(len(words))])


def spans(seed: int, size: int = 12) -> dict[str, dict[str, float]]:
    """Encyclopaedia sentences, twelve of a domain to a document; of strings named alike at least twice, one in five loses or
    changes one label. Judged over the places of such strings, and over every labelled or suspected place, where what was
    inconsistent before counts as right, though some of it is not."""
    import pyarrow.parquet as pq

    rng = np.random.default_rng(seed)
    by_domain: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in pq.read_table(path("ner/crossner.parquet")).to_pylist():
        by_domain[row["domain"]].append(row)
    documents = [
        _document(rows[start : start + size])
        for rows in by_domain.values()
        for start in range(0, len(rows) - size + 1, size)
    ]
    before = {(one.document, one.start, one.end) for one in le.spans(documents)}
    labels = sorted({label for _, given in documents for _, _, label in given})
    changed: set[tuple[int, int, int]] = set()
    places: list[tuple[int, int, int]] = []
    spoilt = []
    for number, (text, given) in enumerate(documents):
        alike = defaultdict(list)
        for start, end, label in given:
            alike[text[start:end].casefold()].append((start, end, label))
        kept = {(s, e): label for s, e, label in given}
        for same in alike.values():
            # Two places agree only by accident; from three on the majority knows.
            if (
                len(same) < 3
                or len({label for *_, label in same}) > 1
                or any((number, s, e) in before for s, e, _ in same)
            ):
                continue
            places += [(number, s, e) for s, e, _ in same]
            if rng.random() < 0.2:
                start, end, label = same[int(rng.integers(len(same)))]
                changed.add((number, start, end))
                if rng.random() < 0.5:
                    kept[start, end] = str(rng.choice([one for one in labels if one != label]))
                else:
                    del kept[start, end]
        spoilt.append((text, [(s, e, label) for (s, e), label in sorted(kept.items())]))
    scores = {(one.document, one.start, one.end): one.score for one in le.spans(spoilt)}
    every = sorted({(k, s, e) for k, (_, given) in enumerate(documents) for s, e, _ in given} | scores.keys())
    return {
        "place of such a string": judged(
            [scores.get(one, 0.0) for one in places], np.array([one in changed for one in places])
        ),
        "every place": judged([scores.get(one, 0.0) for one in every], np.array([one in changed for one in every])),
    }


def _document(rows: Sequence[dict[str, Any]]) -> tuple[str, list[tuple[int, int, str]]]:
    """Text and labelled places of some sentences."""
    text, found = "", []
    for row in rows:
        last = None
        for word, tag in zip(row["tokens"], row["tags"], strict=True):
            start = len(text)
            text += word + " "
            kind = tag.split("-", 1)[-1]
            if tag.startswith("I-") and last is not None and found[last][2] == kind:
                found[last] = (found[last][0], start + len(word), kind)
            elif tag != "O":
                found.append((start, start + len(word), kind))
                last = len(found) - 1
            if tag == "O":
                last = None
        text += "\n"
    return text, found


def boxes(seed: int, n: int = 200) -> dict[str, dict[str, float]]:
    """Blood cells: images of which one in five has a box dropped, moved, renamed or invented; the detector is simulated."""
    rng = np.random.default_rng(seed)
    images = _cells()
    images = [images[int(k)] for k in rng.permutation(len(images))[:n]]
    kinds = ("missed", "misplaced", "swapped", "spurious")
    wrong = {kind: np.zeros(len(images), dtype=bool) for kind in kinds}
    scores = {kind: np.zeros(len(images)) for kind in kinds}
    whole = np.zeros(len(images))
    for k, (places, labels) in enumerate(images):
        given, names = places.copy(), labels.copy()
        if rng.random() < 0.2 and len(given):
            kind = kinds[int(rng.integers(4))]
            wrong[kind][k] = True
            given, names = _spoil(given, names, kind, rng)
        found = le.boxes(given, names, *_detected(places, labels, rng))
        for kind in kinds:
            scores[kind][k] = max((one.score for one in found if one.kind == kind), default=0.0)
        whole[k] = le.image_score(found)
    out: dict[str, dict[str, float]] = {kind: judged(scores[kind], wrong[kind]) for kind in kinds if wrong[kind].any()}
    return out | {"any": judged(whole, np.any(list(wrong.values()), axis=0))}


def _cells() -> list[tuple[Floats, npt.NDArray[np.int64]]]:
    names = ("RBC", "WBC", "Platelets")
    out = []
    for record in collect.read(path("images/bccd_detection_voc.zip"), {"task": "cells"}):
        if isinstance(record, Record) and record.labels:
            regions = [one for one in record.labels["cells"]["regions"] if one["width"] > 2 and one["height"] > 2]
            places = [[one["x"], one["y"], one["x"] + one["width"], one["y"] + one["height"]] for one in regions]
            labels = [names.index(one["label"]) for one in regions]
            out.append((np.array(places, dtype=np.float64).reshape(-1, 4), np.array(labels, dtype=np.int64)))
    return out


def _spoil(places: Floats, labels: npt.NDArray[np.int64], kind: str, rng: np.random.Generator) -> tuple[Any, Any]:
    k = int(rng.integers(len(places)))
    left, top, right, bottom = places[k]
    match kind:
        case "missed":
            return np.delete(places, k, axis=0), np.delete(labels, k)
        case "swapped":
            labels[k] = (labels[k] + rng.integers(1, 3)) % 3
        case "misplaced":
            shift = rng.choice([-1, 1], 2) * rng.uniform(0.25, 0.5, 2) * (right - left, bottom - top)
            places[k] += np.tile(shift, 2)
        case _:
            size = np.array([right - left, bottom - top])
            corner = rng.uniform(0, (640, 480) - np.minimum(size, (600, 440)))
            return np.vstack([places, [*corner, *(corner + size)]]), np.append(labels, labels[k])
    return places, labels


def _detected(
    places: Floats, labels: npt.NDArray[np.int64], rng: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
    """What a fair detector would say: boxes moved by a twentieth of their size, one in twenty missed, one in ten images with
    an invented box, one class in fifty wrong."""
    seen = rng.random(len(places)) > 0.05
    found, classes = places[seen].copy(), labels[seen].copy()
    sizes = np.tile(found[:, 2:] - found[:, :2], 2)
    found += rng.standard_normal(found.shape) * 0.05 * sizes
    confused = rng.random(len(classes)) < 0.02
    classes[confused] = rng.integers(0, 3, int(confused.sum()))
    sure = np.clip(rng.beta(12, 2, len(found)), 0, 1)
    if rng.random() < 0.1:
        corner = rng.uniform(0, 400, 2)
        found, classes = np.vstack([found, [*corner, *(corner + 80)]]), np.append(classes, 0)
        sure = np.append(sure, rng.uniform(0.3, 0.7))
    return found, classes, sure


PARTS: dict[str, Callable[[int], dict[str, dict[str, float]]]] = {
    "multi": multi,
    "tokens": tokens,
    "spans": spans,
    "boxes": boxes,
}


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    parser.add_argument("--seeds", type=int, default=5)
    args = parser.parse_args(arguments)
    out: dict[str, Any] = {"seeds": args.seeds}
    for name in args.parts:
        runs = [PARTS[name](seed) for seed in range(args.seeds)]
        keys = [key for key in runs[0] if all(key in run for run in runs)]
        out[name] = {
            key: {
                measure: {
                    "mean": round(float(np.mean([run[key][measure] for run in runs])), 4),
                    "low": round(min(run[key][measure] for run in runs), 4),
                    "high": round(max(run[key][measure] for run in runs), 4),
                }
                for measure in runs[0][key]
            }
            for key in keys
        }
        print(json.dumps({name: out[name]}), flush=True)
    return out


if __name__ == "__main__":
    main()
