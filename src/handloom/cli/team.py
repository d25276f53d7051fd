"""``handloom team``: who belongs to a project, what they are good at, and how others get in."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from ..core.errors import NotFound
from ..handle import ProjectHandle
from .options import HERE, AsJson, Place, ProjectName, TaskName, chosen, opened
from .output import Output, verb

app = typer.Typer(
    help="Show the team of a project, invite people, change members, trust labels, report on quality.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command("list")
@verb
def listing(
    project: ProjectName = None, task: TaskName = None, workspace: Place = HERE, as_json: AsJson = False
) -> None:
    """Everybody in the project, with role, pace and measured skill."""
    with opened(workspace) as site:
        found = chosen(site, project).team(task)
    table = Table("id", "name", "role", "state", "tags", "answers", "median s", "accuracy", "checks")
    for one in found["members"]:
        pace = "" if one["median_seconds"] is None else f"{one['median_seconds']:.1f}"
        skill = one["skill"]
        checks = f"{skill['checks_right']} of {skill['checks']}" if skill else ""
        shown = (one["id"], one["name"], one["role"], one["state"], ", ".join(one["tags"]), f"{one['answers']:,}", pace)
        table.add_row(*shown, _interval(skill), checks)
    Output(as_json).result(found, table)


def _interval(skill: dict[str, Any] | None) -> str:
    if skill is None:
        return ""
    a = skill["accuracy"]
    return f"{a['value']:.2f} ({a['low']:.2f} to {a['high']:.2f}, n {a['n']})"


@app.command()
@verb
def invite(
    role: Annotated[str, typer.Option(help="annotator, reviewer, expert or engineer.")] = "annotator",
    tag: Annotated[list[str] | None, typer.Option(help="Language or skill; may be given several times.")] = None,
    uses: Annotated[int, typer.Option(help="How many people may use the link.")] = 1,
    hours: Annotated[float, typer.Option(help="How long it is good.")] = 72.0,
    address: Annotated[str, typer.Option(help="Where the server is reached.")] = "http://127.0.0.1:8765",
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """A link that lets people into the project; it is shown this once."""
    with opened(workspace) as site:
        made = chosen(site, project).invite(role, tag or [], uses, hours)
    url = address.rstrip("/") + made["path"]
    Output(as_json).result({**made, "url": url}, url)


@app.command()
@verb
def change(
    name: Annotated[str, typer.Argument(help="Name or id of the actor.")],
    role: Annotated[str | None, typer.Option(help="Role in this project.")] = None,
    state: Annotated[str | None, typer.Option(help="active, paused or removed, in this project.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="All tags there are to be; may be given several times.")] = None,
    reason: Annotated[str | None, typer.Option(help="What the person is told.")] = None,
    project: ProjectName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Add an actor to the project, or change their role, state or tags there."""
    with opened(workspace) as site:
        place = chosen(site, project)
        found = place.change_member(actor_id(place, name), role, state, tag, reason)
    Output(as_json).result(found, f"{found['name']} ({found['id']}) is {found['role']}, {found['state']}")


def actor_id(project: ProjectHandle, name: str) -> str:
    """Id of the actor with that name or id; raises `NotFound`."""
    cursor = None
    while True:
        page = project.workspace.actors(cursor=cursor, limit=200)
        for actor in page["actors"]:
            if name in (actor["name"], actor["id"]):
                return str(actor["id"])
        cursor = page["next"]
        if cursor is None:
            raise NotFound("actor", name)


@app.command()
@verb
def gold(
    item: Annotated[list[str] | None, typer.Argument(help="Ids of items whose label is trusted.")] = None,
    imported: Annotated[bool, typer.Option("--imported", help="All items whose label came with them.")] = False,
    value: Annotated[str | None, typer.Option(help="The right label, of a single item.")] = None,
    note: Annotated[str | None, typer.Option(help="Why it is right, for whoever answers otherwise.")] = None,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """Trust labels, and check people with them among other questions."""
    with opened(workspace) as site:
        found = chosen(site, project).add_gold(item or [], task, value, imported, note)
    Output(as_json).result(found, f"{found['added']:,} items are gold")


@app.command()
@verb
def quality(
    project: ProjectName = None, task: TaskName = None, workspace: Place = HERE, as_json: AsJson = False
) -> None:
    """What the labels cost, how sure they are, and who follows suggestions because they are there."""
    with opened(workspace) as site:
        found = chosen(site, project).quality(task)
    table = Table("who", "as suggested, shown", "hidden", "warning")
    for one in found["anchoring"]["actors"]:
        table.add_row(one["actor"]["name"], _rate(one["shown"]), _rate(one["blind"]), one["warning"] or "")
    out = Output(as_json)
    for line in _in_words(found):
        out.say(line)
    out.result(found, table)


def _in_words(found: dict[str, Any]) -> list[str]:
    """The figures of a measurement, a line each."""
    if found["as_of"] is None:
        return ["nothing has been measured yet; `handloom team measure` does it now"]
    lines = [
        f"as of {found['as_of']}, {found['behind']:,} answers ago" if found["behind"] else f"as of {found['as_of']}"
    ]
    if found["labels"]:
        each = f"{found['answers_per_label']:.2f} answers and {found['seconds_per_label']:.1f} s each"
        money = "" if found["money"] is None else f", {found['money_per_label']:.2f} each, {found['money']:,.2f} in all"
        lines.append(f"{found['labels']:,} labels from {found['answers']:,} answers, {each}{money}")
    agreement = found["agreement"]
    if agreement is not None and agreement["alpha"]["value"] is not None:
        lines.append(f"people agree: alpha {_figure(agreement['alpha'])}")
        for one in agreement["confusions"][:3]:
            lines.append(f"mixed up: {one['labels'][0]} and {one['labels'][1]}, {_rate(one)}")
    return lines


@app.command()
@verb
def measure(
    project: ProjectName = None, task: TaskName = None, workspace: Place = HERE, as_json: AsJson = False
) -> None:
    """Measure people and labels now, instead of when enough answers have come."""
    with opened(workspace) as site:
        found = chosen(site, project).measure(task)
    Output(as_json).result(found, f"job {found['id']}: {found['state']}, {found['message']}")


@app.command()
@verb
def skills(
    name: Annotated[str | None, typer.Argument(help="Name or id of one actor; left out: everybody.")] = None,
    project: ProjectName = None,
    task: TaskName = None,
    workspace: Place = HERE,
    as_json: AsJson = False,
) -> None:
    """What people are good at, class by class, and how they did over time."""
    with opened(workspace) as site:
        everybody = chosen(site, project).team(task)
    found = [one for one in everybody["members"] if name is None or name in (one["name"], one["id"])]
    if name is not None and not found:
        raise NotFound("actor", name)
    shown = [{key: one[key] for key in ("id", "name", "skill", "classes", "periods", "load")} for one in found]
    table = Table("who", "label", "share right", "lately")
    for one in found:
        lately = _figure(one["periods"][-1]) if one["periods"] else ""
        for row in one["classes"]:
            table.add_row(one["name"], row["label"], _figure(row), lately)
            lately = ""
    Output(as_json).result({"task": everybody["task"], "actors": shown}, table)


def _figure(one: dict[str, Any]) -> str:
    return f"{one['value']:.2f} ({one['low']:.2f} to {one['high']:.2f}, n {one['n']:,})"


def _rate(rate: dict[str, Any] | None) -> str:
    return "" if rate is None else f"{rate['value']:.0%} ({rate['low']:.0%} to {rate['high']:.0%}, n {rate['n']})"
