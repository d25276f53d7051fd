"""What looking at quality costs at a million answers, and what the job that measures them costs.

    python -m bench.quality [--answers 1000000]

Fifty people, five answers an item, five labels, a suggestion on every question; the rows are written straight into the tables.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np

from handloom.core.ids import parse
from handloom.jobs.evidence import crowd
from handloom.store import Tx, projects, schema
from handloom.store.bulk import insert_rows
from handloom.testing import temporary_workspace

LABELS = ("a", "b", "c", "d", "e")
PEOPLE = 50
OVERLAP = 5
CHUNK = 20_000


def fill(tx: Tx, people: list[int], start: int, n: int, rng: np.random.Generator) -> None:
    """n items with their question, answers and label."""
    truth = rng.integers(len(LABELS), size=n)
    value = [json.dumps({"labels": [label]}) for label in LABELS]
    items, questions, answers, labels = [], [], [], []
    for k in range(n):
        item = start + k + 1
        said = int(truth[k])
        suggestion = {"value": {"labels": [LABELS[said]]}, "confidence": round(float(rng.random()), 6), "model": "m1"}
        items.append((item, 1, f"k{item}", "0" * 40, '{"text":"x"}', False, 1.7e9))
        questions.append(
            (item, 1, 1, item, 1, "label", "choice", "margin", 0.0, 0.0, "", 0.0, False, json.dumps(suggestion), 1.7e9,
             OVERLAP, OVERLAP, "resolved")
        )  # fmt: skip
        for place, who in enumerate(rng.choice(len(people), OVERLAP, replace=False).tolist()):
            right = rng.random() < 0.55 + 0.4 * who / len(people)
            choice = said if right else int(rng.integers(len(LABELS)))
            name = str(uuid.UUID(int=item * OVERLAP + place))
            row = (name, 1, item, 1, item, people[who], "answered", value[choice], 3.0, True, False, False, "0" * 40)
            answers.append((*row, 1.7e9 + item, 1))
        labels.append((1, item, value[said], 0.9, OVERLAP, "[]", False, item))
    for table, columns, rows in (
        (schema.item, "id project_id key digest data test created", items),
        (
            schema.question,
            "id project_id task_id item_id batch_id lane shape strategy probability score reason priority blind suggestion "
            "created needs got state",
            questions,
        ),
        (
            schema.answer,
            "id project_id question_id task_id item_id actor_id outcome value seconds suggestion_shown edited late digest "
            "created version",
            answers,
        ),
        (schema.label, "task_id item_id value confidence n answers test position", labels),
    ):
        insert_rows(tx, table, columns.split(), rows)
    tx.count(1, "answers", len(answers))
    tx.count(1, "items", n)


def cpu(call: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """(CPU seconds of one call, its result)."""
    began = time.process_time()
    result = [call() for _ in range(times)][-1]
    return (time.process_time() - began) / times, result


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=1_000_000)
    args = parser.parse_args(arguments)
    rng, n = np.random.default_rng(1), args.answers // OVERLAP
    with temporary_workspace() as site:
        task = {"name": "t", "kind": "text_class@1", "labels": list(LABELS)}
        project = site.create_project("q", [task], {"auto": False})
        people = [parse("actor", site.add_actor(f"p{k}")["actor"]["id"]) for k in range(PEOPLE)]
        batch = (1, 1, 1, "margin", n, OVERLAP, "label", 1.7e9)
        columns = ["id", "project_id", "task_id", "strategy", "n", "needs", "lane", "created"]
        site.store.write(lambda tx: insert_rows(tx, schema.batch, columns, [batch]))
        for start in range(0, n, CHUNK):
            site.store.write(lambda tx, start=start: fill(tx, people, start, min(CHUNK, n - start), rng))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with site.store.read() as connection:
            row = projects.task_by_id(connection, 1)
        reading, found = cpu(lambda: crowd(site.store, row))
        measuring, job = cpu(project.measure)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        looking, shown = cpu(project.quality, 20)
        team, _ = cpu(project.team, 5)
        out = {
            "answers": len(found),
            "job": job["state"],
            "read_cpu_s": round(reading, 2),
            "measure_cpu_s": round(measuring, 2),
            "measure_extra_mb": round((after - before) / 1024),
            "quality_cpu_ms": round(looking * 1000, 2),
            "team_cpu_ms": round(team * 1000, 2),
            "alpha": shown["agreement"]["alpha"],
            "behind": shown["behind"],
        }
    print(json.dumps(out), flush=True)
    return out


if __name__ == "__main__":
    main()
