"""A chart as PNG, for mail, slides and wikis that take no SVG; drawn by Pillow, of extra `charts`."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from io import BytesIO
from typing import TYPE_CHECKING

from gme_recording.errors import ExitCode, UserError
from gme_recording.review import chart

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

    from gme_recording.review.chart import Chart

SCALE = 2
"""Pixels for each unit of the SVG: text stays sharp on dense screens and in print."""
_SVG = "{http://www.w3.org/2000/svg}"
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def png(drawn: Chart) -> bytes:
    """The picture that `chart.svg` makes, in pixels; UserError UNAVAILABLE where Pillow is not installed."""
    try:
        from PIL import Image, ImageDraw  # noqa: PLC0415 - an extra
    except ImportError:
        raise UserError(
            "a PNG is drawn by Pillow, which is not installed",
            hint="pip install 'gme-recording[charts]', or take --svg, which needs nothing",
            exit_code=ExitCode.UNAVAILABLE,
        ) from None
    root = ET.fromstring(chart.svg(drawn))  # noqa: S314 - our own
    image = Image.new("RGB", (_pixels(root, "width"), _pixels(root, "height")), "white")
    canvas = ImageDraw.Draw(image)
    for element in root.iter():
        _draw(canvas, element, _number(root, "font-size"))
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _draw(canvas: ImageDraw, element: ET.Element, font_size: float) -> None:
    match element.tag.removeprefix(_SVG):
        case "rect":
            left, top = _pixels(element, "x"), _pixels(element, "y")
            right = _pixels(element, "x", "width")
            bottom = _pixels(element, "y", "height")
            if bottom > top:
                canvas.rectangle((left, top, right - 1, bottom - 1), element.attrib["fill"])
        case "line":
            ends = tuple(_pixels(element, name) for name in ("x1", "y1", "x2", "y2"))
            canvas.line(ends, element.attrib["stroke"], SCALE)
        case "text":
            _write(canvas, element, font_size)


def _write(canvas: ImageDraw, element: ET.Element, font_size: float) -> None:
    from PIL import ImageFont  # noqa: PLC0415 - an extra

    font = ImageFont.load_default(SCALE * _number(element, "font-size", font_size))
    anchor = _ANCHORS[element.get("text-anchor", "start")]
    at = _pixels(element, "x"), _pixels(element, "y")
    canvas.text(at, element.text or "", "black", font, anchor)


def _pixels(element: ET.Element, *names: str) -> int:
    """Sum of attributes, rounded once: rectangles that touch in the SVG touch here."""
    return round(SCALE * sum(_number(element, name) for name in names))


def _number(element: ET.Element, name: str, default: float = 0) -> float:
    return float(element.get(name, default))
