"""A simulated team of ten over 2,000 real texts: who is paused, who is reported, what the labels are worth, at what price.

    python -m bench.team --seeds 5                  the default settings, and five answers at most
    python -m bench.team --seeds 5 --alone          the model has no say in when to stop
    python -m bench.team --seeds 5 --votes          the model counts as one more answer
    python -m bench.team --bound                    what people alone could do if everybody's accuracy were known

Eight honest people of accuracy 0.55 to 0.97 (errors spread evenly over the other classes), one who guesses, one who takes over
every suggestion without looking. The share ``--gold`` of the items has a known label. The texts, and the suggestions of the
models that the loop trains on the way, are real (SNIPS, seven intents); only the answers are simulated.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from tests.realdata import folder

from handloom.testing import repeatable_project, temporary_workspace
from handloom.testing.team import Worked, label_accuracy, team_of, work_together

HONEST = (0.55, 0.61, 0.67, 0.73, 0.79, 0.85, 0.91, 0.97)
CLASSES = 7


def run(items: int, gold: float, seed: int, **settings: Any) -> dict[str, Any]:
    """One run: figures as a dict."""
    table = pq.read_table(folder() / "text" / "snips_intents_slots.parquet").to_pydict()
    rng = np.random.default_rng(seed)
    rows = list(dict(zip(table["text"], table["label"], strict=True)).items())
    rows = [rows[int(k)] for k in rng.permutation(len(rows))[:items]]
    truth = {f"{k:05d}": label for k, (_, label) in enumerate(rows)}
    known = frozenset(list(truth)[: round(gold * items)])
    labels = sorted(set(truth.values()))
    started = time.process_time()
    with temporary_workspace() as site:
        tasks = [{"name": "intent", "kind": "text_class@1", "labels": labels}]
        project = repeatable_project(site, "team", tasks, settings, word=f"team {seed}")
        project.add_items(
            {"key": key, "data": {"text": text}, **({"labels": {"intent": truth[key]}} if key in known else {})}
            for key, (text, _) in zip(truth, rows, strict=True)
        )
        if known:
            project.add_gold(imported=True)
        team = team_of(HONEST, classes=len(labels))
        done = work_together(site, project, team, lambda item: truth[item["key"]], seed=seed)
        share, n = label_accuracy(project, lambda item: truth[item["key"]], given=known)
        project.measure()
        quality = project.quality()
    return figures(done, items) | {
        "seed": seed,
        "label_accuracy": round(share, 4),
        "labels": n,
        "reported": {a["actor"]["name"]: a["warning"] for a in quality["anchoring"]["actors"] if a["warning"]},
        "suggestions_right": quality["suggestions"],
        "cpu_seconds": round(time.process_time() - started, 1),
    }


def figures(done: Worked, items: int) -> dict[str, Any]:
    """Answers per item, who was paused after how many, and how right the best single person was."""
    shares = {name: done.right[name] / n for name, n in done.answers.items() if n >= 20 and name != "follower"}
    best = max(shares, key=lambda name: shares[name])
    return {
        "answers_per_item": round(done.total / items, 3),
        "paused": done.paused,
        "best_person": best,
        "best_accuracy": round(shares[best], 4),
        "answers": done.answers,
    }


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean and standard deviation over the seeds."""
    out: dict[str, Any] = {"runs": len(runs)}
    for name in ("answers_per_item", "label_accuracy", "best_accuracy"):
        values = [run[name] for run in runs]
        out[name] = {
            "mean": round(float(np.mean(values)), 4),
            "sd": round(float(np.std(values, ddof=len(runs) > 1)), 4),
        }
    out["beats_best"] = sum(run["label_accuracy"] >= run["best_accuracy"] for run in runs)
    out["guesser_paused_after"] = [run["paused"].get("spammer") for run in runs]
    out["others_paused"] = sorted({name for run in runs for name in run["paused"]} - {"spammer"})
    out["reported"] = [sorted(run["reported"]) for run in runs]
    return out


