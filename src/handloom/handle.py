"""The public methods of a workspace, the same in process and over HTTP, and the table of operations behind them."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .connections import WebhookHandle, WorkforceHandle
from .cascades import CascadeHandle
from .curation import CurationHandle, LabelHandle
from .maps import MapHandle
from .transfer import FileHandle
from .connections import WebhookHandle, WorkforceHandle
from .versions import DatasetHandle

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Address:
    """Where an operation lives over HTTP. Arguments named in the path go there; the others to the query or the body."""

    method: str
    path: str


def _table(text: str) -> dict[str, Address]:
    rows = (line.split() for line in text.strip().splitlines())
    return {name: Address(method, path) for name, method, path in rows}


OPERATIONS: dict[str, Address] = _table("""
    me                GET    /me
    actors            GET    /actors
    add_actor         POST   /actors
    change_actor      PATCH  /actors/{actor}
    login_address     POST   /actors/{actor}/login
    new_token         POST   /actors/{actor}/token
    kinds             GET    /kinds
    strategies        GET    /strategies
    projects          GET    /projects
    create_project    POST   /projects
    project           GET    /projects/{project}
    change_settings   PATCH  /projects/{project}
    add_task          POST   /projects/{project}/tasks
    change_task       PATCH  /projects/{project}/tasks/{task}
    migrations        GET    /projects/{project}/tasks/{task}/migrations
    relabel_task      POST   /projects/{project}/tasks/{task}/migrations
    undo_migration    POST   /projects/{project}/tasks/{task}/migrations/{migration}/undo
    guidelines        GET    /projects/{project}/tasks/{task}/guidelines
    add_guidelines    POST   /projects/{project}/tasks/{task}/guidelines
    overview          GET    /projects/{project}/overview
    items             GET    /projects/{project}/items
    item              GET    /items/{item}
    neighbours        GET    /items/{item}/neighbours
    draw_map          POST   /projects/{project}/map
    map               GET    /projects/{project}/map
    map_points        GET    /projects/{project}/map/points
    map_colours       GET    /projects/{project}/map/colours
    items_by_id       GET    /projects/{project}/map/items
    label_in_bulk     POST   /projects/{project}/bulk
    bulk_actions      GET    /projects/{project}/bulk
    undo_bulk         POST   /bulk/{bulk}/undo
    team              GET    /projects/{project}/team
    change_member     PATCH  /projects/{project}/team/{actor}
    invitations       GET    /projects/{project}/invitations
    invite            POST   /projects/{project}/invitations
    revoke_invitation DELETE /projects/{project}/invitations/{invitation}
    accept            POST   /me/join
    mine              GET    /projects/{project}/mine
    quality           GET    /projects/{project}/quality
    measure           POST   /projects/{project}/measure
    reviews           GET    /projects/{project}/reviews
    open_review       POST   /projects/{project}/reviews
    review            GET    /reviews/{review}
    close_review      POST   /reviews/{review}
    golds             GET    /projects/{project}/gold
    add_gold          POST   /projects/{project}/gold
    remove_gold       DELETE /projects/{project}/gold/{item}
    ask               POST   /projects/{project}/ask
    find_suspects     POST   /projects/{project}/suspects
    suspects          GET    /projects/{project}/suspects
    start_cascade     POST   /projects/{project}/cascades
    cascades          GET    /projects/{project}/cascades
    cascade           GET    /cascades/{cascade}
    stop_cascade      POST   /cascades/{cascade}/stop
    revoke_split      POST   /splits/{split}/revoke
    restore_split     POST   /splits/{split}/restore
    answer_grid       POST   /answers/grid
    claim             POST   /projects/{project}/claim
    claim_question    POST   /questions/{question}/claim
    release_claims    POST   /claims/release
    answer            POST   /answers
    questions         GET    /projects/{project}/questions
    question          GET    /questions/{question}
    decisions         GET    /projects/{project}/decisions
    models            GET    /projects/{project}/models
    model             GET    /models/{model}
    train             POST   /projects/{project}/train
    jobs              GET    /projects/{project}/jobs
    job               GET    /jobs/{job}
    cancel            POST   /jobs/{job}/cancel
    releases          GET    /projects/{project}/releases
    rollback          POST   /projects/{project}/rollback
    predict           POST   /projects/{project}/predict
    predictions       GET    /projects/{project}/predictions
    feedback          POST   /predictions/{prediction}/feedback
    commits           GET    /projects/{project}/commits
    add_commit        POST   /projects/{project}/commits
    commit            GET    /commits/{commit}
    diff              GET    /projects/{project}/diff
    branches          GET    /projects/{project}/branches
    add_branch        POST   /projects/{project}/branches
    close_branch      POST   /projects/{project}/branches/close
    merge             POST   /projects/{project}/merge
    restore           POST   /projects/{project}/restore
    requests          GET    /projects/{project}/requests
    open_request      POST   /projects/{project}/requests
    request           GET    /requests/{request}
    comment_request   POST   /requests/{request}/comments
    decide_request    POST   /requests/{request}/decide
    close_request     POST   /requests/{request}/close
    test_request      POST   /requests/{request}/test
    undo_merge        POST   /projects/{project}/undo
    tags              GET    /projects/{project}/tags
    add_tag           POST   /projects/{project}/tags
    workforces        GET    /projects/{project}/workforces
    add_workforce     POST   /projects/{project}/workforces
    change_workforce  PATCH  /projects/{project}/workforces/{name}
    remove_workforce  DELETE /projects/{project}/workforces/{name}
    webhooks          GET    /projects/{project}/webhooks
    add_webhook       POST   /projects/{project}/webhooks
    change_webhook    PATCH  /projects/{project}/webhooks/{webhook}
    remove_webhook    DELETE /projects/{project}/webhooks/{webhook}
    test_webhook      POST   /projects/{project}/webhooks/{webhook}/test
    replace_labels    POST   /projects/{project}/replace
    erasures          GET    /projects/{project}/erasures
    erase             POST   /projects/{project}/erasures
    resume_erasing    POST   /projects/{project}/erasures/resume
    import_corrections POST  /projects/{project}/corrections
    corrections       GET    /commits/{commit}/corrections
    freezes           GET    /projects/{project}/freezes
    freeze            POST   /projects/{project}/freezes
    thaw              POST   /projects/{project}/freezes/{freeze}/thaw
    workforces        GET    /projects/{project}/workforces
    add_workforce     POST   /projects/{project}/workforces
    change_workforce  PATCH  /projects/{project}/workforces/{name}
    remove_workforce  DELETE /projects/{project}/workforces/{name}
    webhooks          GET    /projects/{project}/webhooks
    add_webhook       POST   /projects/{project}/webhooks
    change_webhook    PATCH  /projects/{project}/webhooks/{webhook}
    remove_webhook    DELETE /projects/{project}/webhooks/{webhook}
    test_webhook      POST   /projects/{project}/webhooks/{webhook}/test
    lineage           GET    /lineage/{id}
    look_at_upload    POST   /projects/{project}/uploads/{upload}/preview
    bring_upload      POST   /projects/{project}/uploads/{upload}/import
    forget_upload     DELETE /projects/{project}/uploads/{upload}
    import_report     GET    /jobs/{job}/report
    make_export       POST   /projects/{project}/exports
    export_report     GET    /jobs/{job}/export
    formats           GET    /formats
    make_profile      POST   /projects/{project}/profile
    profile           GET    /projects/{project}/profile
    advance           POST   /projects/{project}/advance
