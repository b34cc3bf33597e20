import io
import json
import sys
from collections.abc import Iterator

import click
import pytest

from gme_recording.cli.output import Output
from gme_recording.deploy.step import Step
from gme_recording.errors import ExitCode, UserError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_json_is_all_that_is_written(capsys):
    output = Output(as_json=True)

    output.say("working")
    output.progress("packages", 1, 2)
    output.step(Step("create", "Bucket", "b"))
    output.show("text", {"a": "ü"})

    told = capsys.readouterr()
    assert (told.out, told.err) == ('{\n  "a": "ü"\n}\n', "")


def test_data_goes_to_stdout_and_everything_else_to_stderr(capsys):
    output = Output()

    output.say("working")
    output.show("result", {})

    told = capsys.readouterr()
    assert (told.out, told.err) == ("result\n", "working\n")


def test_progress_is_one_line_written_over_on_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    output = Output.for_terminal(as_json=False)

    for done in range(3):
        output.progress("packages", done + 1, 3)

    assert terminal.getvalue() == "\rpackages: 1 of 3\rpackages: 2 of 3\rpackages: 3 of 3\n"


def test_progress_is_sparse_where_nobody_looks(capsys):
    output = Output()

    for done in range(1000):
        output.progress("packages", done + 1, 1000)

    assert capsys.readouterr().err.splitlines() == ["packages: 1 of 1000", "packages: 1000 of 1000"]


def test_colour_is_for_terminals_that_want_it(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert Output.for_terminal(as_json=False).colour

    monkeypatch.setenv("NO_COLOR", "1")
    assert not Output.for_terminal(as_json=False).colour


def test_without_colour_no_escape_is_written(capsys):
    Output(colour=False).step(Step("create", "Bucket", "b"))

    assert capsys.readouterr().err == "  + Bucket b  created\n"


def told_until(error: BaseException) -> Iterator[tuple[str, dict[str, object]]]:
    yield "first", {"a": 1}
    raise error


def test_results_are_one_whole_json_array_whatever_ends_them(capsys):
    output = Output(as_json=True)

    assert output.show_each([("first", {"a": 1}), ("second", {"a": 2})]) == 2
    assert json.loads(capsys.readouterr().out) == [{"a": 1}, {"a": 2}]

    assert output.show_each([]) == 0
    assert json.loads(capsys.readouterr().out) == []

    with pytest.raises(KeyboardInterrupt):
        output.show_each(told_until(KeyboardInterrupt()))
    assert json.loads(capsys.readouterr().out) == [{"a": 1}]


def test_the_error_that_ends_results_is_the_last_of_them(capsys):
    with pytest.raises(click.exceptions.Exit) as ended:
        Output(as_json=True).show_each(told_until(UserError("the bucket is gone", exit_code=ExitCode.FAILED)))

    first, last = json.loads(capsys.readouterr().out)
    assert (ended.value.exit_code, first) == (ExitCode.FAILED, {"a": 1})
    assert last["error"]["message"] == "the bucket is gone"


def test_names_that_players_give_cannot_command_the_terminal(capsys):
    evil = "room \x1b]0;owned\x07\x1b[2J\u202eabc"
    output = Output()

    output.show(evil, {})
    output.show_each([(evil, {})])
    output.say(evil)

    told = capsys.readouterr()
    assert not {"\x1b", "\x07", "\u202e"} & {*told.out, *told.err}
    assert told.out.count(r"room \x1b]0;owned\x07\x1b[2J\u202eabc") == 2