def alone(threshold: float, *, items: int, seed: int, settle: bool, most: int = 5) -> tuple[float, float]:
    """(answers per item, label accuracy) of the eight honest people and one more of 0.75 who answer in turn, everybody's
    accuracy being known to whoever decides; gold not counted. settle: everybody gets, of 40 open items, the one that their
    answer most likely settles; otherwise the oldest."""
    rng, people = np.random.default_rng(seed), np.array((*HONEST, 0.75))
    weight = np.log(people * (CLASSES - 1) / (1 - people))
    truth, scores = rng.integers(CLASSES, size=items), np.zeros((items, CLASSES))
    said: list[set[int]] = [set() for _ in range(items)]
    open_, fresh, total = list(range(40)), 40, 0
    while open_:
        before = total
        for who in np.repeat(np.arange(people.size), 4).tolist():
            free = [item for item in open_ if who not in said[item]]
            if not free:
                continue
            item = free[int(np.argmax(_settles(scores[free], people[who], threshold)))] if settle else free[0]
            right = rng.random() < people[who]
            scores[item, truth[item] if right else (truth[item] + 1 + rng.integers(CLASSES - 1)) % CLASSES] += weight[
                who
            ]
            said[item].add(who)
            total += 1
            chance = np.exp(scores[item] - scores[item].max())
            if chance.max() / chance.sum() >= threshold or len(said[item]) >= most:
                open_.remove(item)
                if fresh < items:
                    open_.append(fresh)
                    fresh += 1
        if total == before:
            break
    return total / items, float((scores.argmax(axis=1) == truth).mean())


def _settles(scores: np.ndarray, right: float, threshold: float) -> np.ndarray:
    """(items,) chance that one more answer makes a label sure."""
    belief = np.exp(scores - scores.max(axis=1, keepdims=True))
    belief /= belief.sum(axis=1, keepdims=True)
    wrong, chance = (1 - right) / (CLASSES - 1), np.zeros(len(belief))
    for named in range(CLASSES):
        after = belief * wrong
        after[:, named] = belief[:, named] * right
        norm = after.sum(axis=1)
        chance += np.where(after.max(axis=1) >= threshold * norm, norm, 0.0)
    return chance


def bound(seeds: int) -> dict[str, Any]:
    """What no rule of stopping can undercut, and what simple rules reach, when everybody's accuracy is known."""
    told = [np.log2(CLASSES) - _bits(p) for p in HONEST]
    wanted = np.log2(CLASSES) - _bits(max(HONEST))
    out: dict[str, Any] = {"shannon": {"answers_per_item": round(float(wanted / np.mean([*told, 0.0])), 2)}}
    for settle in (False, True):
        for threshold in (0.9, 0.93, 0.95):
            runs = [alone(threshold, items=1950, seed=seed, settle=settle) for seed in range(seeds)]
            name = f"{'settle' if settle else 'in turn'}, until {threshold}"
            mean = np.mean(runs, axis=0)
            out[name] = {"answers_per_item": round(float(mean[0]), 2), "label_accuracy": round(float(mean[1]), 3)}
    return out


def _bits(right: float) -> float:
    """What is left unknown, in bits, by an answer that is right that often and else evenly wrong."""
    wrong = (1 - right) / (CLASSES - 1)
    return float(-right * np.log2(right) - (1 - right) * np.log2(wrong))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--gold", type=float, default=0.025)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--most", type=int, default=5)
    parser.add_argument("--alone", action="store_true", help="the model has no say in when to stop")
    parser.add_argument("--votes", action="store_true", help="the model's suggestion counts as one more answer")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="another setting")
    parser.add_argument("--bound", action="store_true", help="what people alone could do at best")
    given = parser.parse_args()
    if given.bound:
        print(json.dumps(bound(given.seeds), indent=2))
        return
    more = {name: json.loads(value) for name, _, value in (one.partition("=") for one in given.set)}
    settings = {"most_answers": given.most, "model_backs": not given.alone, "model_votes": given.votes} | more
    runs = []
    for seed in range(given.first, given.first + given.seeds):
        runs.append(run(given.items, given.gold, seed, **settings))
        print(json.dumps(runs[-1]), flush=True)
    print(json.dumps(summary(runs)))


if __name__ == "__main__":
    main()
