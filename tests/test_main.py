"""The program itself, run without an engine with the configuration that the engine would hand over."""

from __future__ import annotations

import json
import runpy

import pulumi
import pytest

from components.config import files, parse
from gme_recording.api import Cam, Cloud, CloudKind, Role
from gme_recording.smoke.model import RECORDING_ROLE
from tests.components.stacks import ROOT, a_config, as_engine, handed_over
from tests.support import wire

WARNING = 2


@pytest.fixture(autouse=True)
def granted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The account has the role that a stack with an existing grant relies on."""
    monkeypatch.setattr(Cloud, "connect", lambda *_: None)
    role = Role("1", RECORDING_ROLE, service_linked=True)
    monkeypatch.setattr(Cam, "find_role", lambda _, name: role if name == RECORDING_ROLE else None)


def program() -> None:
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")


def deploy(stack: str, *, preview: bool = False) -> wire.Wire:
    account = {**wire.ACCOUNT, "appId": parse.load(stack, ROOT).appid}
    return wire.run(program, stack=stack, config=handed_over(stack), preview=preview, account=account)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("stack", files.stacks(ROOT))
def test_every_stack_can_be_declared(stack: str, *, preview: bool) -> None:
    declared = parse.load(stack, ROOT)
    sent = deploy(stack, preview=preview)
    assert sent.only("Bucket").props["bucket"] == declared.bucket
    assert sent.only("Bucket").props["tags"] == declared.tags
    assert len(sent.of_type("RecordingSettings")) == len(declared.apps)
    assert sent.named("recording-smoke-marker").hooks


@pytest.mark.parametrize("stack", ["local", "prod"])
def test_what_is_deployed_stays_as_it_is(stack: str) -> None:
    """Held to what version 0.1.0 registered: whoever changes a name or an input here changes buckets."""
    deployed = json.loads((ROOT / f"tests/components/deployed/{stack}.json").read_text(encoding="utf-8"))
    found = {
        each.urn: {
            "parent": each.parent,
            "props": {} if each.type == "pulumi:index:Stash" else each.props,
            "protect": each.protect,
            "retain": each.retain_on_delete,
        }
        for each in deploy(stack).registered
    }
    assert found == deployed


def test_the_outputs_of_the_environment_are_those_of_the_stack() -> None:
    sent = deploy("local")
    (root,) = (urn for urn in sent.outputs if urn.endswith("::gme-recording-local"))
    assert sent.outputs[root] == sent.outputs[sent.named("recording").urn]


def test_prod_is_protected_and_archived() -> None:
    bucket = deploy("prod").only("Bucket")
    assert bucket.protect
    assert {"days": 30, "storageClass": "ARCHIVE"} in bucket.props["lifecycleRules"][1]["transitions"]


def test_warnings_are_shown_before_anything_is_made() -> None:
    warnings = [message for severity, message in deploy("dev").messages if severity == WARNING]
    assert warnings == [str(problem) for problem in parse.warnings(parse.load("dev", ROOT))] != []


def test_a_wrong_stack_file_ends_the_program_without_traceback() -> None:
    with pytest.raises(pulumi.RunError) as raised:
        wire.run(program, stack="local", config=as_engine(a_config(appid="1", region="nowhere")))
    assert str(raised.value).startswith("3 problems in stacks/Pulumi.local.yaml; nothing was changed:\n")


def test_credentials_of_another_account_make_nothing() -> None:
    with pytest.raises(pulumi.RunError, match="1259999999"):
        wire.run(
            program,
            stack="local",
            config=handed_over("local"),
            account={**wire.ACCOUNT, "appId": "1259999999"},
        )


@pytest.mark.parametrize(("stack", "asked"), [("staging", True), ("dev", False)])
def test_a_missing_grant_ends_the_preview_of_a_stack_that_relies_on_it(
    monkeypatch: pytest.MonkeyPatch, stack: str, *, asked: bool
) -> None:
    monkeypatch.setattr(Cam, "find_role", lambda *_: None)
    if asked:
        with pytest.raises(pulumi.RunError, match=r"access\.grant is existing"):
            deploy(stack, preview=True)
    else:
        assert len(deploy(stack, preview=True).of_type("ServiceLinkedRole")) == 1


def test_local_and_real_cloud_differ_in_data_only() -> None:
    assert parse.load("local", ROOT).cloud is CloudKind.LOCAL
    kinds = [{each.type for each in deploy(stack).registered} for stack in ("local", "prod")]
    assert kinds[0] <= kinds[1]
