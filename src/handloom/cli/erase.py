"""``handloom erase``: blank the content of items wherever the workspace holds it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import HERE, AsJson, Place, ProjectName, chosen, opened
from .output import FAILED, Output, verb

app = typer.Typer(add_completion=False)


@app.command()
@verb
def erase(
    item: Annotated[list[str] | None, typer.Option(help="Id of an item, as i3; may be given several times.")] = None,
    key: Annotated[list[str] | None, typer.Option(help="Key of an item; may be given several times.")] = None,
    file: Annotated[Path | None, typer.Option(help="Keys or ids, one a line.")] = None,
    search: Annotated[str | None, typer.Option(help="All items that hold this text.")] = None,
    where: Annotated[str | None, typer.Option(help="All items that fit, as 'meta.customer == \"17\"'.")] = None,
    reason: Annotated[str, typer.Option("--reason", "-m", help="Why; it stays in the log.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Say how many items it would be, and do nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an erasure that was cut off.")] = False,
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Blank what items held, everywhere: rows, answers' words, versions, predictions, files. There is no undo.

    Digests, labels and numbers stay, so that everything else can still be checked. For owners.
    """
    items, keys = list(item or ()), list(key or ())
    with opened(workspace) as site:
        place = chosen(site, project).curation
        if file is not None:
            listed = [line.strip() for line in file.read_text("utf-8-sig").splitlines() if line.strip()]
            keys += listed
        found = (
            place.resume_erasing()
            if resume
            else place.erase(reason, preview=preview, items=items, keys=keys, search=search, where=where)
        )
    out = Output(as_json)
    if preview:
        out.result(
            found, f"{found['count']:,} items would be erased; leave --preview out, and give a --reason, to do it"
        )
        return
    one = found["erasure"]
    if one is None:
        out.result(found, "there is nothing left to erase")
        return
    words = f"{one['id']}: {one['done']:,} of {one['count']:,} items erased, {one['state']}"
    left = "".join(f"\nleft to you: {name}" for name in one["left"])
    out.result(found, words + left)
    if found["job"] is not None and found["job"]["state"] == "failed":
        raise typer.Exit(FAILED)
