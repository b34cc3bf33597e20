from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.errors import ExitCode, InvalidInput, UserError
from gme_recording.review import prices
from gme_recording.review.prices import Unit

ROOT = Path(__file__).parents[2]
OWN = """\
# source: our contract
# priced on: 2026-01-31
regions,storage_class,usd_per_gb_month,usd_per_gb_egress
ap-singapore ap-jakarta,STANDARD,0.015,
"""


def test_the_table_that_comes_along_is_dated_and_sourced():
    (source,) = prices.load().sources

    assert source.priced_on == "2023-07"
    assert "Tencent Cloud COS" in source.name


@pytest.mark.parametrize(
    ("region", "storage_class", "unit", "usd"),
    [
        ("ap-guangzhou", "STANDARD", Unit.GB_MONTH, "0.024"),
        ("ap-guangzhou", "DEEP_ARCHIVE", Unit.REQUESTS, "0.14"),
        ("ap-singapore", "ARCHIVE", Unit.RETRIEVED, "0.012"),
        ("eu-frankfurt", "STANDARD", Unit.EGRESS, "0.07"),
        ("ap-chongqing", "STANDARD", Unit.REPLICATED, "0.05"),
        ("ap-singapore", "DEEP_ARCHIVE", Unit.GB_MONTH, None),
        ("ap-nanjing", "ARCHIVE", Unit.GB_MONTH, None),
        ("ap-jakarta", "STANDARD", Unit.GB_MONTH, None),
    ],
)
def test_prices_are_those_of_the_vendors_page(region, storage_class, unit, usd):
    assert prices.load().find(region, storage_class, unit) == (None if usd is None else Decimal(usd))


def test_a_file_of_ones_own_takes_the_place_of_single_prices(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(OWN)

    found = prices.load(file)

    assert [source.priced_on for source in found.sources] == ["2026-01-31", "2023-07"]
    assert found.find("ap-singapore", "STANDARD", Unit.GB_MONTH) == Decimal("0.015")
    assert found.find("ap-jakarta", "STANDARD", Unit.GB_MONTH) == Decimal("0.015")
    assert found.find("ap-singapore", "STANDARD", Unit.EGRESS) == Decimal("0.072")


def test_the_recording_fee_is_known_only_if_it_is_told():
    assert prices.load().find("", "", Unit.RECORDED) is None
    assert prices.load().with_recording(None).find("", "", Unit.RECORDED) is None
    assert prices.load().with_recording(Decimal("0.5")).find("", "", Unit.RECORDED) == Decimal("0.5")


def test_all_that_is_wrong_with_a_file_is_told_at_once():
    text = OWN.replace("0.015,", "cheap,-1").replace("# priced on: 2026-01-31\n", "# priced on: 2026-01\n")
    text += "ap-tokyo,ARCHIVE,NaN,\n\nap-tokyo ap-tokio,ARCHIV,1,1,1\n"

    with pytest.raises(InvalidInput) as refused:
        prices.parse(text, "own.csv")

    assert [(problem.where, problem.found) for problem in refused.value.problems] == [
        ("line 4", "cheap"),
        ("line 4", "-1"),
        ("line 5", "NaN"),
        ("line 7", "ap-tokio"),
        ("line 7", "ARCHIV"),
        ("line 7", "['1']"),
    ]
    assert refused.value.exit_code == ExitCode.INPUT


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (OWN.replace("# priced on: 2026-01-31\n", ""), ["# priced on"]),
        (OWN.replace("usd_per_gb_egress", "usd_per_gb_egres"), ["column"]),
        (OWN.replace("usd_per_gb_egress", "usd_per_gb_month"), ["column", "column"]),
        ("", ["# priced on", "regions", "storage_class"]),
    ],
)
def test_a_file_without_date_or_with_other_columns_is_refused(text, where):
    with pytest.raises(InvalidInput) as refused:
        prices.parse(text, "own.csv")

    assert [problem.where for problem in refused.value.problems] == where


@given(
    st.text() | st.lists(st.sampled_from([*OWN.splitlines(), '"', "\0", ",,", "x" * 140_000])).map("\n".join)
)
def test_whatever_a_file_holds_it_is_read_or_refused(text):
    with suppress(InvalidInput):
        prices.parse(f"{OWN}{text}", "own.csv")


def test_a_file_may_begin_as_spreadsheets_write_it(tmp_path):
    file = tmp_path / "own.csv"
    file.write_bytes(b"\xef\xbb\xbf" + OWN.replace("\n", "\r\n").encode())

    assert prices.load(file).find("ap-jakarta", "STANDARD", Unit.GB_MONTH) == Decimal("0.015")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_refused_with_the_form(tmp_path, content):
    file = tmp_path / "own.csv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(UserError, match=r"own\.csv cannot be read") as refused:
        prices.load(file)

    assert "regions,storage_class,usd_per_gb_month" in refused.value.hint


def test_the_wheel_carries_the_table():
    shipped = {file.relative_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}

    assert "gme_recording/review/prices.csv" in shipped
