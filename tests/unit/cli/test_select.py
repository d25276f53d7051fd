"""``handloom select`` on plain files: columns of numbers, arrays, texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from handloom import select
from handloom.cli.select import app
from tests.workshop import texts


def run(folder: Path, *arguments: object) -> Any:
    """The report of a run that has to succeed."""
    target = folder / "picks.json"
    found = CliRunner().invoke(app, [*map(str, arguments), "--json", str(target)])
    assert found.exit_code == 0, found.output
    return json.loads(target.read_text("utf-8"))


def refused(*arguments: object) -> str:
    """What a run that has to fail says."""
    found = CliRunner().invoke(app, [str(a) for a in arguments])
    assert found.exit_code == 1
    return found.output


@pytest.fixture
def chances() -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.ones(3), 60).astype(np.float32)


@pytest.fixture
def scored(tmp_path: Path, chances: np.ndarray) -> Path:
    """A CSV of three probabilities, a source, and labels of the first five rows."""
    lines = ["id,p_ham,p_spam,p_other,source,label"]
    for k, row in enumerate(chances):
        lines.append(f"{k},{','.join(f'{p:.6f}' for p in row)},{'ab'[k % 2]},{'ham' if k < 5 else ''}")
    path = tmp_path / "scored.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_it_picks_as_the_function_does_and_names_the_classes(tmp_path: Path, scored: Path, chances: np.ndarray) -> None:
    report = run(tmp_path, scored, "--n", 10, "--strategy", "margin", "--label", "label")
    wanted = select.margin(chances, 10, candidates=np.arange(5, 60), rng=np.random.default_rng(0))
    assert {p["row"] for p in report["picks"]} == {p.index for p in wanted}
    assert (report["rows"], report["labelled"], report["strategy"]) == (60, 5, "margin")
    assert report["picks"][0]["reason"].startswith("torn between ")
    assert any("spam" in p["reason"] for p in report["picks"])


def test_a_random_share_is_marked_with_its_probability(tmp_path: Path, scored: Path) -> None:
    picks = run(tmp_path, scored, "--n", 20, "--strategy", "entropy", "--random-share", 0.25)["picks"]
    drawn = [p for p in picks if p["strategy"] == "random"]
    assert len(drawn) == 5
    assert all(p["probability"] == pytest.approx(5 / 60) for p in drawn)


def test_balanced_picks_take_as_many_of_each_value(tmp_path: Path, scored: Path) -> None:
    picks = run(tmp_path, scored, "--n", 10, "--strategy", "margin", "--balance", "source")["picks"]
    assert sum(p["row"] % 2 for p in picks) == 5


def test_embeddings_come_from_columns_lists_or_an_array_file(tmp_path: Path) -> None:
    vectors = np.random.default_rng(1).standard_normal((40, 4)).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    wanted = [p.index for p in select.k_center(unit, 6, rng=np.random.default_rng(0))]
    pq.write_table(pa.table({"id": range(40), "vector": list(vectors)}), tmp_path / "lists.parquet")
    columns = {f"e_{k}": vectors[:, k] for k in range(4)}
    pq.write_table(pa.table({"id": range(40), **columns}), tmp_path / "columns.parquet")
    np.save(tmp_path / "vectors.npy", vectors)
    for file, extra in (
        ("lists.parquet", ("--embeddings", "vector")),
        ("columns.parquet", ()),
        ("columns.parquet", ("--embeddings", tmp_path / "vectors.npy")),
    ):
        report = run(tmp_path, tmp_path / file, "--n", 6, "--strategy", "k_center", *extra)
        assert [p["row"] for p in report["picks"]] == wanted


def test_texts_are_embedded_and_their_labels_teach_a_model(tmp_path: Path) -> None:
    rows = [
        {"text": text, "label": label if k < 30 else None, "seconds": 2.0 + k % 3 if k < 30 else None}
        for k, (text, label) in enumerate(texts(90))
    ]
    path = tmp_path / "texts.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    plain = run(tmp_path, path, "--n", 5, "--text", "text", "--strategy", "typiclust")
    assert all("typical of a group" in p["reason"] for p in plain["picks"])
    for strategy, words in (("auto", "torn between"), ("committee", "models vote"), ("noise_stability", "noise")):
        report = run(tmp_path, path, "--n", 5, "--text", "text", "--label", "label", "--strategy", strategy)
        assert all(words in p["reason"] and p["row"] >= 30 for p in report["picks"])
    more = ("--text", "text", "--label", "label", "--seconds", "seconds", "--strategy", "gain_per_second")
    assert all(" s" in p["reason"] for p in run(tmp_path, path, *more)["picks"])


def test_what_a_strategy_lacks_is_said_with_how_to_give_it(tmp_path: Path, scored: Path) -> None:
    assert "give --embeddings 'e_*'" in refused(scored, "--strategy", "k_center")
    assert "Did you mean" in refused(scored, "--strategy", "margn")
    assert "columns are id" in refused(scored, "--strategy", "margin", "--probabilities", "q_*")
    assert "do not hold numbers" in refused(scored, "--strategy", "margin", "--probabilities", "source")
    np.save(tmp_path / "short.npy", np.zeros((3, 2), dtype=np.float32))
    assert "shape (3, 2)" in refused(scored, "--strategy", "margin", "--probabilities", tmp_path / "short.npy")


def test_several_members_make_a_committee(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    members = {f"m{m}_{k}": rng.random(20) for m in range(3) for k in "ab"}
    pq.write_table(pa.table(members), tmp_path / "members.parquet")
    report = run(
        tmp_path, tmp_path / "members.parquet", "--strategy", "bald", "--n", 3,
        "--committee", "m0_*", "--committee", "m1_*", "--committee", "m2_*",
    )  # fmt: skip
    assert len(report["picks"]) == 3


def test_row_that_could_not_be_read_or_is_empty_is_never_picked(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"p_a": 0.5, "p_b": 0.5}\n{"p_a": 0.5\n{}\n{"p_a": 0.4, "p_b": 0.6}\n', "utf-8")
    for strategy in ("random", "margin"):
        picks = run(tmp_path, file, "--n", 9, "--strategy", strategy)["picks"]
        assert {p["row"] for p in picks} == {p["index"] for p in picks} == {0, 3}


def test_models_for_a_committee_are_fitted_beside_probabilities_that_are_there(tmp_path: Path) -> None:
    rows = [{"text": text, "label": label, "p_food": 0.4, "p_money": 0.3, "p_sport": 0.3} for text, label in texts(30)]
    for row in rows[20:]:
        row["label"] = None
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    report = run(tmp_path, file, "--n", 3, "--strategy", "bald", "--text", "text", "--label", "label")
    assert len(report["picks"]) == 3


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros(60, np.float32), "shape (60,)"),
        (np.zeros((60, 0), np.float32), "(60, columns) are wanted"),
        (np.full((60, 2), "a"), "numbers in the shape"),
        (np.zeros((60, 2), complex), "numbers in the shape"),
        (np.full((60, 2), None), "cannot be read as an array"),
        (b"no array", "cannot be read as an array"),
        (b"", "cannot be read as an array"),
        (np.full((60, 2), 7.0), "row 0 has"),
    ],
)
def test_arrays_that_are_none_are_refused(tmp_path: Path, scored: Path, array: Any, words: str) -> None:
    file = tmp_path / "p.npy"
    if isinstance(array, bytes):
        file.write_bytes(array)
    else:
        np.save(file, array, allow_pickle=True)
    said = refused(scored, "--strategy", "margin", "--probabilities", file)
    assert words in " ".join(said.split())


def test_result_that_could_not_be_written_is_told_before_the_work(tmp_path: Path, scored: Path) -> None:
    assert "HL023" in refused(scored, "--strategy", "margin", "--json", tmp_path / "nowhere" / "out.json")
    assert "HL023" in refused(scored, "--strategy", "margin", "--json", tmp_path)


def test_chance_is_repeated_by_numbers_from_zero(scored: Path) -> None:
    assert CliRunner().invoke(app, [str(scored), "--seed", "-1"]).exit_code == 2
