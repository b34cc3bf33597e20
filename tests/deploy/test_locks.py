import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gme_recording.deploy import locks as locking
from gme_recording.deploy.locks import alive, locks, running
from gme_recording.errors import ExitCode, UserError
from tests.support.watch import Heard


@pytest.fixture
def dead_pid():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def engine(tmp_path):
    """A living process whose command line has the engine's name."""
    process = subprocess.Popen([sys.executable, "-c", "input()  # pulumi"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def write_lock(root: Path, pid: int, host: str = "", stack: str = "local") -> Path:
    path = root / ".local/state/.pulumi/locks/organization/gme-recording" / stack / "1.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"pid": pid, "username": "u", "hostname": host or socket.gethostname(), "timestamp": "T"}
    path.write_text(json.dumps(content))
    return path


def write_note(root: Path, pid: int, verb: str = "up") -> Path:
    path = root / ".local" / "run" / "local.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"pid": pid, "verb": verb, "since": "T0", "killed": ""}))
    return path


def failing(root: Path) -> None:
    """A run that ends in order, with an error."""
    with contextlib.suppress(ValueError), running(root, "local", "up", Heard()):
        raise ValueError


def test_a_run_after_a_run_that_ended_is_an_ordinary_one(tmp_path):
    for _ in range(2):
        with running(tmp_path, "local", "up", Heard()) as killed:
            assert not killed


def test_the_lock_of_a_dead_engine_is_removed_and_told(tmp_path, dead_pid):
    lock = write_lock(tmp_path, dead_pid)
    heard = Heard()

    with running(tmp_path, "local", "up", heard) as killed:
        assert killed == "pulumi"

    assert not lock.exists()
    assert heard.said == [f"state: removed the lock of process {dead_pid}, which no longer runs (T)"]


def test_the_lock_of_a_living_engine_stops_the_run(tmp_path, engine):
    lock = write_lock(tmp_path, engine.pid)

    with (
        pytest.raises(UserError, match=f"locked by pid {engine.pid}") as told,
        running(tmp_path, "local", "up", Heard()),
    ):
        pass

    assert told.value.exit_code is ExitCode.UNAVAILABLE
    assert lock.exists()


def test_the_lock_of_another_machine_is_never_removed(tmp_path, dead_pid):
    lock = write_lock(tmp_path, dead_pid, host="elsewhere")

    with pytest.raises(UserError), running(tmp_path, "local", "up", Heard()):
        pass

    assert lock.exists()


def test_a_run_beside_a_living_run_is_refused(tmp_path):
    with (
        running(tmp_path, "local", "up", Heard()),
        pytest.raises(UserError, match=rf"locked by pid {os.getpid()} \(up\) since 20") as told,
        running(tmp_path, "local", "destroy", Heard()),
    ):
        pass

    assert told.value.exit_code is ExitCode.UNAVAILABLE


def test_the_note_of_a_killed_run_locks_nothing_though_another_process_has_its_number(tmp_path):
    write_note(tmp_path, os.getpid())

    with running(tmp_path, "local", "up", Heard()) as killed:
        assert killed == "up"


NONSENSE = pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x", "verb": null}', "\x00"])


@NONSENSE
def test_a_note_that_makes_no_sense_is_none(tmp_path, text):
    write_note(tmp_path, 0).write_text(text)

    with running(tmp_path, "local", "up", Heard()) as killed:
        assert not killed


@NONSENSE
def test_a_lock_that_makes_no_sense_may_be_another_machines(tmp_path, text):
    write_lock(tmp_path, 0).write_text(text)

    with pytest.raises(UserError, match="locked"), running(tmp_path, "local", "up", Heard()):
        pass


def test_the_engine_of_a_killed_run_is_waited_for(tmp_path, dead_pid, engine):
    write_note(tmp_path, dead_pid)
    lock = write_lock(tmp_path, engine.pid)
    heard = Heard()

    def end() -> None:
        lock.unlink()
        engine.communicate(b"\n")

    ending = threading.Timer(0.3, end)
    ending.start()

    with running(tmp_path, "local", "up", heard) as killed:
        assert killed == "up"

    ending.join()
    assert heard.said == ["state: the engine of a killed run is still at work, waiting for its end"]


def test_an_engine_that_does_not_end_is_not_waited_for_without_end(tmp_path, dead_pid, engine, monkeypatch):
    monkeypatch.setattr(locking, "PATIENCE_SECONDS", 0.2)
    write_note(tmp_path, dead_pid)
    write_lock(tmp_path, engine.pid)

    with pytest.raises(UserError, match="locked"), running(tmp_path, "local", "up", Heard()):
        pass


def test_a_killed_run_is_remembered_until_a_run_succeeds(tmp_path, dead_pid):
    write_note(tmp_path, dead_pid, verb="destroy")

    failing(tmp_path)
    for verb in ("refresh", "up"):
        with running(tmp_path, "local", verb, Heard()) as killed:
            assert killed == "destroy"
    with running(tmp_path, "local", "up", Heard()) as killed:
        assert not killed


def test_a_failed_run_is_not_a_killed_one(tmp_path):
    failing(tmp_path)

    with running(tmp_path, "local", "up", Heard()) as killed:
        assert not killed


def test_stacks_do_not_lock_each_other(tmp_path, engine):
    write_lock(tmp_path, engine.pid, stack="other")

    with running(tmp_path, "local", "up", Heard()) as killed:
        assert not killed
    assert [lock.pid for lock in locks(tmp_path, "*")] == [engine.pid]


def test_a_pid_that_came_again_for_another_program_is_not_the_engine(engine):
    assert alive(engine.pid, "pulumi")
    assert not alive(engine.pid, "some-other-program")
    assert not alive(0, "pulumi")
