from collections.abc import Sequence
from dataclasses import replace

import pytest

from gme_recording.api.errors import ApiError
from gme_recording.api.objects import Objects
from gme_recording.recordings import erase
from gme_recording.recordings.erase import RECORDING, Place
from gme_recording.recordings.erase_plan import Item
from gme_recording.recordings.listing import Wanted, find
from gme_recording.recordings.owners import Known
from tests.recordings.erasing import KEY, NOW, REQUEST, a_plan, carried_out, place
from tests.recordings.world import APP, BUCKET, World


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
