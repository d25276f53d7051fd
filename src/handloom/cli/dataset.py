"""``handloom dataset``: test and compare plain files, and the versions of a project's data."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table as Shown
from rich.text import Text as Styled

from ..core.errors import BadReference, Malformed
from ..core.protocols import Check, Finding
from ..dataset import plain, slices, user
from ..dataset import run as tests
from ..dataset.diff import summary
from ..dataset.profile import profile
from ..dataset.subject import SEVERITIES, Subject, as_json
from ..handle.files import well
from . import curation, junit, requests, tables, versions
from .options import HERE, Place, ProjectName, TaskName, chosen, opened
from .output import FAILED, Output, verb

app = typer.Typer(
    help="Test and compare the data that a model learns from: files, and versions of a project.",
    no_args_is_help=True,
    add_completion=False,
)
NEVER = "never"
_CLASSES = 12  # shown of many; the JSON file has all
_COLOURS = {"info": "dim", "warning": "yellow", "error": "bold red"}

Text = Annotated[str | None, typer.Option(help="Column of the text; guessed without it.")]
Label = Annotated[str | None, typer.Option(help="Column of the label; guessed without it.")]
Key = Annotated[str | None, typer.Option(help="Column that names each row.")]
Slices = Annotated[list[str] | None, typer.Option("--slice", help="name=predicate, as long='length(text) > 200'.")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of the files, when they are not UTF-8.")]
Format = Annotated[str | None, typer.Option("--from", help="Format to read; without it, it is found out.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write all of it here.", metavar="FILE")]


@app.command(
    "test", epilog="Example: handloom dataset test train.csv test.csv --text text --label label --junit tests.xml"
)
@verb
def run_tests(
    files: Annotated[
        list[Path], typer.Argument(help="What is learned from, then what is measured on: tables, folders.")
    ],
    text: Text = None,
    label: Label = None,
    key: Key = None,
    embedding: Annotated[str | None, typer.Option(help="Column of embeddings: lists of numbers.")] = None,
    encoding: Encoding = None,
    form: Format = None,
    only: Annotated[list[str] | None, typer.Option(help="Run this check alone; may be given again.")] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave this check out; may be given again.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--set", help="check.option=value, as near_duplicates.similar=0.9.")
    ] = None,
    slice_: Slices = None,
    tests_file: Annotated[
        list[Path] | None,
        typer.Option("--tests", help="Python file with tests of yours. It is run: name only files you trust."),
    ] = None,
    fail_on: Annotated[
        str, typer.Option(help="Exit with 1 from this severity on: info, warning, error, never.")
    ] = "error",
    json_file: JsonFile = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML here.", metavar="FILE")] = None,
) -> None:
    """Test data before a model learns from it: duplicates, leakage, shift, labels, personal data and more.

    The first file is what is learned from; the others are tested against it. Ends with exit code 1 when a test fails.
    """
    if fail_on not in (*SEVERITIES, NEVER):
        raise Malformed(f"--fail-on is one of {', '.join((*SEVERITIES, NEVER))}; found {fail_on!r}")
    out = Output(as_json=False)
    checks = [*tests.installed(tuple(only or ()), tuple(skip or ())), *_own(tests_file or ())]
    reading = {"encoding": encoding, "reader": form}
    subject = _subject(files, {"text": text, "label": label, "key": key}, embedding, reading)
    subject = _with(subject, _options(option or ()), _named_slices(slice_ or ()))
    findings = tests.run(subject, checks)
    worst = tests.worst(findings)
    failed = worst is not None and fail_on != NEVER and SEVERITIES.index(worst) >= SEVERITIES.index(fail_on)
    names = [table.name for table in subject.tables]
    result = {
        "files": [{"file": table.name, "rows": len(table)} for table in subject.tables],
        "columns": {"text": subject.text, "label": subject.label, "key": subject.key},
        "checks": [check.name for check in checks],
        "findings": [as_json(finding) for finding in findings],
        "failed": failed,
    }
    if json_file:
        json_file.write_text(json.dumps(result, indent=1, allow_nan=False, default=str) + "\n", "utf-8")
    if junit_file:
        junit_file.write_bytes(junit.document([check.name for check in checks], names, findings, fail_on))
    read = f"text {subject.text!r}, label {subject.label!r}" if subject.text else f"label {subject.label!r}"
    out.say(
        f"{', '.join(f'{t.name}: {len(t):,} rows' for t in subject.tables)}; {read}",
    )
    out.result(result, _shown(findings, len(checks)))
    if failed:
        raise typer.Exit(FAILED)


@app.command("diff", epilog="Example: handloom dataset diff before.csv after.csv --key id --exit-code")
@verb
def compare(
    before: Annotated[Path, typer.Argument(help="The earlier file.")],
    after: Annotated[Path, typer.Argument(help="The later file.")],
    text: Text = None,
    label: Label = None,
    key: Annotated[str | None, typer.Option(help="Column that names each row; without it the text does.")] = None,
    encoding: Encoding = None,
    form: Format = None,
    show: Annotated[int, typer.Option(min=0, help="Rows to show.")] = 20,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when there are differences.")] = False,
    json_file: JsonFile = None,
) -> None:
    """What changed between two files, by kind: added, removed, relabelled, respanned, resplit, edited."""
    out = Output(as_json=False)
    reading = {"encoding": encoding, "reader": form}
    old, new = (tables.read(file, file.name, options=reading) for file in (before, after))
    found = tables.meaning(old, text, label, key)
    columns = {"key": found.key, "content": found.text, "label": found.label, "split": found.split}
    columns = {name: column if column in new.columns else None for name, column in columns.items()}
    sides = [plain.rows(table, **columns) for table in (old, new)]
    changes = plain.compare(*sides)
    told = summary(changes)
    result = {
        "before": {"file": old.name, "rows": len(old)},
        "after": {"file": new.name, "rows": len(new)},
        "columns": columns,
        "kinds": told.kinds,
        "parts": told.parts,
        "labels": [{"before": a, "after": b, "count": n} for (a, b), n in _most(told.labels)],
        "changes": [plain.as_json(change) for change in changes],
    }
    if json_file:
        json_file.write_text(json.dumps(result, indent=1, ensure_ascii=False, default=str) + "\n", "utf-8")
    by = (
        f"by {found.key!r}" if columns["key"] else f"by {found.text!r}" if columns["content"] else "by all their fields"
    )
    out.say(f"{old.name}: {len(old):,} rows, {new.name}: {len(new):,} rows, matched {by}")
    out.result(result, _diff_shown(result, list(plain.as_text(changes, show))))
    if changes and exit_code:
        raise typer.Exit(FAILED)


@app.command("profile", epilog="Example: handloom dataset profile table.csv --slice 'long=length(text) > 200'")
@verb
def describe(
    file: Annotated[Path | None, typer.Argument(help="A table, folder or zip; without it, a project's data.")] = None,
    label: Label = None,
    encoding: Encoding = None,
    form: Format = None,
    slice_: Slices = None,
    at: Annotated[str | None, typer.Option(help="Of a project: a branch, tag or commit instead of the items.")] = None,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    json_file: JsonFile = None,
) -> None:
    """What is in a file or a project: classes, fields, lengths, missing and outlying values, and how classes fall into
    slices. Slices of a project are those in its settings."""
    out = Output(as_json=False)
    if file is None:
        told = _of_project(workspace, project, task, at, [label, encoding, form, *(slice_ or ())])
        out.say(f"{at or 'items'}: {told['rows']:,} rows")
    else:
        table = tables.read(file, file.name, options={"encoding": encoding, "reader": form})
        named = tables.meaning(table, None, label, None)
        told = profile(table, named.label, _named_slices(slice_ or ()))
        out.say(f"{table.name}: {len(table):,} rows, label {named.label!r}")
    if json_file:
        json_file.write_text(json.dumps(told, indent=1, ensure_ascii=False, default=str) + "\n", "utf-8")
    out.result(told, Group(*_profile_shown(told)))


def _of_project(
    workspace: str, project: str | None, task: str | None, at: str | None, other: Sequence[str | None]
) -> dict[str, Any]:
    """The profile of a project's data, made now."""
    if any(other):
        words = (
            "--label, --slice, --encoding and --from are for files; a project has a task, and slices in its settings"
        )
        raise Malformed(words)
    with opened(workspace) as handle:
        data, files = chosen(handle, project).dataset, chosen(handle, project).files
        well(files.wait(data.make_profile(task=task, at=at)))
        return data.profile(task=task, at=at)["profile"]


