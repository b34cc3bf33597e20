from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api.objects import Object, Objects
from gme_recording.recordings import erase
from gme_recording.recordings.erase import (
    MARKER,
    MIXED,
    NAMED_ROOM,
    NOT_UNDERSTOOD,
    RECORDING,
    SAME_ROOM,
    SAME_TASK,
    Place,
)
from tests.recordings.erasing import KEY, NOW, REQUEST, carried_out, place, users
from tests.recordings.world import APP, BUCKET, REGION, World


def test_a_users_own_streams_go_and_nobody_elses(world: World) -> None:
    world.recorded("lobby", "7", "8", mode=1)
    world.recorded("hall", "7", "77", mode=1)

    plan = erase.plan([place(world)], REQUEST)
    assert users(plan.erase) == ["hall_7", "lobby_7"]
    assert len(world.listed()) == 4, "planning changes nothing"
    assert plan.complete

    assert set(carried_out(plan, place(world)).values()) == {""}
    assert [key.partition("/")[0] for key in world.listed()] == [f"{APP}_hall_77", f"{APP}_lobby_8"]
    assert erase.plan([place(world)], REQUEST).erase == ()


def test_a_mixed_stream_is_nobodys_own(world: World) -> None:
    world.recorded("lobby", "7")
    plan = erase.plan([place(world)], replace(REQUEST, user_id=""))
    assert (plan.erase, plan.mixed) == ((), ())


def test_mixed_streams_that_hold_the_voice_are_told_and_stay(world: World) -> None:
    world.recorded("lobby", "7", "8")
    world.recorded("lobby", "8", mode=2)
    world.recorded("hall", "8")
    world.recorded("den", "7", mode=2)

    plan = erase.plan([place(world)], replace(REQUEST, rooms=frozenset({"den"})))

    assert users(plan.erase) == ["lobby_7"]
    assert [(users([item])[0], item.why) for item in plan.mixed] == [
        ("den", NAMED_ROOM),
        ("lobby", SAME_TASK),
        ("lobby", SAME_ROOM),
    ]
    assert not plan.complete
    assert any("only as a mixed stream" in note for note in plan.out_of_reach)
    assert erase.rooms(plan) == {"lobby", "den"}


def test_mixed_streams_go_whole_when_that_is_asked_for(world: World) -> None:
    world.recorded("lobby", "7", "8")
    plan = erase.plan([place(world)], replace(REQUEST, include_mixed=True))
    assert [(users([item])[0], item.kind) for item in plan.erase] == [
        ("lobby_7", RECORDING),
        ("lobby", MIXED),
    ]
    assert plan.complete
    carried_out(plan, place(world))
    assert [key.partition("/")[0] for key in world.listed()] == [f"{APP}_lobby_8"]


def test_versions_and_delete_markers_go_too(world: World) -> None:
    world.versioned()
    world.put(KEY, b"one")
    world.put(KEY, b"two")
    world.sdk.delete_object(Bucket=BUCKET, Key=KEY)
    assert world.listed() == []

    plan = erase.plan([place(world)], REQUEST)
    assert sorted((item.kind, item.size) for item in plan.erase) == [
        (MARKER, 0),
        (RECORDING, 3),
        (RECORDING, 3),
    ]

    carried_out(plan, place(world))
    assert list(world.objects.versions(BUCKET, "")) == []


def test_replicas_are_looked_through_and_erased(world: World) -> None:
    copies = Objects(world.replica("ap-shanghai", "copy-1250000000"))
    world.put(KEY)
    copy = Place(region="ap-shanghai", bucket="copy-1250000000", objects=copies)

    plan = erase.plan([place(world), copy], REQUEST)
    assert plan.buckets == (f"{REGION}/{BUCKET}", "ap-shanghai/copy-1250000000")
    assert [item.bucket for item in plan.erase] == [BUCKET, "copy-1250000000"]

    carried_out(plan, place(world), copy)
    assert world.listed() == world.listed("copy-1250000000", copies) == []


def test_what_may_be_anothers_stays_until_that_is_settled(world: World) -> None:
    world.recorded("red_team", "7", mode=1)

    plan = erase.plan([place(world)], REQUEST)
    assert (users(plan.erase), users(plan.unclear), plan.complete) == ([], ["red_team_7"], False)
    assert plan.unclear[0].why == "user 7 in room red_team or user team_7 in room red?"

    settled = replace(REQUEST, rooms=frozenset({"red_team"}))
    assert users(erase.plan([place(world)], settled).erase) == ["red_team_7"]
    assert users(erase.plan([place(world)], replace(REQUEST, numeric_users=True)).erase) == ["red_team_7"]
    world.put(KEY)
    elsewhere = replace(REQUEST, rooms=frozenset({"red", "lobby"}))
    plan = erase.plan([place(world)], elsewhere)
    assert (users(plan.erase), users(plan.unclear)) == (["lobby_7"], ["red_team_7"]), "both rooms may exist"


