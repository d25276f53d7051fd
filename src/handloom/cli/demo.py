"""``handloom demo``: scikit-learn's handwritten digits, labelled in part by a simulated team, with a decision waiting."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image
from sklearn.datasets import load_digits

from .. import loop
from ..collect.images import as_field
from ..core.ids import parse
from ..handle import ProjectHandle
from ..server.run import run
from ..testing.people import Judge, Oracle, work
from ..testing.workspace import repeatable_project
from ..workspace import Workspace
from .options import Folder
from .output import Output, verb
from .serve import stop_cleanly

app = typer.Typer(add_completion=False)

PROJECT, TASK = "digits", "digit"
TEAM = (("Ada", 0.98, 1.2), ("Ben", 0.93, 1.6), ("Cleo", 0.85, 1.1))
"""Name, accuracy and median seconds per answer of the simulated annotators."""
GUIDELINES = """Which digit did the person mean to write?

- A 7 may have a bar through it; a 1 has none.
- A 9 whose loop is open still counts as a 9 when the stroke goes down.
- Cannot tell at all? Press skip rather than guess."""
_SEED = 2
_FIRST = {"batch": 40, "retrain_after": 40, "test_share": 0.3}
"""A small first round; its model is released, as anything is better than nothing."""
_SECOND = {"batch": 160, "retrain_after": 160}
"""A larger second one, after which the living test set is large enough to show what the labels bought."""
_LATER = {"batch": 20, "retrain_after": 20}
"""When the person takes over: a new model every twenty answers."""
_SHOWN = 200
"""Labels of the first two rounds."""
_ROUNDS = 400


@app.command()
@verb
def demo(
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Let the simulated team label all that is left.")
    ] = False,
    workspace: Folder = Path("handloom-demo"),
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes any free one.")] = 8765,
    browser: Annotated[bool, typer.Option(help="Open the browser, logged in as the owner.")] = True,
    serve: Annotated[bool, typer.Option(help="Start the server; --no-serve only makes the workspace.")] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on stdout before the server starts.")
    ] = False,
) -> None:
    """Make the digits workspace (once), let a simulated team answer the first rounds, and open it in the browser."""
    out = Output(as_json)
    if not (workspace / "workspace.json").exists():
        out.say(f"making {workspace} with 1,797 handwritten digits of scikit-learn")
        Workspace.create(workspace)[0].close()
    with Workspace.open(workspace) as site:
        project = _project(site, out)
        crew = _Crew(site, project)
        with out.progress() as bar:
            total = project.info["counts"]["items"] if simulate else _SHOWN
            row = bar.add_task("the simulated team answers", total=total, note="labels")
            while crew.step(finish=simulate):
                bar.update(row, completed=crew.labels())
        project.change_settings(_LATER)
        value = _told(project, workspace)
    out.result(
        value, f"{value['labels']:,} labels, {value['models']} models, {value['decisions_open']} decision waiting"
    )
    if serve:
        stop_cleanly()
        run(workspace, port=port, open_browser=browser)


def digits() -> Iterator[tuple[str, bytes, str]]:
    """Key, PNG and true label of each of the 1,797 images of 8 by 8 pixels."""
    found: Any = load_digits()
    for number, (pixels, target) in enumerate(zip(found.images, found.target, strict=True)):
        out = io.BytesIO()
        Image.fromarray(np.round(pixels * (255 / 16)).astype(np.uint8)).save(out, "PNG")
        yield f"digit-{number:04d}", out.getvalue(), str(target)


def _project(site: Workspace, out: Output) -> ProjectHandle:
    """The digits project, made when it is not there yet."""
    for found in site.projects(limit=200)["projects"]:
        if found["name"] == PROJECT:
            return site.project(PROJECT)
    task = {"name": TASK, "kind": "image_class@1", "labels": [str(d) for d in range(10)], "guidelines": GUIDELINES}
    project = repeatable_project(site, PROJECT, [task], _FIRST, word=PROJECT)

    def lines() -> Iterator[Mapping[str, Any]]:
        with out.progress() as bar:
            for key, content, _ in bar.track(digits(), total=1797, description="adding the images"):
                site.store.blobs.put(content)
                yield {"key": key, "data": {"image": as_field(content)}}

    project.add_items(lines())
    return project


@dataclass(frozen=True, slots=True)
class _Member:
    """A simulated annotator at its desk."""

    desk: ProjectHandle
    oracle: Oracle


class _Crew:
    """The simulated team, the owner who decides for it, and the loop that runs between their answers."""

    def __init__(self, site: Workspace, project: ProjectHandle) -> None:
        self._site = site
        self._project = project
        self._truth = {key: label for key, _, label in digits()}
        # What was answered before is part of each seed: a team that comes back must not send the same ids again.
        self._before = site.store.newest()
        self._judge = Judge(np.random.default_rng([_SEED, self._before]))
        self._members = [self._member(*who, seed=n) for n, who in enumerate(TEAM)]
        self._rounds = 0

    def _member(self, name: str, accuracy: float, seconds: float, *, seed: int) -> _Member:
        known = {actor["name"]: actor["id"] for actor in self._site.actors(limit=200)["actors"]}
        number = known.get(name) or self._site.add_actor(name)["actor"]["id"]
        rng = np.random.default_rng([_SEED, self._before, seed])
        desk = self._site.acting(number).project(self._project.id)
        return _Member(desk, Oracle(rng, accuracy=accuracy, seconds=seconds))

    def labels(self) -> int:
        return int(self._project.refresh()["counts"]["labels"])

    def step(self, *, finish: bool) -> bool:
        """One round: the loop, decisions, answers. False when a decision waits for the person, or nothing is left."""
        self._rounds += 1
        if self._rounds > _ROUNDS:
            return False
        released = bool(self._project.releases(TASK, limit=1)["releases"])
        self._pace(_SECOND if released and (finish or self.labels() < _SHOWN) else _LATER if released else _FIRST)
        did = loop.advance(self._site.store, parse("project", self._project.id), executor=loop.inline)
        for entry in self._project.decisions()["decisions"]:
            if released and not finish:
                return False
            question = self._site.claim_question(entry["question"]["id"])
            body = self._judge.answer(question)
            self._project.answer(body.pop("question"), body.pop("value"), **body)
            released = True
        answered = sum(
            work(member.desk, member.oracle, lambda item: self._truth[item["key"]], n=7).answers
            for member in self._members
        )
        return bool(answered or did)

    def _pace(self, wanted: Mapping[str, Any]) -> None:
        settings = self._project.info["settings"]
        if any(settings[name] != value for name, value in wanted.items()):
            self._project.change_settings(wanted)


def _told(project: ProjectHandle, workspace: Path) -> dict[str, Any]:
    counts = project.refresh()["counts"]
    newest = project.models(TASK, limit=1)["models"]
    return {
        "workspace": str(workspace.resolve()),
        "project": project.id,
        "items": counts["items"],
        "answers": counts["answers"],
        "labels": counts["labels"],
        "models": newest[0]["number"] if newest else 0,
        "decisions_open": len(project.decisions()["decisions"]),
    }
