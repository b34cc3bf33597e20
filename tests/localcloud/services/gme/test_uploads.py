"""The way of a closed file into the customer's bucket, and what stands in it."""

import io
import json
import time
from dataclasses import replace

import pytest
from mutagen.mp3 import MP3

from gme_recording.localcloud.assemble import APPID, OWNER_UIN
from gme_recording.localcloud.faults import Effect, Fault
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.cam.model import Role
from gme_recording.localcloud.services.console import account
from gme_recording.localcloud.services.cos.model import Bucket, Configuration, Version, Versioning
from gme_recording.localcloud.services.gme import tasks
from gme_recording.localcloud.services.gme.audio import FRAME_SECONDS
from gme_recording.localcloud.services.gme.model import File, Status
from tests.localcloud.services.gme.sdk import prepare
from tests.localcloud.services.gme.world import BUCKET, REGION, World
from tests.localcloud.signing import cos


def test_uploaded_file_plays_as_long_as_it_was_on_air() -> None:
    world = World(processing_seconds=0.2)
    world.join("7")
    task_id = world.start()
    world.wait(seconds=95)
    world.stop(task_id)
    world.wait(seconds=1)
    (file,) = world.files(task_id)
    assert file.status is Status.UPLOADED
    answer = account.read_object(world.call(), BUCKET, REGION, file.name, {})
    assert MP3(io.BytesIO(answer.body)).info.length == pytest.approx(95, abs=FRAME_SECONDS)
    assert ("content-type", "audio/mpeg") in [(name.lower(), value) for name, value in answer.headers]


def test_upload_fails_without_the_role() -> None:
    world = World(processing_seconds=0.2)
    world.change_app(callback_url="https://voice.example.com/")
    world.join("7")
    task_id = world.start()
    role = world.store.find(Role, name=tasks.ROLE)
    assert role
    world.store.delete(role)
    world.stop(task_id)
    world.wait(hours=1)
    (file,) = world.files(task_id)
    assert file.status is Status.UPLOADING
    assert file.problem.startswith("UnauthorizedOperation")
    assert [body["EventType"] for body in world.messages()] == [1, 2]


def test_upload_fails_where_the_bucket_policy_denies_the_role() -> None:
    world = World(processing_seconds=0.2)
    world.change_app(callback_url="https://voice.example.com/")
    world.join("7")
    task_id = world.start()
    denied = {
        "effect": "deny",
        "principal": {"qcs": [f"qcs::cam::uin/{OWNER_UIN}:roleName/{tasks.ROLE}"]},
        "action": ["name/cos:PutObject"],
        "resource": [f"qcs::cos:{REGION}:uid/{APPID}:{BUCKET}/*"],
    }
    document = json.dumps({"version": "2.0", "statement": [denied]})
    world.store.put(Configuration(BUCKET, "policy", document))
    world.stop(task_id)
    world.wait(hours=1)
    (file,) = world.files(task_id)
    assert (file.status, file.problem.partition(":")[0]) == (Status.UPLOADING, "UnauthorizedOperation")
    assert world.store.select(Version) == []
    assert [body["EventType"] for body in world.messages()] == [1, 2]


def test_upload_fails_without_the_bucket() -> None:
    world = World(processing_seconds=0.2)
    world.join("7")
    task_id = world.start()
    bucket = world.store.find(Bucket, name=BUCKET)
    assert bucket
    world.store.delete(bucket)
    world.stop(task_id)
    world.wait(hours=1)
    (file,) = world.files(task_id)
    assert file.status is Status.UPLOADING
    assert file.problem


def outage(effect: Effect, **limits: object) -> Fault:
    where = f"qcs::cos:{REGION}:uid/{APPID}:{BUCKET}/*"
    return Fault(effect=effect, service="cos", action="PutObject", resource=where, **limits)  # type: ignore[arg-type]


def recorded(world: World) -> int:
    """A minute of a room; the file waits for its upload."""
    world.change_app(callback_url="https://voice.example.com/")
    world.join("7")
    task_id = world.start()
    world.wait(minutes=1)
    world.stop(task_id)
    return task_id


def the_file(world: World, task_id: int) -> File:
    (file,) = world.files(task_id)
    return file


@pytest.mark.parametrize(
    ("effect", "problem"),
    [
        (Effect.BROKEN, "InternalError: injected by fault 1"),
        (Effect.RESET, "InternalError: injected by fault 1"),
        (Effect.THROTTLED, "RequestLimitExceeded: more than so many calls of cos:PutObject in a second"),
    ],
)
def test_upload_that_fails_on_cos_s_side_is_tried_again(effect: Effect, problem: str) -> None:
    world = World(processing_seconds=0.2)
    world.cloud.faults.add(outage(effect, times=2))
    task_id = recorded(world)
    world.wait(seconds=61)
    failed = the_file(world, task_id)
    assert (failed.status, failed.problem, failed.tries) == (Status.UPLOADING, problem, 2)
    assert [body["EventType"] for body in world.messages()] == [1, 2]
    world.wait(seconds=60)
    file = the_file(world, task_id)
    assert (file.status, file.problem) == (Status.UPLOADED, "")
    assert [body["EventType"] for body in world.messages()] == [1, 2, 3]


def test_upload_is_given_up_after_the_last_try() -> None:
    world = World(processing_seconds=0.2)
    world.guess(upload_retries=1)
    world.cloud.faults.add(outage(Effect.BROKEN))
    task_id = recorded(world)
    world.wait(hours=1)
    assert (the_file(world, task_id).status, the_file(world, task_id).tries) == (Status.UPLOADING, 2)
    assert [rule.struck for rule in world.cloud.faults.every()] == [2]


def test_upload_that_cos_refuses_is_not_tried_again() -> None:
    world = World(processing_seconds=0.2)
    world.cloud.faults.add(outage(Effect.ERROR, code="AccessDenied", status=403))
    task_id = recorded(world)
    world.wait(hours=1)
    assert the_file(world, task_id).problem.startswith("AccessDenied")
    assert [rule.struck for rule in world.cloud.faults.every()] == [1]


def test_upload_whose_answer_is_lost_comes_twice() -> None:
    world = World(processing_seconds=0.2)
    bucket = world.store.find(Bucket, name=BUCKET)
    assert bucket
    world.store.put(replace(bucket, versioning=Versioning.ENABLED))
    world.cloud.faults.add(outage(Effect.TRUNCATED, times=1))
    task_id = recorded(world)
    world.wait(seconds=1)
    assert the_file(world, task_id).status is Status.UPLOADING
    assert len(world.store.select(Version)) == 1
    world.wait(minutes=1)
    assert the_file(world, task_id).status is Status.UPLOADED
    assert len(world.store.select(Version)) == 2


def test_fault_for_clients_alone_lets_uploads_pass() -> None:
    world = World(processing_seconds=0.2)
    world.cloud.faults.add(outage(Effect.BROKEN, principal="*:uin/*:uin/*"))
    task_id = recorded(world)
    world.wait(seconds=1)
    assert the_file(world, task_id).status is Status.UPLOADED
    assert [rule.matched for rule in world.cloud.faults.every()] == [0]


def test_fault_for_gme_alone_lets_clients_pass(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    local_cloud.faults.add(outage(Effect.BROKEN, principal=f"*:roleName/{tasks.ROLE}"))
    request = cos("PUT", "/a", at=time.time(), bucket=BUCKET)
    assert local_cloud.run(lambda cloud: cloud.handle(request)).status == 200
    assert [rule.matched for rule in local_cloud.faults.every()] == [0]
