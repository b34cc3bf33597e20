import sys
import xml.etree.ElementTree as ET
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image, ImageColor

from gme_recording.errors import ExitCode, UserError
from gme_recording.review import chart, picture
from gme_recording.review.chart import COLOURS, Chart, Series

WHITE = (255, 255, 255)
STACKED = Chart(
    "prod",
    "USD",
    (Series("storage", (Decimal(10), Decimal(5))), Series("requests", (Decimal(10), Decimal(0)))),
)


def opened(drawn: Chart) -> Image.Image:
    with Image.open(BytesIO(picture.png(drawn))) as image:
        assert image.format == "PNG"
        return image.convert("RGB")


def test_a_picture_is_twice_as_large_as_the_svg():
    svg = ET.fromstring(chart.svg(STACKED))

    assert opened(STACKED).size == (2 * int(svg.attrib["width"]), 2 * int(svg.attrib["height"]))


def test_layers_are_stacked_in_their_colours_where_the_svg_has_them():
    image = opened(STACKED)
    lower, upper = (ImageColor.getrgb(colour) for colour in COLOURS[:2])

    svg = ET.fromstring(chart.svg(STACKED))
    first = next(each for each in svg.iter() if each.tag.endswith("}g"))
    boxes = [each.attrib for each in first if each.tag.endswith("}rect")]
    column = 2 * (int(boxes[0]["x"]) + int(boxes[0]["width"]) // 2)
    top, middle, bottom = (2 * round(float(at)) for at in (boxes[1]["y"], boxes[0]["y"], 260))
    seen = [image.getpixel((column, y)) for y in range(top, bottom)]
    assert seen == [upper] * (middle - top) + [lower] * (bottom - middle)
    assert image.getpixel((column, top - 3)) == WHITE


def test_title_and_legend_are_written():
    """Each adds dark pixels where another chart has none: no font of the system is needed."""
    named = opened(STACKED)
    nameless = opened(Chart("", "", tuple(Series("", each.values) for each in STACKED.series)))

    for box in [(140, 10, named.width, 44), (174, 576, named.width, named.height)]:
        assert min(named.crop(box).convert("L").tobytes()) < 64
        assert min(nameless.crop(box).convert("L").tobytes()) == 255


def test_a_chart_of_nothing_is_an_empty_axis():
    image = opened(Chart("nothing", "USD", ()))

    assert {colour for _, colour in image.getcolors(1 << 16) or ()} > {WHITE}


def test_without_pillow_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)

    with pytest.raises(UserError, match="Pillow") as raised:
        picture.png(STACKED)

    assert raised.value.exit_code == ExitCode.UNAVAILABLE
    assert "pip install 'gme-recording[charts]'" in raised.value.hint
