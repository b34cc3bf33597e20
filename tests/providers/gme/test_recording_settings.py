"""gme:console:RecordingSettings over gRPC, with no engine: what may be declared, and the local cloud."""

from __future__ import annotations

import pytest

from gme_recording.api.local import LocalCloud
from gme_recording.localcloud.pytest_plugin import RunningCloud
from providers import tencentcloud
from providers.gme import provider
from tests.providers.gme.settings import (
    BIZ_ID,
    BUCKET,
    LOCAL,
    TENCENT,
    URN,
    WANTED,
    check,
    create,
    diff,
    read,
    update,
)
from tests.providers.wire import Refused, Wire, wired

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