def _profile_shown(told: Mapping[str, Any]) -> list[Shown]:
    fields = Shown("field", "kind", "missing", "different", "median", "from", "to", "outliers")
    for name, one in told.get("fields", {}).items():
        spread = one.get("spread") or one.get("characters") or {}
        marks = [f"{spread[key]:g}" if key in spread else "" for key in ("median", "min", "max")]
        counts = [f"{one[key]:,}" if key in one else "" for key in ("missing", "different")]
        far = one.get("outliers", ())
        outliers = far["count"] if isinstance(far, Mapping) else len(far)
        fields.add_row(name, one["kind"], *counts, *marks, str(outliers))
    shown = [fields]
    if "labels" in told:
        classes = Shown("class", "rows", title=f"evenness {told['labels']['evenness']:.2f}")
        for one in told["labels"]["classes"][:_CLASSES]:
            classes.add_row(one["label"], f"{one['rows']:,}")
        shown.append(classes)
    if "slices" in told:
        heat = Shown("slice", "rows", *told["slices"]["labels"][:_CLASSES])
        for one in told["slices"]["slices"]:
            heat.add_row(one["name"], f"{one['rows']:,}", *(f"{n:,}" for n in one["by_label"][:_CLASSES]))
        shown.append(heat)
    return shown


def _subject(
    files: Sequence[Path],
    named: Mapping[str, str | None],
    embedding: str | None,
    reading: Mapping[str, str | None],
) -> Subject:
    names = _short_names(files)
    read = [tables.read(path, name, embedding, reading) for path, name in zip(files, names, strict=True)]
    found = tables.meaning(read[0], named["text"], named["label"], named["key"])
    return Subject(tuple(read), found.text, found.label, found.key)


