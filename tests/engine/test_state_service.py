"""State in Pulumi Cloud, through the official engine: kept, locked, recovered, and secrets out of sight.

The service is a double (`tests.support.service`); what it is asked for is what the engine asks the real one.
"""

from __future__ import annotations

import base64
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pulumi
import pytest
from pulumi import automation as auto
from pulumi.automation._stack import StackInitMode

from gme_recording.deploy.command import Command
from gme_recording.deploy.engine import PlainStack
from gme_recording.deploy.lookup import BUCKET
from gme_recording.deploy.toolchain.find import INSTALLED, find
from gme_recording.deploy.watch import Silent
from gme_recording.errors import ExitCode
from tests.support.engine import NAMES, PROGRAM, ROOT, Project, Ran
from tests.support.service.checkpoints import Upload
from tests.support.service.http import TOKEN, Service, serving
from tests.support.service.stacks import Stack

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

CANARY = "canary-of-a-secret-value"


@dataclass(frozen=True)
class Kept:
    """The local stack, its state in a service, without a smoke test: that is not the subject here."""

    project: Project
    service: Service

    @property
    def variables(self) -> dict[str, str]:
        home = str(self.project.root / ".local" / "pulumi-home")
        return {
            "PULUMI_HOME": home,
            "PULUMI_BACKEND_URL": self.service.url,
            "PULUMI_ACCESS_TOKEN": TOKEN,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    @property
    def stack(self) -> Stack:
        (found,) = self.service.stacks.values()
        return found

    def command(self) -> Command:
        return Command(find(ROOT, Silent(), origins=INSTALLED), lambda: None)

    def run(self, *arguments: str, program: str = PROGRAM, **more: str) -> Ran:
        where = {"GME_RECORDING_STATE": self.service.url, "PULUMI_ACCESS_TOKEN": TOKEN}
        ran = self.project.run(*arguments, program=program, **where, **more)
        assert TOKEN not in ran.out + ran.err
        return ran

    def done(self, *arguments: str) -> str:
        ran = self.run(*arguments)
        assert ran.code == ExitCode.OK, ran.err
        return ran.out + ran.err

    def pulumi(self, *arguments: str) -> None:
        """The plain CLI, as the hints of messages say it."""
        command = [self.command().command, "--non-interactive", *arguments]
        environment = self.project.environment(**self.variables)
        ended = subprocess.run(
            command, cwd=self.project.root, env=environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr
        assert TOKEN not in ended.stdout + ended.stderr


@contextmanager
def keeping(project: Project, upload: Upload) -> Iterator[Kept]:
    file = project.root / "stacks" / "Pulumi.local.yaml"
    text = re.sub(r"^encryptionsalt:.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(text.replace("mode: full", "mode: off"), encoding="utf-8")
    with serving(upload) as service:
        yield Kept(project, service)
        assert service.unknown == []


def test_a_stack_lives_in_the_service(project: Project) -> None:
    with keeping(project, Upload.JOURNAL) as kept:
        missing = kept.run("up")
        assert missing.code == ExitCode.NO_STACK
        assert f"state: {kept.service.url} (GME_RECORDING_STATE)" in missing.err
        assert "hint: pulumi stack init local" in missing.err
        kept.pulumi("stack", "init", "local", "--no-select")

        kept.done("up")
        assert project.existing().keys() == NAMES.keys()
        kept.done("up", "--expect-no-changes")
        assert kept.done("drift").startswith("local: as declared")
        another_update_runs(kept)

        kept.done("destroy")
        assert project.existing() == dict.fromkeys(NAMES)
        kept.pulumi("stack", "rm", "local", "--yes")
        assert kept.service.stacks == {}
    assert not (project.root / ".local" / "state").exists()
    logs = (path for path in project.root.rglob("*") if path.is_file() and path.name != "credentials.json")
    assert [path for path in logs if TOKEN.encode() in path.read_bytes()] == []


def another_update_runs(kept: Kept) -> None:
    """It keeps a deployment away, not a preview; `pulumi cancel` ends it."""
    other = kept.stack.updates[kept.stack.create("update")["updateID"]]
    kept.stack.start(other, {})
    before = kept.stack.state

    refused = kept.run("up")

    assert refused.code == ExitCode.UNAVAILABLE
    assert refused.err.splitlines()[-2:] == [
        "error: stack local is being updated by another run",
        "hint: wait until it has ended; if nobody runs it any more: pulumi cancel --stack local --yes",
    ]
    kept.done("preview", "--expect-no-changes")
    assert kept.stack.state == before
    kept.pulumi("cancel", "--stack", "local", "--yes")
    assert other.status == "cancelled"


@pytest.mark.parametrize(
    ("upload", "noted"),
    [
        (Upload.JOURNAL, True),
        (Upload.DELTA, False),  # engine 3.254 leaves pending operations out (pkg/backend/httpstate/diffs.go)
    ],
)
def test_a_killed_deployment_is_taken_up_again(project: Project, upload: Upload, *, noted: bool) -> None:
    with keeping(project, upload) as kept:
        kept.pulumi("stack", "init", "local", "--no-select")
        killed = kept.run("up", program="tests.support.mortal", MORTAL="PUT /:after:both")
        assert killed.code == -signal.SIGKILL
        operations = kept.stack.deployment.get("pending_operations") or []
        assert any(each["resource"]["type"] == BUCKET for each in operations) is noted

        assert kept.stack.active, "the service does not know that nobody is at work any more"
        kept.pulumi("cancel", "--stack", "local", "--yes")
        if not noted:
            refused = kept.run("up")
            assert refused.code == ExitCode.FAILED
            assert (
                "Bucket recording-storage-bucket is in the cloud already, but the state has it not"
                in refused.err
            )
        kept.done("up", *([] if noted else ["--repair"]))

        kept.done("preview", "--refresh", "--expect-no-changes")
        assert not kept.stack.deployment.get("pending_operations")


def test_the_service_encrypts_secrets_and_gets_them_in_no_other_way(project: Project) -> None:
    with keeping(project, Upload.FULL) as kept:
        folder = project.root / "one"
        folder.mkdir()
        workspace = auto.LocalWorkspace(
            work_dir=str(folder),
            env_vars=kept.variables,
            pulumi_command=kept.command(),
            program=holds_a_secret,
            project_settings=auto.ProjectSettings("secrets", "python", main=str(folder)),
        )
        stack = PlainStack("dev", workspace, StackInitMode.CREATE)
        stack.set_config("key", auto.ConfigValue(CANARY, secret=True))

        stack.up(suppress_progress=True)

        assert workspace.stack_outputs("dev")["held"].value == CANARY
        assert CANARY not in (folder / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    encoded = base64.b64encode(CANARY.encode())
    ways = {
        asked.path.rpartition("/")[2]
        for asked in kept.service.asked
        if CANARY.encode() in asked.body or encoded in asked.body or encoded in base64.b64encode(asked.body)
    }
    assert ways <= {"encrypt", "batch-encrypt"}
    assert ways
    assert kept.stack.deployment["secrets_providers"]["type"] == "service"


def holds_a_secret() -> None:
    value = pulumi.Config().require_secret("key")
    pulumi.export("held", pulumi.Stash("held", input=value).output)


def test_a_token_that_is_missing_or_refused_is_told(project: Project) -> None:
    with keeping(project, Upload.JOURNAL) as kept:
        for token in ({}, {"PULUMI_ACCESS_TOKEN": "pul-other"}):
            refused = project.run("preview", GME_RECORDING_STATE=kept.service.url, **token)
            assert refused.code == ExitCode.AUTH
            assert "error: the engine is not logged in to the place where state is kept" in refused.err
            assert "pul-other" not in refused.out + refused.err
