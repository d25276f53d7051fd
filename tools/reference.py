"""Writes docs/reference from the code: errors, settings, events, extension points, command line, HTTP interface.

python tools/reference.py [--check]   (--check changes nothing and fails when a page is out of date)
"""

from __future__ import annotations

import inspect
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from handloom.cli.app import app as cli_app
from handloom.core import errors, protocols
from handloom.core.events import EVENTS
from handloom.core.settings import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference"
NOTE = "<!-- written by tools/reference.py; change the code, then run `make docs` -->\n\n"
POINTS = {
    "Reader": "readers",
    "Writer": "writers",
    "Strategy": "strategies",
    "Task": "tasks",
    "Encoder": "encoders",
    "Learner": "learners",
    "Aggregator": "aggregators",
    "Check": "checks",
    "Workforce": "workforces",
}


def subclasses(kind: type) -> Iterator[type[errors.HandloomError]]:
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from subclasses(child)


def error_page() -> str:
    lines = ["# Errors\n", 'Every error is `{"code", "message", "details"}`; the code is stable.\n']
    found = {e.code: e for e in subclasses(errors.HandloomError) if "code" in vars(e) and not e.__subclasses__()}
    for code, kind in sorted(found.items()):
        lines.append(f"## {code} {kind.__name__}\n\nHTTP {kind.status}. {inspect.getdoc(kind)}\n")
    return "\n".join(lines)


def setting_page() -> str:
    lines = ["# Settings of a project\n", "Changed on the screen Settings, by `PATCH /projects/{p}`, or in Python.\n"]
    for name, setting in SETTINGS.items():
        words = setting.words[0].upper() + setting.words[1:]
        lines.append(f"## {name}\n\n{words}. Default: `{setting.default}`.\n")
    return "\n".join(lines)


def event_page() -> str:
    lines = ["# Events\n", "The lines of the log, and what `GET /api/v1/events` streams.\n"]
    lines += [f"## {kind}\n\n{words[0].upper() + words[1:]}.\n" for kind, words in EVENTS.items()]
    return "\n".join(lines)


def point_page() -> str:
    lines = ["# Extension points\n"]
    lines.append(
        "Each is one protocol in `handloom.core.protocols`. Register an installed package's plug-in as an entry point "
        "in the group named below, or in a process with `handloom.core.registry.register(group, name, plugin)`.\n"
    )
    for name, group in POINTS.items():
        kind = getattr(protocols, name)
        methods = [n for n, m in vars(kind).items() if inspect.isfunction(m) and not n.startswith("_")]
        signatures = "\n".join(f"{n}{inspect.signature(getattr(kind, n))}" for n in methods)
        lines.append(f"## {name}\n\nGroup `handloom.{group}`. {inspect.getdoc(kind)}\n\n```text\n{signatures}\n```\n")
    return "\n".join(lines)


def cli_page() -> str:
    lines = ["# Command line\n", "Exit codes: 0 done, 1 refused or failed, 2 wrong usage.\n"]

    def walk(command: Any, path: str) -> None:
        if hasattr(command, "list_commands"):
            for name in sorted(command.list_commands(None)):
                walk(command.get_command(None, name), f"{path} {name}")
            return
        lines.append(f"## {path}\n\n{inspect.cleandoc(command.help or '')}\n")
        rows = []
        for parameter in command.params:
            if parameter.name == "help":
                continue
            named = ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name.upper()
            rows.append(f"| `{named}` | {(getattr(parameter, 'help', '') or '').replace('|', '/')} |")
        if rows:
            lines.append("\n".join(["| argument | meaning |", "|---|---|", *rows]) + "\n")

    walk(typer.main.get_command(cli_app), "handloom")
    return "\n".join(lines)


def http_page() -> str:
    from handloom.server.app import create_app
    from handloom.workspace import Workspace

    with tempfile.TemporaryDirectory() as temporary:
        workspace, _token = Workspace.create(Path(temporary) / "workspace")
        schema = create_app(workspace).openapi()
        workspace.close()
    lines = ["# HTTP interface\n", "The full description, with examples, is at `/api/v1/openapi.json` of a server.\n"]
    for path, methods in sorted(schema["paths"].items()):
        for method, operation in methods.items():
            words = operation.get("description") or operation.get("summary", "")
            lines.append(f"## {method.upper()} {path}\n\n{words.strip()}\n")
    return "\n".join(lines)


PAGES = {
    "errors.md": error_page,
    "settings.md": setting_page,
    "events.md": event_page,
    "extension-points.md": point_page,
    "cli.md": cli_page,
    "http.md": http_page,
}


def stale() -> list[str]:
    """Names of the pages that are not what the code says."""
    wrong = []
    for name, make in PAGES.items():
        path = TARGET / name
        if not path.is_file() or path.read_text("utf-8") != NOTE + make():
            wrong.append(name)
    return wrong


if __name__ == "__main__":
    if "--check" in sys.argv:
        if old := stale():
            raise SystemExit(f"out of date: {', '.join(old)}; run make docs")
    else:
        TARGET.mkdir(parents=True, exist_ok=True)
        for name, make in PAGES.items():
            (TARGET / name).write_text(NOTE + make(), "utf-8")
