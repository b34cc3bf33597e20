"""With on_destroy: empty a bucket goes with what is in it, though the official provider fails to empty it."""

from typing import Any

import pytest

from gme_recording.api.vendor import cos_client
from gme_recording.deploy.attach import state_folder
from gme_recording.deploy.lookup import BUCKET as BUCKETS
from gme_recording.errors import ExitCode
from tests.support.engine import NAMES, Project

pytestmark = pytest.mark.engine

OFFICIAL = "tests.support.official"
BUCKET, RENAMED = "voice-local-1250000000", "voice-new-1250000000"


def sdk(project: Project) -> Any:
    return cos_client(project.cloud)


def put(project: Project, *keys: str) -> None:
    cos = sdk(project)
    for key in keys:
        cos.put_object(Bucket=BUCKET, Key=key, Body=b"x")


def test_more_files_than_a_page_lists_go_with_the_bucket(deployed: Project) -> None:
    put(deployed, *map(str, range(1001)))
    sdk(deployed).create_multipart_upload(Bucket=BUCKET, Key="unfinished")

    destroyed = deployed.done("destroy", "--json", program=OFFICIAL)

    assert deployed.existing() == dict.fromkeys(NAMES)
    steps = destroyed.data()["steps"]
    assert not any(step["failed"] for step in steps)
    assert [step["op"] for step in steps if step["type"] == "Bucket"] == ["delete"]


def test_of_a_renamed_bucket_the_old_one_goes_with_versions_of_former_days(deployed: Project) -> None:
    cos = sdk(deployed)
    cos.put_bucket_versioning(Bucket=BUCKET, Status="Enabled")
    put(deployed, "a", "a", "b")
    cos.delete_object(Bucket=BUCKET, Key="b")
    cos.put_bucket_versioning(Bucket=BUCKET, Status="Suspended")
    deployed.edit("name: voice-local", "name: voice-new")

    up = deployed.done("up", program=OFFICIAL)

    told = [line for line in up.err.splitlines() if "files and versions deleted" in line]
    assert {line.partition(":")[0] for line in told} == {BUCKET}, up.err
    assert "passed" in up.out
    assert cos.head_bucket(Bucket=RENAMED)
    assert deployed.existing()[BUCKETS] is None


def test_a_bucket_that_the_state_does_not_say_to_empty_keeps_what_is_in_it(deployed: Project) -> None:
    """So it is after an import: only the next `up` makes on_destroy: empty known."""
    put(deployed, "precious")
    (file,) = state_folder(deployed.root).rglob("stacks/*/local.json")
    state = file.read_text(encoding="utf-8")
    assert '"forceClean":true' in state
    file.write_text(state.replace('"forceClean":true', '"forceClean":false'), encoding="utf-8")

    refused = deployed.run("destroy", program=OFFICIAL)

    assert refused.code == ExitCode.FAILED
    assert "(BucketNotEmpty" in refused.err
    assert "hint: if nothing in it is needed, empty it in the COS console, then try again" in refused.err
    assert [item["Key"] for item in sdk(deployed).list_objects(Bucket=BUCKET)["Contents"]] == ["precious"]
