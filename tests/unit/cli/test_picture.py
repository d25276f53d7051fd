from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handloom.cli import picture, terminal
from handloom.cli.picture import Chart, Line
from handloom.core.errors import Malformed

CHART = Chart(
    "auto & <random>",
    "labels",
    "accuracy",
    (
        Line("auto", ((20, 0.5), (40, 0.8), (60, 0.9)), (0.4, 0.7, 0.85), (0.6, 0.9, 0.95)),
        Line("random", ((20, 0.4), (40, 0.6), (60, 0.7))),
    ),
    (0.92, "95 % of all"),
)


def test_an_svg_is_well_formed_and_names_every_curve() -> None:
    root = ElementTree.fromstring(picture.svg(CHART))
    words = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"auto & <random>", "labels", "accuracy", "auto", "random", "95 % of all"} <= set(words)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polygon"))) == 1


def test_everything_lies_on_the_picture() -> None:
    for shape in picture.scene(CHART):
        points = [shape.at] if isinstance(shape, picture.Words) else shape.points
        assert all(0 <= x <= picture.WIDTH and 0 <= y <= picture.HEIGHT for x, y in points)


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.png"])
def test_it_is_written_by_its_ending(tmp_path: Path, name: str) -> None:
    picture.save(CHART, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    if name.endswith(".png"):
        image = Image.open(io.BytesIO(data)).convert("RGB")
        assert image.size == (picture.WIDTH * 2, picture.HEIGHT * 2)
        assert len(set(image.resize((200, 120)).tobytes())) > 20
    else:
        assert b"<svg" in data


def test_other_endings_and_empty_charts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"\.svg, \.html or \.png"):
        picture.save(CHART, tmp_path / "a.pdf")
    with pytest.raises(Malformed, match="nothing to draw"):
        picture.svg(Chart("t", "x", "y", ()))


@given(st.floats(-1e9, 1e9), st.floats(0, 1e9))
def test_ticks_enclose_their_range(low: float, span: float) -> None:
    found = picture.ticks(low, low + span)
    assert 2 <= len(found) <= 14
    assert found == sorted(set(found))
    slack = (found[1] - found[0]) * 1e-3
    assert found[0] <= low + slack
    assert found[-1] >= low + span - slack


def test_curves_in_a_terminal() -> None:
    drawn = terminal.draw(CHART, columns=40, rows=8).plain.splitlines()
    assert "accuracy" in drawn[0]
    assert any("⠀" < c <= "⣿" for line in drawn for c in line)
    assert "auto" in drawn[-1]
    assert "random" in drawn[-1]
    assert terminal.draw(Chart("t", "x", "y", ())).plain == "(no curve has a point yet)"


def test_one_point_alone_can_be_drawn() -> None:
    chart = Chart("t", "x", "y", (Line("only", ((5, 0.5),)),))
    assert "only" in terminal.draw(chart).plain
    assert "only" in picture.svg(chart)
