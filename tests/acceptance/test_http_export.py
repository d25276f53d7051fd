"""Exports over HTTP, in every format."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest

from .conftest import Site


@pytest.fixture
def project(any_site: Site) -> str:
    """Three labelled items of five, one answer given by a person and corrected."""
    made = any_site.project("für export", items=3)
    handle = any_site.workspace.project(made)
    handle.add_items(
        [
            {"key": "é", "data": {"text": 'with "quotes", and\nlines', "n": 1}, "labels": {"mail": "spam"}},
            {"key": "f", "data": {"text": "=cmd()"}, "labels": {"mail": "ham"}, "meta": {"from": "x"}},
        ]
    )
    any_site.ask(made, 1)
    question = handle.claim(n=1)["questions"][0]["id"]
    first = handle.answer(question, "spam", seconds=2.0)
    handle.answer(question, "ham", seconds=1.0, supersedes=first["id"], note="a slip")
    return made


def _rows(site: Site, project: str, what: str, form: str) -> list[dict[str, Any]]:
    answer = site.owner.get(f"/projects/{project}/export", params={"what": what, "format": form})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="f-r-export-{what}.{form}"'
    if form == "jsonl":
        return [json.loads(line) for line in answer.text.splitlines()]
    if form == "csv":
        return list(csv.DictReader(io.StringIO(answer.text, newline="")))
    return pq.read_table(io.BytesIO(answer.content)).to_pylist()


def test_labels_are_the_same_in_every_format(any_site: Site, project: str) -> None:
    lines = _rows(any_site, project, "labels", "jsonl")
    assert [(row["key"], row["labels"]) for row in lines][-2:] == [("é", ["spam"]), ("f", ["ham"])]
    assert len(lines) == 3
    table = _rows(any_site, project, "labels", "parquet")
    assert [row | {"data": json.loads(row["data"])} for row in table] == lines
    cells = _rows(any_site, project, "labels", "csv")
    assert [(row["key"], row["labels"], json.loads(row["data"])) for row in cells] == [
        (row["key"], "|".join(row["labels"]), row["data"]) for row in lines
    ]
    assert json.loads(cells[-1]["data"]) == {"text": "=cmd()"}


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_answers_are_the_whole_log(any_site: Site, project: str, form: str) -> None:
    rows = _rows(any_site, project, "answers", form)
    assert [row["actor_kind"] for row in rows] == ["import", "import", "person", "person"]
    assert rows[2]["superseded_by"] == rows[3]["id"]
    assert rows[3]["supersedes"] == rows[2]["id"]
    assert rows[3]["note"] == "a slip"


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_items_are_all_there(any_site: Site, project: str, form: str) -> None:
    rows = _rows(any_site, project, "items", form)
    assert [row["key"] for row in rows] == ["k0", "k1", "k2", "é", "f"]


def test_an_empty_project_gives_an_empty_file(site: Site) -> None:
    empty = site.project("empty")
    for form in ("jsonl", "csv", "parquet"):
        answer = site.owner.get(f"/projects/{empty}/export", params={"format": form})
        assert answer.status_code == 200
        if form == "parquet":
            assert pq.read_table(io.BytesIO(answer.content)).num_rows == 0
        else:
            assert len(answer.text.splitlines()) == (form == "csv")


def test_a_refusal_comes_before_the_first_byte(site: Site) -> None:
    project = site.project()
    path = f"/projects/{project}/export"
    for params, status in (({"what": "nothing"}, 422), ({"format": "xls"}, 422), ({"task": "other"}, 404)):
        assert site.owner.get(path, params=params).status_code == status
    assert site.person("Ada").get(path).json()["code"] == "HL041"


def test_more_rows_than_a_page_come_once_and_in_order(site: Site) -> None:
    project = site.project("many")
    site.workspace.project("many").add_items(
        {"key": f"{n:05}", "data": {"text": f"t{n}"}, "labels": {"mail": "ham"}} for n in range(5003)
    )
    for what in ("labels", "items", "answers"):
        lines = site.owner.get(f"/projects/{project}/export", params={"what": what}).text.splitlines()
        assert [json.loads(line)["key"] for line in lines] == [f"{n:05}" for n in range(5003)]
