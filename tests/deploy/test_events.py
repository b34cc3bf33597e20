from collections.abc import Iterable

import pytest
from pulumi.automation import EngineEvent

from gme_recording.deploy.events import Diagnostic, Recorder
from gme_recording.deploy.outcome import Ended, failure
from gme_recording.deploy.step import Change, Step
from tests.deploy.recorded import FOLDER, recorded
from tests.support.watch import Heard

BUCKET = "urn:pulumi:local::gme-recording::a:b:C$tencentcloud:Cos/bucket:Bucket::recording-storage-bucket"


def told(steps: Iterable[Step]) -> list[tuple[str, str, str]]:
    return [(step.op, step.type, step.name) for step in steps]


def test_every_resource_that_is_made_is_told_once_and_the_stack_and_providers_are_not():
    recorder, heard = recorded("hook_fails")

    assert told(heard.steps) == [
        ("create", "ServiceLinkedRole", "main-grant"),
        ("create", "Bucket", "main-bucket"),
        ("create", "BucketPolicy", "main-policy"),
        ("create", "RecordingSettings", "main-settings"),
        ("create", "Recording", "main"),
        ("create", "Stash", "record-smoke"),
    ]
    assert heard.steps == recorder.steps
    assert [step.name for step in heard.steps if step.failed] == ["record-smoke"]
    assert all(step.seconds > 0 for step in heard.steps)


def test_the_noise_of_an_interrupted_program_is_not_kept():
    recorder, _ = recorded("hook_fails")

    assert recorder.errors == [
        Diagnostic(
            "error",
            'before hook "record-smoke" failed: smoke test failed: '
            "StartRecord -> FailedOperation.ServiceNotOpened",
            "urn:pulumi:dev::golden::pulumi:index:Stash::record-smoke",
        )
    ]


def test_what_the_official_provider_says_twice_is_told_once_with_what_to_do():
    recorder = Recorder(Heard())
    refused = (
        "cos put bucket lifecycle error: AccessDenied: Access Denied.\n"
        "\tstatus code: 403, request id: 6b60, host id: , bucket: voice-local-1250000000"
    )
    for text in (
        f"  sdk-v2/provider2.go:572: sdk.helper_schema: {refused}: provider=tencentcloud@v0.2.3",
        f"1 error occurred:\n\t* updating {BUCKET}: 1 error occurred:\n\t* {refused}\n\n",
    ):
        said = {"urn": BUCKET, "message": text, "color": "raw", "severity": "error"}
        recorder(EngineEvent.from_json({"sequence": 1, "timestamp": 1, "diagnosticEvent": said}))

    error = failure(Ended("local", 1, "", recorder.errors))

    assert error.message == (
        "the deployment failed:\n  Bucket recording-storage-bucket: "
        "cos put bucket lifecycle: Access Denied (AccessDenied, request 6b60)"
    )
    assert error.hint == "have an administrator attach the stack's deployer policy to this user or role"


def test_what_a_policy_pack_finds_is_an_error_or_a_warning_and_accuses_no_resource():
    recorder = Recorder(Heard())
    rule = {
        "message": "<{%fg 1%}>No ACL is public.<{%reset%}>\nacl is public-read",
        "color": "raw",
        "policyPackName": "gme-recording",
        "policyPackVersion": "0.1.0",
        "policyPackVersionTag": "0.1.0",
        "resourceUrn": "urn:pulumi:dev::p::tencentcloud:Cos/bucket:Bucket::main",
    }
    for name, level in (("acl-private", "mandatory"), ("bucket-logged", "advisory")):
        found = {**rule, "policyName": name, "enforcementLevel": level}
        recorder(EngineEvent.from_json({"sequence": 1, "timestamp": 1, "policyEvent": found}))

    assert recorder.errors == [
        Diagnostic("error", "acl-private: No ACL is public. acl is public-read", rule["resourceUrn"])
    ]
    assert recorder.warnings == ("bucket-logged: No ACL is public. acl is public-read",)
    assert recorder.accused == {}


