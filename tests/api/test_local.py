import socket

import pytest

from gme_recording.api import ApiError, Cam, Cloud, CloudKind, LocalCloud
from gme_recording.api.errors import NO_LOCAL_CLOUD, UNREADABLE
from gme_recording.errors import ExitCode
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.api.conftest import Answer, Vendor

DEMO = 1400000001


def test_application_has_the_key_that_signs_its_callbacks(local_cloud: RunningCloud) -> None:
    application = LocalCloud(local_cloud.url).application(DEMO)
    assert application is not None
    assert (application.name, application.secret_key.reveal()) == ("demo", "localdemoappkey1")
    assert "localdemoappkey1" not in repr(application)


def test_application_is_made_once(local_cloud: RunningCloud) -> None:
    local = LocalCloud(local_cloud.url)
    made = local.create_application(1400000777, "new")
    assert local.create_application(1400000777, "other name") == made
    assert local.application(1400000777) == made
    assert local.application(1400000778) is None


def test_another_account_is_made_once_and_keeps_its_key(local_cloud: RunningCloud) -> None:
    local = LocalCloud(local_cloud.url)
    key = local.ensure_account("299999999999", "1259999999")
    assert local.ensure_account("299999999999", "1259999999") == key
    assert Cam(Cloud(CloudKind.LOCAL, "ap-guangzhou", key, local_cloud.url)).account().appid == "1259999999"


def test_recording_settings_are_shown_as_the_console_has_them(local_cloud: RunningCloud) -> None:
    shown = LocalCloud(local_cloud.url).recording(DEMO)
    assert shown == {"recording": False, "scope": "custom", "bucket": "", "region": "", "callbackUrl": ""}


def test_refused_settings_carry_the_consoles_words(local_cloud: RunningCloud) -> None:
    wanted = {"recording": True, "scope": "custom", "bucket": "no-1250000000", "region": "ap-guangzhou"}
    with pytest.raises(ApiError) as error:
        LocalCloud(local_cloud.url).put_recording(DEMO, {**wanted, "callbackUrl": ""})
    assert error.value.code
    assert f"/console/api/applications/{DEMO}/recording" in error.value.message


def test_unknown_application_is_refused(local_cloud: RunningCloud) -> None:
    with pytest.raises(ApiError, match="14"):
        LocalCloud(local_cloud.url).recording(14)


def test_player_enters_and_leaves(local_cloud: RunningCloud) -> None:
    local = LocalCloud(local_cloud.url)
    local.join(DEMO, "lobby", "90001", microphone=False)
    local.leave(DEMO, "lobby", "90001")
    with pytest.raises(ApiError):
        local.leave(DEMO, "lobby", "90001")


def test_nothing_was_sent_about_an_unknown_task(local_cloud: RunningCloud) -> None:
    assert LocalCloud(local_cloud.url).callbacks(DEMO, "446192236330927912") == ()


def test_absent_local_cloud_says_how_to_start_it() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(ApiError, match=f"not running at {url}") as error:
        LocalCloud(url).recording(DEMO)
    assert (error.value.code, error.value.exit_code) == (NO_LOCAL_CLOUD, ExitCode.UNAVAILABLE)
    assert error.value.hint == "gme-recording cloud start"


@pytest.mark.parametrize("answer", [Answer(b"<html>"), Answer(b"bad gateway", status=502), Answer(drop=True)])
def test_other_server_on_the_port_is_said_to_be_one(vendor: Vendor, answer: Answer) -> None:
    vendor.will(answer)
    with pytest.raises(ApiError) as error:
        LocalCloud(vendor.cloud.url).recording(DEMO)
    assert error.value.code in {UNREADABLE, NO_LOCAL_CLOUD}
