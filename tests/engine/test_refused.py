"""What stands in the way, each with a clear line and its exit code, and nothing changed."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gme_recording.api.gme import Gme
from gme_recording.deploy.lookup import BUCKET
from gme_recording.errors import ExitCode
from tests.smoke.environment import eventually
from tests.support.engine import BIZ_ID, Project

pytestmark = pytest.mark.engine

ROOM = "gme-recording-smoke"
"""Of the smoke test, where the stack file names no other."""


def test_a_wrong_stack_file_is_refused_before_anything_is_started(project):
    project.edit("region: ap-guangzhou", "region: ap-nowhere")
    project.edit("keep: 30 days", "keep: forty winks")
    project.edit("callbackUrl:", "callbackUri:")

    ran = project.run("up", "--json")

    assert ran.code == ExitCode.INPUT
    problems = ran.data()["error"]["problems"]
    assert {problem["file"] for problem in problems} == {"stacks/Pulumi.local.yaml"}
    assert len(problems) >= 3
    assert not (project.root / ".local").exists()


def test_an_unknown_stack_is_refused(project):
    assert project.run("up", "--stack", "nonsense").code == ExitCode.NO_STACK


def test_a_wrong_passphrase_is_refused(deployed):
    ran = deployed.run("up", PULUMI_CONFIG_PASSPHRASE="wrong")

    assert ran.code == ExitCode.AUTH
    assert "the passphrase of stack local is missing or wrong" in ran.err
    assert "Traceback" not in ran.err


def test_a_stack_locked_by_a_living_engine_is_refused(deployed):
    folder = deployed.root / ".local/state/.pulumi/locks/organization/gme-recording/local"
    folder.mkdir(parents=True, exist_ok=True)
    engine = subprocess.Popen([sys.executable, "-c", "input()  # pulumi"], stdin=subprocess.PIPE)
    content = {
        "pid": engine.pid,
        "username": "u",
        "hostname": socket.gethostname(),
        "timestamp": "2026-01-01",
    }
    (folder / "1.json").write_text(json.dumps(content))
    try:
        ran = deployed.run("up")
    finally:
        engine.communicate(b"\n")

    assert ran.code == ExitCode.UNAVAILABLE
    assert f"stack local is locked by pid {engine.pid}" in ran.err
    deployed.done("up", "--expect-no-changes")


def test_an_engine_that_is_too_old_is_refused(project):
    old = project.root / "pulumi"
    old.write_text("#!/bin/sh\necho v3.100.0\n")
    old.chmod(0o755)

    ran = project.run("preview", GME_RECORDING_ENGINE=str(old))

    assert ran.code == ExitCode.UNAVAILABLE
    assert "3.100.0" in ran.err


def test_a_bucket_is_protected_by_the_stack_file_before_an_up_and_by_the_state_after_it(deployed):
    deployed.edit("on_destroy: empty", "on_destroy: refuse")

    deployed.edit("name: voice-local", "name: voice-renamed")
    renamed = deployed.run("up")
    assert renamed.code == ExitCode.INPUT
    assert "names the deployed bucket voice-local-1250000000 no longer" in renamed.err
    deployed.edit("name: voice-renamed", "name: voice-local")

    refused = deployed.run("destroy")

    assert refused.code == ExitCode.INPUT
    assert "the deployed bucket voice-local-1250000000 does not know it yet" in refused.err
    deployed.done("up")

    protected = deployed.run("destroy")

    assert protected.code == ExitCode.FAILED
    assert "Bucket recording-storage-bucket is protected" in protected.err
    assert all(deployed.existing().values())


def test_a_bucket_that_is_kept_is_told_as_it_was_kept(deployed):
    deployed.edit("on_destroy: empty", "on_destroy: keep")
    deployed.done("up")
    deployed.edit("on_destroy: keep", "on_destroy: empty")

    destroyed = deployed.done("destroy")

    assert "Bucket recording-storage-bucket  dropped from the state" in destroyed.err
    assert "not touched: bucket voice-local-1250000000 and what is in it" in destroyed.out
    assert deployed.existing()[BUCKET]


def test_a_stack_of_tencent_cloud_is_not_touched_without_agreement(project):
    keys = {"TENCENTCLOUD_SECRET_ID": "AKIDx", "TENCENTCLOUD_SECRET_KEY": "x"}

    ran = project.run("up", "--stack", "dev", **keys)

    assert ran.code == ExitCode.INPUT
    assert "--yes" in ran.err


def test_a_port_in_use_is_refused(project):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = project.run("cloud", "start", "--port", str(taken.getsockname()[1]))

    assert ran.code == ExitCode.UNAVAILABLE
    assert "hint: " in ran.err


def begun(project: Project) -> tuple["subprocess.Popen[bytes]", Path]:
    """An `up` that is under way, and the file with what it tells."""
    told = project.root / "told.txt"
    with told.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", "from gme_recording.cli.app import main; main()", "up"],
            cwd=project.root,
            env=project.environment(),
            stderr=file,
            stdout=file,
        )
    return process, told


def test_ctrl_c_ends_in_order_and_the_next_up_finishes(project):
    project.done("cloud", "start")
    with project.fault(effect="latency", action="StartRecord", seconds=2):  # surely not yet at its end
        process, told = begun(project)
        assert eventually(lambda: "created" in told.read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == ExitCode.CANCELLED

    project.done("up")
    project.done("preview", "--refresh", "--expect-no-changes")


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_ends_the_smoke_test_of_an_up_and_its_recording(deployed, presses):
    """The recording would take a minute; the second one comes while StopRecord is not answered."""
    deployed.edit("record: 1 second", "record: 60 seconds")
    deployed.edit("timeout: 60 seconds", "timeout: 120 seconds")
    gme = Gme(deployed.cloud)
    with deployed.fault(effect="latency", action="StopRecord", seconds=presses - 0.5):
        process, told = begun(deployed)
        assert eventually(lambda: gme.find_task(BIZ_ID, ROOM) is not None)
        process.send_signal(signal.SIGINT)
        if presses == 2:
            assert eventually(lambda: "stopping: " in told.read_text())
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == ExitCode.CANCELLED

    work = "was finished" if presses == 1 else "may be half done"
    assert f"interrupted: what had begun {work}" in told.read_text()
    assert "Traceback" not in told.read_text()
    assert gme.find_task(BIZ_ID, ROOM) is None