def test_an_update_names_what_changes_with_old_and_new_values():
    recorder, _ = recorded("update")

    changes = {step.name: step.changes for step in recorder.steps}

    assert changes["main-bucket"] == (
        Change("lifecycleRules[0].expiration.days", "30", "45"),
        Change("tags.team", None, '"audio"'),
    )
    assert changes["main"] == (Change("days", "30", "45"),)
    assert [change.path for change in changes["record-smoke"]] == ["input"]
    assert len(recorder.unchanged) == 3


def test_unchanged_resources_are_counted_only():
    recorder, heard = recorded("no_change")

    assert heard.steps == []
    assert len(recorder.unchanged) == 6


def test_drift_is_what_a_refresh_found_state_first_cloud_second():
    recorder, _ = recorded("refresh_drift")

    assert [(step.name, step.drift) for step in recorder.steps] == [
        ("main-settings", True),
        ("main-grant", True),
        ("main-bucket", True),
    ]
    by_name = {step.name: step.changes for step in recorder.steps}
    assert by_name["main-settings"] == (Change("scope", '"custom"', '"full"'),)
    assert by_name["main-grant"] == (Change("description", '""', '"other"'),)
    assert by_name["main-bucket"][0] == Change("lifecycleRules[0].expiration.days", "30", "5")


def test_a_replacement_shows_each_of_its_steps():
    recorder, _ = recorded("replace_delete_first")

    assert [step.op for step in recorder.steps if step.name == "writer"] == [
        "delete-replaced",
        "replace",
        "create-replacement",
    ]


def test_outputs_are_kept_and_secret_ones_are_masked():
    recorder, _ = recorded("no_change")

    assert recorder.outputs["bucket"] == "rec-1250000000"
    assert recorder.outputs["secret"] == "[secret]"


def test_the_warning_about_pending_operations_is_kept():
    recorder, _ = recorded("interrupted")

    assert "1 pending operations" in recorder.warnings[0]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.events.jsonl")), ids=lambda file: file.name)
def test_every_recording_can_be_summed_up(file):
    recorder, heard = recorded(file.name.removesuffix(".events.jsonl"))

    outcome = recorder.outcome("up", "dev", 1.0)

    assert outcome.steps == tuple(heard.steps)
    assert not any("KeyboardInterrupt" in said.text for said in recorder.diagnostics)


def test_a_preview_is_not_told_step_by_step():
    recorder, heard = recorded("update", live=False)

    assert recorder.steps
    assert heard.steps == []


def failing(op: str, bucket: str) -> EngineEvent:
    state = {
        "type": "tencentcloud:Cos/bucket:Bucket",
        "urn": BUCKET,
        "id": bucket,
        "parent": "",
        "provider": "",
    }
    old = {**state, "inputs": {"bucket": bucket}, "outputs": {}}
    metadata = {"op": op, "urn": BUCKET, "type": state["type"], "old": old, "new": None, "provider": ""}
    return EngineEvent.from_json(
        {"sequence": 1, "timestamp": 1, "resOpFailedEvent": {"metadata": metadata, "status": 0, "steps": 1}}
    )


def test_what_could_not_be_deleted_is_kept_with_its_own_inputs():
    """Two buckets that were replaced one after the other share a URN."""
    recorder = Recorder(Heard())

    for op, bucket in (("delete-replaced", "a"), ("delete", "b"), ("update", "c")):
        recorder(failing(op, bucket))

    assert recorder.undeleted == [(BUCKET, {"bucket": "a"}), (BUCKET, {"bucket": "b"})]


def test_a_verb_that_runs_once_more_keeps_what_was_done_and_forgets_what_failed():
    recorder, _ = recorded("create_fails")
    recorder(failing("delete", "a"))
    done = [step for step in recorder.steps if not step.failed]
    assert recorder.errors
    assert done

    recorder.go_on()

    assert (recorder.errors, recorder.accused, recorder.undeleted) == ([], {}, [])
    assert recorder.steps == done
