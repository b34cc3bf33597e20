from dataclasses import replace

from gme_recording.console.runbook import Field, changes, form, render
from tests.console.test_settings import SETTINGS

NEVER_SEEN = """\
Settings FINGERPRINT of application 1400000001: apply them in the GME console.

1. Log in to https://console.tencentcloud.com/gamegme
2. Service Management → application 1400000001 → Set (opens Details)
3. Section Voice Recording Service → Modify, and set:

   Recording service      Modify, then select                    Enable
   Recording File Bucket  Bind, then choose the existing bucket  voice-1250000000 (ap-guangzhou)
   Callback URL           Modify, then enter                     https://voice.example.com/gme
   Recording Scope        select                                 Custom recording

4. Save.
   If a pop-up asks for access to COS, accept it: the stack has made that grant already.
5. Confirm it in the stack file, at the application with bizId 1400000001:

       console: {confirmed: "FINGERPRINT", by: "<your name>", on: "<YYYY-MM-DD>"}

   or have it written there:

       gme-recording confirm --stack STACK --app 1400000001 --fingerprint FINGERPRINT
"""


def test_whole_runbook_of_a_first_time() -> None:
    told = NEVER_SEEN.replace("FINGERPRINT", SETTINGS.fingerprint)
    assert render(SETTINGS) == told
    assert render(SETTINGS, stack="dev") == told.replace("STACK", "dev")


def test_fields_tell_what_was_there_before() -> None:
    before = replace(SETTINGS, callback_url="", scope="full")
    shown = [(field.name, field.before, field.changes) for field in form(SETTINGS, before)]
    assert shown == [
        ("Recording service", "Enable", False),
        ("Recording File Bucket", "voice-1250000000 (ap-guangzhou)", False),
        ("Callback URL", "(empty)", True),
        ("Recording Scope", "Full recording", True),
    ]
    text = render(SETTINGS, before)
    assert "Callback URL           Modify, then enter" in text
    assert "was: (empty)" in text
    assert "was: Full recording" in text
    assert text.count("unchanged") == 2


def test_changes_are_told_from_old_to_new() -> None:
    before = replace(SETTINGS, callback_url="", scope="full")
    assert changes(SETTINGS, before) == (
        f"Callback URL: (empty) → {SETTINGS.callback_url}",
        "Recording Scope: Full recording → Custom recording",
    )
    assert changes(SETTINGS, None) == ()


def test_switching_off_asks_for_one_field_and_no_grant() -> None:
    off = replace(SETTINGS, recording=False)
    switch = Field("Recording service", "Disable", "Modify, then select", "Enable")
    assert form(off, SETTINGS) == (switch,)
    assert "pop-up" not in render(off, SETTINGS)


def test_what_a_disabled_service_held_is_not_claimed_to_be_known() -> None:
    before = replace(SETTINGS, recording=False)
    assert [field.before for field in form(SETTINGS, before)] == ["Disable", None, None, None]
