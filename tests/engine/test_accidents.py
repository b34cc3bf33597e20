"""What the official provider does wrong cannot hurt: each accident, made on purpose, is healed.

`OFFICIAL` runs the command line with a provider that has these accidents; the cases are those of
tests/golden/provider. Killed runs, their pending operations and their 409 are those of test_killed.
"""

from dataclasses import replace
from typing import Any

import pytest

from gme_recording.api import Cloud
from gme_recording.api.cos import Cos
from gme_recording.api.errors import ApiError
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.deploy.attach import state_folder
from gme_recording.errors import ExitCode
from gme_recording.smoke.model import RECORDING_ROLE
from tests.support.engine import NAMES, Project, Ran

pytestmark = pytest.mark.engine

OFFICIAL = "tests.support.official"
BUCKET = "voice-local-1250000000"
LOGS = "voice-log-1250000000"
UNLOGGED = "\n    on_destroy: empty\n"
LOGGED = f"\n    access_log: {{name: voice-log, keep: 90 days}}{UNLOGGED}"
REPAIR = "gme-recording up --stack local --repair"


def official(project: Project, *arguments: str, **environment: str) -> Ran:
    return project.run(*arguments, program=OFFICIAL, **environment)


def healed(project: Project, *arguments: str) -> Ran:
    ran = official(project, *arguments)
    assert ran.code == ExitCode.OK, ran.err
    return ran


def keeps_days(project: Project) -> int | None:
    rules = {rule.id: rule for rule in Cos(project.cloud).lifecycle(BUCKET)}
    return rules["default"].expire_days


def sdk(project: Project) -> Any:
    return cos_client(project.cloud)


def delete_bucket(project: Project) -> None:
    cos = sdk(project)
    for item in cos.list_objects(Bucket=BUCKET).get("Contents") or ():
        cos.delete_object(Bucket=BUCKET, Key=item["Key"])
    cos.delete_bucket(Bucket=BUCKET)


def revoke(project: Project) -> None:
    Service(project.cloud, "cam").call(
        "DeleteServiceLinkedRole", {"RoleName": RECORDING_ROLE}, Repeat.HARMFUL
    )


def deny_a_longer_retention(project: Project) -> None:
    project.edit("keep: 30 days", "keep: 60 days")
    with project.fault(service="cos", action="PutBucketLifecycle", code="AccessDenied", status=403):
        assert official(project, "up").code == ExitCode.FAILED


def in_order(project: Project) -> None:
    """Nothing is left to be done, and a closer look agrees."""
    ran = official(project, "preview", "--refresh", "--expect-no-changes")
    assert ran.code == ExitCode.OK, ran.out + ran.err


def test_an_update_that_was_denied_but_recorded_as_done_is_made_by_the_next_up(deployed):
    deny_a_longer_retention(deployed)
    assert keeps_days(deployed) == 30

    again = healed(deployed, "up")

    assert "the last run failed at Bucket recording-storage-bucket: the cloud is read first" in again.err
    assert keeps_days(deployed) == 60
    assert "passed" in again.out
    in_order(deployed)


def test_an_update_that_got_lost_fails_every_deployment_until_it_is_made(deployed):
    deny_a_longer_retention(deployed)

    for _ in range(2):
        believing = official(deployed, "up", BELIEVING="1")
        assert believing.code == ExitCode.FAILED
        assert "lifecycle rule default: expireDays is 30, declared 60" in believing.err
        assert "gme-recording up --refresh repairs it" in believing.err

    healed(deployed, "up", "--refresh")
    in_order(deployed)


def test_what_else_was_denied_is_tried_again_by_the_next_up(deployed):
    deployed.edit(UNLOGGED, LOGGED)
    with deployed.fault(service="cos", action="PutBucketLogging", code="AccessDenied", status=403):
        assert official(deployed, "up").code == ExitCode.FAILED

    again = official(deployed, "up", BELIEVING="1")

    assert again.code == ExitCode.OK, again.err
    assert Cos(deployed.cloud).log_bucket(BUCKET) == LOGS
    in_order(deployed)


