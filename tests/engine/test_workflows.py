"""The shell blocks of the workflows, run on the local stack: previewed, reviewed, deployed, looked after."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.deploy.toolchain.engine import kept_path
from gme_recording.errors import ExitCode
from tests.support import pack
from tests.support.engine import BIZ_ID, ROOT, Project
from tests.support.rights import limited, policy_document
from tests.workflows.issuers import Issuers, github, serving, variables
from tests.workflows.workflow import run_of

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

OWNER = {
    "TmpSecretId": LOCAL_MAIN_ACCOUNT.secret_id,
    "TmpSecretKey": LOCAL_MAIN_ACCOUNT.secret_key.reveal(),
    "Token": "",
}
FAILED = {"diagnostics": [{"severity": "error"}]}


class Runner:
    """Runs a step as GitHub does, in a checkout, with keys that STS gives for the job's identity."""

    def __init__(self, project: Project, given: dict[str, str]) -> None:
        self.project = project
        self.given = given

    def run(self, workflow: str, job: str, step: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {"STACK": "local", "GME_RECORDING_ENGINE": str(kept_path(ROOT)), **self.given, **more}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", run_of(workflow, job, step)],
            cwd=self.project.root,
            env=self.project.environment(**environment),
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    def done(self, workflow: str, job: str, step: str, **more: str) -> None:
        ran = self.run(workflow, job, step, **more)
        assert ran.returncode == 0, ran.stderr

    def read(self, name: str) -> str:
        return (self.project.root / name).read_text(encoding="utf-8")


def equipped(project: Project, issuers: Issuers) -> Runner:
    """A checkout with its environment, and the variables of a job."""
    environment = project.root / ".venv" / "bin"
    if not environment.exists():
        (project.root / "tools").symlink_to(ROOT / "tools")
        environment.mkdir(parents=True)
        for name, starts in (("python", ""), ("gme-recording", "-m gme_recording.cli")):
            (environment / name).write_text(f'#!/bin/sh\nexec {sys.executable} {starts} "$@"\n')
            (environment / name).chmod(0o755)
    return Runner(project, {**variables(issuers), **github(issuers)})


@pytest.fixture
def runner(project: Project) -> Iterator[Runner]:
    with serving(OWNER) as issuers:
        yield equipped(project, issuers)


@pytest.fixture(scope="session")
def pack_environment() -> Path:
    return pack.environment()


@pytest.fixture
def guarded(runner: Runner, pack_environment: Path) -> Runner:
    """A checkout with the policy pack, as `tools/ci/install` leaves it."""
    pack.add(runner.project, pack_environment)
    return runner


def test_a_pull_request_is_previewed_and_reviewed(runner):
    runner.done("preview.yml", "preview", "preview")
    runner.done("preview.yml", "review", "review", COMMIT="1a2b3c4")

    kinds = {step["op"] for step in json.loads(runner.read("previews/local.json"))["steps"]}
    assert kinds == {"create"}
    comment = runner.read("comment.md")
    assert comment.startswith("<!-- gme-recording review -->\n")
    assert "1a2b3c4" in comment
    assert "| `local` |" in comment


def test_a_preview_that_fails_is_in_the_comment(runner):
    runner.project.edit("keep: 30 days", "keep: thirty days")

    ran = runner.run("preview.yml", "preview", "preview")
    reviewed = runner.run("preview.yml", "review", "review", COMMIT="1a2b3c4")

    assert ran.returncode == ExitCode.INPUT
    assert "gme-recording:storage.retention.keep" in ran.stderr
    assert json.loads(runner.read("previews/local.json")) == FAILED
    assert reviewed.returncode == ExitCode.FAILED
    assert "| `local` |" in runner.read("comment.md")


def test_what_was_merged_is_deployed_if_the_policy_pack_lets_it_and_looked_after(guarded):
    guarded.project.edit("keep: 30 days", "keep: 3000 days")
    ran = guarded.run("deploy.yml", "deploy", "deploy")
    assert ran.returncode == ExitCode.FAILED
    assert "retention-limited" in ran.stderr
    assert guarded.project.existing()["tencentcloud:Cos/bucket:Bucket"] is None

    guarded.project.edit("keep: 3000 days", "keep: 30 days")
    guarded.done("deploy.yml", "deploy", "deploy")
    assert guarded.project.console.recording(BIZ_ID)["recording"] is True

    guarded.done("nightly.yml", "look", "drift")
    guarded.done("nightly.yml", "look", "smoke test")
    guarded.done("nightly.yml", "look", "show", GITHUB_STEP_SUMMARY="summary.md")
    assert guarded.read("summary.md") == guarded.read("drift.md") + guarded.read("smoke.md")

    switch_off(guarded.project)
    assert guarded.run("nightly.yml", "look", "drift").returncode == ExitCode.DIFFERS
    assert guarded.run("nightly.yml", "look", "smoke test").returncode == ExitCode.FAILED


LOOKS = re.compile(r"\w+:(Get|Head|List|Describe)")


def looking(policy: str, *, recording: bool) -> str:
    """The part of the policy `deployer` that docs/continuous-deployment.md gives to a job that only looks."""
    parts = json.loads(policy)
    kept = []
    for part in parts["statement"]:
        records = recording and "cos:PutBucket" not in part["action"]
        actions = [
            name
            for name in part["action"]
            if LOOKS.match(name) or (records and name.startswith(("gme:", "cos:DeleteObject")))
        ]
        kept += [{**part, "action": actions}] if actions else []
    return json.dumps({**parts, "statement": kept})


def test_keys_that_only_look_are_enough_to_preview_and_to_look_after(project):
    project.edit("policies: [recorder]", "policies: [recorder, deployer]")
    project.done("up")
    policy = policy_document(project.cloud, "voice-local-1250000000-deployer")

    with serving(limited(project.cloud, looking(policy, recording=False))) as issuers:
        runner = equipped(project, issuers)
        runner.done("preview.yml", "preview", "preview")
        runner.done("nightly.yml", "look", "drift")
        assert runner.run("nightly.yml", "look", "smoke test").returncode == ExitCode.FAILED
    with serving(limited(project.cloud, looking(policy, recording=True))) as issuers:
        equipped(project, issuers).done("nightly.yml", "look", "smoke test")


def switch_off(project: Project) -> None:
    shown = dict(project.console.recording(BIZ_ID))
    kept = {key: shown[key] for key in ("scope", "bucket", "region", "callbackUrl")}
    project.console.put_recording(BIZ_ID, {**kept, "recording": False})
