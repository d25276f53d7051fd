"""``handloom errors``: a file in, suspects out, worst first; no project anywhere."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from sklearn.datasets import load_digits
from typer.testing import CliRunner

from handloom.cli.errors import app
from tests.realdata import path as real

WORDS = {"ham": "see you at the station for dinner tonight", "spam": "win a free prize now call this number"}


def written(folder: Path, rows: list[dict[str, Any]]) -> Path:
    file = folder / "rows.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def report(folder: Path, *arguments: object) -> dict[str, Any]:
    """Run the verb; what it wrote."""
    out = folder / "out.json"
    ended = CliRunner().invoke(app, [*map(str, arguments), "--json", str(out)])
    assert ended.exit_code == 0, ended.output
    return json.loads(out.read_text("utf-8"))


def test_probabilities_by_name_with_a_row_without_label_and_a_broken_line(tmp_path: Path) -> None:
    rows = [{"id": k, "label": "ham", "p_spam": 0.1, "p_ham": 0.9} for k in range(5)]
    rows[1]["label"], rows[3] = "", {"id": 3, "label": "ham", "p_spam": 0.99, "p_ham": 0.01}
    file = written(tmp_path, rows)
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([*lines[:2], "1,2,3,4,5,6,7", *lines[2:]]) + "\n", "utf-8")
    found = report(tmp_path, file, "--probabilities", "p_*")
    assert (found["rows"], found["labelled"], found["broken"]) == (6, 4, 1)
    worst = found["suspects"][0]
    assert set(worst) == {"row", "score", "given", "proposed", "reasons"}
    assert (worst["row"], worst["given"], worst["proposed"]) == (4, "ham", "spam")
    assert worst["score"] == pytest.approx(0.99)
    assert [s["row"] for s in found["suspects"]][1:] == [0, 3, 5]
    share = found["expected_precision"]
    assert share["low"] <= share["value"] <= share["high"]


def test_class_numbers_and_limit(tmp_path: Path) -> None:
    rows = [{"label": k % 3, **{f"p{c}": 0.8 if c == (k + (k == 4)) % 3 else 0.1 for c in range(3)}} for k in range(9)]
    file = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(rows), file)
    found = report(tmp_path, file, "--probabilities", "p*", "--limit", 2)
    assert len(found["suspects"]) == 2
    assert (found["suspects"][0]["row"], found["suspects"][0]["proposed"]) == (4, "2")


def test_texts_are_judged_by_a_model_that_did_not_see_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = []
    for k in range(60):
        label = ("ham", "spam")[k % 2]
        words = WORDS[label].split()
        rows.append({"message": " ".join(rng.permutation(words)[:5]) + f" {k}", "label": label})
    rows[7]["label"], rows[20]["label"] = "ham", "spam"
    found = report(tmp_path, written(tmp_path, rows), "--text", "message")
    assert {s["row"] for s in found["suspects"][:2]} == {7, 20}
    assert any("nearest have another label" in reason for reason in found["suspects"][0]["reasons"])


def test_folder_of_class_folders_and_a_table_of_paths_agree(tmp_path: Path) -> None:
    digits = load_digits()
    rows = []
    for k in range(120):
        label = str(digits.target[k]) if k != 17 else "0"
        place = tmp_path / "images" / label / f"{k:03d}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((digits.images[k] * 15).astype(np.uint8)).save(place)
        rows.append({"file": place.relative_to(tmp_path).as_posix(), "digit": label})
    found = report(tmp_path, written(tmp_path, rows), "--image", "file", "--label", "digit")
    assert 17 in {s["row"] for s in found["suspects"][:3]}
    whole = report(tmp_path, tmp_path / "images")
    ahead = sorted(row["file"] for row in rows)
    assert f"images/0/{17:03d}.png" in {ahead[s["row"]] for s in whole["suspects"][:3]}


def test_people_in_columns_and_verdicts(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = []
    for _ in range(300):
        truth = int(rng.integers(3))
        said = [truth if rng.random() < 0.85 else int(rng.integers(3)) for _person in range(3)]
        wrong = said[0] != truth
        rows.append(
            {
                "label": f"c{said[0]}",
                **{f"a{n}": f"c{s}" for n, s in enumerate(said)},
                "verdict": ("keep", "change")[wrong],
            }
        )
    file = written(tmp_path, rows)
    found = report(tmp_path, file, "--actors", "a0,a1,a2")
    assert len(found["skills"]) == 3
    wrong = {k for k, row in enumerate(rows) if row["verdict"] == "change"}
    top = [s["row"] for s in found["suspects"][: len(wrong)]]
    assert len(wrong & set(top)) / len(wrong) > 0.7
    for row in rows[100:]:
        row["verdict"] = ""
    after = report(tmp_path, written(tmp_path, rows), "--actors", "a0,a1,a2", "--verdicts", "verdict")
    assert {s["row"] for s in after["suspects"]} == set(range(100, 300))
    assert after["expected_precision"]["verdicts"] == 100
    assert after["expected_precision"]["high"] < 1
    assert isinstance(after["stop"], bool)


def test_column_that_names_who_gave_the_label(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    rows = []
    for k in range(200):
        truth, who = int(rng.integers(2)), "ada" if k % 2 else "bob"
        said = truth if who == "ada" or rng.random() < 0.6 else 1 - truth
        rows.append({"label": said, "by": who, "p0": 0.8 - 0.6 * truth, "p1": 0.2 + 0.6 * truth})
    found = report(tmp_path, written(tmp_path, rows), "--probabilities", "p0,p1", "--actors", "by")
    ada, bob = found["skills"]
    assert ada > bob + 0.15


def test_several_labels_per_row_from_lists_and_from_cells(tmp_path: Path) -> None:
    rows = [
        {"label": ["ham"] if k % 2 else ["ham", "spam"], "p_ham": 0.9, "p_spam": 0.1 if k % 2 else 0.8}
        for k in range(8)
    ]
    rows[3]["label"], rows[4]["label"], rows[5]["label"] = [], ["ham"], None
    listed = tmp_path / "rows.jsonl"
    listed.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = report(tmp_path, listed, "--probabilities", "p_*")
    first, second = found["suspects"][:2]
    assert (first["row"], first["given"], first["proposed"]) == (3, [], ["ham"])
    assert (second["row"], second["given"], second["proposed"]) == (4, ["ham"], ["ham", "spam"])
    assert found["labelled"] == len(found["suspects"]) == 7
    cells = [{**row, "label": "" if row["label"] is None else ";".join(row["label"]) or ";"} for row in rows]
    again = report(tmp_path, written(tmp_path, cells), "--probabilities", "p_*", "--separator", ";")
    assert again["suspects"] == found["suspects"]


def test_several_labels_per_text_by_a_model_that_did_not_see_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = []
    for k in range(90):
        labels = [["ham"], ["spam"], ["ham", "spam"]][k % 3]
        words = [word for label in labels for word in rng.permutation(WORDS[label].split())[:5]]
        rows.append({"message": " ".join(words), "label": " ".join(labels)})
    rows[2]["label"], rows[4]["label"] = "ham", "ham spam"
    found = report(tmp_path, written(tmp_path, rows), "--text", "message", "--separator", " ")
    assert {2, 4} <= {s["row"] for s in found["suspects"][:4]}


def test_class_numbers_as_other_tools_keep_them_in_a_column_with_gaps(tmp_path: Path) -> None:
    rows = [{"label": label, "p_0": 0.9, "p_1": 0.1} for label in ("0.0", "1.0", "", "0.0")]
    found = report(tmp_path, written(tmp_path, rows), "--probabilities", "p_*")
    assert (found["suspects"][0]["row"], found["suspects"][0]["given"], found["suspects"][0]["proposed"]) == (
        1,
        "1",
        "0",
    )


def test_odd_probabilities_are_told_and_not_hidden(tmp_path: Path) -> None:
    rows = [
        {"label": "a", "p_a": 0.9, "p_b": 0.9},
        {"label": "b", "p_a": "nan", "p_b": 0.5},
        {"label": "b", "p_a": 0.3, "p_b": 0.7},
    ]
    found = report(tmp_path, written(tmp_path, rows), "--probabilities", "p_*")
    assert [s["row"] for s in found["suspects"]] == [2, 0]
    assert [note.split(";")[0] for note in found["notes"]] == [
        "1 rows with a label have no number in one of the columns of probabilities",
        "the probabilities of 1 rows do not sum to 1 (row 0: 1.80)",
    ]


@pytest.mark.parametrize(
    ("text", "arguments", "code", "words"),
    [
        ('{"label": "a"\n[1]\n', (), "HL001", "no row that can be read; line 1"),
        ("label,p_a,p_b\na,nan,nan\n", (), "HL004", "no row has a label and a number"),
        ("label,p_a,p_b\na,0.5,0.5\nb,7,-3\n", (), "HL022", "row 1 has"),
        ("label,p_a,p_b\na;b,0.5,0.5\n", ("--separator", ""), "HL001", "--separator"),
        ("label,p_a,p_b\na;b,0.5,0.5\n", ("--separator", ";", "--actors", "label"), "HL001", "one label per row"),
        ("label,p_a,p_b\na,0.5,0.5\n", ("--json", "nowhere/out.json"), "HL023", "no folder"),
        ("label,p_a,p_b\na,0.5,0.5\n", ("--json", "."), "HL023", "is a folder"),
    ],
)
def test_hostile_files_end_in_a_code_and_a_sentence(
    tmp_path: Path, text: str, arguments: tuple[str, ...], code: str, words: str
) -> None:
    file = tmp_path / ("rows.jsonl" if text.startswith("{") else "rows.csv")
    file.write_text(text, "utf-8")
    ended = CliRunner().invoke(app, [str(file), "--probabilities", "p_*", *arguments])
    assert ended.exit_code == 1
    assert ended.stderr.startswith(code), ended.stderr
    assert words in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--probabilities", "q_*"), "HL001"),
        (("--probabilities", "p_ham"), "HL001"),
        (("--probabilities", "p_*", "--text", "text"), "HL001"),
        (("--probabilities", "p_*", "--label", "nothing"), "HL001"),
        (("--probabilities", "p_*", "--actors", "text,other"), "HL022"),
        (("--probabilities", "p_*", "--verdicts", "text"), "HL022"),
        (("--probabilities", "p_*", "--label", "text"), "HL022"),
        ((), "HL001"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(tmp_path: Path, arguments: tuple[str, ...], code: str) -> None:
    rows = [{"label": "ham", "p_ham": 0.5, "p_spam": 0.5, "other": "x", "words": "y"}]
    if arguments:
        rows = [{**row, "text": "z"} for row in rows]
    ended = CliRunner().invoke(app, [str(written(tmp_path, rows)), *arguments])
    assert ended.exit_code == 1
    assert ended.stderr.startswith(code), ended.stderr


def test_human_votes_on_cifar10(tmp_path: Path) -> None:
    chances = pq.read_table(real("label_errors/cifar10_test_pyx.parquet"))
    crowd = pq.read_table(real("crowd/cifar10h.parquet"))
    names = crowd.schema.names[2:]
    votes = np.stack([crowd[name].to_numpy() for name in names], axis=1)
    rng = np.random.default_rng(0)
    given = np.array([rng.choice(10, p=row / row.sum()) for row in votes])
    columns = {f"p_{name}": chances[f"p{k}"] for k, name in enumerate(names)}
    file = tmp_path / "votes.parquet"
    pq.write_table(pa.table({"label": [names[k] for k in given], **columns}), file)
    found = report(tmp_path, file, "--probabilities", "p_*")
    wrong = given != crowd["original_label"].to_numpy()
    hit = wrong[[s["row"] for s in found["suspects"]]]
    precision = np.cumsum(hit)[hit] / (np.flatnonzero(hit) + 1)
    assert precision.sum() / wrong.sum() > 0.70
    assert len(found["suspects"]) == 10_000