def test_a_mixed_stream_of_a_shorter_room_hides_nothing(world: World) -> None:
    world.recorded("lobby", "9")
    world.recorded("lobby_2", "7", mode=1)
    plan = erase.plan([place(world)], REQUEST)
    assert (users(plan.unclear), plan.complete) == (["lobby_2_7"], False)


def test_ids_with_slashes_are_erased(world: World) -> None:
    world.recorded("../etc", "../../x", "7")
    plan = erase.plan([place(world)], replace(REQUEST, user_id="../../x", include_mixed=True))
    assert len(plan.erase) == 2
    assert plan.complete
    assert set(carried_out(plan, place(world)).values()) == {""}
    assert [key.rpartition("/")[0] for key in world.listed()] == [f"{APP}_../etc_7"]


odd_ids = st.text("a_/1", min_size=1, max_size=4)


@given(st.sets(st.tuples(odd_ids, odd_ids), min_size=1), st.sets(odd_ids), st.booleans(), st.data())
def test_no_stream_of_the_users_is_passed_over(
    streams: set[tuple[str, str]], mixed: set[str], beside: bool, data: st.DataObject
) -> None:
    """Whatever ids there are, and whichever rooms are named."""
    room, user = data.draw(st.sampled_from(sorted(streams)))
    named = data.draw(st.sets(st.sampled_from(sorted({room for room, _ in streams} | mixed))))
    keys = {f"{APP}_{room}_{user}/1675930605_0_audio.mp3{'.json' * beside}" for room, user in streams}
    keys |= {f"{APP}_{room}/446_1675930605_0_audio.mp3" for room in mixed}

    class Listed:
        delete = None

        def versions(self, bucket: str, prefix: str) -> Iterator[Object]:
            found = sorted((key for key in keys if key.startswith(prefix)), key=str.encode)
            return (Object(key=key, size=1, modified=NOW) for key in found)

    where = Place(region="r", bucket="b", objects=Listed())  # type: ignore[arg-type]
    plan = erase.plan([where], replace(REQUEST, user_id=user, rooms=frozenset(named)))
    theirs = {key for key in keys if key.startswith(f"{APP}_{room}_{user}/1675930605")}
    assert theirs <= {item.key for item in (*plan.erase, *plan.unclear)}


def test_what_is_not_understood_beside_the_users_recordings_is_left_to_a_person(world: World) -> None:
    world.recorded("lobby", "7", "8")
    mixed = next(key for key in world.listed() if key.startswith(f"{APP}_lobby/"))
    beside = [f"{mixed}.json", f"{APP}_lobby_7/transcript.txt", f"{KEY}.json"]
    for key in (*beside, f"{APP}_lobby_8/transcript.txt", f"{APP}_notes"):
        world.put(key)

    plan = erase.plan([place(world)], replace(REQUEST, include_mixed=True))

    assert {item.key for item in plan.unclear} == set(beside)
    assert {item.why for item in plan.unclear} == {NOT_UNDERSTOOD}
    assert not plan.complete
    (told,) = [note for note in plan.out_of_reach if NOT_UNDERSTOOD in note]
    assert f"3 objects in {BUCKET}" in told
    carried_out(plan, place(world))
    assert set(beside) <= set(world.listed())


def test_a_copy_in_the_users_folder_may_be_another_users(world: World) -> None:
    world.put(f"{APP}_lobby_7/copies/{KEY.partition('/')[2]}")
    (item,) = erase.plan([place(world)], REQUEST).unclear
    assert item.why == "user 7/copies in room lobby or something in a folder of user 7?"
    others = replace(REQUEST, user_id="7/copies")
    assert len(erase.plan([place(world)], others).erase) == 1


def test_the_plan_says_when_lifecycle_would_delete(world: World) -> None:
    world.put(KEY)
    world.expire(30)
    modified = world.objects.head(BUCKET, KEY).modified
    (item,) = erase.plan([place(world)], REQUEST).erase
    due = datetime.fromisoformat(item.gone)
    assert 30 <= (due - modified).total_seconds() / 86400 < 31

    world.versioned()
    world.expire(30, noncurrent_days=7)
    world.put(KEY)
    gone = [datetime.fromisoformat(item.gone) for item in erase.plan([place(world)], REQUEST).erase]
    assert 7 <= (gone[1] - modified).total_seconds() / 86400 < 9
    assert 37 <= (gone[0] - modified).total_seconds() / 86400 < 39


def test_what_lifecycle_foretells_comes_true(world: World) -> None:
    world.put(KEY)
    world.expire(30)
    (item,) = erase.plan([place(world)], REQUEST).erase
    left = (datetime.fromisoformat(item.gone) - world.now()).total_seconds()
    world.advance(left - 60)
    assert world.listed() == [KEY]
    world.advance(120)
    assert world.listed() == []
