from dataclasses import replace

import pytest

from gme_recording.console.settings import Confirmation
from gme_recording.console.standing import Proof, render, standing
from tests.console.test_settings import SETTINGS

WORD = Confirmation(SETTINGS.fingerprint, "Lin", "2027-01-31")
STALE = replace(WORD, fingerprint="000000000000")
TESTED = frozenset({"service", "start", "file", "callbacks"})
RUNBOOK = "set them in the GME console (gme-recording runbook), then gme-recording confirm"

SIDE_BY_SIDE = """\
voice (bizId 1400000001): declared FINGERPRINT, confirmed by Lin on 2027-01-31
  field                  declared                         confirmed  proved
  Recording service      Enable                           yes        yes: takes requests
  Recording File Bucket  voice-1250000000 (ap-guangzhou)  yes        yes: smoke test of 2027-02-01
  Callback URL           https://voice.example.com/gme    yes        yes: smoke test of 2027-02-01
  Recording Scope        Custom recording                 yes        yes: smoke test of 2027-02-01"""


def test_what_is_declared_confirmed_and_proved_stands_side_by_side() -> None:
    proof = Proof(activated=True, tested=TESTED, tested_on="2027-02-01")
    found = standing("voice", SETTINGS, WORD, proof, by_hand=True)
    assert render(found) == SIDE_BY_SIDE.replace("FINGERPRINT", SETTINGS.fingerprint)
    assert found.to_do == ""


def test_a_test_from_before_the_confirmation_proves_nothing() -> None:
    proof = Proof(activated=True, tested=TESTED, tested_on="2027-01-30")
    found = standing("voice", SETTINGS, WORD, proof, by_hand=True)
    assert [line.proved for line in found.lines] == ["yes: takes requests", "", "", ""]


@pytest.mark.parametrize(
    ("word", "title"),
    [
        (None, "confirmed by nobody"),
        (STALE, "but 000000000000 was confirmed by Lin on 2027-01-31"),
    ],
)
def test_what_is_not_confirmed_is_for_a_person_to_do(word: Confirmation | None, title: str) -> None:
    proof = Proof(activated=True, tested=TESTED, tested_on="2027-02-01")
    found = standing("voice", SETTINGS, word, proof, by_hand=True)
    assert found.to_do == RUNBOOK
    text = render(found)
    assert title in text.splitlines()[0]
    assert text.endswith(f"  to do: {RUNBOOK}")
    assert "smoke test of" not in text, "it may have tested other settings"


def test_a_service_that_is_off_is_for_a_person_to_do() -> None:
    found = standing("voice", SETTINGS, WORD, Proof(activated=False), by_hand=True)
    assert found.lines[0].proved == "no: refuses requests"
    assert found.to_do == "Enable the service in the GME console (gme-recording runbook)"


def test_what_cannot_be_asked_is_told_and_is_nobody_s_task() -> None:
    found = standing("voice", SETTINGS, WORD, Proof(unknown="no credentials"), by_hand=True)
    assert {line.proved for line in found.lines} == {"unknown: no credentials"}
    assert found.to_do == ""


def test_the_local_console_needs_no_word_and_is_compared_field_by_field() -> None:
    same = standing("voice", SETTINGS, None, Proof(shown=SETTINGS), by_hand=False)
    assert ({line.proved for line in same.lines}, same.confirmed, same.to_do) == (
        {"yes: shown"},
        "not needed",
        "",
    )
    assert render(same).startswith(f"voice (bizId 1400000001): declared {SETTINGS.fingerprint}, set by `up`")
    other = Proof(shown=replace(SETTINGS, callback_url=""))
    differing = standing("voice", SETTINGS, None, other, by_hand=False)
    assert [line.proved for line in differing.lines] == [
        "yes: shown",
        "yes: shown",
        "no: (empty)",
        "yes: shown",
    ]
    assert differing.to_do == "gme-recording up"
    off = standing("voice", SETTINGS, None, Proof(shown=replace(SETTINGS, recording=False)), by_hand=False)
    assert [line.proved for line in off.lines] == ["no: Disable", "", "", ""]


def test_the_data_says_what_the_text_says() -> None:
    data = standing("voice", SETTINGS, STALE, Proof(activated=True), by_hand=True).data()
    assert data == {
        **SETTINGS.data(),
        "app": "voice",
        "fingerprint": SETTINGS.fingerprint,
        "confirmed": "stale",
        "confirmedFingerprint": "000000000000",
        "by": "Lin",
        "on": "2027-01-31",
        "activated": True,
        "fields": [
            {"field": "Recording service", "declared": "Enable", "proved": "yes: takes requests"},
            {"field": "Recording File Bucket", "declared": "voice-1250000000 (ap-guangzhou)", "proved": ""},
            {"field": "Callback URL", "declared": SETTINGS.callback_url, "proved": ""},
            {"field": "Recording Scope", "declared": "Custom recording", "proved": ""},
        ],
        "toDo": RUNBOOK,
    }
