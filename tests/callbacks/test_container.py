"""The page's commands for a container as they are written: built, run, asked, given other keys, stopped."""

from __future__ import annotations

import http.client
import re
import shlex
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.callbacks.containers import KEYS, PAGE, ROOT, block, need, project, told
from tests.callbacks.make import APP, KEY, OLD_KEY, a_body
from tests.callbacks.test_process import post, wait_until

(BASE,) = re.findall(r"(?m)^ARG BASE=(\S+)", (ROOT / "packaging/callbacks/Containerfile").read_text())
COMPOSE = "docker compose -f packaging/callbacks/compose.yaml"
TRIES = r"""
grep -E '^(Uid|CapBnd|NoNewPrivs):' /proc/1/status | tr '\t' ' '
for folder in /data /tmp /var/tmp; do touch $folder/x 2>/dev/null && echo $folder; done; true
"""
"""Everybody may write to the image's /var/tmp, were it not for the read-only root."""
CONFINED = ["Uid: 10001 10001 10001 10001", "CapBnd: 0000000000000000", "NoNewPrivs: 1", "/data", "/tmp"]


@dataclass(frozen=True, slots=True)
class Project:
    """A folder in which the page's commands are run, with containers, volume and port of its own."""

    folder: Path
    port: int

    def shell(self, script: str) -> str:
        variables = {"COMPOSE_PROJECT_NAME": f"gme-test-{self.port}", "RECEIVER_PORT": str(self.port)}
        return told("bash", "-euc", script, folder=self.folder, variables=variables)


def answers(address: str) -> bool:
    try:
        with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Project]:
    need(BASE, "compose")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    made = Project(project(tmp_path, f"{APP} {OLD_KEY.reveal()}\n"), port)
    yield made
    made.shell(f"{COMPOSE} down --volumes --rmi local")


@pytest.mark.timeout(300)
def test_the_pages_commands_run_a_receiver_in_a_container(here: Project) -> None:
    commands, address = block("docker"), f"127.0.0.1:{here.port}"
    installing, _, listing = commands.splitlines()
    (restarting,) = re.findall(rf"`({COMPOSE} restart \w+)`", PAGE.text)

    assert "received " in here.shell(commands), "it listens, and its database is there"
    assert [post(address, a_body(1)), post(address, a_body(1), OLD_KEY)] == [401, 200]
    assert " started " in here.shell(listing)
    assert here.shell(f"{COMPOSE} exec receiver sh -c {shlex.quote(TRIES)}").splitlines() == CONFINED

    (here.folder / KEYS).write_text(f"{APP} {KEY.reveal()}\n")
    here.shell(f"{installing}\n{restarting}")
    wait_until(lambda: answers(address))
    assert [post(address, a_body(2)), post(address, a_body(2), OLD_KEY)] == [200, 401]

    here.shell(f"{COMPOSE} stop")
    ended = here.shell("docker inspect --format '{{.State.ExitCode}}' " + f"$({COMPOSE} ps --all --quiet)")
    assert ended == "0\n", "it was not killed"
    listed = here.shell(f"{COMPOSE} run --rm receiver list").splitlines()
    assert [line.split()[4] for line in listed[-2:]] == ["finished", "started"], "what was kept is kept"
