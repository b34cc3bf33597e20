"""Everything that a stack file can declare, on the official engine, by a user with the policy for it."""

import pytest

from components import recording
from components.access import Access
from components.config import parse
from components.config.model import AccessPolicy
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from gme_recording.deploy import cloud as local
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
OLD = ("--stack", "old")
ADOPT = (
    *("adopt", *OLD, "--cloud", "local", "--grant", "create"),
    *("--app", "demo=1400000001", "--app", "north=1400000002"),
)


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


def test_a_deployed_stack_grows_into_regions_is_taken_over_and_goes(deployed: Project) -> None:
    cam(deployed, "AddUser", Name="support")
    declare_everything(deployed)

    up = deployed.done("up", "--json").data()

    assert {step["op"] for step in up["steps"]} == {"create", "update"}
    assert up["outputs"]["applications"]["north"]["bucket"] == "voice-bj-1250000000"
    deployed.forget()

    with deployed.untouched():
        adopted = deployed.done(*ADOPT, "--json").data()

    assert sum(step["op"] == "import" for step in adopted["steps"]) == 16
    assert {step["name"]: step["op"] for step in adopted["preview"]["steps"]} == {
        "recording-storage-bucket": "update",
        "recording-smoke-marker": "create",
    }
    assert [(reason["resource"], reason["kind"]) for reason in adopted["reasons"]] == [
        ("Bucket recording-storage-bucket", "to the same effect"),  # its replication, see cosDomain
    ]
    deployed.edit("on_destroy: refuse", "on_destroy: empty", stack="old")
    deployed.done("up", *OLD)
    deployed.done("preview", "--refresh", "--expect-no-changes", *OLD)
    deployed.done("destroy", *OLD)


def test_the_deployers_policy_is_enough_for_everything(project: Project) -> None:
    local.start(project.root)
    cam(project, "AddUser", Name="support")
    declare_everything(project)
    key = deployer(project)

    up = project.done("up", "--json", **key).data()

    assert {step["op"] for step in up["steps"]} == {"create"}
    project.done("up", "--expect-no-changes", **key)
    project.done("preview", "--refresh", "--expect-no-changes", **key)
    project.done("destroy", **key)
