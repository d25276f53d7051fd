"""``handloom dataset``: data tests and differences on plain files."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from handloom.cli.app import app
from tests import realdata

from .cli import Ended, environment
from .cli import handloom as installed

WORDS = tuple(
    "amber birch cedar delta ember fjord grove haven inlet jetty knoll linen maple north ocean pearl quill river".split()  # noqa: SIM905
)


def handloom(*arguments: object) -> Ended:
    """The command in this process, which spares its start."""
    ended = CliRunner(env=environment()).invoke(app, [str(one) for one in arguments])
    return Ended(ended.exit_code, ended.stdout, ended.stderr)


def line(k: int) -> str:
    """A text of its own for every number: no two share more than a few words."""
    return " ".join(WORDS[(k * step + k // 18 + step) % 18] + str(k * step % 97) for step in range(3, 11))


def written(path: Path, texts: list[str], labels: list[str] | None = None) -> Path:
    rows = zip(texts, labels or [("ham", "spam")[k % 2] for k in range(len(texts))], strict=True)
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows), "utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    train, test = [line(k) for k in range(60)], [line(k) for k in range(100, 140)]
    test[3], test[7] = train[5], train[9].upper()
    train[20] = train[2]
    return written(tmp_path / "train.csv", train), written(tmp_path / "test.csv", test)


def test_data_tests_on_files_write_json_and_end_in_one(files: tuple[Path, Path], tmp_path: Path) -> None:
    out, xml = tmp_path / "out.json", tmp_path / "out.xml"
    ended = installed("dataset", "test", *files, "--text", "text", "--label", "label", "--json", out, "--junit", xml)
    assert ended.code == 1
    assert "leakage" in ended.out
    told = json.loads(out.read_text("utf-8"))
    assert told["failed"] is True
    assert [f for f in told["findings"] if f["check"] == "leakage"] == [
        {
            "check": "leakage",
            "severity": "error",
            "file": "test.csv",
            "count": 2,
            "share": 0.05,
            "rows": [3, 7],
            "message": "2 rows hold the same text as a row of train.csv",
        }
    ]
    assert [(f["file"], f["rows"]) for f in told["findings"] if f["check"] == "duplicates"] == [("train.csv", [20])]
    cases = {(c.get("classname"), c.get("name")): c for c in ElementTree.parse(xml).getroot().iter("testcase")}
    assert cases["leakage", "test.csv"].find("failure") is not None
    assert cases["leakage", "train.csv"].find("failure") is None


def test_what_fails_can_be_chosen(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert handloom("dataset", "test", *files, "--fail-on", "never").code == 0
    assert handloom("dataset", "test", *files, "--skip", "leakage").code == 0
    assert handloom("dataset", "test", *files, "--only", "duplicates", "--fail-on", "warning").code == 1
    assert handloom("dataset", "test", *files, "--only", "duplicate").code == 1
    sliced = ("--only", "slice_coverage", "--slice", "long=length(text) > 9999", "--json", tmp_path / "s.json")
    assert handloom("dataset", "test", *files, *sliced, "--set", "slice_coverage.least=3").code == 0
    (first, _second) = json.loads((tmp_path / "s.json").read_text("utf-8"))["findings"]
    assert first["message"] == "the slice 'long' (length(text) > 9999) has 0 rows; 3 are wanted"


def test_tests_of_the_user_are_run_when_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    own = tmp_path / "own.py"
    own.write_text(
        'def test_short(table):\n    "No text is long"\n    return [2] if len(table) > 50 else None\n', "utf-8"
    )
    out = tmp_path / "out.json"
    ended = handloom("dataset", "test", *files, "--only", "schema", "--tests", own, "--json", out)
    assert ended.code == 1
    (finding,) = json.loads(out.read_text("utf-8"))["findings"]
    assert (finding["check"], finding["file"], finding["rows"]) == ("test_short", "train.csv", [2])
    own.write_text("raise ValueError('boom')", "utf-8")
    ended = handloom("dataset", "test", *files, "--tests", own)
    assert (ended.code, "ValueError: boom" in ended.err) == (1, True)


def test_bad_words_are_refused_in_a_sentence(files: tuple[Path, Path], tmp_path: Path) -> None:
    for wrong, words in (
        (("--text", "body"), "no column 'body'"),
        (("--set", "near_duplicates=1"), "check.option=value"),
        (("--set", "near_dups.similar=1"), "near_duplicates"),
        (("--slice", "x=text >"), "expected"),
        (("--fail-on", "sometimes"), "--fail-on"),
    ):
        ended = handloom("dataset", "test", *files, *wrong)
        assert ended.code == 1
        assert words in ended.err
    assert handloom("dataset", "test", files[0], files[0]).code == 1
    assert handloom("dataset", "test", tmp_path / "nothing.csv").code == 1


def test_rows_that_cannot_be_read_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text("text,label\na b c d,x\nbroken,row,here\nthe same text,x\nthe same text,x\n", "utf-8")
    handloom("dataset", "test", path, "--text", "text", "--label", "label", "--json", tmp_path / "o.json")
    told = {f["check"]: f["rows"] for f in json.loads((tmp_path / "o.json").read_text("utf-8"))["findings"]}
    assert told["duplicates"] == [3]
    assert told["missing"] == [1]


def test_the_difference_of_two_files(tmp_path: Path) -> None:
    before = written(tmp_path / "a.csv", ["one", "two", "three", "two"], ["x", "y", "x", "y"])
    after = written(tmp_path / "b.csv", ["one", "three", "two", "four"], ["x", "y", "y", "x"])
    out = tmp_path / "o.json"
    ended = handloom(
        "dataset", "diff", before, after, "--text", "text", "--label", "label", "--json", out, "--exit-code"
    )
    assert ended.code == 1
    told = json.loads(out.read_text("utf-8"))
    assert told["kinds"] == {"removed": 1, "relabelled": 1, "added": 1}
    assert {(c["key"], c["copy"], *c["kinds"]) for c in told["changes"]} == {
        ("two", 1, "removed"), ("three", 0, "relabelled"), ("four", 0, "added"),
    }  # fmt: skip
    assert "x -> y: 1" in ended.out
    same = handloom("dataset", "diff", before, before, "--exit-code")
    assert (same.code, same.out.strip()) == (0, "no differences")


def test_the_difference_by_key_tells_edited_fields(tmp_path: Path) -> None:
    for name, price in (("a", 3), ("b", 4)):
        rows = [{"id": k, "text": f"thing {k}", "price": price if k == 2 else 1, "label": "x"} for k in range(4)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    ended = handloom("dataset", "diff", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--key", "id")
    assert ended.code == 0
    assert "edited: 2  price: '3' -> '4'" in ended.out


def test_the_corrections_of_conllpp_as_files(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(realdata.path("ner/conllpp_test_tags_only.parquet"))
    for name in ("original", "corrected"):
        columns = {"sentence": table["sentence"], "tags": table[f"{name}_tags"]}
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    out = tmp_path / "o.json"
    sides = (tmp_path / "original.parquet", tmp_path / "corrected.parquet")
    ended = handloom("dataset", "diff", *sides, "--key", "sentence", "--label", "tags", "--json", out)
    assert ended.code == 0
    told = json.loads(out.read_text("utf-8"))
    assert (told["kinds"], told["parts"]) == ({"respanned": 199}, {"tag": 324})


def test_a_profile_shows_classes_and_slices(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "o.json"
    ended = handloom("dataset", "profile", files[0], "--slice", "late=length(text) > 60", "--json", out)
    assert ended.code == 0
    assert "evenness 1.00" in ended.out
    told = json.loads(out.read_text("utf-8"))
    assert told["labels"]["classes"] == [{"label": "ham", "rows": 30}, {"label": "spam", "rows": 30}]
    (late,) = told["slices"]["slices"]
    assert 0 < late["rows"] == sum(late["by_label"]) < 60


def test_images_are_compared_by_what_they_show(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    draw = pytest.importorskip("PIL.ImageDraw")

    def picture(path: Path, k: int, size: int = 40) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = image.new("L", (40, 40), 30)
        draw.Draw(made).ellipse((k * 5 % 23, k * 7 % 19, k * 5 % 23 + 14, k * 7 % 19 + 9 + k), fill=200)
        made.resize((size, size)).save(path)

    for k in range(6):
        picture(tmp_path / "train" / "ab"[k % 2] / f"{k}.png", k)
    picture(tmp_path / "test" / "a" / "new.png", 9)
    picture(tmp_path / "test" / "b" / "same.png", 3)
    picture(tmp_path / "test" / "b" / "scaled.png", 2, size=80)
    out = tmp_path / "o.json"
    ended = handloom("dataset", "test", tmp_path / "train", tmp_path / "test", "--only", "leakage", "--json", out)
    assert ended.code == 1
    findings = json.loads(out.read_text("utf-8"))["findings"]
    assert [(f["severity"], f["rows"]) for f in findings] == [("error", [1]), ("warning", [2])]


def test_zero_sized_boxes_of_a_real_set_are_found(tmp_path: Path) -> None:
    out = tmp_path / "o.json"
    boxes = realdata.path("images/bccd_detection_voc.zip")
    assert handloom("dataset", "test", boxes, "--only", "places", "--json", out).code == 1
    (finding,) = json.loads(out.read_text("utf-8"))["findings"]
    assert (finding["severity"], finding["count"]) == ("error", 2)


def test_files_of_another_encoding_are_tested_when_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"text,label\n" + "".join(f"café {line(k)},ham\n" for k in range(20)).encode("cp1252"))
    assert handloom("dataset", "test", path).code == 1
    assert handloom("dataset", "test", path, "--encoding", "cp1252").code == 0
    for verb in (["diff", path, path], ["profile", path]):
        assert handloom("dataset", *verb, "--encoding", "cp1252").code == 0


def test_a_column_of_embeddings_that_is_not_there_is_told(files: tuple[Path, Path]) -> None:
    ended = handloom("dataset", "test", *files, "--embedding", "nowhere")
    assert ended.code == 1
    assert "has no column 'nowhere'" in ended.err


def test_labels_of_an_export_are_seen(tmp_path: Path) -> None:
    path, out = tmp_path / "labels.jsonl", tmp_path / "out.json"
    rows = ({"item": f"i{k}", "labels": [("ham", "spam")[k % 2]], "test": False, "task": "mail"} for k in range(30))
    path.write_text("\n".join(json.dumps({**row, "data": {"text": line(k)}}) for k, row in enumerate(rows)), "utf-8")
    assert handloom("dataset", "profile", path, "--label", "mail", "--json", out).code == 0
    assert [one["rows"] for one in json.loads(out.read_text("utf-8"))["labels"]["classes"]] == [15, 15]
