"""The benchmark: a small grid end to end, going on after a break, statistics against their definitions, the report."""

from __future__ import annotations

import itertools
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from handloom.cli.bench import app
from handloom.core.errors import Malformed, Unavailable, UnknownKind
from handloom.testing import benchmark
from handloom.testing.benchmark import arms, grid, sets
from handloom.testing.benchmark.suite import CORE_1, PEOPLE, Person, Set, Suite, look
from handloom.testing.benchmark.summary import interval
from handloom.testing.strategies import example_pool
from tests.workshop import texts


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a set of texts and a table."""
    folder = tmp_path_factory.mktemp("data")
    rows = texts(120)
    columns = {
        "text": [t for t, _ in rows],
        "label": [k for _, k in rows],
        "split": ["test" if i // 3 % 3 == 0 else "train" for i in range(120)],
    }
    pq.write_table(pa.table(columns), folder / "words.parquet")
    rng = np.random.default_rng(0)
    size = rng.standard_normal(90)
    lines = [f"{x:.3f},{'red' if x > 0 else 'blue'},{'big' if x > 0.2 else 'small'}" for x in size]
    (folder / "things.csv").write_text("size,colour,kind\n" + "\n".join(lines) + "\n", "utf-8")
    return folder


WORDS = Set("words", "text", "words.parquet", content=("text",), split="split", held_out=("test",), batch=10, budget=30)
THINGS = Set("things", "table", "things.csv", label="kind", batch=5, budget=20, target=0.9)
SMALL = Suite("small", (WORDS, THINGS), ("margin", "random", "bandit"), (Person(), PEOPLE["careless"]), seeds=2)


def ran(suite: Suite, data: Path, folder: Path) -> tuple[list[grid.Cell], dict[str, dict[str, Any]], list[str]]:
    """The cells, their results, and what was reported."""
    told: list[str] = []
    cells = grid.cells(suite, suite.sets)
    report = lambda done, total, name: told.append(f"{done}/{total} {name}")  # noqa: E731
    return cells, grid.run(cells, data, folder, jobs=1, interpreters={}, report=report), told


@pytest.fixture(scope="module")
def found(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Folder, cells and results of the small suite."""
    folder = tmp_path_factory.mktemp("results")
    return folder, *ran(SMALL, data, folder)


def test_a_cell_is_a_curve_of_labels_seconds_and_quality(found: Any) -> None:
    _, cells, results, told = found
    assert told[-1].startswith(f"{len(cells)}/{len(cells)} ")
    for cell in cells:
        if cell.strategy == grid.FULL:
            assert 0.5 < results[cell.id]["full"]["accuracy"] <= 1
            continue
        curve = results[cell.id]["curve"]
        assert [p["labels"] for p in curve] == list(range(cell.set.batch, cell.set.budget + 1, cell.set.batch))
        assert all(a["seconds"] < b["seconds"] for a, b in itertools.pairwise(curve))
        assert all(0 <= p["accuracy"] <= 1 and 0 <= p["macro_f1"] <= 1 for p in curve)


def test_careless_people_teach_less(found: Any) -> None:
    _, cells, results, _ = found
    last = {name: [] for name in ("perfect", "careless")}
    for cell in cells:
        if cell.strategy != grid.FULL:
            last[cell.person.name].append(results[cell.id]["curve"][-1]["accuracy"])
    assert np.mean(last["careless"]) < np.mean(last["perfect"])


def test_a_broken_off_run_goes_on_and_gives_the_same(found: Any, data: Path, tmp_path: Path) -> None:
    folder, cells, results, _ = found
    lines = (folder / grid.RESULTS).read_text("utf-8").splitlines()
    (tmp_path / grid.RESULTS).write_text("\n".join(lines[:-3]) + "\n" + lines[-3][:40], "utf-8")
    _, again, told = ran(SMALL, data, tmp_path)
    assert told[0] == f"{len(cells) - 3}/{len(cells)} "
    assert {k: v.get("curve") for k, v in again.items()} == {k: v.get("curve") for k, v in results.items()}
    assert len((tmp_path / grid.RESULTS).read_text("utf-8").splitlines()) == len(cells) + 1


