import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.review import chart
from gme_recording.review.chart import ROWS, Chart, Series

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*layers: tuple[float, ...], title: str = "prod") -> Chart:
    series = (Series(f"layer {at}", tuple(map(Decimal, map(str, each)))) for at, each in enumerate(layers))
    return Chart(title, "USD", tuple(series))


def test_a_terminal_shows_columns_of_layers_with_axis_and_legend():
    text = chart.terminal(drawn((6, 3), (0, 9)))

    assert text.splitlines() == [
        "prod",
        "",
        "20.00 │",
        *["      │"] * 4,
        "      │   ▓▓",
        "10.00 │   ▓▓",
        "      │   ▓▓",
        "      │██ ▓▓",
        "      │██ ▓▓",
        "      │██ ██",
        "      │██ ██",
        "  USD └─────",
        "        1  2",
        "       █ layer 0",
        "       ▓ layer 1",
    ]


@pytest.mark.parametrize(
    ("highest", "top"),
    [("0", "1"), ("0.003", "0.005"), ("1", "1"), ("1.01", "2"), ("4", "5"), ("51", "100"), ("5000", "5000")],
)
def test_the_axis_ends_at_a_round_number(highest, top):
    assert drawn((float(highest),)).top == Decimal(top)


@given(st.lists(st.lists(st.decimals(0, 10**6, places=2), min_size=3, max_size=3), min_size=1, max_size=10))
def test_columns_are_as_high_as_their_sums(layers):
    made = Chart("c", "USD", tuple(Series(str(at), tuple(each)) for at, each in enumerate(layers)))

    rows = [line.partition("│")[2].ljust(8) for line in chart.terminal(made).splitlines()[2 : 2 + ROWS]]

    for month, total in enumerate(made.sums):
        filled = sum(row[3 * month] != " " for row in rows)
        assert abs(filled - total * ROWS / made.top) <= Decimal("0.5")
        assert made.top >= total


def test_mermaid_shows_the_sums():
    assert chart.mermaid(drawn((1, 2), (0.5, 0.25), title='the "prod"')) == (
        "```mermaid\n"
        "xychart-beta\n"
        "    title \"the 'prod'\"\n"
        '    x-axis "month" ["1", "2"]\n'
        '    y-axis "USD" 0 --> 5\n'
        "    bar [1.50, 2.25]\n"
        "```"
    )


def test_svg_stacks_the_layers_from_the_bottom_and_escapes_texts():
    picture = ET.fromstring(chart.svg(drawn((10, 5), (10, 0), title="<prod> & more")))

    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"<prod> & more", "layer 0", "layer 1", "20.00", "0.00"} <= set(texts)
    first, second = picture.findall(f"{SVG}g")
    boxes = [(float(box.get("y") or 0), float(box.get("height") or 0)) for box in first.findall(f"{SVG}rect")]
    assert boxes == [(150.0, 110.0), (40.0, 110.0)]
    assert [title.text for title in picture.iter(f"{SVG}title")] == [
        "month 1: 20.00 USD",
        "month 2: 5.00 USD",
    ]
    assert len(second.findall(f"{SVG}rect")) == 1


def test_amounts_are_short():
    assert [chart.amount(Decimal(value)) for value in ("0", "99.994", "1234.5")] == ["0.00", "99.99", "1,234"]
