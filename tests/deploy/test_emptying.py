from pathlib import Path
from typing import Any, cast

import pytest
from pulumi.automation import CommandResult

from components.config import parse
from gme_recording.deploy import emptying
from gme_recording.deploy.command import EngineFailed
from gme_recording.deploy.engine import Deployment
from gme_recording.deploy.events import Diagnostic, Recorder
from gme_recording.deploy.lookup import BUCKET
from gme_recording.deploy.toolchain.engine import Engine
from gme_recording.deploy.toolchain.version import PINNED
from gme_recording.errors import ExitCode, UserError
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.components.stacks import ROOT
from tests.recordings.world import BUCKET as HERE
from tests.recordings.world import World
from tests.support.watch import Heard

URN = f"urn:pulumi:prod::gme-recording::a:b:C${BUCKET}::recording-storage-bucket"
OLD, NEW = "voice-old-1250000000", "voice-new-1250000000"
TRUNCATED = (
    "cos force clean object error: the list of objects is truncated and the"
    f" bucket[{OLD}] needs to be deleted manually!!!"
)
NOT_EMPTY = "cos delete bucket: The bucket you tried to delete is not empty (BucketNotEmpty)"


def in_state(bucket: str = OLD, *, clean: object = True, **more: object) -> dict[str, Any]:
    inputs = {"bucket": bucket, "forceClean": clean}
    return {"urn": URN, "type": BUCKET, "inputs": inputs, **more}


def full(*resources: dict[str, Any], said: str = NOT_EMPTY, urn: str = URN) -> frozenset[str]:
    """What is to be emptied after the deletion of the old bucket failed with these words."""
    errors = [Diagnostic("error", said, urn)]
    return emptying.full([(URN, {"bucket": OLD})], errors, {"resources": list(resources)})


@pytest.mark.parametrize("said", [TRUNCATED, NOT_EMPTY])
def test_a_bucket_that_the_provider_could_not_empty_is_emptied(said: str) -> None:
    assert full(in_state(), said=said) == {OLD}


@pytest.mark.parametrize("clean", [False, None, "true"])
def test_only_a_bucket_that_was_deployed_with_on_destroy_empty_is_emptied(clean: object) -> None:
    assert full(in_state(clean=clean)) == frozenset()


def test_a_bucket_that_failed_for_another_reason_is_not_emptied() -> None:
    assert full(in_state(), said="cos delete bucket: Access Denied (AccessDenied)") == frozenset()
    assert full(in_state(), urn=f"{URN}-2") == frozenset()


def test_of_a_renamed_bucket_only_the_old_one_is_emptied() -> None:
    """Both have the same URN."""
    assert full(in_state(NEW), in_state(delete=True)) == {OLD}
    assert full(in_state(NEW)) == frozenset()


def test_a_bucket_that_is_to_stay_as_well_as_to_go_is_not_emptied() -> None:
    """Somebody went back to the old name, and took the bucket over."""
    assert full(in_state(), in_state(delete=True)) == frozenset()


@pytest.fixture
def world(local_cloud: RunningCloud) -> World:
    return World(local_cloud)


def test_files_versions_markers_and_unfinished_uploads_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "BATCH", 3)
    world.put("a")
    world.versioned()
    for key in ("a", "a", "b/../c", "d\x1b"):
        world.put(key)
    world.sdk.put_bucket_versioning(Bucket=HERE, Status="Suspended")
    world.sdk.delete_object(Bucket=HERE, Key="a")
    for key in ("e", "f"):
        world.sdk.create_multipart_upload(Bucket=HERE, Key=key)
    heard = Heard()

    emptying.empty(world.cloud, HERE, heard)

    world.sdk.delete_bucket(Bucket=HERE)
    assert heard.said[1:] == [f"{HERE}: {done} files and versions deleted" for done in (3, 5)]


def test_what_may_not_be_deleted_is_told_with_what_to_do(world: World) -> None:
    world.put("a")
    looks = world.as_user("looks", {"effect": "allow", "action": ["cos:Get*"], "resource": "*"})

    with pytest.raises(UserError, match=f"bucket {HERE} could not be emptied: ") as told:
        emptying.empty(looks, HERE, Heard())

    assert "AccessDenied" in told.value.message
    assert told.value.hint == "have an administrator attach the stack's deployer policy to this user or role"
    assert world.listed() == ["a"]


def test_what_stays_though_it_was_deleted_is_told(world: World) -> None:
    """A single key is refused."""
    world.put("a")
    world.put("b\x1b")
    actions = ["cos:GetBucketObjectVersions", "cos:DeleteMultipleObjects"]
    half = world.as_user("half", {"effect": "allow", "action": actions, "resource": "*"})

    with pytest.raises(UserError, match="1 files and versions stay, such as b") as told:
        emptying.empty(half, HERE, Heard())

    assert "(AccessDenied)" in told.value.message
    assert world.listed() == ["b\x1b"]


class Impatient(Heard):
    def say(self, text: str) -> None:
        super().say(text)
        if "deleted" in text:
            raise KeyboardInterrupt


def test_an_interruption_ends_it_between_two_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "BATCH", 2)
    for key in "abc":
        world.put(key)

    with pytest.raises(UserError, match=f"interrupted: bucket {HERE} is emptied in part") as told:
        emptying.empty(world.cloud, HERE, Impatient())

    assert told.value.exit_code is ExitCode.CANCELLED
    assert world.listed() == ["c"]


class Stubborn:
    """A verb that fails every time as the old bucket is not empty."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, interrupts: int = 0) -> None:
        self.emptied: list[str] = []
        self.runs, self._interrupts = 0, interrupts
        monkeypatch.setattr(emptying, "empty", lambda _, bucket, __: self.emptied.append(bucket))
        monkeypatch.setattr(Deployment, "state", lambda _: {"resources": [in_state()]})
        monkeypatch.setenv("GME_RECORDING_CLOUD", "http://127.0.0.1:9")

    def run(self) -> None:
        local = parse.load("local", ROOT)
        engine = Engine(Path("pulumi"), PINNED, "PATH")
        Deployment(engine, local, ROOT, Heard())._call(self._fail, cast(Any, None), Recorder(Heard()), False)

    def _fail(self, _: object, on: Recorder, __: bool) -> None:
        self.runs += 1
        on.undeleted.append((URN, {"bucket": OLD}))
        on.diagnostics.append(Diagnostic("error", NOT_EMPTY, URN))
        raise EngineFailed(CommandResult("", "", 255), self._interrupts)


def test_a_bucket_that_is_not_empty_again_is_told_and_not_emptied_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verb = Stubborn(monkeypatch)

    with pytest.raises(EngineFailed):
        verb.run()

    assert (verb.runs, verb.emptied) == (2, [OLD])


def test_after_an_interruption_nothing_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    verb = Stubborn(monkeypatch, interrupts=1)

    with pytest.raises(EngineFailed):
        verb.run()

    assert (verb.runs, verb.emptied) == (1, [])
