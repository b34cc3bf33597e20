from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.config import words
from components.config.model import Encryption


def refusal(read: Callable[[object], Any], written: object) -> words.Unreadable:
    with pytest.raises(words.Unreadable) as raised:
        read(written)
    return raised.value


@given(st.integers(1, 3650))
def test_days_are_read_as_they_are_written(count: int) -> None:
    assert words.days_or_forever(1, 3650)(words.render_days(count)) == count


@given(st.integers(1, 3600))
def test_seconds_are_read_as_they_are_written(count: int) -> None:
    assert words.seconds(1, 3600)(words.render_seconds(count)) == count


@given(st.text(max_size=20))
def test_any_text_is_a_duration_in_range_or_refused(text: str) -> None:
    try:
        count = words.days(1, 3650)(text)
    except words.Unreadable:
        count = 1
    assert 1 <= count <= 3650


@pytest.mark.parametrize(
    ("written", "expected"), [("1 day", 1), ("30 days", 30), ("2 weeks", 14), ("180  days", 180)]
)
def test_days_and_weeks_are_days(written: str, expected: int) -> None:
    assert words.days(0, 3650)(written) == expected


@pytest.mark.parametrize(("written", "meant"), [("6 months", "180 days"), ("1 year", "365 days")])
def test_months_and_years_are_refused_as_ambiguous(written: str, meant: str) -> None:
    assert meant in refusal(words.days(1, 3650), written).hint


@pytest.mark.parametrize("written", [30, "30", " 30 "])
def test_a_number_without_unit_is_asked_for_its_unit(written: object) -> None:
    assert '"30 days"' in refusal(words.days(1, 3650), written).hint


@pytest.mark.parametrize(
    "written", ["", "days", "-1 days", "1.5 days", "0 days", "3651 days", True, None, [], "30days"]
)
def test_what_is_no_duration_in_range_is_refused(written: object) -> None:
    refusal(words.days(1, 3650), written)


def test_forever_is_none() -> None:
    read = words.days_or_forever(1, 3650)
    assert read("forever") is None
    assert words.render_days(None) == "forever"
    assert '"forever"' in refusal(read, "for ever").allowed


@pytest.mark.parametrize(
    ("count", "text"), [(1, "1 second"), (90, "90 seconds"), (120, "2 minutes"), (3600, "1 hour")]
)
def test_seconds_are_written_in_the_largest_whole_unit(count: int, text: str) -> None:
    assert words.render_seconds(count) == text


@pytest.mark.parametrize("written", [1250000000, "1250000000"])
def test_digits_may_come_without_quotes(written: object) -> None:
    assert words.digits(10, "ten digits")(written) == "1250000000"


@pytest.mark.parametrize("written", [125, "125000000a", 1250000000.0, True])
def test_other_than_the_digits_is_refused(written: object) -> None:
    refusal(words.digits(10, "ten digits"), written)


@pytest.mark.parametrize("written", [0, 2**53 + 1, 1.5, "5", True, None, float("nan")])
def test_what_a_double_cannot_hold_exactly_is_no_whole_number(written: object) -> None:
    refusal(words.whole(1, 2**53), written)


def test_whole_numbers_may_arrive_as_doubles() -> None:
    assert words.whole(1, 2**53)(1400000001.0) == 1400000001


def test_a_number_where_a_text_belongs_is_to_be_quoted() -> None:
    assert refusal(words.text("[0-9a-f]{12}", "12 hex digits"), 123456789012).hint == "put it in quotes"


@pytest.mark.parametrize("written", ["yes", 1, "true", None])
def test_only_true_and_false_are_flags(written: object) -> None:
    refusal(words.flag, written)


def test_words_of_an_enumeration() -> None:
    assert words.one_of(Encryption)("SM4") is Encryption.SM4
    assert refusal(words.one_of(Encryption), "aes256").allowed == "one of AES256, KMS, SM4"
    assert words.several_of(Encryption)(["SM4", "KMS"]) == (Encryption.SM4, Encryption.KMS)


@pytest.mark.parametrize("written", ["SM4", ["SM4", "SM4"], ["none"], {"SM4": True}])
def test_a_list_of_other_or_repeated_words_is_refused(written: object) -> None:
    refusal(words.several_of(Encryption), written)


@pytest.mark.parametrize("written", [{"version": 1}, {"on": True}, ["a"], "a", {1: "a"}])
def test_only_texts_make_a_mapping_of_texts(written: object) -> None:
    refusal(words.texts, written)
