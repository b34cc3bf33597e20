from __future__ import annotations

from typing import Any

import pulumi

from components.console import ConsoleSettings, ConsoleSettingsArgs
from tests.support import wire

PLAIN: dict[str, Any] = {
    "cloud": "tencent",
    "biz_id": 1400000001,
    "scope": "custom",
    "bucket": "voice-1250000000",
    "region": "ap-guangzhou",
    "callback_url": "",
}


def run(**more: Any) -> wire.Wire:
    def program() -> None:
        needed = pulumi.Stash("bucket", input="made first")
        args: ConsoleSettingsArgs = {**PLAIN, **more, "requires": [needed]}  # type: ignore[typeddict-item]
        ConsoleSettings("c", args)

    return wire.run(program)


def test_recording_is_declared_on_for_the_application() -> None:
    assert run().only("RecordingSettings").props == {
        "cloud": "tencent",
        "bizId": 1400000001,
        "recording": True,
        "scope": "custom",
        "bucket": "voice-1250000000",
        "region": "ap-guangzhou",
        "callbackUrl": "",
    }


def test_a_confirmation_is_handed_to_the_provider() -> None:
    props = run(confirmed="0123456789ab", by="Ops", on="2026-03-31").only("RecordingSettings").props
    assert (props["confirmed"], props["by"], props["on"]) == ("0123456789ab", "Ops", "2026-03-31")


def test_settings_wait_for_what_a_person_needs_in_the_console() -> None:
    sent = run()
    assert sent.only("RecordingSettings").dependencies == {sent.named("bucket").urn}
    assert "requires" not in sent.named("c").props


def test_outputs_are_what_the_provider_answers() -> None:
    sent = run()
    assert sent.outputs[sent.named("c").urn] == {"fingerprint": "0123456789ab", "revision": "1"}