def test_an_access_log_that_cannot_be_switched_off_is_switched_off_by_hand(deployed):
    deployed.edit(UNLOGGED, LOGGED)
    healed(deployed, "up")
    deployed.edit(LOGGED, UNLOGGED)

    for _ in range(2):
        refused = official(deployed, "up")
        assert refused.code == ExitCode.FAILED
        assert "the provider cannot switch off the access log" in refused.err
        assert "switch it off in the COS console" in refused.err
    assert Cos(deployed.cloud).log_bucket(BUCKET) == LOGS, "nothing that logs go to was deleted"

    sdk(deployed).put_bucket_logging(Bucket=BUCKET, BucketLoggingStatus={})
    healed(deployed, "up", "--refresh")

    in_order(deployed)
    with pytest.raises(ApiError, match="NoSuchBucket"):
        Cos(deployed.cloud).bucket_region(LOGS)


def test_a_denied_change_of_the_bucket_policy_is_made_by_the_next_up(deployed):
    sdk(deployed).delete_bucket_policy(Bucket=BUCKET)
    with deployed.fault(service="cos", action="PutBucketPolicy", code="AccessDenied", status=403):
        assert deployed.run("up", "--refresh").code == ExitCode.FAILED

    healed(deployed, "up")

    assert Cos(deployed.cloud).policy(BUCKET)
    in_order(deployed)


def test_what_is_gone_is_drift_though_the_provider_fails_to_read_it(deployed):
    sdk(deployed).delete_bucket_policy(Bucket=BUCKET)
    sdk(deployed).put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    revoke(deployed)

    drift = official(deployed, "drift", "--json")

    (stack,) = drift.data()
    assert (drift.code, stack["failures"]) == (ExitCode.DIFFERS, [])
    told = {finding["what"] for finding in stack["findings"]}
    assert "BucketPolicy recording-storage-policy is gone from the cloud" in told
    assert "Bucket recording-storage-bucket differs in the cloud" in told
    assert "GME_QCSLinkedRoleInGameMedia does not exist, so that nothing is recorded" in told

    up = healed(deployed, "up", "--refresh", "--json").data()
    assert {step["name"] for step in up["steps"] if step["drift"]} >= {
        "recording-storage-policy",
        "recording-access-grant",
    }
    assert [report["passed"] for report in up["smoke"]] == [True]
    in_order(deployed)


def test_a_lost_bucket_is_drift_together_with_what_it_had(deployed):
    delete_bucket(deployed)

    looked = official(deployed, "preview", "--refresh", "--expect-no-changes")

    assert looked.code == ExitCode.DIFFERS, looked.err
    assert "- BucketPolicy recording-storage-policy  is gone from the cloud" in looked.out
    assert "- Bucket recording-storage-bucket  is gone from the cloud" in looked.out
    healed(deployed, "up", "--refresh")
    in_order(deployed)


ELSEWHERE = "voice-bj-1250000000"
TWO_REGIONS = """
  gme-recording:storages:
    ap-beijing: {name: voice-bj, retention: {keep: 7 days}, on_destroy: empty}
  gme-recording:access:
"""


def in_two_regions(project: Project) -> Cloud:
    """Declare a second region; returns the way to the cloud there."""
    project.edit("\n  gme-recording:access:\n", TWO_REGIONS)
    project.edit("mode: full", "mode: probe")
    project.done("cloud", "start")
    return replace(project.cloud, region="ap-beijing")


def test_buckets_that_were_made_half_are_finished_by_the_next_up_in_each_region(project):
    in_two_regions(project)
    with project.fault(service="cos", action="PutBucketLifecycle", code="InvalidArgument"):
        assert official(project, "up").code == ExitCode.FAILED

    again = healed(project, "up")

    assert "± " not in again.err
    in_order(project)
    project.done("destroy")
    assert project.existing() == dict.fromkeys(NAMES)


