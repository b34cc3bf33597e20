"""gme:console:RecordingSettings of Tencent Cloud, where a person applies them and says so."""

from __future__ import annotations

import logging

import pytest

from gme_recording.api.errors import ROOM_NOT_FOUND, SERVICE_NOT_OPENED, ApiError
from gme_recording.api.gme import Gme
from gme_recording.console.settings import Settings
from tests.providers.gme.settings import (
    BIZ_ID,
    CONFIRMED,
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
from tests.providers.wire import Json, Refused, Wire


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
