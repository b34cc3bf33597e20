"""What stands in the way, each with a clear line and its exit code, and nothing changed."""

import json
import signal
import socket
import subprocess
import sys

import pytest

from gme_recording.errors import ExitCode

pytestmark = pytest.mark.engine


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


def test_a_protected_bucket_is_not_destroyed(project):
    project.edit("on_destroy: empty", "on_destroy: refuse")
    project.done("up")

    ran = project.run("destroy")

    assert ran.code == ExitCode.FAILED
    assert "Bucket recording-storage-bucket is protected" in ran.err
    assert all(project.existing().values())


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


def test_ctrl_c_ends_in_order_and_the_next_up_finishes(project):
    project.done("cloud", "start")
    with project.fault(effect="latency", action="StartRecord", seconds=5):  # surely not yet at its end
        process = subprocess.Popen(
            [sys.executable, "-c", "from gme_recording.cli.app import main; main()", "up"],
            cwd=project.root,
            env=project.environment(),
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        for line in process.stderr:
            if "created" in line:
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    assert process.returncode == ExitCode.CANCELLED
    project.done("up")
    project.done("preview", "--refresh", "--expect-no-changes")
