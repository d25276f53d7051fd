"""A line chart as SVG, HTML or PNG, without a plotting library: a scene of plain shapes, drawn by one of two painters."""

from __future__ import annotations

import html
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from ..core.errors import Malformed

WIDTH, HEIGHT = 860, 520
_SCALE = 2
"""Pixels of the PNG per pixel of the scene."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 180, 56, 60
# Okabe and Ito's colours, told apart also by colour-blind people.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999933")
_INK, _GRID, _PAPER = "#222222", "#dddddd", "#ffffff"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: points in units of the data, and optionally the lower and upper edge of its band at each x."""

    name: str
    points: Sequence[Point]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. level: a dashed line across at this y, with its words."""

    title: str
    x: str
    y: str
    lines: Sequence[Line]
    level: tuple[float, str] | None = None


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points, in pixels; filled when it is a band."""

    points: tuple[Point, ...]
    colour: str
    width: float = 1.0
    dashed: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A text at a place; anchor is start, middle or end; size in pixels; upright text runs from bottom to top."""

    at: Point
    text: str
    colour: str = _INK
    size: int = 13
    anchor: str = "start"
    upright: bool = False


Shape = Stroke | Words


def save(chart: Chart, path: Path) -> None:
    """Write the chart in the format that the name ends in. Raises `Malformed` for any other ending."""
    match path.suffix.lower():
        case ".svg":
            path.write_text(svg(chart), "utf-8")
        case ".html":
            page = f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(chart.title)}</title>{svg(chart)}"
            path.write_text(page, "utf-8")
        case ".png":
            path.write_bytes(png(chart))
        case other:
            raise Malformed(f"a picture is written as .svg, .html or .png; found {other or path.name!r}")


def scene(chart: Chart) -> list[Shape]:
    """The chart as shapes in pixels, back to front."""
    points = [p for line in chart.lines for p in line.points]
    edges = [v for line in chart.lines for v in (*line.low, *line.high)]
    if not points:
        raise Malformed("there is nothing to draw: no curve has a point")
    levels = [chart.level[0]] if chart.level else []
    across = ticks(min(x for x, _ in points), max(x for x, _ in points))
    up = ticks(min([y for _, y in points] + edges), max([y for _, y in points] + edges + levels))

    def place(x: float, y: float) -> Point:
        return (
            _LEFT + (x - across[0]) / (across[-1] - across[0]) * (WIDTH - _LEFT - _RIGHT),
            HEIGHT - _BOTTOM - (y - up[0]) / (up[-1] - up[0]) * (HEIGHT - _TOP - _BOTTOM),
        )

    shapes: list[Shape] = [Words((_LEFT, 30), chart.title, size=18)]
    for x in across:
        shapes += [Stroke((place(x, up[0]), place(x, up[-1])), _GRID)]
        shapes += [Words((place(x, up[0])[0], HEIGHT - _BOTTOM + 20), f"{x:g}", anchor="middle")]
    for y in up:
        shapes += [Stroke((place(across[0], y), place(across[-1], y)), _GRID)]
        shapes += [Words((_LEFT - 8, place(across[0], y)[1] + 4), f"{y:g}", anchor="end")]
    shapes += [Words((_LEFT + (WIDTH - _LEFT - _RIGHT) / 2, HEIGHT - 14), chart.x, anchor="middle")]
    shapes += [Words((20, _TOP + (HEIGHT - _TOP - _BOTTOM) / 2), chart.y, anchor="middle", upright=True)]
    if chart.level:
        ends = (place(across[0], chart.level[0]), place(across[-1], chart.level[0]))
        shapes += [Stroke(ends, _INK, dashed=True), Words((ends[0][0] + 6, ends[0][1] - 6), chart.level[1], size=11)]
    for number, line in enumerate(chart.lines):
        shapes += _drawn(line, COLOURS[number % len(COLOURS)], number, place)
    return shapes


def _drawn(line: Line, colour: str, number: int, place: Callable[[float, float], Point]) -> Iterable[Shape]:
    if line.low and line.high:
        there = [place(p[0], v) for p, v in zip(line.points, line.high, strict=True)]
        back = [place(p[0], v) for p, v in zip(line.points, line.low, strict=True)]
        yield Stroke((*there, *reversed(back)), colour, filled=True)
    yield Stroke(tuple(place(*p) for p in line.points), colour, width=2.5)
    y = _TOP + 24 + 22 * number
    left = WIDTH - _RIGHT + 24
    yield Stroke(((left, y - 4), (left + 22, y - 4)), colour, width=3)
    yield Words((left + 28, y), line.name)


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers that enclose [low, high], about so many: steps of 1, 2 or 5 times a power of ten."""
    large = max(abs(low), abs(high), 1.0)
    span = high - low if high - low > 1e-6 * large else large
    rough = span / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    return [round(i * step, 12) for i in range(first, last + 1)]


def svg(chart: Chart) -> str:
    """The chart as an SVG document."""
    body = "".join(_svg(shape) for shape in scene(chart))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif">'
        f"<title>{html.escape(chart.title)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_PAPER}"/>{body}</svg>\n'
    )


def _svg(shape: Shape) -> str:
    if isinstance(shape, Words):
        x, y = shape.at
        turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if shape.upright else ""
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{shape.size}" text-anchor="{shape.anchor}" '
            f'fill="{shape.colour}"{turn}>{html.escape(shape.text)}</text>'
        )
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
    if shape.filled:
        return f'<polygon points="{points}" fill="{shape.colour}" fill-opacity="0.15"/>'
    dashes = ' stroke-dasharray="6 4"' if shape.dashed else ""
    return f'<polyline points="{points}" fill="none" stroke="{shape.colour}" stroke-width="{shape.width:g}"{dashes}/>'


def png(chart: Chart) -> bytes:
    """The chart as PNG, drawn larger so that it is sharp on dense screens."""
    image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _PAPER)
    draw = ImageDraw.Draw(image, "RGBA")
    for shape in scene(chart):
        if isinstance(shape, Words):
            _write(image, draw, shape, ImageFont.load_default(shape.size * _SCALE))
            continue
        points = [(x * _SCALE, y * _SCALE) for x, y in shape.points]
        if shape.filled:
            draw.polygon(points, fill=f"{shape.colour}26")
        elif shape.dashed:
            _dash(draw, points, shape.colour)
        else:
            draw.line(points, fill=shape.colour, width=round(shape.width * _SCALE), joint="curve")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _write(image: Image.Image, draw: ImageDraw.ImageDraw, words: Words, font: Any) -> None:
    x, y = words.at[0] * _SCALE, words.at[1] * _SCALE
    if not words.upright:
        anchor = {"start": "ls", "middle": "ms", "end": "rs"}[words.anchor]
        draw.text((x, y), words.text, fill=words.colour, font=font, anchor=anchor)
        return
    left, _, right, bottom = font.getbbox(words.text)
    tile = Image.new("L", (int(right - left) + 2, int(bottom) + 4))
    ImageDraw.Draw(tile).text((0, 0), words.text, fill=255, font=font)
    tile = tile.rotate(90, expand=True)
    ink = Image.new("RGB", tile.size, words.colour)
    image.paste(ink, (int(x - tile.width), int(y - tile.height / 2)), tile)


def _dash(draw: ImageDraw.ImageDraw, points: Sequence[Point], colour: str) -> None:
    (x0, y), (x1, _) = points
    step, mark = 10 * _SCALE, 6 * _SCALE
    for i in range(int((x1 - x0) // step) + 1):
        draw.line([(x0 + i * step, y), (min(x0 + i * step + mark, x1), y)], fill=colour, width=_SCALE)
