"""Whether the recording service takes requests, and only for applications of the account."""

from __future__ import annotations

from typing import Any

import pytest

from gme_recording import smoke
from gme_recording.api import ApiError, CloudKind, Gme
from gme_recording.api.errors import NO_ANSWER, SERVICE_NOT_OPENED
from gme_recording.api.gme import AppState
from gme_recording.smoke import Cause, Mode
from gme_recording.smoke.checks import service
from tests.smoke.environment import SETTINGS, Environment, found


@pytest.mark.parametrize(
    ("setting", "code", "cause"),
    [
        ({"recording": False}, "UnsupportedOperation.ServiceNotOpened", "switched off"),
        ({"scope": "full"}, "UnsupportedOperation", "scope of application 1400000001 is full"),
    ],
)
def test_service_finds_what_the_console_says(
    environment: Environment, setting: dict[str, Any], code: str, cause: str
) -> None:
    environment.console(**setting)
    report = smoke.run(environment.target(), environment.cloud)
    assert code in found(report, "service")
    assert cause in report.cause
    assert report.failure is not None
    assert (report.failure.code, bool(report.failure.request_id)) == (code, True)


def test_service_finds_an_unknown_application(environment: Environment) -> None:
    report = smoke.run(environment.target(biz_id=1400000099), environment.cloud)
    assert "InvalidParameterValue.InvalidBizId" in found(report, "service")


def test_wrong_biz_id_finds_a_key_that_reaches_foreign_applications(environment: Environment) -> None:
    environment.local.create_application(service.NOBODYS_BIZ_ID, "somebody's")
    settings = {**SETTINGS.data(), "bizId": service.NOBODYS_BIZ_ID}
    environment.local.put_recording(
        service.NOBODYS_BIZ_ID, {k: v for k, v in settings.items() if k != "bizId"}
    )
    report = smoke.run(environment.target(), environment.cloud)
    assert found(report, "wrong-biz-id") == "StartRecord for application 1 looked for a room"


def test_wrong_biz_id_finds_nothing_out_if_nobody_answers(environment: Environment) -> None:
    class Cut(Gme):
        def probe(self, biz_id: int) -> ApiError | None:
            if biz_id == service.NOBODYS_BIZ_ID:
                return ApiError(NO_ANSWER, "no answer", action="StartRecord")
            return super().probe(biz_id)

    report = environment.smoke(environment.run(gme=Cut(environment.cloud)))
    assert found(report, "wrong-biz-id") == "StartRecord: no answer"


class International(Gme):
    """As on the international site, which has no list of applications."""

    def find_app(self, biz_id: int) -> AppState | None:
        raise ApiError("InvalidAction", f"no list that holds {biz_id}", action="DescribeApplicationList")


@pytest.mark.parametrize(
    ("site", "setting", "cause"),
    [
        (Gme, {"recording": False}, Cause.NOT_ACTIVATED),
        (International, {"recording": False}, Cause.NOT_ACTIVATED),
        (Gme, {"scope": "full"}, Cause.FULL_SCOPE),
    ],
    ids=["listed as off", "no list", "listed as on"],
)
def test_service_finds_on_tencent_cloud_what_may_as_well_be_the_allow_list(
    environment: Environment, site: type[Gme], setting: dict[str, Any], cause: Cause
) -> None:
    """One answer stands for several things there; the list tells some apart, the hint speaks of the rest."""
    environment.admin("PUT", "/admin/gme/profile", {"fullScopeCode": SERVICE_NOT_OPENED})
    environment.console(**setting)
    target = environment.target(cloud=CloudKind.TENCENT, mode=Mode.PROBE)
    report = environment.smoke(environment.run(target, local=None, gme=site(environment.cloud)))
    assert found(report, "service")
    assert report.diagnosis == cause
    assert "allow-listed: open a ticket" in report.hint
