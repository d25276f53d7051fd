"""The corrections of CoNLL-2003 that Reiss et al. (2020) published, imported onto a branch by the command line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from handloom.cli.app import app
from handloom.core import registry
from handloom.core.errors import BadTask
from handloom.dataset import corrections
from handloom.handle import ProjectHandle
from handloom.store import Store, branches, commits, corrected
from handloom.tasks.text_class.task import TextClass
from handloom.workspace import Workspace
from tests import realdata

from ..workspaces import new_workspace

KINDS = {"tag": 771, "sentence": 198, "wrong": 144, "missing": 122, "boundary": 84, "token": 58, "both": 30}


class Names(TextClass):
    """Named entities in a text that is not there: only places and labels were published."""

    kind = "names_in_text@1"
    shape = "spans"
    widget = "spans"

    def check(self, data: Any) -> None:
        """Anything will do."""


@pytest.fixture
def kind() -> str:
    registry.register("tasks", Names.kind, Names())
    return Names.kind


def named(key: Any) -> str:
    """The key of the item of a document, which is named by fold and number."""
    return "/".join(map(str, key))


def project_of(folder: Path, kind: str, values: dict[Any, Any]) -> None:
    """A project with an item for each document, its spans before the corrections as a version on main."""
    with new_workspace(folder) as site:
        labels = ["LOC", "MISC", "ORG", "PER"]
        made = site.create_project(
            "news", [{"name": "names", "kind": kind, "labels": labels}], {"auto": False, "test_share": 0.0}
        )
        made.add_items({"key": named(key), "data": {"document": named(key)}} for key in values)
        made.dataset.commit("nothing yet")
        with site.store.read() as connection:
            items = corrected.items_named(connection, int(made.id[1:]), [named(key) for key in values])
        rows = [
            {
                "item": f"i{items[named(key)]}",
                "value": {"spans": [span for span in value["spans"] if span["label"]]},
            }
            for key, value in values.items()
        ]
        made.dataset.edit("main", rows, "as published in 2003")


def spans_at(store: Store, project: ProjectHandle, at: str) -> dict[str, Any]:
    with store.read() as connection:
        head = branches.resolve(connection, int(project.info["tasks"][0]["id"][1:]), at)
        return {row.identity.partition("\n")[0]: row.value for row in commits.checkout(connection, head)}


def places(value: Any) -> list[tuple[int, int, str]]:
    return sorted((span["start"], span["end"], span["label"]) for span in value["spans"] if span["label"])


def typed(side: dict[Any, Any]) -> dict[str, list[tuple[int, int, str]]]:
    """Spans by document, in one order, without those that the log gives no type."""
    return {named(key): places(value) for key, value in side.items()}


def test_all_1407_corrections_stand_on_a_branch(tmp_path: Path, kind: str) -> None:
    log = realdata.path("ner/conll2003_ibm_corrections.parquet")
    found = corrections.read(pq.read_table(log).to_pylist(), ("fold", "doc"))
    sides = corrections.versions(found)
    folder = tmp_path / "w"
    project_of(folder, kind, sides[0])
    before, after = typed(sides[0]), typed(sides[1])
    arguments = ["dataset", "corrections", str(log), "--document", "fold", "--document", "doc", "--branch", "mended"]
    done = CliRunner().invoke(app, [*arguments, "-m", "Reiss et al. (2020)", "--workspace", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    with Workspace.open(folder) as site:
        project = site.project("news")
        head = next(one for one in project.dataset.branches()["branches"] if one["name"] == "mended")["head"]
        listed, cursor = [], None
        while cursor is not None or not listed:
            page = project.curation.corrections(head, cursor=cursor, limit=200)
            listed, cursor = listed + page["corrections"], page["next"]
            if cursor is None:
                break
        assert Counter(one["kind"] for one in listed) == KINDS
        assert [one["line"] for one in listed] == list(range(1407))
        mended = {key: places(value) for key, value in spans_at(site.store, project, "mended").items()}
        assert mended == {key: after.get(key, []) for key in mended}
        assert set(after) <= set(mended)
        changed = [key for key in mended if before[key] != mended[key]]
        assert project.dataset.diff("main", "mended")["rows"] == len(changed)
        assert project.dataset.log(at="main")["commits"][0]["message"] == "as published in 2003"


def test_a_task_without_parts_takes_no_corrections(tmp_path: Path) -> None:
    with new_workspace(tmp_path / "w") as site:
        made = site.create_project("mail", [{"name": "mail", "kind": "text_class@1", "labels": ["a", "b"]}])
        row = {"doc": "k", "old_begin": 0, "old_end": 1, "old_type": "a", "error_type": "Wrong"}
        with pytest.raises(BadTask, match="shape spans"):
            made.curation.correct([row], branch="mended", message="why")
