"""Console settings that change in, what a person must do out."""

from gme_recording.review.console import effects, settings
from gme_recording.review.effect import Severity
from policy.inputs import UNKNOWN
from tests.review.make import SETTINGS, changed, created, deleted, golden

DECLARED = {
    "cloud": "tencent",
    "bizId": 1400000001,
    "recording": True,
    "scope": "custom",
    "bucket": "voice-1250000000",
    "region": "ap-guangzhou",
    "callbackUrl": "https://voice.example.com/gme?token=canary",
}
FINGERPRINT = settings(DECLARED).fingerprint


def test_settings_that_nobody_confirmed_are_to_be_set_and_confirmed():
    (told,) = effects(created(SETTINGS, DECLARED))

    assert told.severity is Severity.WARNING
    assert told.text == (
        "application `1400000001`: the deployment stops until somebody has set it in the console and "
        f"confirmed `{FINGERPRINT}`: "
        f"`gme-recording confirm --stack prod --app 1400000001 --fingerprint {FINGERPRINT}`"
    )
    assert told.folded.startswith(f"```text\nSettings {FINGERPRINT} of application 1400000001: apply them")
    assert "Recording File Bucket" in told.folded


def test_the_runbook_shows_what_is_there_now():
    (told,) = effects(changed(SETTINGS, {**DECLARED, "bucket": "old-1250000000"}, DECLARED))

    assert "was: old-1250000000 (ap-guangzhou)" in told.folded
    assert "unchanged" in told.folded


def test_what_a_callback_url_carries_is_not_shown():
    old = {**DECLARED, "callbackUrl": "https://user:canary@voice.example.com/"}

    (told,) = effects(changed(SETTINGS, old, DECLARED))

    assert "canary" not in f"{told.text}{told.folded}"
    assert "https://voice.example.com/gme?…" in told.folded
    assert "was: (see the stack file)" in told.folded


def test_a_confirmation_of_just_these_settings_leaves_nothing_to_do():
    word = {"confirmed": FINGERPRINT, "by": "Kim", "on": "2026-11-20"}

    (told,) = effects(changed(SETTINGS, {**DECLARED, "scope": "full"}, {**DECLARED, **word}))

    assert (told.severity, told.folded) == (Severity.NOTE, "")
    assert told.text == f"application `1400000001`: nothing, `Kim` confirmed `{FINGERPRINT}` on `2026-11-20`"


def test_a_confirmation_of_other_settings_does_not_count():
    (told,) = effects(created(SETTINGS, {**DECLARED, "confirmed": "0123456789ab"}))

    assert told.severity is Severity.WARNING


def test_settings_that_are_not_known_yet_have_no_fingerprint():
    (told,) = effects(created(SETTINGS, {**DECLARED, "bucket": UNKNOWN}))

    assert "known only after the bucket is there" in told.text
    assert "`gme-recording runbook --stack prod`" in told.text


def test_an_application_that_goes_is_to_be_switched_off():
    (told,) = effects(deleted(SETTINGS, DECLARED))

    assert told.text == (
        "application `1400000001`: disable the service, or GME goes on recording and billing"
    )


def test_the_local_console_needs_nobody():
    assert [*effects(golden("dev"))] == []
    assert [*effects(deleted(SETTINGS, {**DECLARED, "cloud": "local"}))] == []


def test_a_recorded_preview_names_both_applications():
    assert [each.text.partition(":")[0] for each in effects(golden("prod"))] == [
        "application `1400000001`",
        "application `1400000002`",
    ]
