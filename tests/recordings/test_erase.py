import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api import Cos
from gme_recording.api.errors import ApiError
from gme_recording.api.objects import Object, Objects
from gme_recording.errors import ExitCode, UserError
from gme_recording.recordings import erase, erase_plan
from gme_recording.recordings.erase import (
    MARKER,
    MIXED,
    NAMED_ROOM,
    NOT_UNDERSTOOD,
    RECORDING,
    SAME_ROOM,
    SAME_TASK,
    Place,
    Request,
)
from gme_recording.recordings.erase_plan import ErasePlan, Item
from gme_recording.recordings.erase_record import Record
from gme_recording.recordings.listing import Wanted, find
from gme_recording.recordings.owners import Known
from tests.recordings.world import APP, BUCKET, REGION, World

NOW = datetime(2026, 1, 31, tzinfo=UTC)
REQUEST = Request(stack="local", biz_id=APP, user_id="7", now=NOW)
KEY = f"{APP}_lobby_7/2026-01-01-19-00-00_0_audio.mp3"


def place(world: World) -> Place:
    return Place(
        region=REGION, bucket=BUCKET, objects=world.objects, rules=Cos(world.cloud).lifecycle(BUCKET)
    )


def users(items: Sequence[Item]) -> list[str]:
    return [item.key.partition("/")[0].removeprefix(f"{APP}_") for item in items]


def carried_out(plan: ErasePlan, *places: Place) -> dict[str, str]:
    return {done.item.key: done.code for batch in erase.act(plan, places) for done in batch}


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


def test_what_came_after_the_plan_stays(world: World) -> None:
    world.recorded("lobby", "7", mode=1)
    plan = erase.plan([place(world)], REQUEST)
    world.recorded("lobby", "7", mode=1)
    carried_out(plan, place(world))
    left = find(world.objects, BUCKET, Wanted(biz_id=APP), Known())
    assert [item.recording.user_id for item in left] == ["7"]


def test_a_refused_deletion_is_told_key_by_key(world: World) -> None:
    world.recorded("lobby", "7", mode=1)
    plan = erase.plan([place(world)], REQUEST)
    reader = Objects(
        world.as_user("reader", {"effect": "allow", "action": ["cos:GetBucket"], "resource": "*"})
    )
    assert set(carried_out(plan, replace(place(world), objects=reader)).values()) == {"AccessDenied"}
    assert len(world.listed()) == 1


def test_an_eraser_needs_no_right_to_listen(world: World) -> None:
    world.recorded("lobby", "7", mode=1)
    actions = [
        "cos:DeleteMultipleObjects",
        "cos:DeleteObject",
        "cos:GetBucket",
        "cos:GetBucketObjectVersions",
    ]
    eraser = Objects(world.as_user("eraser", {"effect": "allow", "action": actions, "resource": "*"}))
    where = replace(place(world), objects=eraser)
    assert set(carried_out(erase.plan([where], REQUEST), where).values()) == {""}
    assert world.listed() == []


def test_planning_without_the_right_to_look_is_refused(world: World) -> None:
    nobody = Objects(world.as_user("nobody", {"effect": "deny", "action": ["cos:*"], "resource": "*"}))
    with pytest.raises(ApiError) as refused:
        erase.plan([replace(place(world), objects=nobody)], REQUEST)
    assert refused.value.code == "AccessDenied"


def test_keys_that_xml_cannot_carry_go_one_by_one(world: World) -> None:
    world.versioned()
    for letter in "\0\r\x1b\ufffe\n\t\x85":
        world.put(KEY.replace("lobby", f"lob{letter}by"))
    world.recorded("a/../b\x1b", "7", mode=1)
    world.put(KEY)
    plan = erase.plan([place(world)], REQUEST)
    assert len(plan.erase) == 9
    for _ in range(2):
        outcomes = carried_out(plan, place(world))
        assert {key for key, code in outcomes.items() if code} == {
            key for key in outcomes if "/../" in key
        }, "its path would be another key's"
    assert {item.key for item in world.objects.versions(BUCKET, "")} == {
        key for key in outcomes if "/../" in key
    }


def test_a_refused_deletion_of_one_is_told_too(world: World) -> None:
    world.put(KEY.replace("lobby", "lob\x1bby"))
    actions = ["cos:GetBucketObjectVersions", "cos:DeleteMultipleObjects"]
    viewer = Objects(world.as_user("viewer", {"effect": "allow", "action": actions, "resource": "*"}))
    plan = erase.plan([place(world)], REQUEST)
    assert set(carried_out(plan, replace(place(world), objects=viewer)).values()) == {"AccessDenied"}


