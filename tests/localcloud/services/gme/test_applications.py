from typing import Any

import pytest

from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.localcloud.services.gme.sdk import NOBODY, STRANGER, Gme, prepare
from tests.localcloud.services.gme.world import BIZ_ID


def listed(gme: Gme, **given: Any) -> list[dict[str, Any]]:
    found = gme.ask("DescribeApplicationList", **given)
    assert found["Total"] >= len(found["ApplicationList"])
    return list(found["ApplicationList"])


def test_new_application_is_listed_and_shows_its_key_once(local_cloud: RunningCloud) -> None:
    gme = Gme(local_cloud)
    created = gme.ask("CreateApp", AppName="arena", ProjectId=5)["Data"]
    assert (created["AppName"], created["ProjectId"], len(created["SecretKey"])) == ("arena", 5, 16)
    (found,) = listed(gme, SearchText="aren")
    assert found["BizId"] == created["BizId"] > BIZ_ID
    assert created["SecretKey"] not in str(found)


def test_application_can_be_made_twice(local_cloud: RunningCloud) -> None:
    gme = Gme(local_cloud)
    ids = {gme.ask("CreateApp", AppName="arena")["Data"]["BizId"] for _ in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(("recording", "status"), [(True, 0), (False, 1)])
def test_live_status_is_the_recording_switch(local_cloud: RunningCloud, recording: bool, status: int) -> None:
    if recording:
        prepare(local_cloud)
    (found,) = listed(Gme(local_cloud))
    assert found["ServiceConf"]["Live"]["Status"] == status
    assert found["ServiceConf"]["RealTimeSpeech"]["Status"] == 0


def test_closed_application_does_not_record(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud)
    assert gme.ask("ModifyAppStatus", BizId=BIZ_ID, Status="close") == {
        "Data": {"BizId": BIZ_ID, "Status": "close"}
    }
    assert listed(gme)[0]["AppStatus"] == 1
    code = gme.refusal("StartRecord", BizId=BIZ_ID, RoomId="room", RecordMode=1)
    assert code == "UnsupportedOperation.ServiceNotOpened"


def test_list_is_paged_and_filtered(local_cloud: RunningCloud) -> None:
    gme = Gme(local_cloud)
    for number in range(3):
        gme.ask("CreateApp", AppName=f"arena {number}", ProjectId=number)
    assert [app["AppName"] for app in listed(gme, PageNo=1, PageSize=2)] == ["arena 1", "arena 2"]
    assert [app["AppName"] for app in listed(gme, ProjectId=2)] == ["arena 2"]


def test_other_accounts_see_nothing(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    assert listed(Gme(local_cloud, key=STRANGER)) == []


@pytest.mark.parametrize(
    ("action", "given", "code"),
    [
        ("CreateApp", {"AppName": ""}, "InvalidParameter"),
        ("CreateApp", {}, "MissingParameter"),
        ("ModifyAppStatus", {"BizId": BIZ_ID, "Status": "off"}, "InvalidParameter"),
        ("ModifyAppStatus", {"BizId": 1, "Status": "open"}, "ResourceNotFound.BizidIsNotFound"),
        ("DeleteApp", {"BizId": BIZ_ID}, "InvalidAction"),
    ],
)
def test_wrong_call_is_refused(
    local_cloud: RunningCloud, action: str, given: dict[str, Any], code: str
) -> None:
    assert Gme(local_cloud).refusal(action, **given) == code


@pytest.mark.parametrize("action", ["CreateApp", "DescribeApplicationList"])
def test_user_without_a_policy_is_refused(local_cloud: RunningCloud, action: str) -> None:
    prepare(local_cloud)
    given = {"AppName": "arena"} if action == "CreateApp" else {}
    assert Gme(local_cloud, key=NOBODY).refusal(action, **given) == "UnauthorizedOperation"


def test_international_site_has_no_list(local_cloud: RunningCloud) -> None:
    gme = Gme(local_cloud, host="gme.intl.tencentcloudapi.com")
    assert gme.refusal("DescribeApplicationList") == "InvalidAction"
