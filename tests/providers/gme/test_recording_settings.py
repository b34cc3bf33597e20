"""gme:console:RecordingSettings, driven over gRPC with no engine."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from gme_recording.api.errors import ROOM_NOT_FOUND, SERVICE_NOT_OPENED, ApiError
from gme_recording.api.gme import Gme
from gme_recording.api.local import LocalCloud
from gme_recording.console.settings import Settings
from gme_recording.localcloud.pytest_plugin import RunningCloud
from providers import tencentcloud
from providers.gme import provider
from tests.providers.wire import Json, Refused, Wire, wired

URN = "urn:pulumi:local::voice::gme-recording:console:ConsoleSettings$gme:console:RecordingSettings::demo"
BIZ_ID = 1400000001
BUCKET = "voice-1250000000"
WANTED = Settings(
    biz_id=BIZ_ID,
    recording=True,
    scope="custom",
    bucket=BUCKET,
    region="ap-guangzhou",
    callback_url="https://voice.example.com/gme/recording",
)
LOCAL: Json = {"cloud": "local", **WANTED.data()}
TENCENT: Json = {"cloud": "tencent", **WANTED.data()}
CONFIRMED: Json = TENCENT | {"confirmed": WANTED.fingerprint, "by": "Lin", "on": "2027-01-31"}


@pytest.fixture
def wire() -> Iterator[Wire]:
    with wired("gme", provider()) as wire:
        yield wire


def check(wire: Wire, news: Json) -> Json:
    return wire.call("Check", {"urn": URN, "news": news})


def create(wire: Wire, news: Json) -> Json:
    return wire.call("Create", {"urn": URN, "properties": check(wire, news)["inputs"]})


def update(wire: Wire, made: Json, news: Json, *, preview: bool = False) -> Json:
    request = {"urn": URN, "id": made["id"], "olds": made["properties"], "preview": preview}
    return {"id": made["id"], **wire.call("Update", request | {"news": check(wire, news)["inputs"]})}


def read(wire: Wire, made: Json, news: Json) -> Json:
    request = {"urn": URN, "id": made["id"], "properties": made["properties"]}
    return wire.call("Read", request | {"inputs": check(wire, news)["inputs"]})


def diff(wire: Wire, made: Json, news: Json) -> Json:
    request = {"urn": URN, "id": made["id"], "olds": made["properties"]}
    return wire.call("Diff", request | {"news": check(wire, news)["inputs"]})


# what may be declared


def test_defaults():
    with wired("gme", provider()) as wire:
        news = {"cloud": "local", "bizId": BIZ_ID, "bucket": BUCKET, "region": "ap-guangzhou"}
        inputs = check(wire, news)["inputs"]
    assert inputs == {
        "__defaults": ["callbackUrl", "recording", "scope"],
        "recording": True,
        "scope": "custom",
        "callbackUrl": "",
        **news,
    }


def test_all_problems_are_told_at_once(wire: Wire) -> None:
    news = {
        "cloud": "aws",
        "bizId": 0,
        "scope": "everything",
        "bucket": "voice",
        "region": "",
        "callbackUrl": "ftp://voice.example.com",
        "confirmed": "yes",
        "colour": "red",
    }
    failures = {each["property"]: each["reason"] for each in check(wire, news)["failures"]}
    assert failures == {
        "cloud": "is 'aws'; allowed: tencent, local",
        "bizId": "is 0; allowed: the application's AppID in the GME console, a positive whole number",
        "scope": "is 'everything'; allowed: custom, full",
        "bucket": "is 'voice'; allowed: the full name, <name>-<ten digits of the APPID>",
        "region": "is empty",
        "callbackUrl": "is 'ftp://voice.example.com'; allowed: an http or https URL, or nothing",
        "confirmed": "is 'yes'; allowed: the twelve hex digits that `gme-recording runbook` prints",
        "colour": "is not a property of this resource",
    }
    assert {each["property"] for each in check(wire, {})["failures"]} == {
        "cloud",
        "bizId",
        "bucket",
        "region",
    }


@pytest.mark.parametrize("url", ["http://[half", "https://", "voice.example.com", "javascript:alert(1)"])
def test_callback_urls_that_cannot_be_posted_to_are_refused(wire: Wire, url: str) -> None:
    assert [each["property"] for each in check(wire, LOCAL | {"callbackUrl": url})["failures"]] == [
        "callbackUrl"
    ]


def test_another_application_or_cloud_is_another_resource(wire: Wire) -> None:
    made = {"id": str(BIZ_ID), "properties": LOCAL}
    assert diff(wire, made, LOCAL | {"bizId": 1400000002})["replaces"] == ["bizId"]
    assert diff(wire, made, TENCENT)["replaces"] == ["cloud"]
    changed = diff(wire, made, LOCAL | {"callbackUrl": ""})
    assert (changed.get("replaces"), changed["diffs"]) == (None, ["callbackUrl"])


# the local cloud


@pytest.fixture
def console(local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> LocalCloud:
    """The local cloud with the bucket and the grant that the console asks for."""
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    with wired("tencentcloud", tencentcloud.provider()) as cloud:
        cloud.call("Configure", {"args": {"region": "ap-guangzhou", "protocol": "HTTP"}})
        for token, properties in (
            ("tencentcloud:Cos/bucket:Bucket", {"bucket": BUCKET}),
            (
                "tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole",
                {"qcsServiceNames": ["gamemedia.gme.cloud.tencent.com"]},
            ),
        ):
            cloud.call("Create", {"urn": f"urn:pulumi:local::voice::{token}::it", "properties": properties})
    return LocalCloud(local_cloud.url)


def test_settings_are_applied_to_the_local_console(wire: Wire, console: LocalCloud) -> None:
    made = create(wire, LOCAL)
    assert made["id"] == str(BIZ_ID)
    assert {
        key: console.recording(BIZ_ID)[key] for key in ("recording", "scope", "bucket", "callbackUrl")
    } == {
        "recording": True,
        "scope": "custom",
        "bucket": BUCKET,
        "callbackUrl": WANTED.callback_url,
    }
    answered = made["properties"]
    assert answered["fingerprint"] == WANTED.fingerprint
    assert answered["activated"] is True
    assert answered["revision"].startswith(WANTED.fingerprint)
    assert diff(wire, made, LOCAL)["changes"] == "DIFF_NONE"
    assert read(wire, made, LOCAL)["properties"] == answered


def test_an_application_that_is_missing_in_the_local_cloud_is_made(wire: Wire, console: LocalCloud) -> None:
    create(wire, LOCAL | {"bizId": 1400000777})
    assert console.application(1400000777) is not None
    assert console.recording(1400000777)["recording"] is True


def test_what_someone_changed_in_the_local_console_is_drift_and_is_repaired(
    wire: Wire, console: LocalCloud
) -> None:
    made = create(wire, LOCAL)
    console.put_recording(BIZ_ID, dict(console.recording(BIZ_ID)) | {"recording": False})
    found = read(wire, made, LOCAL)
    assert found["inputs"]["recording"] is False
    assert found["properties"]["activated"] is False
    assert found["properties"]["revision"] == made["properties"]["revision"]
    assert diff(wire, found, LOCAL)["detailedDiff"] == {"recording": {"kind": "UPDATE"}}
    repaired = update(wire, found, LOCAL)
    assert console.recording(BIZ_ID)["recording"] is True
    assert repaired["properties"]["fingerprint"] == made["properties"]["fingerprint"]
    assert repaired["properties"]["revision"] != made["properties"]["revision"]


def test_a_preview_of_an_update_applies_nothing_and_knows_no_revision(
    wire: Wire, console: LocalCloud
) -> None:
    made = create(wire, LOCAL)
    foreseen = update(wire, made, LOCAL | {"callbackUrl": ""}, preview=True)["properties"]
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert {foreseen[name] for name in ("fingerprint", "activated", "revision")} == {unknown}
    assert console.recording(BIZ_ID)["callbackUrl"] == WANTED.callback_url


def test_what_the_local_console_refuses_is_told(wire: Wire, console: LocalCloud) -> None:
    with pytest.raises(Refused, match="BucketNotFound"):
        create(wire, LOCAL | {"bucket": "other-1250000000"})


def test_the_end_of_local_settings_is_recording_switched_off(wire: Wire, console: LocalCloud) -> None:
    made = create(wire, LOCAL)
    for _ in range(2):
        wire.call("Delete", {"urn": URN, "id": made["id"], "properties": made["properties"]})
        assert console.recording(BIZ_ID)["recording"] is False


def test_settings_of_an_application_that_is_gone_are_gone(
    wire: Wire, console: LocalCloud, local_cloud: RunningCloud
) -> None:
    made = create(wire, LOCAL | {"bizId": 1400000777})
    local_cloud.run(lambda cloud: cloud.reset())
    assert "id" not in read(wire, made, LOCAL | {"bizId": 1400000777})
    wire.call("Delete", {"urn": URN, "id": made["id"], "properties": made["properties"]})


def test_local_settings_can_be_imported(wire: Wire, console: LocalCloud) -> None:
    create(wire, LOCAL)
    found = wire.call("Read", {"urn": URN, "id": f"local/{BIZ_ID}"})
    assert check(wire, found["inputs"]).get("failures", []) == []
    assert diff(wire, found, LOCAL)["changes"] == "DIFF_NONE"
    with pytest.raises(Refused, match="demo is no id of recording settings"):
        wire.call("Read", {"urn": URN, "id": "demo"})


def test_a_local_cloud_that_does_not_run_is_told(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, unused_tcp_url: str
) -> None:
    monkeypatch.setenv("GME_RECORDING_CLOUD", unused_tcp_url)
    with pytest.raises(Refused) as refused:
        create(wire, LOCAL)
    assert "the local cloud is not running" in refused.value.text
    assert "hint: gme-recording cloud start" in refused.value.text


# Tencent Cloud, where a person applies the settings


class Api:
    """The public API's answer to whether recording can be started."""

    def __init__(self) -> None:
        self.refusal = ROOM_NOT_FOUND

    def probe(self, biz_id: int) -> ApiError:
        assert biz_id == BIZ_ID
        return ApiError(self.refusal, "refused", action="StartRecord")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    api = Api()
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKIDreal")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "canary-secret-key")
    monkeypatch.setattr(Gme, "probe", lambda self, biz_id: api.probe(biz_id))
    return api


