from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from components.config.model import Access, AccessPolicy, App, Confirmation, Grant, Stack
from components.recording import RecordingEnvironment
from tests.components.stacks import a_stack
from tests.support import wire


def deploy(stack: Stack) -> wire.Wire:
    def program() -> None:
        RecordingEnvironment("recording", {"stack": stack, "owner_uin": "100000000001", "root": Path()})

    return wire.run(program)


def names(stack: Stack) -> set[str]:
    return {each.name for each in deploy(stack).registered if each.custom}


def test_an_environment_is_bucket_policy_grant_settings_and_marker() -> None:
    assert names(a_stack()) == {
        "recording-storage-bucket",
        "recording-storage-policy",
        "recording-access-grant",
        "recording-console-1400000001-settings",
        "recording-smoke-marker",
    }


def test_every_application_has_its_settings() -> None:
    settings = deploy(a_stack(apps=3)).of_type("RecordingSettings")
    assert {each.props["bizId"] for each in settings} == {1400000001, 1400000002, 1400000003}


def test_policies_are_made_as_asked_for() -> None:
    access = Access(grant=Grant.EXISTING, policies=(AccessPolicy.READER,))
    made = names(a_stack(access=access))
    assert "recording-access-reader" in made
    assert not {"recording-access-grant", "recording-access-recorder"} & made


def test_settings_come_after_bucket_policy_and_grant_and_the_marker_last() -> None:
    sent = deploy(a_stack())
    bucket, policy, grant, settings = (
        sent.named(f"recording-{name}").urn
        for name in ("storage-bucket", "storage-policy", "access-grant", "console-1400000001-settings")
    )
    assert sent.only("RecordingSettings").dependencies == {bucket, policy, grant}
    assert sent.only("Stash").dependencies == {bucket, policy, grant, settings}


def test_renaming_an_application_keeps_its_settings_in_place() -> None:
    stack = a_stack()
    renamed = replace(stack, apps=(replace(stack.apps[0], name="renamed"),))
    urns = [{each.urn for each in deploy(one).registered} for one in (stack, renamed)]
    assert urns[0] == urns[1]


def test_a_confirmation_goes_to_its_application() -> None:
    confirmed = App(
        name="arena",
        biz_id=7,
        confirmation=Confirmation(fingerprint="0123456789ab", by="Ops", on="2026-03-31"),
    )
    props = deploy(replace(a_stack(), apps=(confirmed,))).only("RecordingSettings").props
    assert (props["confirmed"], props["by"], props["on"]) == ("0123456789ab", "Ops", "2026-03-31")


def test_outputs_are_what_operators_and_programs_need() -> None:
    sent = deploy(a_stack())
    outputs = sent.outputs[sent.named("recording").urn]
    proved = outputs.pop("smokeTest")
    assert len(proved) == 12
    assert outputs == {
        "bucket": "voice-1250000000",
        "bucketUrl": "rec.cos.ap-guangzhou.myqcloud.com",
        "role": "GME_QCSLinkedRoleInGameMedia",
        "policyIds": {},
        "applications": {"app0": {"bizId": 1400000001, "prefix": "1400000001_", "settings": "0123456789ab"}},
    }
