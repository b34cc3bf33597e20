"""What is deployed: the container's packages and file, the unit; the proxy's example is run in test_proxy."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from gme_recording.cli.verbs.callbacks import command
from tests.callbacks.make import running
from tests.callbacks.process import write_keys

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "packaging" / "callbacks"
UNIT = FOLDER / "gme-recording-callbacks.service"
PAGE = ROOT / "docs" / "callbacks.md"
LOCK = "packaging/callbacks/requirements.lock"
COPIED = set(re.findall(r"(?m)^COPY (?!--from)(\S+)", (FOLDER / "Containerfile").read_text()))
ONLY = """
import runpy, sys
class Only:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {allowed} and top not in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"{{top}} is not in the container", name=top)
sys.meta_path.insert(0, Only())
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
"""
"""What `python -m` does where nothing but these packages is installed."""


def pins(file: Path) -> dict[str, str]:
    entries = [entry for entry in re.split(r"(?m)^(?=[a-z])", file.read_text()) if entry]
    return {entry.partition("==")[0]: entry for entry in entries}


def test_the_containers_packages_are_those_of_the_project():
    assert pins(FOLDER / "requirements.lock").items() <= pins(ROOT / "requirements.txt").items()


def test_the_units_command_wants_nothing_but_what_is_installed_and_tells_when_it_listens(tmp_path):
    for path in COPIED - {LOCK}:
        (tmp_path / path).symlink_to(ROOT / path)
    allowed = {name.replace("-", "_") for name in pins(FOLDER / "requirements.lock")} | (COPIED - {LOCK})
    ((module, arguments),) = re.findall(r"(?m)^ExecStart=\S+/python -m (\S+) (.+)$", UNIT.read_text())
    program = ONLY.format(allowed=allowed, module=module)
    options = [*shlex.split(arguments), "--port=0", "--store=db.sqlite", "--keys", str(write_keys(tmp_path))]
    address = f"@gme-recording-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{address[1:]}")
        manager.settimeout(20)
        with subprocess.Popen(
            [sys.executable, "-c", program, *options],
            cwd=tmp_path,
            env={**os.environ, "NOTIFY_SOCKET": address},
        ) as process:
            try:
                told = manager.recv(100)
            finally:
                process.terminate()
    assert (told, process.returncode) == (b"READY=1", 0)


def test_the_container_runs_as_nobody_in_particular_and_tells_its_health():
    lines = (FOLDER / "Containerfile").read_text().splitlines()
    (user,) = [line for line in lines if line.startswith("USER ")]
    uid, gid = map(int, user.removeprefix("USER ").split(":"))

    assert uid >= 10_000
    assert gid >= 10_000
    assert lines.index(user) > max(n for n, line in enumerate(lines) if line.startswith(("COPY", "RUN")))
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert "/readyz" in "".join(lines)
    assert all("--require-hashes" in line for line in lines if "pip install" in line)


def test_the_containers_health_check_tells_a_receiver_from_none(tmp_path):
    (check,) = re.findall(r'CMD \[.+?"-c", "(.+)"\]', (FOLDER / "Containerfile").read_text())
    with running(tmp_path / "db.sqlite") as live:
        elsewhere = check.replace("127.0.0.1:8480", live.address)
        there = subprocess.run([sys.executable, "-c", elsewhere], capture_output=True, check=False)
    gone = subprocess.run([sys.executable, "-c", elsewhere], capture_output=True, check=False)

    assert (there.returncode, gone.returncode) == (0, 1)


def test_what_the_container_copies_is_let_through_and_is_there():
    ignore = (FOLDER / "Containerfile.dockerignore").read_text().split()

    assert ignore[0] == "*"
    assert LOCK in COPIED
    assert {f"!{path}" for path in COPIED} == {line for line in ignore if line.startswith("!")}
    assert all((ROOT / path).exists() for path in COPIED)


def test_the_compose_file_leaves_nothing_to_write_but_the_volume():
    (service,) = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"].values()

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["volumes"] == ["data:/data"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_the_unit_is_understood_and_confined(tmp_path):
    unit = tmp_path / UNIT.name
    installed = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT.read_text())
    unit.write_text(installed.replace("=/opt/gme-recording\n", f"={tmp_path}\n"))
    (promised,) = re.findall(r"`systemd-analyze security`: ([0-9.]+) or less", PAGE.read_text())

    verified = analyse("verify", "--man=no", unit)
    confined = analyse("security", "--offline=true", f"--threshold={round(float(promised) * 10)}", unit)

    assert (verified.returncode, verified.stderr) == (0, "")
    assert confined.returncode == 0, confined.stdout


def analyse(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


def test_every_command_of_the_documentation_is_understood():
    lines = re.findall(r"(?:gme-recording|gme_recording\.cli) callbacks ([^\n`]+)", PAGE.read_text())
    commands = [shlex.split(line) for line in lines if line.split()[0] in command.commands]

    assert {words[0] for words in commands} == set(command.commands)
    for name, *arguments in commands:
        verb = command.commands[name]
        verb.make_parser(click.Context(verb)).parse_args(arguments)


@pytest.mark.parametrize("file", [UNIT, FOLDER / "compose.yaml", FOLDER / "Containerfile"])
def test_what_is_run_exists_among_the_verbs_options(file):
    serve = command.commands["serve"]
    known = {name for parameter in serve.params for name in parameter.opts}
    variables = {parameter.envvar for parameter in serve.params} | {"GME_CALLBACK_KEYS_FILE"}
    text = re.sub(r"(?m)^(RUN|HEALTHCHECK|COPY|#).*", "", file.read_text())

    assert set(re.findall(r"(?<=[ \"])--[a-z-]+(?=[ \"])", text)) <= known
    assert set(re.findall(r"\bGME_[A-Z_]+", text)) <= variables