@pytest.mark.parametrize(
    ("news", "why"),
    [
        (TENCENT, "nobody has confirmed them yet"),
        (CONFIRMED | {"callbackUrl": ""}, f"`confirmed: {WANTED.fingerprint}` stands for other settings"),
    ],
)
def test_settings_nobody_confirmed_fail_with_the_runbook(wire: Wire, api: Api, news: Json, why: str) -> None:
    with pytest.raises(Refused) as refused:
        create(wire, news)
    told = refused.value.text
    declared = Settings(**{**_fields(WANTED), "callback_url": news["callbackUrl"]})
    assert told.startswith(f"the console settings of application {BIZ_ID} are not confirmed: {why}\n\n")
    assert "Recording File Bucket" in told
    assert f'console: {{confirmed: "{declared.fingerprint}", by:' in told
    assert "canary-secret-key" not in told
    assert refused.value.half_made is None


def _fields(settings: Settings) -> Json:
    return {name: getattr(settings, name) for name in Settings.__slots__}


def test_confirmed_settings_are_recorded_with_what_the_api_proves(wire: Wire, api: Api) -> None:
    made = create(wire, CONFIRMED)
    assert made["id"] == str(BIZ_ID)
    assert made["properties"]["activated"] is True
    assert (made["properties"]["by"], made["properties"]["on"]) == ("Lin", "2027-01-31")
    assert made["properties"]["revision"].startswith(WANTED.fingerprint)
    found = read(wire, made, CONFIRMED)
    assert found["properties"] == made["properties"]
    assert found["inputs"] == check(wire, CONFIRMED)["inputs"]


