"""What the console saves and what it refuses, as a program sees it."""

import json
from typing import Any

import pytest

from gme_recording.localcloud.services.console import account
from gme_recording.localcloud.services.gme.model import Scope, Task
from gme_recording.localcloud.services.gme.tasks import ROLE
from tests.localcloud.services.gme.world import BIZ_ID, BUCKET, REGION, World, an_owners_call

PATH = f"/console/api/applications/{BIZ_ID}/recording"
WANTED = {
    "recording": True,
    "scope": "custom",
    "bucket": BUCKET,
    "region": REGION,
    "callbackUrl": "https://voice.example.com/gme",
}
FRESH = {"recording": False, "scope": "custom", "bucket": "", "region": "", "callbackUrl": ""}


def an_account_with_all_but_settings() -> World:
    world = World()
    world.change_app(recording=False, bucket="", region="")
    return world


def put(world: World, path: str = PATH, **changes: Any) -> tuple[int, dict[str, Any]]:
    response = world.web("PUT", path, {**WANTED, **changes})
    return response.status, json.loads(response.body)


def get(world: World) -> Any:
    return json.loads(world.web("GET", PATH).body)


def test_fresh_application_has_recording_off() -> None:
    assert get(World(ready=False)) == FRESH


def test_settings_are_saved() -> None:
    world = an_account_with_all_but_settings()
    assert put(world) == (200, WANTED)
    assert get(world) == WANTED
    world.join("7")
    assert world.start()


@pytest.mark.parametrize(
    ("chosen", "streams"), [({}, [""]), ({"fullMode": 1}, ["7"]), ({"fullMode": 3}, ["", "7"])]
)
def test_full_recording_makes_what_was_chosen(chosen: dict[str, Any], streams: list[str]) -> None:
    world = an_account_with_all_but_settings()
    assert put(world, scope="full", **chosen) == (200, {**WANTED, "scope": "full", "fullMode": 2, **chosen})
    world.join("7")
    (task,) = world.store.select(Task)
    assert [file.stream for file in world.files(task.task_id)] == streams


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fullMode": 0}, "InvalidMode"),
        ({"bucket": "absent-1250000000"}, "BucketNotFound"),
        ({"region": "ap-beijing"}, "BucketNotFound"),
        ({"region": ""}, "BucketNotFound"),
        ({"bucket": ""}, "NoBucket"),
        ({"callbackUrl": "ftp://voice.example.com"}, "InvalidCallbackUrl"),
        ({"callbackUrl": "voice.example.com"}, "InvalidCallbackUrl"),
        ({"callbackUrl": "https://"}, "InvalidCallbackUrl"),
        ({"callbackUrl": "https://[voice"}, "InvalidCallbackUrl"),
        ({"callbackUrl": "https://voice.example.com:port/"}, "InvalidCallbackUrl"),
        ({"callbackUrl": "https://voice.example.com/\r\nX: y"}, "InvalidCallbackUrl"),
        ({"scope": "some"}, "InvalidScope"),
    ],
)
def test_wrong_setting_is_refused_and_nothing_saved(changes: dict[str, Any], code: str) -> None:
    world = an_account_with_all_but_settings()
    status, found = put(world, **changes)
    assert (status, found["error"]) == (409, code)
    assert get(world) == FRESH


def test_bucket_of_another_account_is_refused() -> None:
    world = an_account_with_all_but_settings()
    (bucket,) = account.buckets(an_owners_call(world.cloud))
    world.store.put(type(bucket)(**{**_fields(bucket), "owner_uin": "200000000002"}))
    assert put(world)[1]["error"] == "BucketNotFound"


def test_service_is_switched_off_though_its_bucket_is_gone() -> None:
    world = World()
    world.change_app(bucket="gone-1250000000", region=REGION)
    assert put(world, recording=False, bucket="gone-1250000000")[0] == 200
    assert put(world, recording=True, bucket="gone-1250000000")[1]["error"] == "BucketNotFound"


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def test_activation_needs_the_grant() -> None:
    world = World(ready=False)
    account.create_bucket(an_owners_call(world.cloud), BUCKET, REGION)
    status, found = put(world)
    assert (status, found["error"]) == (409, "NotAuthorized")
    assert ROLE in found["message"]
    assert world.web("POST", "/console/api/grant", {}).status == 200
    assert put(world)[0] == 200


def test_grant_can_be_repeated() -> None:
    world = World(ready=False)
    assert [world.web("POST", "/console/api/grant", {}).status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    ("flaw", "code"), [({"voice_chat": False}, "VoiceChatOff"), ({"allow_listed": False}, "NotAllowListed")]
)
def test_activation_needs_an_application_that_may_record(flaw: dict[str, bool], code: str) -> None:
    world = an_account_with_all_but_settings()
    world.change_app(**flaw)
    assert put(world)[1]["error"] == code


def test_unknown_application_is_not_found() -> None:
    status, found = put(World(), path="/console/api/applications/7/recording")
    assert (status, found["error"]) == (404, "UnknownApplication")


def test_without_recording_neither_grant_nor_bucket_is_needed() -> None:
    world = World(ready=False)
    status, found = put(world, recording=False, bucket="", region="", scope="full")
    assert (status, found["scope"]) == (200, "full")


def test_switching_off_ends_running_tasks() -> None:
    world = World()
    world.join("7")
    task_id = world.start()
    world.wait(minutes=1)
    assert put(world, recording=False)[0] == 200
    assert world.spans(task_id) == [("", 0, 1)]
    assert world.task(task_id).ended is not None


def test_scope_decides_whether_the_api_works() -> None:
    world = World()
    put(world, scope="full")
    assert world.app.scope is Scope.FULL
