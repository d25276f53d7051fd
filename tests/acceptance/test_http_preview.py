"""A file is looked at over HTTP before anything of it is stored."""

from __future__ import annotations

from .conftest import Site


def test_a_file_is_shown_as_it_would_be_imported(site: Site) -> None:
    project = site.project()
    body = "\ufeffwords;kind\nyou won a prize today;spam\nhello my dear friend;ham\n".encode()
    answer = site.owner.post(f"/projects/{project}/preview", params={"name": "../mails.CSV"}, content=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["format"], told["delimiter"], told["columns"]) == ("csv", ";", ["words", "kind"])
    assert told["encoding"] == {"name": "utf-8", "mark": True, "advice": None}
    assert told["guess"]["fields"] == {"text": ["words"]}
    assert told["records"][0]["data"] == {"text": "you won a prize today"}
    assert site.owner.get(f"/projects/{project}/items").json()["items"] == []


def test_what_no_reader_knows_is_refused_in_words(site: Site) -> None:
    project = site.project()
    answers = [
        site.owner.post(f"/projects/{project}/preview", params={"name": name}, content=body)
        for name, body in (("a.bin", b"\0\1"), ("a.csv", b""), ("a.xlsx", b"PK\3\4"), ("a.parquet", b"PAR1"))
    ]
    assert [answer.status_code for answer in answers] == [422, 400, 422, 422]
    assert all(answer.json()["message"] for answer in answers)