def test_a_bucket_that_was_made_half_and_deleted_outside_is_made_anew(project):
    project.done("cloud", "start")
    with project.fault(service="cos", action="PutBucketLifecycle", code="InvalidArgument"):
        assert official(project, "up").code == ExitCode.FAILED
    delete_bucket(project)

    healed(project, "up")

    assert None not in project.existing().values()
    in_order(project)


def test_a_policy_deleted_outside_is_forgotten_by_a_refresh_and_made_by_the_next_up(deployed):
    sdk(deployed).delete_bucket_policy(Bucket=BUCKET)

    looked = official(deployed, "refresh", "--expect-no-changes")

    assert looked.code == ExitCode.DIFFERS, looked.err
    assert "state: recording-storage-policy is gone already, dropped" in looked.err
    assert "1 drifted" in looked.out
    assert len(list((deployed.root / ".local/state-backup").iterdir())) == 1
    assert not Cos(deployed.cloud).policy(BUCKET)

    again = healed(deployed, "up")

    assert Cos(deployed.cloud).policy(BUCKET)
    assert "passed" in again.out
    in_order(deployed)


def test_after_a_failed_run_what_is_gone_is_forgotten_only_when_agreed_to(deployed):
    """The cloud is read then, though nobody asked for it."""
    deny_a_longer_retention(deployed)
    sdk(deployed).delete_bucket_policy(Bucket=BUCKET)

    broken = official(deployed, "up")

    assert broken.code == ExitCode.FAILED
    assert "BucketPolicy recording-storage-policy is gone from the cloud, but the state has it" in broken.err
    assert REPAIR in broken.err
    assert not (deployed.root / ".local/state-backup").exists()

    healed(deployed, "up", "--repair")

    assert Cos(deployed.cloud).policy(BUCKET)
    in_order(deployed)


def test_what_is_gone_already_does_not_hinder_a_destroy_that_is_agreed_to(deployed):
    delete_bucket(deployed)

    broken = official(deployed, "destroy")

    assert broken.code == ExitCode.FAILED
    assert "is gone from the cloud, but the state has it" in broken.err

    healed(deployed, "destroy", "--repair")

    assert deployed.existing() == dict.fromkeys(NAMES)


def test_buckets_that_are_there_already_are_taken_over_only_when_agreed_to_in_each_region(project):
    cos_client(in_two_regions(project)).create_bucket(Bucket=ELSEWHERE)
    sdk(project).create_bucket(Bucket=BUCKET)
    made = ("recording-storage-bucket", "recording-storage-ap-beijing-bucket")

    refused = official(project, "up")

    assert refused.code == ExitCode.FAILED
    told = "Bucket {} is in the cloud already, but the state has it not"
    assert any(told.format(name) in refused.err for name in made), "the engine stops at the first"
    assert REPAIR in refused.err

    again = healed(project, "up", "--repair")

    for name in made:
        assert f"Bucket {name} is there already, taken over" in again.err
    in_order(project)


def test_a_lost_state_is_not_deployed_and_can_be_made_anew(deployed):
    """The stack's file is gone, its backup is not; a preview makes the stack and deploys nothing."""
    (state,) = state_folder(deployed.root).rglob("stacks/*/local.json")
    state.unlink()
    assert state.with_name("local.json.bak").exists()

    deployed.done("preview")
    assert deployed.run("output").code == ExitCode.NO_STACK

    healed(deployed, "up", "--repair")

    in_order(deployed)


def test_a_bucket_made_anew_under_its_name_is_tested(deployed):
    delete_bucket(deployed)

    up = deployed.done("up", "--refresh", "--json").data()

    assert [report["passed"] for report in up["smoke"]] == [True]
    assert deployed.done("up", "--json").data()["smoke"] == []
