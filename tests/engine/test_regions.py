"""Everything that a stack file can declare, on the official engine, by a user with the policy for it."""

from dataclasses import replace

import pytest

from components import recording
from components.access import Access
from components.config import parse
from components.config.model import AccessPolicy
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.deploy import cloud as local
from gme_recording.deploy.attach import state_folder
from tests.support import wire
from tests.support.engine import Project

pytestmark = pytest.mark.engine

EVERYTHING = """
    versioning: true
    allowed_networks: [127.0.0.0/8]
    access_log: {name: voice-log, keep: 90 days}
    replica: {region: ap-singapore, name: voice-copy}
    on_destroy: empty
  gme-recording:storages:
    ap-beijing: {name: voice-bj, retention: {keep: 7 days}, on_destroy: empty}
"""
SECOND = """
    - {name: north, bizId: 1400000002, region: ap-beijing}
  gme-recording:smoke:
"""
EMPTIED = {"ap-beijing": "voice-bj-1250000000", "ap-singapore": "voice-copy-1250000000"}


def declare_everything(project: Project) -> None:
    project.edit("\n    on_destroy: empty\n", EVERYTHING)
    project.edit("policies: [recorder]", "policies: [auditor, eraser, recorder]\n    readers: [support]")
    project.edit("\n  gme-recording:smoke:\n", SECOND)
    project.edit("mode: full", "mode: probe")


def cam(project: Project, action: str, **parameters: object) -> dict[str, object]:
    return dict(Service(project.cloud, "cam").call(action, parameters, Repeat.HARMFUL))


def deployer(project: Project) -> dict[str, str]:
    """The key of a new user who may do what the policy `deployer` of this stack says, and nothing else."""
    args = recording.access_args(parse.load("local", project.root), "100000000001")
    args["policies"], args["users"] = (AccessPolicy.DEPLOYER,), {}

    def program() -> None:
        Access("a", args)

    document = wire.run(program).only("Cam/policy:Policy").props["document"]
    user = cam(project, "AddUser", Name="ci", UseApi=1)
    policy = cam(project, "CreatePolicy", PolicyName="ci", PolicyDocument=document)
    cam(project, "AttachUserPolicy", PolicyId=policy["PolicyId"], AttachUin=user["Uin"])
    return {
        "TENCENTCLOUD_SECRET_ID": str(user["SecretId"]),
        "TENCENTCLOUD_SECRET_KEY": str(user["SecretKey"]),
    }


def test_a_deployed_stack_grows_into_regions_and_goes(deployed: Project) -> None:
    cam(deployed, "AddUser", Name="support")
    declare_everything(deployed)

    up = deployed.done("up", "--json").data()

    assert {step["op"] for step in up["steps"]} == {"create", "update"}
    assert up["outputs"]["applications"]["north"]["bucket"] == "voice-bj-1250000000"
    deployed.done("preview", "--refresh", "--expect-no-changes")
    deployed.done("destroy")


def test_the_deployers_policy_is_enough_for_everything(project: Project) -> None:
    local.start(project.root)
    cam(project, "AddUser", Name="support")
    declare_everything(project)
    key = deployer(project)

    up = project.done("up", "--json", **key).data()

    assert {step["op"] for step in up["steps"]} == {"create"}
    kept = [file.read_text(encoding="utf-8") for file in state_folder(project.root).rglob("*.json")]
    assert any("pulumi:providers:tencentcloud::" in state for state in kept)
    assert not any(value in state or "secretId" in state for value in key.values() for state in kept)
    project.done("up", "--expect-no-changes")  # whoever comes, with whichever key
    project.done("preview", "--refresh", "--expect-no-changes", **key)
    for region, bucket in EMPTIED.items():
        cos = cos_client(replace(project.cloud, region=region))
        cos.create_multipart_upload(Bucket=bucket, Key="unfinished")  # no provider knows of such
    destroyed = project.done("destroy", **key)
    for bucket in EMPTIED.values():
        assert f"{bucket}: the provider could not empty it" in destroyed.err
