"""Curves in a terminal: dots of Braille, two by four in each character."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rich.text import Text

from .picture import Chart, ticks

_STYLES = ("blue", "dark_orange", "green", "magenta", "yellow", "cyan", "white", "red")
# Bit of the Braille pattern for the dot at (column, row) of a character (Unicode block U+2800).
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


def draw(chart: Chart, columns: int = 64, rows: int = 14) -> Text:
    """The chart as styled text, ``rows`` lines high plus axes and a key."""
    points = [p for line in chart.lines for p in line.points]
    if not points:
        return Text("(no curve has a point yet)")
    levels = [chart.level[0]] if chart.level else []
    across = ticks(min(x for x, _ in points), max(x for x, _ in points))
    up = ticks(min(y for _, y in points), max([y for _, y in points] + levels))

    def dot(x: float, y: float) -> tuple[int, int]:
        across_share = (x - across[0]) / (across[-1] - across[0])
        up_share = (y - up[0]) / (up[-1] - up[0])
        return round(across_share * (columns * 2 - 1)), round((1 - up_share) * (rows * 4 - 1))

    bits = [[0] * columns for _ in range(rows)]
    styles = [["" for _ in range(columns)] for _ in range(rows)]
    if chart.level:
        for x in range(0, columns * 2, 4):
            _set(bits, styles, x, dot(across[0], chart.level[0])[1], "dim")
    for number, line in enumerate(chart.lines):
        for x, y in _between([dot(*p) for p in line.points]):
            _set(bits, styles, x, y, _STYLES[number % len(_STYLES)])
    return _assembled(chart, bits, styles, (across, up))


def _set(bits: list[list[int]], styles: list[list[str]], x: int, y: int, style: str) -> None:
    bits[y // 4][x // 2] |= _DOTS[x % 2][y % 4]
    styles[y // 4][x // 2] = style


def _between(points: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """All dots on the way from point to point."""
    found = list(points[:1])
    for (x0, y0), (x1, y1) in pairwise(points):
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        found += [(x0 + round((x1 - x0) * i / steps), y0 + round((y1 - y0) * i / steps)) for i in range(1, steps + 1)]
    return found


def _assembled(
    chart: Chart, bits: list[list[int]], styles: list[list[str]], axes: tuple[list[float], list[float]]
) -> Text:
    across, up = axes
    rows, columns = len(bits), len(bits[0])
    text = Text(f"{chart.y}\n", style="bold")
    marks = {round((1 - (y - up[0]) / (up[-1] - up[0])) * (rows - 1)): f"{y:g}" for y in up}
    for number in range(rows):
        text.append(f"{marks.get(number, ''):>7} ┤" if number in marks else "        │", style="default not bold")
        for value, style in zip(bits[number], styles[number], strict=True):
            text.append(chr(0x2800 + value) if value else " ", style=f"{style} not bold" if style else "not bold")
        text.append("\n")
    text.append("        └" + "─" * columns + "\n", style="not bold")
    left, right = f"{across[0]:g}", f"{across[-1]:g}"
    middle = chart.x.center(columns - len(left) - len(right))
    text.append(f"         {left}{middle}{right}\n         ", style="not bold")
    for number, line in enumerate(chart.lines):
        text.append("━━ ", style=f"{_STYLES[number % len(_STYLES)]} not bold")
        text.append(f"{line.name}   ", style="not bold")
    if chart.level:
        text.append(f"┄┄ {chart.level[1]}", style="dim not bold")
    return text
