"""What holds for every verb: help that a newcomer understands, and that costs nothing."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from gme_recording.cli.app import VERBS, cli, run
from gme_recording.errors import ExitCode

HEAVY = ("pulumi", "tencentcloud", "tencentcloud_iac_pulumi", "qcloud_cos", "grpc", "requests")


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


ALL = dict(commands(cli))


@pytest.mark.parametrize("name", ALL)
def test_help_has_a_line_a_paragraph_exit_codes_and_two_examples(name):
    text = ALL[name].help or ""
    paragraphs = text.split("\n\n")

    assert re.fullmatch(r"[A-Z][^\n]{15,90}\.", paragraphs[0])
    assert len(paragraphs) >= 4
    assert f"{int(ExitCode.OK)} " in text.partition("Exit codes: ")[2]
    examples = re.findall(r"gme-recording (\S+(?: \S+)?)", text.partition("Examples:")[2])
    assert len(examples) >= 2
    assert all(example.startswith(name.split()[0]) for example in examples)


@pytest.mark.parametrize("name", ALL)
def test_examples_are_understood_by_the_command_line(name):
    lines = re.findall(r"gme-recording ([^)\n]+)", (ALL[name].help or "").partition("Examples:")[2])

    for line in lines:
        command: click.Command = cli
        words = shlex.split(line)
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None, line
            command = found
        command.make_parser(click.Context(command)).parse_args(words)


@pytest.mark.parametrize("name", ALL)
def test_every_option_says_what_it_does(name):
    for parameter in ALL[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize("name", [name for name, one in ALL.items() if not isinstance(one, click.Group)])
def test_every_verb_prints_data_if_asked(name):
    assert "--json" in {option for parameter in ALL[name].params for option in parameter.opts}


@pytest.mark.parametrize("verb", VERBS)
def test_the_line_in_the_table_of_verbs_is_short(verb):
    assert re.fullmatch(r"[A-Z][^\n]{15,80}\.", VERBS[verb])


@pytest.mark.parametrize("arguments", [["--help"], ["up", "--help"], ["cloud", "env", "--help"]])
def test_help_loads_neither_pulumi_nor_a_vendors_sdk(arguments):
    program = (
        "import sys; from gme_recording.cli.app import run\n"
        f"code = run({arguments!r})\n"
        f"print('LOADED', code, *(name for name in {HEAVY!r} if name in sys.modules))"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines()[-1] == "LOADED 0"


def test_an_unknown_verb_is_refused_with_what_exists():
    ended = CliRunner().invoke(cli, ["nonsense"])

    assert ended.exit_code == ExitCode.INPUT
    assert "nonsense" in ended.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["recordings", "play-url", "key", "--for", "nan"],
        ["record", "watch", "--room", "lobby", "--every", "nan"],
        ["reconcile", "--patience", "inf"],
        ["reconcile", "--longest", "nan"],
        ["review", "--hours-per-day", "inf"],
    ],
)
def test_a_number_that_nothing_can_be_counted_with_is_refused(arguments, capsys):
    assert run(arguments) == ExitCode.INPUT
    assert "is not a number to count with" in " ".join(capsys.readouterr().err.split())
