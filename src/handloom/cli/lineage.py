"""``handloom lineage``: what is behind something."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from .options import HERE, AsJson, Place, opened
from .output import Output, verb

app = typer.Typer(add_completion=False)


@app.command()
@verb
def lineage(
    id: Annotated[
        str, typer.Argument(help="Id of a prediction, release, model, run, commit or question: y7, m3, q12.")
    ],
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """From a prediction to its release, model, run, commit, labels and answers."""
    with opened(workspace) as site:
        found = site.lineage(id)
    Output(as_json).result(found, _tree(found))


def _tree(found: dict[str, Any]) -> Tree:
    words = {
        node["id"]: Text.assemble((node["id"], "bold"), f" {node['kind']}: {node['text']}") for node in found["nodes"]
    }
    below: dict[str, list[str]] = {}
    for source, target in found["edges"]:
        below.setdefault(source, []).append(target)
    root = Tree(words.get(str(found["id"]), str(found["id"])))
    waiting, seen = [(root, found["id"])], {found["id"]}
    while waiting:
        branch, node = waiting.pop()
        for target in below.get(node, ()):
            grown = branch.add(words.get(target, target))
            if target not in seen:
                seen.add(target)
                waiting.append((grown, target))
    return root
