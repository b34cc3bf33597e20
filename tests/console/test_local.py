from dataclasses import replace

import pytest

from gme_recording.api import ApiError, Cloud, CloudKind, Gme, LocalCloud
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.console.local import apply, read
from gme_recording.console.settings import Settings
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.console.test_settings import SETTINGS

OFF = Settings(biz_id=SETTINGS.biz_id, recording=False, scope="custom", bucket="", region="")


@pytest.fixture
def cloud(local_cloud: RunningCloud) -> Cloud:
    """With the grant and the bucket that the console asks for."""
    cloud = Cloud(CloudKind.LOCAL, SETTINGS.region, LOCAL_MAIN_ACCOUNT, local_cloud.url)
    carrier = {"QCSServiceName": ["gamemedia.gme.cloud.tencent.com"]}
    Service(cloud, "cam").call("CreateServiceLinkedRole", carrier, Repeat.HARMFUL)
    cos_client(cloud).create_bucket(Bucket=SETTINGS.bucket)
    return cloud


def test_applied_settings_are_read_back(cloud: Cloud) -> None:
    local = LocalCloud(cloud.url)
    assert read(local, SETTINGS.biz_id) == OFF
    apply(local, SETTINGS)
    assert read(local, SETTINGS.biz_id) == SETTINGS
    changed = replace(SETTINGS, scope="full", callback_url="")
    apply(local, changed)
    assert read(local, SETTINGS.biz_id) == changed


def test_settings_without_the_grant_are_refused(local_cloud: RunningCloud) -> None:
    local = LocalCloud(local_cloud.url)
    with pytest.raises(ApiError):
        apply(local, SETTINGS)
    assert read(local, SETTINGS.biz_id) == OFF


def test_settings_with_a_missing_bucket_are_refused(cloud: Cloud) -> None:
    with pytest.raises(ApiError):
        apply(LocalCloud(cloud.url), replace(SETTINGS, bucket="other-1250000000"))


@pytest.mark.parametrize(
    ("changes", "activated"), [({}, True), ({"recording": False}, False), ({"scope": "full"}, False)]
)
def test_public_api_proves_whether_recording_can_be_started(
    cloud: Cloud, changes: dict[str, object], activated: bool
) -> None:
    apply(LocalCloud(cloud.url), replace(SETTINGS, **changes))  # type: ignore[arg-type]
    assert Gme(cloud).is_activated(SETTINGS.biz_id) is activated


def test_refused_application_is_not_taken_for_a_switched_off_service(cloud: Cloud) -> None:
    with pytest.raises(ApiError):
        Gme(cloud).is_activated(1400000099)
