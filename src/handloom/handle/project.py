"""One project: its questions, people, models and releases. Themes with many methods have a handle of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .cascades import CascadeHandle
from .connections import WebhookHandle, WorkforceHandle
from .curation import CurationHandle, LabelHandle
from .dataset import DatasetHandle
from .everywhere import Everywhere
from .files import FileHandle
from .maps import MapHandle

CHUNK = 1000


class ProjectHandle:
    """One project of a workspace. ``info``: what `Handle.project` showed when this handle was made."""

    def __init__(self, workspace: Everywhere, info: Mapping[str, Any]) -> None:
        self.workspace = workspace
        self.info = dict(info)

    def __repr__(self) -> str:
        return f"<handloom project {self.name!r} ({self.id})>"

    @property
    def id(self) -> str:
        return self.info["id"]

    @property
    def name(self) -> str:
        return self.info["name"]

    def refresh(self) -> dict[str, Any]:
        """The project as it is now."""
        self.info = self._call("project")
        return self.info

    def change_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Change some settings; the others stay."""
        self.info = self._call("change_settings", settings=dict(settings))
        return self.info

    def add_task(self, name: str, kind: str, labels: Sequence[str], multi: bool = False, guidelines: str | None = None):
        """One more task for the same items."""
        return self._call("add_task", name=name, kind=kind, labels=list(labels), multi=multi, guidelines=guidelines)

    def change_task(self, task: str, labels: Sequence[str]) -> dict[str, Any]:
        """The next version of a task, with more labels."""
        return self._call("change_task", task=task, labels=list(labels))

    def guidelines(self, task: str) -> dict[str, Any]:
        """Every version of a task's guidelines, newest first."""
        return self._call("guidelines", task=task)

    def add_guidelines(self, task: str, text: str) -> dict[str, Any]:
        """The next version of a task's guidelines."""
        return self._call("add_guidelines", task=task, text=text)

    def overview(self, task: str | None = None) -> dict[str, Any]:
        """The nine steps with their counts, the learning curve, what changed."""
        return self._call("overview", task=task)

    def add_items(self, lines: Iterable[Mapping[str, Any]], chunk: int = CHUNK) -> dict[str, Any]:
        """Add ``{"key"?, "data", "labels"?, "meta"?, "split"?}`` from any iterable, in constant memory."""
        return self.workspace._add_items(self.id, lines, chunk)

    def add_media(
        self,
        files: Iterable[Path | str | tuple[str, bytes]],
        labels: Mapping[str, Any] | None = None,
        task: str | None = None,
    ) -> dict[str, Any]:
        """Add one item per image: paths, or (name, bytes). labels: by file name."""
        return self.workspace._add_media(self.id, (_file(file) for file in files), labels, task)

    def items(
        self, cursor: str | None = None, limit: int | None = None, task: str | None = None, **filters: Any
    ) -> dict[str, Any]:
        """A page of items. filters: search, label, state (unlabelled, labelled, asked, test)."""
        return self._call("items", cursor=cursor, limit=limit, task=task, **filters)

    def item(self, item: str) -> dict[str, Any]:
        """An item with its labels, predictions, questions and answers."""
        return self.workspace.item(item)

    def ask(
        self, task: str | None = None, n: int = 20, strategy: str | None = None, needs: int | None = None
    ) -> dict[str, Any]:
        """A batch of questions now."""
        return self._call("ask", task=task, n=n, strategy=strategy, needs=needs)

    def find_suspects(self, task: str | None = None, n: int = 20, needs: int = 1) -> dict[str, Any]:
        """Look for labels that are likely wrong, and ask for a verdict on the n worst; the job."""
        return self._call("find_suspects", task=task, n=n, needs=needs)

    def suspects(self, task: str | None = None, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of labels in question with the verdicts on them, and what to expect of the rest."""
        return self._call("suspects", task=task, cursor=cursor, limit=limit)

    def team(self, task: str | None = None) -> dict[str, Any]:
        """Everybody in the project, with measured skill."""
        return self._call("team", task=task)

    def change_member(
        self,
        actor: str,
        role: str | None = None,
        state: str | None = None,
        tags: Sequence[str] | None = None,
        reason: str | None = None,
    ) -> dict[str, Any]:
        """Add somebody, or change their role, state (active, paused, removed) or tags in this project."""
        listed = None if tags is None else list(tags)
        return self._call("change_member", actor=actor, role=role, state=state, tags=listed, reason=reason)

    def invite(
        self, role: str = "annotator", tags: Sequence[str] = (), uses: int = 1, hours: float = 72.0
    ) -> dict[str, Any]:
        """A link that lets people in."""
        return self._call("invite", role=role, tags=list(tags), uses=uses, hours=hours)

    def invitations(self) -> dict[str, Any]:
        """Links that still let somebody in."""
        return self._call("invitations")

    def revoke_invitation(self, invitation: str) -> dict[str, Any]:
        """A link lets nobody in any more."""
        return self._call("revoke_invitation", invitation=invitation)

    def mine(self, task: str | None = None) -> dict[str, Any]:
        """One's own skill, practice, and what experts and reviewers said."""
        return self._call("mine", task=task)

    def quality(self, task: str | None = None) -> dict[str, Any]:
        """How good the labels are, what they cost, and who follows suggestions."""
        return self._call("quality", task=task)

    def measure(self, task: str | None = None) -> dict[str, Any]:
        """Measure people and labels now; the job."""
        return self._call("measure", task=task)

    def reviews(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of reviews, newest first."""
        return self._call("reviews", cursor=cursor, limit=limit)

    def open_review(self, actor: str, task: str | None = None, sample: int = 10) -> dict[str, Any]:
        """A random sample of somebody's work since their last review."""
        return self._call("open_review", actor=actor, task=task, sample=sample)

    def golds(self, task: str | None = None, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of items whose label is trusted."""
        return self._call("golds", task=task, cursor=cursor, limit=limit)

    def add_gold(
        self,
        items: Sequence[str] = (),
        task: str | None = None,
        value: Any = None,
        imported: bool = False,
        note: str | None = None,
        hidden: bool = True,
    ) -> dict[str, Any]:
        """Trust the labels of some items, or of all that came with a label; people are checked with them."""
        more = {"value": value, "imported": imported, "note": note, "hidden": hidden}
        return self._call("add_gold", items=list(items), task=task, **more)

    def remove_gold(self, item: str, task: str | None = None) -> dict[str, Any]:
        """The item's label is an estimate again."""
        return self._call("remove_gold", item=item, task=task)

    def claim(self, lane: str = "label", n: int = 5, task: str | None = None) -> dict[str, Any]:
        """Lease up to n open questions."""
        return self._call("claim", lane=lane, n=n, task=task)

    def claim_question(self, question: str) -> dict[str, Any]:
        """Lease one certain question."""
        return self.workspace.claim_question(question)

    def release_claims(self, questions: Sequence[str]) -> dict[str, Any]:
        """Give leases back."""
        return self.workspace.release_claims(questions)

    def answer(self, question: str, value: Any = None, **details: Any) -> dict[str, Any]:
        """As `Handle.answer`."""
        return self.workspace.answer(question, value, **details)

    def questions(
        self,
        lane: str | None = None,
        state: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> dict[str, Any]:
        """A page of questions, newest first."""
        return self._call("questions", lane=lane, state=state, cursor=cursor, limit=limit)

    def decisions(self, state: str = "open", cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of decisions."""
        return self._call("decisions", state=state, cursor=cursor, limit=limit)

    def models(self, task: str | None = None, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of models, newest first."""
        return self._call("models", task=task, cursor=cursor, limit=limit)

    def train(self, task: str | None = None) -> dict[str, Any]:
        """Train a model; returns the job."""
        return self._call("train", task=task)

    def jobs(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of jobs, newest first."""
        return self._call("jobs", cursor=cursor, limit=limit)

    def releases(self, task: str | None = None, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of releases, newest first."""
        return self._call("releases", task=task, cursor=cursor, limit=limit)

    def rollback(self, reason: str, task: str | None = None) -> dict[str, Any]:
        """Serve the release before this one again."""
        return self._call("rollback", task=task, reason=reason)

    def predict(self, items: Sequence[Mapping[str, Any]], task: str | None = None) -> dict[str, Any]:
        """What the current release says about ``[{"data": {...}}]``."""
        return self._call("predict", items=[dict(item) for item in items], task=task)

    def predictions(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of predictions, newest first."""
        return self._call("predictions", cursor=cursor, limit=limit)

    def feedback(self, prediction: str, value: Any = None, correct: bool | None = None, note: str | None = None):
        """What was right about a prediction."""
        return self.workspace.feedback(prediction, value, correct, note)

    def lineage(self, id: str) -> dict[str, Any]:
        """What is behind something."""
        return self.workspace.lineage(id)

    def export(self, what: str = "labels", format: str = "jsonl", task: str | None = None) -> Iterator[bytes]:
        """Labels, answers or items as jsonl, csv or parquet, in pieces."""
        return self.workspace._export(self.id, what, format, task)

    @property
    def workforces(self) -> WorkforceHandle:
        """Services of outside people."""
        return WorkforceHandle(self._call)

    @property
    def webhooks(self) -> WebhookHandle:
        """Addresses that are told what happens."""
        return WebhookHandle(self._call)

    @property
    def cascades(self) -> CascadeHandle:
        """One class at a time, by people and by signed thresholds."""
        return CascadeHandle(self._of_cascade, self.claim)

    def _of_cascade(self, operation: str, /, **arguments: Any) -> Any:
        own = {"project": self.id} if operation in ("start_cascade", "cascades") else {}
        return self.workspace._call(operation, **own, **arguments)

    @property
    def labels(self) -> LabelHandle:
        """The labels of the tasks: rename, merge and split them."""
        return LabelHandle(self._call, self.info["tasks"][0]["name"])

    @property
    def curation(self) -> CurationHandle:
        """Replace labels, freeze, erase."""
        return CurationHandle(self._call, self.workspace._call)

    @property
    def dataset(self) -> DatasetHandle:
        """Versions of the labels: branches, tags, merges, diffs, checkouts."""
        return DatasetHandle(self._of_dataset, self.workspace._export_commit)

    @property
    def files(self) -> FileHandle:
        """Files in and out, of any format."""
        site = self.workspace
        return FileHandle(self._of_files, lambda *file: site._upload(self.id, *file), site._fetch)

    def import_file(self, file: Path | str, task: str | None = None, **options: Any) -> dict[str, Any]:
        """Import a file or folder of any format; the report. options: as of `FileHandle.import_file`."""
        return self.files.import_file(file, task, **options)

    def _of_files(self, operation: str, /, **arguments: Any) -> Any:
        return self.workspace._call(operation, **({} if "job" in arguments else {"project": self.id}), **arguments)

    def _of_dataset(self, operation: str, /, **arguments: Any) -> Any:
        place = {} if {"commit", "request"} & arguments.keys() else {"project": self.id}
        return self.workspace._call(operation, **place, **arguments)

    @property
    def map(self) -> MapHandle:
        """Items on a plane, what is like what, and one label for many of them."""
        return MapHandle(self._of_map)

    def _of_map(self, operation: str, /, **arguments: Any) -> Any:
        own = {} if operation in ("neighbours", "undo_bulk") else {"project": self.id}
        return self.workspace._call(operation, **own, **arguments)

    def bulk_label(self, items: Sequence[str], value: Any, **details: Any) -> dict[str, Any]:
        """One label for many items, as `MapHandle.label`."""
        return self.map.label(items, value, **details)

    def advance(self) -> dict[str, Any]:
        """Let the loop take its next step now."""
        return self._call("advance")

    def events(self, since: int = 0, follow: bool = False) -> Iterator[dict[str, Any]]:
        """Events of this project."""
        return (event for event in self.workspace.events(since, follow) if event["project"] == self.id)

    def _call(self, operation: str, /, **arguments: Any) -> Any:
        return self.workspace._call(operation, project=self.id, **arguments)


def _file(file: Path | str | tuple[str, bytes]) -> tuple[str, bytes]:
    if isinstance(file, tuple):
        return file
    path = Path(file)
    return path.name, path.read_bytes()
