"""The report as one HTML file: no request leaves it, light and dark, colours told apart by their dashes as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 10, 34
NAMES = 140
LIGHT = ("#1864ab", "#c92a2a", "#2b8a3e", "#862e9c", "#a15c00", "#0b7285", "#a61e4d", "#495057", "#5c940d", "#364fc7")
DARK = ("#74c0fc", "#ff8787", "#8ce99a", "#e599f7", "#ffc078", "#66d9e8", "#faa2c1", "#ced4da", "#c0eb75", "#91a7ff")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 2")
STYLE = """
:root{color-scheme:light dark;--back:#fff;--text:#1a1b1e;--dim:#5c6066;--line:#d9dce1;LIGHT}
@media(prefers-color-scheme:dark){:root{--back:#16181c;--text:#e8eaed;--dim:#a0a6ae;--line:#3a3f46;DARK}}
body{background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif;max-width:1080px;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.4rem}p{max-width:70ch}.dim{color:var(--dim)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{text-align:right;padding:.3rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left}.wide{overflow-x:auto}
svg{width:100%;height:auto;display:block}svg text{fill:var(--text);font:11px system-ui,sans-serif}
svg .dim{fill:var(--dim)}svg .axis{stroke:var(--line)}svg .target{stroke:var(--dim);stroke-dasharray:3 3}
.key{display:inline-block;width:2.2rem;height:.7rem;vertical-align:middle;margin-right:.4rem}
"""


def page(found: Mapping[str, Any]) -> str:
    """The whole file, from what `summary` gave."""
    suite = found["suite"]
    names = list(dict.fromkeys(arm["strategy"] for block in found["blocks"] for arm in block["arms"]))
    style = STYLE
    for word, colours in (("LIGHT", LIGHT), ("DARK", DARK)):
        style = style.replace(word, "".join(f"--c{i}:{c};" for i, c in enumerate(colours)))
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{escape(suite['name'])}: a benchmark of handloom</title><style>{style}</style></head><body>",
        f"<h1>{escape(suite['name'])}</h1>",
        f"<p>{_opening(found)}</p>",
        _ranks(found, names),
        *[_block(block, names) for block in found["blocks"]],
        f'<h2>How this was made</h2><p class="dim">{_making(found)}</p>',
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _opening(found: Mapping[str, Any]) -> str:
    suite = found["suite"]
    arms, sets = len(suite["strategies"]), len({block["set"] for block in found["blocks"]})
    missing = f" Not found and left out: {escape(', '.join(found['missing']))}." if found["missing"] else ""
    return (
        f"{arms} strategies on {sets} data sets, {suite['seeds']} seeds each, with simulated people "
        f"({escape(', '.join(p['name'] for p in suite['people']))}). Every run starts without a label; the score is accuracy on "
        f"items that no strategy may pick. Intervals are 95 %, over the seeds.{missing}"
    )


def _making(found: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    share = found["suite"]["random_share"]
    return (
        f"Grid {escape(found['digest'])}; {escape(versions)}; random share of each batch {share:g}. The same grid gives the same "
        "curves. A run that did not reach the target within its budget counts with all it spent; how many reached it "
        "stands in brackets. Labels of the random reserve, which the bandit alone learns from, are not counted: in a project "
        "the living test set has them for every strategy."
    )


def _colour(names: Sequence[str], name: str) -> str:
    place = names.index(name)
    dash = DASHES[(place // len(LIGHT) + place) % len(DASHES)]
    return f'stroke="var(--c{place % len(LIGHT)})" stroke-dasharray="{dash}"'


def _ranks(found: Mapping[str, Any], names: Sequence[str]) -> str:
    ranks = found["ranks"]
    if not ranks:
        return ""
    rows = "".join(f"<tr><td>{escape(one['strategy'])}</td><td>{one['rank']:.2f}</td></tr>" for one in ranks)
    apart = found["critical_difference"]
    p = found["friedman_p"]
    words = f"Mean rank by area under the curve over {found['blocks_ranked']} data sets and people; 1 is best."
    if apart is not None:
        words += f" Ranks closer than {apart:.2f} are not told apart (Nemenyi, 5 %); they are joined by a bar."
    if p is not None:
        words += f" Friedman test over all arms: p = {p:.2g}."
    table = f'<div class="wide"><table><tr><th>strategy</th><th>mean rank</th></tr>{rows}</table></div>'
    return f"<h2>Ranks</h2><p>{words}</p>{_difference(ranks, apart, names)}{table}"


def _difference(ranks: Sequence[Mapping[str, Any]], apart: float | None, names: Sequence[str]) -> str:
    """A critical-difference diagram: arms on a line of ranks, a bar over those that are not told apart.

    Names stand to the left of their lines, best on top, so that no line runs through a name.
    """
    worst = max(len(ranks), 2)
    height = 60 + 18 * len(ranks)

    def x(rank: float) -> float:
        return NAMES + (rank - 1) / (worst - 1) * (WIDTH - NAMES - 2 * RIGHT)

    out = [
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="critical-difference diagram of the mean ranks">'
    ]
    out.append(f'<line class="axis" x1="{x(1):.1f}" x2="{x(worst):.1f}" y1="22" y2="22"/>')
    for tick in range(1, worst + 1):
        out.append(f'<text class="dim" x="{x(tick):.1f}" y="14" text-anchor="middle">{tick}</text>')
    for row, one in enumerate(ranks):
        y, at = 50 + 18 * row, x(one["rank"])
        label = f"{escape(one['strategy'])} {one['rank']:.2f}"
        out.append(f'<path d="M{at:.1f} 22V{y}H{at - 8:.1f}" fill="none" {_colour(names, one["strategy"])}/>')
        out.append(f'<text x="{at - 12:.1f}" y="{y + 4}" text-anchor="end">{label}</text>')
    if apart is not None:
        for level, (low, high) in enumerate(_joined([one["rank"] for one in ranks], apart)):
            y = 27 + 4 * level
            out.append(
                f'<line x1="{x(low) - 3:.1f}" x2="{x(high) + 3:.1f}" y1="{y}" y2="{y}" stroke="var(--text)" '
                'stroke-width="3"/>'
            )
    return "".join([*out, "</svg>"])


def _joined(ranks: Sequence[float], apart: float) -> list[tuple[float, float]]:
    """The longest stretches of ranks that lie within the critical difference."""
    found: list[tuple[float, float]] = []
    for i, low in enumerate(ranks):
        high = max(rank for rank in ranks[i:] if rank - low <= apart)
        if high > low and not any(a <= low and high <= b for a, b in found):
            found.append((low, high))
    return found


def _block(block: Mapping[str, Any], names: Sequence[str]) -> str:
    full = block["full"]
    title = f"{escape(block['set'])}, {escape(block['person'])} person"
    goal = block["share"] * full["value"]
    words = (
        f"With all labels: accuracy {_number(full, 3)}. Target: {block['share']:.0%} of that, {goal:.3f}. "
        f"Batches of {block['batch']} up to {block['budget']} labels."
    )
    return f"<h2>{title}</h2><p>{words}</p>{_curves(block, names, goal)}{_table(block, names)}"


def _table(block: Mapping[str, Any], names: Sequence[str]) -> str:
    fixed = block["target"] is not None
    head = ["strategy", "area under the curve", "difference to random", "labels to target", "human seconds to target"]
    head += [f"labels to {block['target']:g}"] if fixed else []
    head += ["CPU seconds to select"]
    rows = []
    for arm in block["arms"]:
        key = f'<svg class="key" viewBox="0 0 36 10"><path d="M0 5H36" stroke-width="3" {_colour(names, arm["strategy"])}/></svg>'
        against = arm.get("against_random")
        cells = [
            key + escape(arm["strategy"]),
            _number(arm["area"], 4),
            "" if against is None else _number(against, 4, signed=True),
            _effort(arm["labels"]),
            _effort(arm["seconds"]),
            *([_effort(arm["labels_to_target"])] if fixed else []),
            f"{arm['cpu_seconds']:.1f}",
        ]
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    top = "".join(f"<th>{word}</th>" for word in head)
    return f'<div class="wide"><table><tr>{top}</tr>{"".join(rows)}</table></div>'


def _number(value: Mapping[str, Any], digits: int, *, signed: bool = False) -> str:
    plus = "+" if signed else ""
    middle = f"{value['value']:{plus}.{digits}f}"
    if value["low"] is None:
        return f"{middle} (n {value['n']})"
    return f"{middle} ({value['low']:{plus}.{digits}f} to {value['high']:{plus}.{digits}f}, n {value['n']})"


def _effort(value: Mapping[str, Any]) -> str:
    more = "" if value["reached"] == value["n"] else "&gt; "
    span = "" if value["low"] is None else f" ({value['low']:,.0f} to {value['high']:,.0f})"
    return f"{more}{value['value']:,.0f}{span} [{value['reached']}/{value['n']}]"


def _curves(block: Mapping[str, Any], names: Sequence[str], goal: float) -> str:
    points = [p for arm in block["arms"] for p in arm["curve"]]
    if not points:
        return ""
    # The first points lie far below all others; the scale is for where the arms differ.
    low = sorted(p["accuracy"] for p in points)[len(points) // 12]
    high = max(*(p["accuracy"] for p in points), block["full"]["value"])
    most = max(p["labels"] for p in points)
    span = (high - low) or 1.0

    def x(labels: float) -> float:
        return LEFT + labels / most * (WIDTH - LEFT - RIGHT)

    def y(accuracy: float) -> float:
        return TOP + min(1.0, (high - accuracy) / span) * (HEIGHT - TOP - BOTTOM)

    words = f"accuracy against labels on {block['set']}"
    out = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(words)}">']
    for tick in range(5):
        at, labels = low + span * tick / 4, most * tick / 4
        out.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(at):.1f}" y2="{y(at):.1f}"/>')
        out.append(f'<text class="dim" x="{LEFT - 6}" y="{y(at) + 4:.1f}" text-anchor="end">{at:.2f}</text>')
        out.append(f'<text class="dim" x="{x(labels):.1f}" y="{HEIGHT - 16}" text-anchor="middle">{labels:,.0f}</text>')
    out.append(f'<text class="dim" x="{WIDTH / 2}" y="{HEIGHT - 2}" text-anchor="middle">labels</text>')
    if low <= goal <= high:
        out.append(f'<line class="target" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(goal):.1f}" y2="{y(goal):.1f}"/>')
    for arm in reversed(block["arms"]):
        way = "L".join(f"{x(p['labels']):.1f} {y(p['accuracy']):.1f}" for p in arm["curve"])
        out.append(
            f'<path d="M{way}" fill="none" stroke-width="2" {_colour(names, arm["strategy"])}>'
            f"<title>{escape(arm['strategy'])}</title></path>"
        )
    return "".join([*out, "</svg>"])
