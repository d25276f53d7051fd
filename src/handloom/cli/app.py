"""``handloom VERB``: finds the verb's module and runs it. Exit codes: 0 done, 1 refused or failed, 2 wrong usage."""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from ..core.errors import Malformed

# Verb -> its module here and one line of help. The modules are imported only when called, so that --help is quick.
VERBS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Make a workspace of handwritten digits, half labelled by a simulated team, and open it."),
    "init": ("init", "Make a workspace and its owner."),
    "project": ("project", "Make, list and show projects."),
    "import": ("import_", "Add the items of a file or folder to a project."),
    "convert": ("convert", "Turn a file or folder of one format into another, with no project."),
    "serve": ("serve", "Serve a workspace to browsers and clients."),
    "worker": ("worker", "Run waiting jobs: train, evaluate, embed."),
    "actor": ("actor", "Add and list people, models and rules; give them tokens and login addresses."),
    "label": ("label", "Rename, merge and split the labels of a running task."),
    "team": ("team", "Show the team of a project, invite people, trust labels, report on quality."),
    "review": ("review", "Look at a random sample of somebody's work, and accept or reject all of it."),
    "cascade": ("cascade", "Label one class at a time: grids for people, signed thresholds for the rest."),
    "workforce": ("workforce", "Connect services of outside people that answer questions."),
    "webhook": ("webhook", "Tell addresses what happens in a project."),
    "simulate": ("simulate", "Compare strategies on labelled data with simulated people."),
    "bench": ("bench", "Compare strategies on a declared grid of data sets and simulated people."),
    "select": ("select", "Pick the rows of a file that are worth asking about next."),
    "aggregate": ("aggregate", "Turn a file of several people's answers into labels, and say who is good at what."),
    "errors": ("errors", "Put the labels of a file in order of how likely they are wrong."),
    "dataset": ("dataset", "Test and compare the data that a model learns from."),
    "train": ("train", "Train a model on the labels there are."),
    "evaluate": ("evaluate", "Show what the models of a task are worth."),
    "export": ("export", "Write labels, answers or items to a file."),
    "bundle": ("bundle", "Move a whole project as one file: export, import, look into one, unite two."),
    "backup": ("backup", "Copy a workspace, list the copies, bring one back."),
    "map": ("map", "Draw the map of a project's items, find what is alike, label many items at once."),
    "erase": ("erase", "Blank the content of items wherever the workspace holds it."),
    "doctor": ("doctor", "Compare what is stored with the log, and rebuild it."),
    "lineage": ("lineage", "Show what a label, model or prediction came from."),
}

NAMES_A_FILE = (
    ["simulate"],
    ["bench"],
    ["select"],
    ["aggregate"],
    ["errors"],
    ["dataset", "test"],
    ["dataset", "diff"],
    ["dataset", "profile"],
)
"""Verbs whose ``--json`` takes the name of a file to write."""


class Verbs(TyperGroup):
    """The verbs of `VERBS`; listing them imports none."""

    listing = False

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = dict.fromkeys(VERBS)  # names only, for "Did you mean ...?"

    def list_commands(self, ctx: Any) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in VERBS:
            return None
        module, words = VERBS[cmd_name]
        if self.listing:
            return TyperCommand(cmd_name, help=words)
        gc.disable()  # nothing that an import makes is garbage; looking for it costs a tenth of the start
        try:
            return typer.main.get_command(importlib.import_module(f".{module}", __package__).app)
        finally:
            gc.enable()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self.listing = False


app = typer.Typer(
    name="handloom",
    cls=Verbs,
    help="The whole human-in-the-loop cycle of a machine-learning model: one install, one folder, one process.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"handloom {version('handloom')}")
        raise typer.Exit


@app.callback()
def handloom(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """The group itself does nothing; `_version` answers ``--version`` before any verb is looked up."""


def main() -> None:
    """Entry point of the installed command."""
    # The matrices here are small: threads of the linear algebra would wait for each other most of the time, and on a
    # busy machine that makes a training ten times slower. Read when numpy is imported, so it has to stand before.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        app()
    except SystemExit as end:
        _tell(end)
        raise


def _tell(end: SystemExit) -> None:
    """Wrong usage as one JSON object too, for tools that asked for one; in `NAMES_A_FILE` ``--json`` names a file."""
    said = getattr(end.__context__, "format_message", None)
    if (
        said is not None
        and "--json" in sys.argv
        and not any(sys.argv[1 : 1 + len(verb)] == verb for verb in NAMES_A_FILE)
    ):
        print(json.dumps(Malformed(said()).as_dict()))