""")


class _Caller(ABC):
    """Whatever can carry out an operation."""

    @abstractmethod
    def _call(self, operation: str, /, **arguments: Any) -> Any:
        """Carry out an operation of the table."""

    @abstractmethod
    def _add_items(self, project: str, lines: Iterable[Mapping[str, Any]], chunk: int) -> dict[str, Any]:
        """Stream items in."""

    @abstractmethod
    def _add_media(
        self, project: str, files: Iterable[tuple[str, bytes]], labels: Mapping[str, Any] | None, task: str | None
    ) -> dict[str, Any]:
        """Send images in."""

    @abstractmethod
    def _export(self, project: str, what: str, form: str, task: str | None) -> Iterator[bytes]:
        """Stream an export out."""

    @abstractmethod
    def _upload(self, project: str, file: Path, name: str, task: str | None) -> dict[str, Any]:
        """Send a file in."""

    @abstractmethod
    def _fetch(self, job: str) -> Iterator[bytes]:
        """Stream the file of an export out."""

    @abstractmethod
    def _export_commit(self, commit: str, form: str) -> Iterator[bytes]:
        """Stream the rows of a version out."""

    @abstractmethod
    def _export_bundle(self, project: str) -> Iterator[bytes]:
        """Stream a whole project out."""

    @abstractmethod
    def _import_bundle(self, file: Path, name: str | None) -> dict[str, Any]:
        """Bring a whole project in."""

    @abstractmethod
    def _events(self, since: int, follow: bool) -> Iterator[dict[str, Any]]:
        """Stream events out."""

    @abstractmethod
    def _blob(self, digest: str) -> bytes:
        """The bytes of one blob."""


class Handle(_Caller):
    """A workspace as one actor sees it. Every method returns what the HTTP interface documents, as plain values."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def me(self) -> dict[str, Any]:
        """Who acts, and what they may do."""
        return self._call("me")

    def actors(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of actors."""
        return self._call("actors", cursor=cursor, limit=limit)

    def add_actor(self, name: str, role: str = "annotator", kind: str = "person") -> dict[str, Any]:
        """A new actor and its token."""
        return self._call("add_actor", name=name, role=role, kind=kind)

    def change_actor(self, actor: str, role: str | None = None, state: str | None = None) -> dict[str, Any]:
        """Another role, or active, paused, removed."""
        return self._call("change_actor", actor=actor, role=role, state=state)

    def login_address(self, actor: str) -> dict[str, Any]:
        """A one-time login path for a browser."""
        return self._call("login_address", actor=actor)

    def new_token(self, actor: str) -> dict[str, Any]:
        """A new token; the old one is void."""
        return self._call("new_token", actor=actor)

    def kinds(self) -> dict[str, Any]:
        """The kinds of task that are installed."""
        return self._call("kinds")

    def strategies(self) -> dict[str, Any]:
        """The strategies that are installed, with a line about each."""
        return self._call("strategies")

    def projects(self, cursor: str | None = None, limit: int | None = None) -> dict[str, Any]:
        """A page of projects."""
        return self._call("projects", cursor=cursor, limit=limit)

    def create_project(
        self, name: str, tasks: Sequence[Mapping[str, Any]], settings: Mapping[str, Any] | None = None
    ) -> ProjectHandle:
        """A new project. A task is ``{"name", "kind", "labels", "multi"?, "guidelines"?}``."""
        new = self._call("create_project", name=name, tasks=[dict(task) for task in tasks], settings=settings)
        return ProjectHandle(self, new)

    def project(self, name: str) -> ProjectHandle:
        """The project of that name or id; raises `NotFound`."""
        return ProjectHandle(self, self._call("project", project=name))

    def export_bundle(self, project: str) -> Iterator[bytes]:
        """A project with all its history as one file, in pieces; for its owners."""
        return self._export_bundle(project)

    def import_bundle(self, file: Path | str, name: str | None = None) -> dict[str, Any]:
        """Bring a project in from its bundle, whole or not at all: ``{"project", "rows", "matched", "added", ...}``."""
        return self._import_bundle(Path(file), name)

    def item(self, item: str) -> dict[str, Any]:
        """An item with its labels, predictions, questions and answers."""
        return self._call("item", item=item)

    def blob(self, digest: str) -> bytes:
        """The bytes that an item refers to."""
        return self._blob(digest)

    def question(self, question: str) -> dict[str, Any]:
        """One question."""
        return self._call("question", question=question)

    def claim_question(self, question: str) -> dict[str, Any]:
        """Lease one certain question, a decision for example."""
        return self._call("claim_question", question=question)

    def release_claims(self, questions: Sequence[str]) -> dict[str, Any]:
        """Give leases back."""
        return self._call("release_claims", questions=list(questions))

    def answer(
        self,
        question: str,
        value: Any = None,
        *,
        outcome: str = "answered",
        seconds: float = 0.0,
        id: str | None = None,
        **details: Any,
    ) -> dict[str, Any]:
        """Answer a claimed question: a label, several, or ``{"decision", "reason"}``.

        id: a UUID; give the same one to send again. details: suggestion_shown, edited, supersedes, note, confidence,
        rationale, guidelines.
        """
        sent = {"id": id or str(uuid.uuid4()), "question": question, "outcome": outcome, "seconds": seconds, **details}
        return self._call("answer", **sent, **({} if value is None else {"value": value}))

    def accept(self, code: str) -> dict[str, Any]:
        """Join a project by the code of an invitation."""
        return self._call("accept", code=code)

    def review(self, review: str) -> dict[str, Any]:
        """A review with the answers in its sample."""
        return self._call("review", review=review)

    def close_review(self, review: str, accept: bool, reason: str | None = None) -> dict[str, Any]:
        """Accept or reject the work behind a review; rejected work is asked again."""
        return self._call("close_review", review=review, accept=accept, reason=reason)

    def model(self, model: str) -> dict[str, Any]:
        """A model with its evaluation."""
        return self._call("model", model=model)

    def job(self, job: str) -> dict[str, Any]:
        """How far a job is."""
        return self._call("job", job=job)

    def cancel(self, job: str) -> dict[str, Any]:
        """Ask a job to stop."""
        return self._call("cancel", job=job)

    def feedback(
        self, prediction: str, value: Any = None, correct: bool | None = None, note: str | None = None
    ) -> dict[str, Any]:
        """What was right about a prediction."""
        return self._call("feedback", prediction=prediction, value=value, correct=correct, note=note)

    def lineage(self, id: str) -> dict[str, Any]:
        """What is behind a prediction, release, model, commit or label."""
        return self._call("lineage", id=id)

    def events(self, since: int = 0, follow: bool = False) -> Iterator[dict[str, Any]]:
        """Events after number ``since``; with ``follow``, new ones as they happen."""
        return self._events(since, follow)


class ProjectHandle:
    """One project of a workspace. ``info``: what `Handle.project` showed when this handle was made."""

    def __init__(self, workspace: Handle, info: Mapping[str, Any]) -> None:
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
