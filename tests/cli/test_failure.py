import json

import click
import pytest

from gme_recording.cli import app, failure
from gme_recording.errors import ExitCode, InvalidInput, Problem, UserError


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


def test_a_wrong_option_is_wrong_input(capsys):
    assert app.run(["up", "--nonsense"]) == ExitCode.INPUT
    assert "--nonsense" in capsys.readouterr().err


def test_the_process_ends_with_the_verbs_code(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SystemExit) as exited:
        app.main(["preview"])

    assert exited.value.code == ExitCode.INPUT
    assert "no Pulumi.yaml in" in capsys.readouterr().err