def test_a_change_shows_what_was_set_before(wire: Wire, api: Api) -> None:
    made = create(wire, CONFIRMED)
    with pytest.raises(Refused, match=f"was: {WANTED.callback_url}"):
        update(wire, made, CONFIRMED | {"callbackUrl": "https://new.example.com"})


def test_a_service_that_was_switched_off_is_drift_until_a_person_acts(wire: Wire, api: Api) -> None:
    made = create(wire, CONFIRMED)
    api.refusal = SERVICE_NOT_OPENED
    found = read(wire, made, CONFIRMED)
    assert (found["properties"]["activated"], found["inputs"]["recording"]) == (False, False)
    assert diff(wire, found, CONFIRMED)["detailedDiff"] == {"recording": {"kind": "UPDATE"}}
    with pytest.raises(Refused, match="was switched off in the console") as refused:
        update(wire, found, CONFIRMED)
    assert "Recording service" in refused.value.text
    assert read(wire, found, CONFIRMED)["properties"]["recording"] is False
    api.refusal = ROOM_NOT_FOUND
    repaired = update(wire, found, CONFIRMED)
    assert (repaired["properties"]["recording"], repaired["properties"]["activated"]) == (True, True)
    assert repaired["properties"]["revision"] != made["properties"]["revision"]


