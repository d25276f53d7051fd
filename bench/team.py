"""A simulated team of ten over 2,000 real texts: who is paused, who is reported, what the labels are worth, at what price.

    python -m bench.team --seeds 3 --items 2000 --gold 0.025

Eight honest people of accuracy 0.55 to 0.97 (errors spread evenly over the other classes), one who guesses, one who takes over
every suggestion without looking. Every twentieth of the items' share ``--gold`` has a known label. The texts, and the suggestions
of the models that the loop trains on the way, are real (SNIPS, seven intents); only the answers are simulated.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from bench.learning_curves import data
from handloom.testing import repeatable_project, temporary_workspace
from handloom.testing.team import Worked, label_accuracy, team_of, work_together

HONEST = (0.55, 0.61, 0.67, 0.73, 0.79, 0.85, 0.91, 0.97)
SETTINGS = {"overlap": 1, "most_answers": 5, "test_share": 0.0, "retrain_after": 100, "batch": 40, "experts": False}


def run(items: int, gold: float, seed: int, **settings: Any) -> dict[str, Any]:
    """One run: figures as a dict."""
    table = pq.read_table(data("text/snips_intents_slots.parquet")).to_pydict()
    rng = np.random.default_rng(seed)
    rows = list(dict(zip(table["text"], table["label"], strict=True)).items())
    rows = [rows[int(k)] for k in rng.permutation(len(rows))[:items]]
    truth = {f"{k:05d}": label for k, (_, label) in enumerate(rows)}
    known = frozenset(list(truth)[: round(gold * items)])
    labels = sorted(set(truth.values()))
    started = time.process_time()
    with temporary_workspace() as site:
        tasks = [{"name": "intent", "kind": "text_class@1", "labels": labels}]
        project = repeatable_project(site, "team", tasks, SETTINGS | settings, word=f"team {seed}")
        project.add_items(
            {"key": key, "data": {"text": text}, **({"labels": {"intent": truth[key]}} if key in known else {})}
            for key, (text, _) in zip(truth, rows, strict=True)
        )
        if known:
            project.add_gold(imported=True)
        team = team_of(HONEST, classes=len(labels))
        done = work_together(site, project, team, lambda item: truth[item["key"]], seed=seed)
        share, n = label_accuracy(project, lambda item: truth[item["key"]], given=known)
        quality = project.quality()
    return figures(done, items) | {
        "seed": seed,
        "label_accuracy": round(share, 4),
        "labels": n,
        "reported": {a["actor"]["name"]: a["warning"] for a in quality["anchoring"]["actors"] if a["warning"]},
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--gold", type=float, default=0.025)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--most", type=int, default=5)
    parser.add_argument("--model", action="store_true", help="the model's suggestion counts as one more answer")
    given = parser.parse_args()
    for seed in range(given.seeds):
        found = run(given.items, given.gold, seed, model_votes=given.model, most_answers=given.most)
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
