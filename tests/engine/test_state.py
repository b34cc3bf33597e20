"""State in COS, through the official engine's S3 client: kept there, and with least rights.

How a stack moves there and what a lock does, docs/state.md shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pulumi
import pytest
from botocore.config import Config
from pulumi import automation as auto
from pulumi.automation._stack import StackInitMode

from gme_recording.deploy.command import Command, EngineFailed
from gme_recording.deploy.engine import NamedWorkspace, PlainStack
from gme_recording.deploy.toolchain.find import INSTALLED, find
from gme_recording.deploy.watch import Silent
from tests.support.engine import ROOT, Project
from tests.support.rights import limited

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

KEY, STASH = ".pulumi/stacks/state/dev.json", "pulumi:index:Stash"
BUCKET, REGION = "state-1250000000", "ap-guangzhou"
DOCUMENT = ROOT / "docs" / "state.md"


def documented(language: str, word: str) -> str:
    """The block of docs/state.md that has a word, so that what is read there is what is run here."""
    blocks = re.findall(
        rf"^```{language}[^\n]*\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    (found,) = (block for block in blocks if word in block)
    return str(found).replace("<bucket>", BUCKET).replace("<region>", REGION)


def backend() -> str:
    """The address of the document."""
    (url,) = re.findall(r"BUCKET_FOR_STATE='(s3://.*)'", documented("sh", "AWS_SESSION_TOKEN"))
    return str(url)


@dataclass(frozen=True)
class Backend:
    """The engine with its state in a bucket of the local cloud."""

    project: Project
    url: str
    variables: dict[str, str]

    def objects(self) -> dict[str, dict[str, Any]]:
        """What lies there, by key."""
        listed = self.s3().list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {each["Key"]: each for each in listed}

    def s3(self) -> Any:
        cloud = self.project.cloud
        return boto3.client(
            "s3",
            region_name=REGION,
            endpoint_url=f"http://cos.{REGION}.myqcloud.com",
            aws_access_key_id=cloud.credentials.secret_id,
            aws_secret_access_key=cloud.credentials.secret_key.reveal(),
            config=Config(proxies={"http": cloud.url}, s3={"addressing_style": "virtual"}),
        )

    def command(self) -> Command:
        return Command(find(ROOT, Silent(), origins=INSTALLED), lambda: None)

    def held(self) -> str:
        """The value that the state has."""
        kept = self.s3().get_object(Bucket=BUCKET, Key=KEY)["Body"].read()
        resources = json.loads(kept)["checkpoint"]["latest"]["resources"]
        return next(str(each["inputs"]["input"]) for each in resources if each["type"] == STASH)

    def stack(self, value: str, mode: StackInitMode = StackInitMode.SELECT) -> PlainStack:
        """A program of one resource that needs no provider."""
        folder = self.project.root / "one"
        workspace = NamedWorkspace(
            work_dir=str(folder),
            env_vars=self.variables,
            pulumi_command=self.command(),
            program=lambda: held(value),
            project_settings=auto.ProjectSettings("state", "python", main=str(folder)),
        )
        return PlainStack("dev", workspace, mode)


@pytest.fixture
def at(project: Project) -> Callable[..., Backend]:
    """A bucket for state, and the engine led to the local cloud by the proxy alone."""
    project.done("cloud", "start")
    (project.root / "one").mkdir()

    def made(*mode: str, url: str = "", **more: str) -> Backend:
        told = json.loads(project.done("cloud", "env", "--python", *mode).out)
        owner = {
            "AWS_ACCESS_KEY_ID": told["TENCENTCLOUD_SECRET_ID"],
            "AWS_SECRET_ACCESS_KEY": told["TENCENTCLOUD_SECRET_KEY"],
        }
        address = url or backend()
        own = {"PULUMI_BACKEND_URL": address, "PULUMI_HOME": str(project.root / "home")}
        found = Backend(project, address, {**told, **owner, **own, **more})
        found.s3().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        return found

    return made


def held(value: str) -> None:
    pulumi.Stash("held", input=value)


def up(stack: PlainStack) -> str:
    """Deploy; returns what the engine complains of."""
    told: list[str] = []
    stack.up(on_error=told.append, suppress_progress=True)
    return "\n".join(told)


def test_state_is_kept_in_cos_over_https_as_documented(at):
    cos = at("--https")

    assert up(cos.stack("first", StackInitMode.CREATE)) == ""
    assert up(cos.stack("second")) == ""

    assert cos.held() == "second"
    assert not [key for key in cos.objects() if "/locks/" in key]
    cos.stack("second").destroy(suppress_progress=True)
    assert f"{KEY}.bak" in cos.objects()


def test_plain_http_takes_the_same_way(at):
    cos = at(url=backend().replace("endpoint=", "endpoint=http://"))

    assert up(cos.stack("first", StackInitMode.CREATE)) == ""
    assert cos.held() == "first"


def names(keys: dict[str, str]) -> dict[str, str]:
    """Temporary keys as the engine's S3 client looks for them."""
    return {
        "AWS_ACCESS_KEY_ID": keys["TmpSecretId"],
        "AWS_SECRET_ACCESS_KEY": keys["TmpSecretKey"],
        "AWS_SESSION_TOKEN": keys["Token"],
    }


def test_temporary_keys_with_the_documented_policy_are_enough_and_those_that_may_only_read_preview(at):
    cos = at("--https")
    policy = documented("json", "cos:PutObject").replace("<appid>", BUCKET.rpartition("-")[2])
    reading = json.loads(policy)
    for statement in reading["statement"]:
        kept = [name for name in statement["action"] if not re.search(r"Put|Delete|Post", name)]
        statement["action"] = kept

    cos.variables.update(names(limited(cos.project.cloud, policy)))
    assert up(cos.stack("first", StackInitMode.CREATE)) == ""

    reader = names(limited(cos.project.cloud, json.dumps(reading)))
    other = replace(cos, variables=cos.variables | reader)
    changes = other.stack("second").preview(suppress_progress=True).change_summary
    assert changes == {auto.OpType.SAME: 1, auto.OpType.UPDATE: 1}
    with pytest.raises(EngineFailed, match="AccessDenied"):
        up(other.stack("second"))
    assert cos.held() == "first"

    stack = cos.stack("first")
    stack.destroy(suppress_progress=True)
    stack.workspace.remove_stack("dev")
    assert KEY not in cos.objects()
