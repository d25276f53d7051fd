"""``handloom aggregate``: a file of answers in, labels with posteriors out; no project anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from handloom.cli.aggregate import app
from tests.realdata import path as real

from .cli import handloom

ROWS = [
    {"worker": w, "item": i, "answer": a}
    for i, answers in enumerate(["xxy", "yyy", "xyy", "xxx"])
    for w, a in zip("abc", answers, strict=True)
]


def jsonl(folder: Path, rows: list[dict[str, Any]], name: str = "answers.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return file


def csv(folder: Path, rows: list[dict[str, Any]]) -> Path:
    file = folder / "answers.csv"
    lines = [",".join(rows[0])] + [",".join(str(value) for value in row.values()) for row in rows]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def report(folder: Path, *arguments: object) -> dict[str, Any]:
    out = folder / "out.json"
    ended = CliRunner().invoke(app, [*map(str, arguments), "--json", str(out)])
    assert ended.exit_code == 0, ended.output
    return json.loads(out.read_text("utf-8"))


# Accuracy that the default must reach on real answers, never told which method suits.
REACH = {
    "bluebirds": 0.898,
    "snow2008_rte": 0.927,
    "snow2008_temporal": 0.9415,  # 435 of 462, which is 0.942 in three digits
    "adult2": 0.766,
    "hitspam_crowdflower": 0.660,
    "barzan_mozafari": 0.712,
}


@pytest.mark.parametrize("name", sorted(REACH))
def test_default_is_as_good_as_the_best_on_real_answers(name: str, tmp_path: Path) -> None:
    found = report(tmp_path, real(f"crowd/{name}.parquet"), "--truth", "truth")
    accuracy = found["accuracy"]
    assert accuracy["auto"] >= REACH[name]
    assert accuracy["auto"] >= max(accuracy["majority"], accuracy["dawid_skene"]) - 0.003
    truth = pq.read_table(real(f"crowd/{name}.parquet"), columns=["item", "truth"]).to_pylist()
    known = {row["item"]: row["truth"] for row in truth if row["truth"] is not None}
    labels = {row["item"]: row["value"] for row in found["labels"]}
    assert sum(labels[item] == value for item, value in known.items()) / len(known) == pytest.approx(accuracy["auto"])
    for row in found["labels"][:50]:
        assert 0 < row["posterior"] <= 1
        assert row["runner_up"]["posterior"] <= row["posterior"] + 1e-9
    assert all(a["accuracy"]["low"] <= a["accuracy"]["high"] for a in found["actors"])


def test_csv_and_json_lines_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    by_text = report(tmp_path / "a", csv(tmp_path / "a", ROWS))
    by_json = report(tmp_path / "b", jsonl(tmp_path / "b", ROWS))
    assert [row["value"] for row in by_text["labels"]] == [row["value"] for row in by_json["labels"]] == list("xyyx")
    assert by_text["agreement"]["percent"]["value"] == pytest.approx(8 / 12)


def test_other_column_names_and_one_method(tmp_path: Path) -> None:
    rows = [{"who": r["worker"], "what": r["item"], "said": r["answer"]} for r in ROWS]
    found = report(
        tmp_path, jsonl(tmp_path, rows), "--actor", "who", "--item", "what", "--value", "said", "--method", "majority"
    )
    assert found["method"] == "majority"
    assert found["labels"][0]["posterior"] == pytest.approx(2 / 3)
    assert found["accuracy"] == {}


def test_gold_file_decides_and_judges(tmp_path: Path) -> None:
    gold = jsonl(tmp_path, [{"item": 0, "gold": "y"}, {"item": 1, "gold": "y"}], "gold.jsonl")
    found = report(tmp_path, jsonl(tmp_path, ROWS), "--gold", gold)
    assert found["labels"][0]["value"] == "y"
    assert found["labels"][0]["posterior"] == 1.0
    assert next(a for a in found["actors"] if a["actor"] == "c")["gold"] == {"n": 2, "right": 2}


def test_numbers_of_one_file_are_texts_of_the_other(tmp_path: Path) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text("item,answer\n0,y\n", "utf-8")
    found = report(tmp_path, jsonl(tmp_path, ROWS), "--gold", gold)
    assert (found["labels"][0]["item"], found["labels"][0]["value"]) == (0, "y")
    assert len(found["labels"]) == 4
    gold.write_text("item,answer\nother,y\n", "utf-8")
    ended = CliRunner().invoke(app, [str(jsonl(tmp_path, ROWS)), "--gold", str(gold)])
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "none of its 1 items is among those answered" in " ".join(ended.stderr.split())


def test_shown_for_people_without_a_file(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, [str(jsonl(tmp_path, ROWS))], env={"COLUMNS": "200"})
    assert ended.exit_code == 0
    assert "12 answers, 4 items, 3 actors" in ended.output
    assert "krippendorff" in ended.output


def test_broken_lines_and_empty_cells_are_left_out_and_told(tmp_path: Path) -> None:
    file = csv(tmp_path, [*ROWS, {"worker": "a", "item": "", "answer": "x"}])
    file.write_text(file.read_text("utf-8") + "a,b,c,d,e\n", "utf-8")
    found = report(tmp_path, file)
    assert (found["answers"], found["skipped"], found["broken"]) == (12, 2, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("missing.csv",), 1, "there is no file or folder"),
        (("answers.csv", "--actor", "who"), 1, "there is no column 'who'; the columns are worker, item, answer"),
        (("answers.csv", "--method", "vote"), 1, "no aggregation method 'vote'"),
        (("answers.csv", "--gold", "answers.csv"), 1, "has two values"),
        (("empty.csv",), 1, "is empty"),
        (("nothing.csv",), 1, "no row has a worker"),
        ((), 2, "Missing argument"),
        (("answers.csv", "--nonsense"), 2, "No such option"),
    ],
)
def test_bad_input_ends_in_a_sentence(tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str) -> None:
    csv(tmp_path, ROWS)
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "nothing.csv").write_text("worker,item,answer\n,1,\n")
    files = [str(tmp_path / word) if word.endswith(".csv") else word for word in arguments]
    ended = CliRunner().invoke(app, files, env={"COLUMNS": "300"})
    assert (ended.exit_code, ended.stdout) == (code, "")
    assert sentence in " ".join(ended.stderr.split())


def test_installed_command_knows_the_verb(tmp_path: Path) -> None:
    ended = handloom("aggregate", jsonl(tmp_path, ROWS), "--json", tmp_path / "out.json")
    assert ended.code == 0, ended.err
    assert len(json.loads((tmp_path / "out.json").read_text("utf-8"))["labels"]) == 4