def test_a_service_that_was_never_proved_on_is_no_drift(wire: Wire, api: Api) -> None:
    api.refusal = SERVICE_NOT_OPENED
    made = create(wire, CONFIRMED)
    assert (made["properties"]["activated"], made["properties"]["recording"]) == (False, True)
    assert diff(wire, read(wire, made, CONFIRMED), CONFIRMED)["changes"] == "DIFF_NONE"


def test_what_the_api_refuses_otherwise_leaves_a_record_to_complete(wire: Wire, api: Api) -> None:
    api.refusal = "AuthFailure.SignatureFailure"
    with pytest.raises(Refused, match="SignatureFailure") as refused:
        create(wire, CONFIRMED)
    half = refused.value.half_made
    assert half is not None
    api.refusal = ROOM_NOT_FOUND
    made = update(wire, half, CONFIRMED)
    assert diff(wire, made, CONFIRMED)["changes"] == "DIFF_NONE"


def preview(wire: Wire, news: Json, made: Json | None = None) -> None:
    if made is None:
        wire.call("Create", {"urn": URN, "properties": check(wire, news)["inputs"], "preview": True})
    else:
        update(wire, made, news, preview=True)


def test_a_preview_warns_of_what_will_stop_the_deployment(
    wire: Wire, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    with caplog.at_level(logging.WARNING):
        made = create(wire, CONFIRMED)
        preview(wire, CONFIRMED)
        preview(wire, LOCAL)
        preview(wire, TENCENT | {"bucket": unknown})
        assert caplog.messages == []
        preview(wire, TENCENT)
        preview(wire, CONFIRMED | {"callbackUrl": ""}, made)
    first, stale = caplog.messages
    ending = (
        "`up` stops there until a person has set them (gme-recording runbook) and has said so "
        "(gme-recording confirm)"
    )
    assert first == (
        f"the console settings of application {BIZ_ID} are not confirmed: nobody has confirmed them yet\n"
        f"{ending}"
    )
    assert stale == (
        f"the console settings of application {BIZ_ID} are not confirmed: "
        f"`confirmed: {WANTED.fingerprint}` stands for other settings\n"
        f"  Callback URL: {WANTED.callback_url} → (empty)\n"
        f"{ending}"
    )


def test_a_preview_warns_of_a_service_that_was_found_off(
    wire: Wire, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    made = create(wire, CONFIRMED)
    api.refusal = SERVICE_NOT_OPENED
    found = read(wire, made, CONFIRMED)
    with caplog.at_level(logging.WARNING):
        preview(wire, CONFIRMED, found)
    (warning,) = caplog.messages
    assert warning.startswith(
        f"the recording service of application {BIZ_ID} was switched off in the console\n"
        "  Recording service: Disable → Enable\n"
    )


def test_an_application_that_records_already_is_imported_as_confirmed(wire: Wire, api: Api) -> None:
    found = wire.call("Read", {"urn": URN, "id": str(BIZ_ID)})
    assert found["inputs"] == {"__defaults": [], "cloud": "tencent", "bizId": BIZ_ID}
    assert found["properties"]["activated"] is True
    imported = {"id": found["id"], "properties": found["properties"]}
    assert set(diff(wire, imported, CONFIRMED)["diffs"]) >= {"bucket", "region", "callbackUrl", "confirmed"}
    with pytest.raises(Refused, match="nobody has confirmed them yet") as refused:
        update(wire, imported, TENCENT)
    assert "was:" not in refused.value.text, "what the console shows is not known"
    taken = update(wire, imported, CONFIRMED)
    assert taken["properties"]["fingerprint"] == WANTED.fingerprint
    assert taken["properties"]["revision"].startswith(WANTED.fingerprint)
    assert diff(wire, read(wire, taken, CONFIRMED), CONFIRMED)["changes"] == "DIFF_NONE"


def test_the_end_of_confirmed_settings_says_that_billing_goes_on(
    wire: Wire, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        wire.call("Delete", {"urn": URN, "id": str(BIZ_ID), "properties": CONFIRMED})
    assert f"recording of application {BIZ_ID} goes on and is billed until" in caplog.text