def test_another_declaration_is_another_cell() -> None:
    one = grid.Cell(WORDS, "margin", Person(), 0, 0.0)
    others = [grid.Cell(WORDS, "margin", PEOPLE["typical"], 0, 0.0), grid.Cell(THINGS, "margin", Person(), 0, 0.0)]
    assert len({one.id, *(o.id for o in others), grid.Cell(WORDS, "margin", Person(), 1, 0.0).id}) == 4


def test_the_summary_ranks_and_measures_effort(found: Any) -> None:
    _, cells, results, _ = found
    summary = benchmark.summary(SMALL, cells, results, [])
    assert len(summary["blocks"]) == 4
    ranks = [one["rank"] for one in summary["ranks"]]
    assert ranks == sorted(ranks)
    assert sum(ranks) == pytest.approx(6)
    block = summary["blocks"][0]
    best = block["arms"][0]
    assert best["regret"] == 0
    assert best["labels"]["n"] == 2
    margin = next(arm for arm in block["arms"] if arm["strategy"] == "margin")
    random = next(arm for arm in block["arms"] if arm["strategy"] == "random")
    gap = margin["area"]["value"] - random["area"]["value"]
    assert margin["against_random"]["value"] == pytest.approx(gap, abs=1e-4)
    # Demsar 2006, table 5: the critical value of three arms at 5 % is 2.343.
    assert summary["critical_difference"] == pytest.approx(2.343 * (3 * 4 / (6 * 4)) ** 0.5, abs=1e-3)


def test_an_interval_is_that_of_student() -> None:
    assert interval(np.array([1.0, 2.0, 3.0])) == {"value": 2.0, "low": -0.48414, "high": 4.48414, "n": 3}
    assert interval(np.array([1.0]))["low"] is None


def test_the_report_is_one_file_that_asks_for_nothing(found: Any) -> None:
    _, cells, results, _ = found
    suite = Suite("<b>", SMALL.sets, SMALL.strategies, SMALL.people, seeds=2)
    page = benchmark.page(benchmark.summary(suite, cells, results, [THINGS]))
    assert "<h1>&lt;b&gt;</h1>" in page
    assert not re.search(r"(src|href)=|@import|url\(|<script", page)
    assert "prefers-color-scheme:dark" in page
    assert page.count("<svg viewBox") == 5
    assert "left out: things" in page


def test_core_1_names_ten_sets_and_survives_being_written_down(tmp_path: Path) -> None:
    assert len(CORE_1.sets) == 10
    path = tmp_path / "core-1.json"
    path.write_text(json.dumps(benchmark.declared(CORE_1)), "utf-8")
    assert benchmark.read(path) == CORE_1
    assert [s.name for s in look(CORE_1, None).there] == ["digits"]