def _short_names(files: Sequence[Path]) -> list[str]:
    """File names, with as much of their folders as tells them apart."""
    for depth in range(1, max(len(path.parts) for path in files) + 1):
        names = ["/".join(path.parts[-depth:]) for path in files]
        if len(set(names)) == len(names):
            return names
    raise Malformed(f"the same file is given twice: {', '.join(map(str, files))[:300]}")


def _with(subject: Subject, options: Mapping[str, Mapping[str, Any]], named: Mapping[str, slices.Predicate]) -> Subject:
    return Subject(subject.tables, subject.text, subject.label, subject.key, options, named)


def _options(given: Sequence[str]) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for one in given:
        name, equals, value = one.partition("=")
        check, dot, option = name.partition(".")
        if not equals or not dot:
            raise Malformed(f"--set is given as check.option=value; found {one!r}")
        try:
            out.setdefault(check, {})[option] = json.loads(value)
        except ValueError:
            out.setdefault(check, {})[option] = value
    tests.check_options(out)
    return out


def _named_slices(given: Sequence[str]) -> dict[str, slices.Predicate]:
    out = {}
    for one in given:
        name, equals, predicate = one.partition("=")
        if not equals or not name.strip():
            raise Malformed(f"--slice is given as name=predicate; found {one!r}")
        out[name.strip()] = slices.parse(predicate)
    return out


def _own(files: Sequence[Path]) -> list[Check]:
    """The tests in Python files that the user named, which is to say: trusts. They are run as a program is."""
    out: list[Check] = []
    for path in files:
        if path.suffix != ".py" or not path.is_file():
            raise BadReference(f"{path} is no Python file; name a file of test functions")
        spec = importlib.util.spec_from_file_location(f"handloom_tests_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise BadReference(f"{path} cannot be imported")
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:  # the user's code: whatever it raises is told, not shown as our own failure
            raise Malformed(f"{path} does not run: {type(error).__name__}: {error}") from error
        found = user.checks(vars(module), _frame())
        if not found:
            raise Malformed(f"{path} has no function test_... or check_... and no pandera schema")
        out += found
    return out


def _frame() -> Any:
    if importlib.util.find_spec("pandas") is None:
        return None
    return importlib.import_module("pandas").DataFrame


def _most(labels: Mapping[tuple[str | None, str | None], int]) -> list[tuple[tuple[str | None, str | None], int]]:
    return sorted(labels.items(), key=lambda pair: (-pair[1], str(pair[0])))


def _shown(findings: Sequence[Finding], checks: int) -> Shown | str:
    if not findings:
        return f"{checks} checks, nothing found"
    table = Shown("severity", "check", "file", "rows", "what was found")
    for finding in findings:
        colour = _COLOURS[finding.severity]
        details = finding.details
        rows = f"{details['count']:,}" if details.get("count") else ""
        words = Styled(finding.message)
        if first := details.get("rows"):
            words.append(f" (rows {', '.join(map(str, first[:5]))}{', ...' if len(first) > 5 else ''})", "dim")
        table.add_row(Styled(finding.severity, colour), finding.check, str(details.get("file", "")), rows, words)
    return table


def _diff_shown(result: Mapping[str, Any], lines: Sequence[str]) -> str:
    if not result["changes"]:
        return "no differences"
    counts = ", ".join(f"{kind} {n:,}" for kind, n in result["kinds"].items())
    parts = ", ".join(f"{kind} {n:,}" for kind, n in result["parts"].items())
    moves = [
        f"{one['before'] or 'nothing'} -> {one['after'] or 'nothing'}: {one['count']:,}"
        for one in result["labels"][:10]
    ]
    blocks = [counts, f"inside: {parts}" if parts else "", *moves, "", *lines]
    return "\n".join(block for k, block in enumerate(blocks) if block or k == len(moves) + 2)


versions.mount(app)
curation.mount(app)
requests.mount(app)
