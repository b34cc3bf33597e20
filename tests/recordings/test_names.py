from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.recordings.names import CHINA, Recording, folders, is_below, parse, readings

TASK = "446946705284000000"
BEGAN = datetime(2023, 2, 9, 8, 16, 45, tzinfo=UTC)
START = "2023-02-09-16-16-45"

ids = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20)
plain_ids = st.integers(1, 2**63 - 1).map(str)
times = st.integers(946684800, 4102444800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def china(time: datetime) -> str:
    return time.astimezone(CHINA).strftime("%Y-%m-%d-%H-%M-%S")


def test_single_stream() -> None:
    key = f"1400000000_100_999/{START}_3_audio.mp3"
    wanted = Recording(
        key=key, biz_id=1400000000, room_id="100", user_id="999", started=BEGAN, segment=3, task_id=None
    )
    assert parse(key) == parse(key, "100") == wanted
    assert not wanted.mixed


def test_mixed_stream() -> None:
    key = f"1400000000_100/{TASK}_{START}_0_audio.mp3"
    wanted = Recording(
        key=key, biz_id=1400000000, room_id="100", user_id="", started=BEGAN, segment=0, task_id=TASK
    )
    assert parse(key) == parse(key, "100") == wanted
    assert wanted.mixed


def test_shape_of_the_callbacks_sample() -> None:
    key = f"1400000000_100_999/{START}_{TASK}_audio.mp3"
    assert parse(key) == Recording(
        key=key, biz_id=1400000000, room_id="100", user_id="999", started=BEGAN, segment=None, task_id=TASK
    )


def test_start_may_be_unix_seconds() -> None:
    found = parse("1_r_u/1675930605_0_audio.mp3")
    assert found is not None
    assert found.started == BEGAN


@given(st.integers(1, 2**32), ids, plain_ids, times, st.integers(0, 999_999))
def test_single_stream_is_read_back(biz: int, room: str, user: str, began: datetime, segment: int) -> None:
    key = f"{biz}_{room}_{user}/{china(began)}_{segment}_audio.mp3"
    wanted = Recording(
        key=key, biz_id=biz, room_id=room, user_id=user, started=began, segment=segment, task_id=None
    )
    assert parse(key) == parse(key, room) == wanted


@given(st.integers(1, 2**32), ids, ids, times)
def test_known_room_tells_room_and_user_apart(biz: int, room: str, user: str, began: datetime) -> None:
    found = parse(f"{biz}_{room}_{user}/{china(began)}_0_audio.mp3", room)
    assert found is not None
    assert (found.room_id, found.user_id) == (room, user)


@given(st.integers(1, 2**32), ids, st.integers(1, 2**63 - 1), times, st.integers(0, 99))
def test_mixed_stream_is_read_back(biz: int, room: str, task: int, began: datetime, segment: int) -> None:
    key = f"{biz}_{room}/{task}_{china(began)}_{segment}_audio.mp3"
    wanted = Recording(
        key=key, biz_id=biz, room_id=room, user_id="", started=began, segment=segment, task_id=str(task)
    )
    assert parse(key) == parse(key, room) == wanted
    assert parse(key, room + "x") is None


@given(st.integers(1, 2**32), ids, plain_ids, times)
def test_folders_are_what_keys_begin_with(biz: int, room: str, user: str, began: datetime) -> None:
    mixed, single = folders(biz, room)
    assert parse(f"{mixed}5_{china(began)}_0_audio.mp3", room) is not None
    assert parse(f"{single}{user}/{china(began)}_0_audio.mp3", room) is not None


@pytest.mark.parametrize(
    "key",
    [
        "",
        "readme.txt",
        f"/1_r/{TASK}_{START}_0_audio.mp3",
        f"1_r/{TASK}_{START}_0_audio.wav",
        f"1_r/{TASK}_{START}_audio.mp3",
        f"1_r/{TASK}_2023-02-30-16-16-45_0_audio.mp3",
        f"1_r/{TASK}_0001-01-01-00-00-00_0_audio.mp3",
        f"r_1/{TASK}_{START}_0_audio.mp3",
        f"1_r/{TASK}_{START}_0_audio.mp3/",
        f"1_r/{TASK}_{START}_0_audio.mp3.json",
        f"1_r/{START}_0_audio.mp3",
        f"1__u/{START}_0_audio.mp3",
        f"1_r_/{START}_0_audio.mp3",
        f"1_r_u/{START}_٣_audio.mp3",
        f"1_r_u/{START}_{'1' * 5000}_audio.mp3",
        f"1_r_u/{START}_{2**64}_audio.mp3",
        f"1_r/{2**64}_{START}_0_audio.mp3",
        f"{'1' * 5000}_r_u/{START}_0_audio.mp3",
        "/3400352518_2314_447947346201176660_9081",
    ],
)
def test_other_keys_are_no_recordings(key: str) -> None:
    assert parse(key) is None


@given(st.integers(1, 2**32), ids, ids, times)
def test_a_users_folder_is_told_whatever_lies_in_it(biz: int, room: str, user: str, began: datetime) -> None:
    key = f"{biz}_{room}_{user}/{china(began)}_0_audio.mp3"
    assert all(is_below(name, biz, user) for name in (key, f"{key}.json", f"{key}/a/b"))
    assert not is_below(key, biz + 1, user)


@pytest.mark.parametrize("key", ["1_r_7", "1_r_77/a", "1_r_7x/a", "1_7/a", "1__7/a", "r_7/a"])
def test_what_is_not_in_a_users_folder_is_not_taken_for_it(key: str) -> None:
    assert not is_below(key, 1, "7")


@given(st.text())
def test_any_text_is_read_or_refused(key: str) -> None:
    assert parse(key) is None or "/" in key


def test_times_are_chinas() -> None:
    assert timedelta(hours=8) == CHINA.utcoffset(None)


def test_every_separator_is_a_reading_and_the_likeliest_is_first() -> None:
    found = readings(f"1_red_team_7/{START}_0_audio.mp3")
    assert [(one.room_id, one.user_id) for one in found] == [("red_team", "7"), ("red", "team_7")]


@pytest.mark.parametrize("key", ["readme.txt", f"1_r/{START}_0_audio.mp3"])
def test_other_keys_have_no_reading(key: str) -> None:
    assert readings(key) == ()


@given(st.integers(1, 2**32), ids, ids, times)
def test_the_truth_is_among_the_readings(biz: int, room: str, user: str, began: datetime) -> None:
    found = readings(f"{biz}_{room}_{user}/{china(began)}_0_audio.mp3")
    assert (room, user) in [(one.room_id, one.user_id) for one in found]
    assert len(set(found)) == len(found)
