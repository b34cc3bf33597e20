"""Every cause that the smoke test can name, brought about in a local cloud."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import pytest

from gme_recording import smoke
from gme_recording.api import Cam
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.gme.model import App, AppStatus
from gme_recording.smoke import Cause, Report, Target
from gme_recording.smoke.checks.recording import ROBOT
from tests.smoke.environment import APP, BUCKET, POLICY, Environment, eventually

ROLE = "GME_QCSLinkedRoleInGameMedia"


def report_of(
    environment: Environment, target: Target | None = None, *, hurry: Collection[str] = ()
) -> Report:
    return environment.smoke(environment.run(target), hurry=hurry)


def names(report: Report, cause: Cause) -> str:
    """The report names the cause, in a sentence and for programs; returns the sentence."""
    assert report.diagnosis == cause, smoke.render_text([report])
    assert smoke.to_json([report])[0]["diagnosis"] == str(cause)
    assert f"cause: {report.cause}\nhint: {report.hint}" in smoke.failure_message([report])
    return report.cause


def application(local_cloud: RunningCloud, **changes: Any) -> None:
    """What only the vendor can do to an application."""

    def change(cloud: Cloud) -> None:
        with cloud.store.transaction():
            found = cloud.store.find(App, biz_id=APP)
            assert found is not None
            cloud.store.put(replace(found, **changes))

    local_cloud.run(change)


def remove_role(environment: Environment) -> None:
    environment.cam("DeleteServiceLinkedRole", RoleName=ROLE)
    assert eventually(lambda: Cam(environment.cloud).find_role(ROLE) is None)


def test_not_activated(environment: Environment) -> None:
    environment.console(recording=False)
    assert "switched off in the console" in names(report_of(environment), Cause.NOT_ACTIVATED)


def test_not_allow_listed(environment: Environment, local_cloud: RunningCloud) -> None:
    environment.console(recording=False)
    application(local_cloud, allow_listed=False)
    assert "allow list" in names(report_of(environment), Cause.NOT_ALLOW_LISTED)


@pytest.mark.parametrize("code", ["UnsupportedOperation", "UnsupportedOperation.ServiceNotOpened"])
def test_full_scope(environment: Environment, code: str) -> None:
    """Whichever of the two possible codes the vendor answers with."""
    environment.admin("PUT", "/admin/gme/profile", {"fullScopeCode": code})
    environment.console(scope="full")
    assert "scope of application 1400000001 is full" in names(report_of(environment), Cause.FULL_SCOPE)


def test_arrears(environment: Environment, local_cloud: RunningCloud) -> None:
    application(local_cloud, status=AppStatus.IN_ARREARS)
    assert "in arrears, as it seems" in names(report_of(environment), Cause.ARREARS)


@pytest.mark.parametrize("status", [AppStatus.CLOSED, AppStatus.RECLAIMED])
def test_application_closed(environment: Environment, local_cloud: RunningCloud, status: AppStatus) -> None:
    application(local_cloud, status=status)
    assert names(report_of(environment), Cause.APPLICATION_CLOSED) == "application 1400000001 is closed"


def test_application_unknown(environment: Environment) -> None:
    report = report_of(environment, environment.target(biz_id=1400000099))
    assert names(report, Cause.APPLICATION_UNKNOWN) == "GME knows no application 1400000099"


def test_no_room(environment: Environment) -> None:
    assert "no room gme-recording-smoke" in names(
        environment.smoke(environment.run(local=None)), Cause.NO_ROOM
    )


def test_room_empty(environment: Environment) -> None:
    def leave(run: Any) -> None:
        environment.local.leave(APP, run.target.room, ROBOT)
        run.undo.pop(1)

    report = environment.smoke(hurry=["recording", "file"], second_start=leave)
    assert "nobody is in room" in names(report, Cause.ROOM_EMPTY)


def test_nobody_speaks(environment: Environment) -> None:
    def mute(run: Any) -> None:
        seat = {"bizId": APP, "roomId": run.target.room, "userId": ROBOT}
        environment.admin("POST", "/admin/rooms/microphone", {**seat, "on": False})

    report = environment.smoke(hurry=["recording"], start=mute)
    assert "microphone" in names(report, Cause.NOBODY_SPEAKS)


def test_no_grant(environment: Environment) -> None:
    remove_role(environment)
    assert f"role {ROLE} is missing" in names(report_of(environment, hurry=["file"]), Cause.NO_GRANT)


def test_no_grant_that_is_revoked_during_the_test(environment: Environment) -> None:
    report = environment.smoke(hurry=["file"], recording=lambda _: remove_role(environment))
    assert report.failure is not None
    assert report.failure.id == "file"
    names(report, Cause.NO_GRANT)


def test_no_bucket(environment: Environment) -> None:
    report = report_of(environment, environment.target(bucket="other-1250000000"))
    assert names(report, Cause.NO_BUCKET) == "there is no bucket other-1250000000 in ap-guangzhou"


def test_wrong_region(environment: Environment) -> None:
    report = report_of(environment, environment.target(region="ap-shanghai"))
    assert names(report, Cause.WRONG_REGION) == f"bucket {BUCKET} is not in ap-shanghai"


def test_wrong_bucket(environment: Environment) -> None:
    environment.bucket("elsewhere-1250000000")
    environment.console(bucket="elsewhere-1250000000")
    assert "writes to another bucket" in names(report_of(environment, hurry=["file"]), Cause.WRONG_BUCKET)


@pytest.mark.parametrize("declared", [True, False], ids=["declared so", "put there by somebody"])
def test_policy_blocks(environment: Environment, *, declared: bool) -> None:
    policy = json.loads(POLICY)
    policy["statement"].append(
        {
            "effect": "deny",
            "principal": {"qcs": ["qcs::cam::anyone:anyone"]},
            "action": ["name/cos:PutObject"],
            "resource": [f"qcs::cos:ap-guangzhou:uid/1250000000:{BUCKET}/*"],
        }
    )
    environment.sdk.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    target = environment.target(policy=json.dumps(policy)) if declared else environment.target()
    report = report_of(environment, target, hurry=["file"])
    assert report.failure is not None
    assert report.failure.id == ("file" if declared else "bucket-settings")
    assert "does not let GME write" in names(report, Cause.POLICY_BLOCKS)


def test_not_finished(environment: Environment) -> None:
    environment.admin("PUT", "/admin/gme/profile", {"processingSeconds": 3600})
    report = report_of(environment, hurry=["file"])
    names(report, Cause.NOT_FINISHED)
    assert "raise smoke.timeout" in report.hint


def test_callback_unreachable(environment: Environment) -> None:
    url = "http://127.0.0.1:9/"
    environment.console(callback_url=url)
    report = report_of(environment, environment.target(callback_url=url), hurry=["callbacks"])
    assert names(report, Cause.CALLBACK_UNREACHABLE) == f"{url} is not reached by callbacks"


def test_callback_signature(environment: Environment) -> None:
    environment.admin("POST", "/admin/callbacks/faults", {"next": ["none", "forged"]})
    assert "signed by another key" in names(report_of(environment), Cause.CALLBACK_SIGNATURE)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_is_brought_about_here(cause: Cause) -> None:
    tests: dict[str, Callable[..., None]] = vars(sys.modules[__name__])
    assert f"test_{cause.replace('-', '_')}" in tests