def test_a_suite_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    for text, words in (
        ("{", "not JSON"),
        ("{}", "no suite"),
        ('{"sets": [{"name": "a", "kind": "sound", "file": "x"}]}', "kind 'sound'"),
        ('{"sets": [{"name": "a", "kind": "text", "colour": 1}]}', "colour"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(Malformed, match=words):
            benchmark.read(path)


def test_a_table_becomes_numbers_of_the_pool(data: Path) -> None:
    ready = sets.ready(THINGS, data, 0)
    assert ready.classes == ("big", "small")
    assert ready.pool.matrix.shape[1] == 3
    assert np.abs(ready.pool.matrix[:, 0].mean()) < 1e-5
    assert np.allclose(np.linalg.norm(ready.test.vectors, axis=1), 1, atol=1e-5)


def test_images_are_read_below_a_folder_of_a_zip() -> None:
    digits = next(s for s in CORE_1.sets if s.name == "digits")
    assert len(sets._digits()[0]) == 1797
    assert sets.divides(digits)


def test_arms_are_strategies_a_bad_one_and_peers(tmp_path: Path) -> None:
    worst = arms.find("worst", {})
    picks = worst.pick(example_pool(), 5, rng=np.random.default_rng(0))
    assert len(picks) == 5
    with pytest.raises(UnknownKind, match="Did you mean"):
        arms.find("margn", {})
    with pytest.raises(Malformed, match="--peer modAL=PYTHON"):
        arms.find("modAL:margin", {})


def test_a_peer_answers_from_its_own_process(tmp_path: Path) -> None:
    (tmp_path / "modAL").mkdir()
    (tmp_path / "modAL/__init__.py").write_text("", "utf-8")
    code = "import time\nimport numpy as np\ndef margin_sampling(model, x, n_instances):\n"
    code += "    end = time.process_time() + 0.3\n    while time.process_time() < end: pass\n"
    code += "    two = np.sort(model.predict_proba(x), axis=1)[:, -2:]\n"
    code += "    return np.argsort(two[:, 1] - two[:, 0])[:n_instances], None\nentropy_sampling = margin_sampling\n"
    (tmp_path / "modAL/uncertainty.py").write_text(code, "utf-8")
    launcher = _interpreter(tmp_path)
    peer = arms.find("modAL:margin", {"modAL": str(launcher)})
    assert isinstance(peer, arms.Peer)
    pool = example_pool()
    ours = arms.find("margin", {}).pick(pool, 12, rng=np.random.default_rng(0))
    for _ in range(2):
        theirs = peer.pick(pool, 12, rng=np.random.default_rng(0))
        assert {p.index for p in theirs} == {p.index for p in ours}
    assert 0.5 < peer.elsewhere < 5, "two choices of 0.3 CPU seconds, less the handing over"
    peer.close()
    (tmp_path / "modAL/uncertainty.py").unlink()
    with pytest.raises(Unavailable, match="could not run modAL:margin"):
        peer.pick(pool, 12, rng=np.random.default_rng(0))
    peer.close()


def test_small_text_is_told_the_open_rows_first_and_answers_with_places_among_them(tmp_path: Path) -> None:
    module = tmp_path / "small_text/query_strategies/coresets.py"
    module.parent.mkdir(parents=True)
    code = "import numpy as np\ndef greedy_coreset(x, unlabelled, labelled, n, distance_metric):\n"
    code += "    assert list(unlabelled) + list(labelled) == list(range(len(x)))\n"
    code += "    return np.argsort(x[unlabelled, 0])[:n]\n"
    module.write_text(code, "utf-8")
    peer = arms.find("small-text:k_center", {"small-text": str(_interpreter(tmp_path))})
    pool = example_pool()
    assert pool.features is not None
    assert isinstance(peer, arms.Peer)
    theirs = peer.pick(pool, 7, rng=np.random.default_rng(0))
    peer.close()
    smallest = pool.candidates[np.argsort(pool.features.vectors[pool.candidates, 0])[:7]]
    assert [p.index for p in theirs] == smallest.tolist()


def _interpreter(folder: Path) -> Path:
    """A python that finds what lies in the folder."""
    launcher = folder / "python"
    launcher.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n', "utf-8")
    launcher.chmod(0o755)
    return launcher


def test_the_verb_writes_the_report_and_can_declare(data: Path, tmp_path: Path) -> None:
    declared = tmp_path / "mine.json"
    declared.write_text(json.dumps(benchmark.declared(SMALL)), "utf-8")
    runner = CliRunner()
    common = [str(declared), "--data", str(data), "--sets", "things", "--people", "perfect", "--seeds", "1"]
    shown = runner.invoke(app, [*common, "--declare"])
    assert json.loads(shown.stdout)["name"] == "small, changed"
    folder = tmp_path / "out"
    done = runner.invoke(app, [*common, "--out", str(folder), "--json", str(tmp_path / "s.json")])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "s.json").read_text("utf-8")) == json.loads(
        (folder / "summary.json").read_text("utf-8")
    )
    assert "<h2>things, perfect person</h2>" in (folder / "report.html").read_text("utf-8")
    nowhere = runner.invoke(app, [str(declared), "--out", str(folder)])
    assert "--data where they are" in nowhere.output
