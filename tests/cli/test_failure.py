import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gme_recording.cli import app, failure
from gme_recording.cli.output import Output
from gme_recording.errors import ExitCode, InvalidInput, Problem, UserError

ROOT = Path(__file__).parents[2]


def ended(error: BaseException, *, as_json: bool = False) -> int:
    with failure.told(as_json=as_json) as how:
        raise error
    return how.code


REFUSED = UserError("the port is in use", hint="choose another one", exit_code=ExitCode.UNAVAILABLE)


def test_a_persons_mistake_is_told_with_what_to_do_and_no_traceback(capsys):
    assert ended(REFUSED) == ExitCode.UNAVAILABLE

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "error: the port is in use\nhint: choose another one\n"


def test_a_program_reads_the_error_as_json(capsys):
    assert ended(REFUSED, as_json=True) == ExitCode.UNAVAILABLE

    assert json.loads(capsys.readouterr().out) == {
        "error": {"message": "the port is in use", "hint": "choose another one", "exitCode": 10}
    }


def test_all_problems_of_an_input_are_in_the_json(capsys):
    problem = Problem("gme-recording:region", "'x'", "a region", "stacks/Pulumi.local.yaml")

    assert ended(InvalidInput([problem], file="stacks/Pulumi.local.yaml"), as_json=True) == ExitCode.INPUT

    (told,) = json.loads(capsys.readouterr().out)["error"]["problems"]
    assert (told["where"], told["found"], told["allowed"]) == ("gme-recording:region", "'x'", "a region")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_is_cancelled(error):
    assert ended(error) == ExitCode.CANCELLED


def test_a_defect_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        ended(ZeroDivisionError())


def retention(stdout: int) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from gme_recording.cli.app import main; main()", "retention"]
    return subprocess.run(command, cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)


def test_output_that_finds_no_room_is_told_in_one_line():
    with Path("/dev/full").open("w") as full:
        ended = retention(full.fileno())

    assert ended.stderr == "error: the output cannot be written: No space left on device\n"
    assert ended.returncode == ExitCode.FAILED


def test_output_that_nobody_reads_ends_quietly():
    reader, writer = os.pipe()
    os.close(reader)

    ended = retention(writer)

    os.close(writer)
    assert ended.stderr == ""


def test_progress_that_nobody_reads_changes_nothing(monkeypatch):
    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr(sys, "stderr", Closed())

    Output().say("engine: Pulumi")


def test_a_wrong_option_is_wrong_input(capsys):
    assert app.run(["up", "--nonsense"]) == ExitCode.INPUT
    assert "--nonsense" in capsys.readouterr().err


def test_the_process_ends_with_the_verbs_code(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as exited:
        app.main(["preview"])

    assert exited.value.code == ExitCode.INPUT
    assert "no Pulumi.yaml in" in capsys.readouterr().err
