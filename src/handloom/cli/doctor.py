"""``handloom doctor``: is what is stored what the log says?"""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ..store import rebuild
from .options import HERE, AsJson, Folder, opened_folder
from .output import FAILED, Output, verb

app = typer.Typer(add_completion=False)
_SHOWN = 50


@app.command()
@verb
def doctor(
    workspace: Folder = Path(HERE),
    repair: Annotated[bool, typer.Option("--rebuild", help="Write every projection as the log says.")] = False,
    as_json: AsJson = False,
) -> None:
    """Derive every projection from the log again and report each difference; with --rebuild, put them right."""
    out = Output(as_json)
    with opened_folder(workspace) as site, out.progress() as bar:
        bar.add_task("replaying the log", total=None, note="")
        if repair:
            found = site.store.write(rebuild.repair)
        else:
            with site.store.read() as connection:
                found = rebuild.compare(connection, site.store.hooks)
    table = Table("projection", "subject", "stored", "by the log", title=f"{len(found)} differences")
    for difference in islice(found, _SHOWN):
        table.add_row(difference.projection, difference.subject, str(difference.stored), str(difference.derived))
    value = {"differences": [asdict(d) for d in found], "rebuilt": repair and bool(found)}
    out.result(value, table if found else "all is well: what is stored is what the log says")
    if found and not repair:
        raise typer.Exit(FAILED)
