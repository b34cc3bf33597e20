"""State in COS, through the official engine's S3 client: kept, locked, moved there, and with least rights."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pulumi
import pytest
from botocore.config import Config
from pulumi import automation as auto

from gme_recording.deploy.command import Command, EngineFailed
from gme_recording.deploy.toolchain.find import INSTALLED, find
from gme_recording.deploy.watch import Silent
from tests.support.engine import ROOT, Project
from tests.support.rights import limited

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

BUCKET, REGION = "state-1250000000", "ap-guangzhou"
DOCUMENT = ROOT / "docs" / "state.md"
LOCK = {"pid": 1, "username": "ci", "hostname": "runner", "timestamp": "2026-01-31T00:00:00Z"}


def documented(language: str, word: str) -> str:
    """The block of docs/state.md that has a word, so that what is read there is what is run here."""
    blocks = re.findall(
        rf"^```{language}[^\n]*\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    (found,) = (block for block in blocks if word in block)
    return str(found).replace("<bucket>", BUCKET).replace("<region>", REGION)


def backend() -> str:
    """The address of the document."""
    (url,) = re.findall(r"PULUMI_BACKEND_URL='(s3://.*)'", documented("sh", "AWS_SESSION_TOKEN"))
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

    def shell(self, steps: str, folder: Path, **more: str) -> str:
        """Run commands of the document, the official CLI being `pulumi`; returns what they print."""
        path = f"{Path(self.command().command).parent}:{os.environ['PATH']}"
        ended = subprocess.run(
            ["sh", "-euc", steps],
            cwd=folder,
            env=self.project.environment(**{**self.variables, **more, "PATH": path}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def stack(self, value: str) -> auto.Stack:
        """A program of one resource that needs no provider."""
        folder = self.project.root / "one"
        workspace = auto.LocalWorkspace(
            work_dir=str(folder),
            env_vars=self.variables,
            pulumi_command=self.command(),
            program=lambda: held(value),
            project_settings=auto.ProjectSettings("state", "python", main=str(folder)),
        )
        try:
            return auto.Stack.select("dev", workspace)
        except EngineFailed:
            return auto.Stack.create("dev", workspace)


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
    pulumi.export("held", value)


def up(stack: auto.Stack) -> tuple[str, str]:
    told: list[str] = []
    result = stack.up(on_error=told.append, suppress_progress=True)
    return result.outputs["held"].value, "\n".join(told)


def test_state_is_kept_in_cos_over_https_as_documented(at):
    cos = at("--https")

    assert up(cos.stack("first")) == ("first", "")
    assert up(cos.stack("second")) == ("second", "")

    keys = cos.objects()
    assert ".pulumi/stacks/state/dev.json" in keys
    assert not [key for key in keys if "/locks/" in key]
    kept = json.loads(cos.s3().get_object(Bucket=BUCKET, Key=".pulumi/stacks/state/dev.json")["Body"].read())
    assert "second" in json.dumps(kept)
    cos.stack("second").destroy(suppress_progress=True)
    assert ".pulumi/stacks/state/dev.json.bak" in cos.objects()


def test_plain_http_takes_the_same_way(at):
    cos = at(url=backend().replace("endpoint=", "endpoint=http://"))

    assert up(cos.stack("first")) == ("first", "")


def test_a_lock_refuses_a_second_update_until_it_is_cancelled(at):
    cos = at("--https")
    stack = cos.stack("first")
    stack.up(suppress_progress=True)
    lock = ".pulumi/locks/organization/state/dev/0b1c.json"
    cos.s3().put_object(Bucket=BUCKET, Key=lock, Body=json.dumps(LOCK).encode())

    with pytest.raises(EngineFailed, match="the stack is currently locked by 1 lock"):
        cos.stack("second").up(suppress_progress=True)
    stack.preview(suppress_progress=True)  # needs no lock

    cos.shell(documented("sh", "pulumi cancel").replace("prod", "dev"), cos.project.root / "one")
    assert lock not in cos.objects()
    assert up(cos.stack("second")) == ("second", "")


def test_a_stack_moves_from_a_folder_to_cos_as_documented(at):
    cos = at("--https")
    cos.project.done("up")
    folder = f"file://{cos.project.root / '.local' / 'state'}"
    steps = documented("sh", "stack import").replace("prod", "local").replace("s3://…", cos.url)

    cos.shell(steps, cos.project.root, PULUMI_BACKEND_URL=folder)

    moved = json.loads(cos.shell("pulumi stack export --stack local", cos.project.root))
    before = json.loads((cos.project.root / "state.json").read_text(encoding="utf-8"))
    assert moved["deployment"]["resources"] == before["deployment"]["resources"]
    assert len(before["deployment"]["resources"]) > 5


def names(keys: dict[str, str]) -> dict[str, str]:
    """Temporary keys as the engine's S3 client looks for them."""
    return {
        "AWS_ACCESS_KEY_ID": keys["TmpSecretId"],
        "AWS_SECRET_ACCESS_KEY": keys["TmpSecretKey"],
        "AWS_SESSION_TOKEN": keys["Token"],
    }


def test_temporary_keys_with_the_documented_policy_are_enough(at):
    cos = at("--https")
    policy = documented("json", "cos:PutObject").replace("<appid>", BUCKET.rpartition("-")[2])

    cos.variables.update(names(limited(cos.project.cloud, policy)))

    stack = cos.stack("first")
    assert up(stack) == ("first", "")
    stack.destroy(suppress_progress=True)
    stack.workspace.remove_stack("dev")
    assert ".pulumi/stacks/state/dev.json" not in cos.objects()


def test_keys_that_may_only_read_preview_and_do_not_deploy(at):
    cos = at("--https")
    cos.stack("first").up(suppress_progress=True)
    policy = json.loads(documented("json", "cos:PutObject").replace("<appid>", BUCKET.rpartition("-")[2]))
    for statement in policy["statement"]:
        statement["action"] = [
            name for name in statement["action"] if not re.search(r"Put|Delete|Post", name)
        ]

    cos.variables.update(names(limited(cos.project.cloud, json.dumps(policy))))

    changes = cos.stack("second").preview(suppress_progress=True).change_summary
    assert changes == {auto.OpType.SAME: 1, auto.OpType.UPDATE: 1}
    with pytest.raises(EngineFailed, match="AccessDenied"):
        cos.stack("second").up(suppress_progress=True)