def test_a_place_that_is_gone_is_told(world: World) -> None:
    world.recorded("lobby", "7", mode=1)
    plan = erase.plan([place(world)], REQUEST)
    assert set(carried_out(plan).values()) == {"NoSuchPlace"}


def test_a_plan_can_be_carried_out_again(world: World) -> None:
    world.recorded("lobby", "7", mode=1)
    plan = erase.plan([place(world)], REQUEST)
    assert carried_out(plan, place(world)) == carried_out(plan, place(world))


def test_deletions_go_in_batches_that_cos_takes() -> None:
    sizes = []

    class Counting:
        versions = None

        def delete(self, bucket: str, batch: Sequence[tuple[str, str]]) -> tuple[str, ...]:
            sizes.append(len(batch))
            return ("",) * len(batch)

    items = tuple(
        Item(region="r", bucket="b", key=f"14_a_7/{n}", kind=RECORDING, modified=NOW.isoformat())
        for n in range(2500)
    )
    plan = replace(a_plan(), erase=items)
    where = Place(region="r", bucket="b", objects=Counting())  # type: ignore[arg-type]
    assert [len(batch) for batch in erase.act(plan, [where])] == sizes == [1000, 1000, 500]


def a_plan() -> ErasePlan:
    item = Item(region=REGION, bucket=BUCKET, key=KEY, kind=RECORDING, modified=NOW.isoformat())
    return ErasePlan(
        stack="local",
        biz_id=APP,
        user_id="7",
        made=NOW.isoformat(),
        buckets=(f"{REGION}/{BUCKET}",),
        erase=(item,),
        mixed=(replace(item, why=SAME_TASK),),
        unclear=(),
        out_of_reach=("x",),
    )


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(a_plan().data()))
    assert erase_plan.read(file) == a_plan()
    assert erase_plan.read(file).digest == a_plan().digest
    assert replace(a_plan(), user_id="8").digest != a_plan().digest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (None, "is not there"),
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ("{}", "KeyError"),
        ({"erasePlan": 2}, "format 2 is not 1"),
        ({"surplus": 1}, "surplus"),
        ({"user_id": ""}, "names no user"),
        ({"bizId": 1}, "bizId"),
        ({"erase": [{**a_plan().data()["erase"][0], "key": "15_a_7/x"}]}, "not of application"),
        ({"erase": [{**a_plan().data()["erase"][0], "modified": "yesterday"}]}, "yesterday"),
        ({"erase": ["x"]}, "TypeError"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, change: object, said: str) -> None:
    file = tmp_path / "plan.json"
    if isinstance(change, dict):
        file.write_text(json.dumps({**a_plan().data(), **change}))
    elif change is not None:
        file.write_text(str(change))
    with pytest.raises(UserError) as refused:
        erase_plan.read(file)
    assert (refused.value.exit_code, said in refused.value.message) == (ExitCode.INPUT, True)
    assert "--plan" in refused.value.hint


def test_the_record_says_who_when_what_and_how_it_ended(world: World, tmp_path: Path) -> None:
    world.recorded("lobby", "7", "8")
    plan = erase.plan([place(world)], REQUEST)
    record = Record(plan, "Data protection", tmp_path / "r.json", world.now)

    record.carry_out(erase.act(plan, [place(world)]))

    written = json.loads((tmp_path / "r.json").read_text())
    assert record.failed == {}
    assert written["signedOffBy"] == "Data protection"
    assert written["planSha256"] == plan.digest
    assert written["began"] <= written["ended"]
    assert [(one["key"], one["outcome"]) for one in written["outcomes"]] == [(plan.erase[0].key, "erased")]
    assert written["left"] == {"mixed": 1, "unclear": 0}
    assert (tmp_path / "r.json").stat().st_mode & 0o777 == 0o600


def test_the_record_of_an_interrupted_erasure_says_what_was_pending(tmp_path: Path) -> None:
    plan = a_plan()
    record = Record(plan, "me", tmp_path / "r.json", lambda: NOW)

    def interrupted() -> Sequence[object]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record.carry_out(interrupted() for _ in range(1))  # type: ignore[misc]

    written = json.loads((tmp_path / "r.json").read_text())
    assert (written["ended"], [one["outcome"] for one in written["outcomes"]]) == ("", ["pending"])
