import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.recordings.owners import Known, Owners

START = "2023-02-09-16-16-45"
NOTHING = Known()
words = st.text("ab_1", min_size=1, max_size=5)


def single(room: str, user: str) -> str:
    return f"1_{room}_{user}/{START}_0_audio.mp3"


def mixed(room: str) -> str:
    return f"1_{room}/446946705284000000_{START}_0_audio.mp3"


def read(key: str, known: Known = NOTHING, *, before: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    owners = Owners(known)
    for earlier in before:
        owners.read(earlier)
    owned = owners.read(key)
    assert owned is not None
    assert owned.sure == (len(owned.readings) == 1)
    return [(one.room_id, one.user_id) for one in owned.readings]


def test_plain_ids_leave_no_doubt() -> None:
    assert read(single("lobby", "7")) == [("lobby", "7")]


def test_doubt_is_told() -> None:
    assert read(single("red_team", "7")) == [("red_team", "7"), ("red", "team_7")]


@pytest.mark.parametrize(
    ("known", "meant"),
    [
        (Known(rooms=frozenset({"red"})), [("red", "team_7")]),
        (Known(rooms=frozenset({"red_team"})), [("red_team", "7")]),
        (Known(users=frozenset({"team_7"})), [("red", "team_7")]),
        (Known(numeric_users=True), [("red_team", "7")]),
        (Known(rooms=frozenset({"red"}), users=frozenset({"team_7"})), [("red", "team_7")]),
        (Known(rooms=frozenset({"blue"})), [("red_team", "7"), ("red", "team_7")]),
        (Known(rooms=frozenset({"red", "red_team"})), [("red_team", "7"), ("red", "team_7")]),
        (
            Known(rooms=frozenset({"red"}), users=frozenset({"7"})),
            [("red_team", "7"), ("red", "team_7")],
        ),
    ],
)
def test_what_is_known_decides_unless_it_contradicts_itself(
    known: Known, meant: list[tuple[str, str]]
) -> None:
    assert read(single("red_team", "7"), known) == meant


def test_room_of_a_mixed_stream_is_learned_on_the_way() -> None:
    assert read(single("red_team", "7"), before=(mixed("red_team"),)) == [("red_team", "7")]
    assert len(read(single("red_team", "7"), before=(mixed("red"), mixed("red_team")))) == 2


def test_a_room_that_exists_does_not_rule_out_a_longer_one() -> None:
    """Rooms `lobby` and `lobby_2`, of which only the first was recorded as a mixed stream."""
    assert read(single("lobby_2", "7"), before=(mixed("lobby"),)) == [("lobby_2", "7"), ("lobby", "2_7")]
    known = Known(rooms=frozenset({"lobby"}))
    assert read(single("lobby_2", "7"), known, before=(mixed("lobby"),)) == [("lobby", "2_7")]


def test_numeric_users_rule_nothing_out_where_no_reading_fits() -> None:
    assert read(single("red_team", "x"), Known(numeric_users=True)) == [("red_team", "x"), ("red", "team_x")]


def test_other_keys_are_passed_over() -> None:
    assert list(Owners(NOTHING).read_all(["readme.txt", "1_a/x.mp3"])) == []


@given(st.sets(words, min_size=1, max_size=4), st.sets(words, min_size=1, max_size=4))
def test_the_truth_is_never_ruled_out_by_true_knowledge(rooms: set[str], users: set[str]) -> None:
    streams = {single(room, user): (room, user) for room in rooms for user in users}
    owners = Owners(Known(rooms=frozenset(rooms), users=frozenset(users)))
    keys = sorted([*map(mixed, rooms), *streams], key=str.encode)
    for owned in owners.read_all(keys):
        meant = {(one.room_id, one.user_id) for one in owned.readings}
        assert owned.recording.mixed or streams[owned.recording.key] in meant


def test_only_rooms_that_the_latest_key_begins_with_are_remembered() -> None:
    owners = Owners(NOTHING)
    for number in range(1000):
        for key in (mixed(f"{number:04}"), mixed(f"{number:04}_a"), single(f"{number:04}", "7")):
            owners.read(key)
        assert len(owners._met) <= 2
