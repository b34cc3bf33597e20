"""The page's commands for systemd as they are written, in a container where systemd is the first process."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gme_recording.api.credentials import Secret
from gme_recording.callbacks.signature import sign
from tests.callbacks.containers import block, need, project, told
from tests.callbacks.make import APP, KEY, OLD_KEY, PATH, a_body
from tests.callbacks.test_process import wait_until

BASE = "debian:13-slim"
MACHINE = f"""
FROM {BASE}
RUN apt-get update && apt-get install --yes --no-install-recommends systemd python3-venv
# These would change the kernel, which is not the container's own.
RUN systemctl mask systemd-sysctl.service systemd-modules-load.service systemd-binfmt.service
CMD ["sh", "-c", "mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec /lib/systemd/systemd"]
"""
UNIT = "gme-recording-callbacks.service"
POST = """
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", 8480, timeout=10)
connection.request("POST", sys.argv[1], sys.argv[2], {"Signature": sys.argv[3]})
print(connection.getresponse().status)
"""
CONNECT = """
import socket
for host in ("127.0.0.1", socket.gethostbyname(socket.gethostname())):
    try:
        socket.create_connection((host, 9), 1)
    except OSError as error:
        print(type(error).__name__)
"""
TRIES = rf"""
pid=$(systemctl show --value --property=MainPID {UNIT})
stat --format=%U /proc/$pid
grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/$pid/status | tr '\t' ' '
for folder in /etc /opt/gme-recording ~root /var/lib/gme-recording; do
  nsenter --target $pid --mount touch $folder/x 2>/dev/null && echo $folder
done
echo $$ > /sys/fs/cgroup/system.slice/{UNIT}/cgroup.procs
python3 -c {shlex.quote(CONNECT)}
"""
CONFINED = [
    *("gme-recording", "NoNewPrivs: 1", "Seccomp: 2", "CapBnd: 0000000000000000"),
    *("/var/lib/gme-recording", "ConnectionRefusedError", "TimeoutError"),
]
"""Another address of the same machine refuses nothing: what is sent there does not arrive."""


@dataclass(frozen=True, slots=True)
class Machine:
    container: str

    def shell(self, script: str) -> str:
        return told("docker", "exec", "--workdir=/srv/project", self.container, "bash", "-euc", script)

    def post(self, kind: int, key: Secret = KEY) -> int:
        body = a_body(kind)
        return int(self.shell(shlex.join(("python3", "-c", POST, PATH, body.decode(), sign(body, key)))))

    def load(self, keys: str) -> str:
        """Put other keys into the installed file, and have them loaded."""
        return self.shell(f"echo {keys} > /etc/gme-recording/callback-keys\nsystemctl reload {UNIT}")

    def shown(self, *properties: str) -> list[str]:
        names = (f"--property={name}" for name in properties)
        return self.shell(shlex.join(("systemctl", "show", *names, UNIT))).split()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    need(BASE)
    image = told("docker", "build", "--quiet", "-", given=MACHINE).strip()
    folder = project(tmp_path, f"{APP} {OLD_KEY.reveal()}\n")
    mounts = ("--tmpfs=/run", "--tmpfs=/tmp", f"--volume={folder}:/srv/project:ro")
    options = ("--privileged", "--cgroupns=private", "--env=container=docker", *mounts)
    made = Machine(told("docker", "run", "--detach", "--rm", *options, image).strip())
    try:
        wait_until(lambda: made.shell("systemctl is-system-running --wait || true") == "running\n")
        yield made
    finally:
        told("docker", "rm", "--force", made.container)
        told("docker", "image", "rm", image)


@pytest.mark.timeout(300)
def test_the_pages_commands_run_a_receiver_under_systemd(machine: Machine) -> None:
    commands = block("systemctl")
    listing = "\n".join(commands.splitlines()[-2:])

    assert "\nreceived " in machine.shell(commands), "it listens, and its database is there"
    assert [machine.post(1), machine.post(1, OLD_KEY)] == [401, 200]
    assert " started " in machine.shell(listing)
    assert sorted(machine.shell(TRIES).splitlines()) == sorted(CONFINED)

    machine.load(f"{APP} {KEY.reveal()}")
    wait_until(lambda: machine.post(2) == 200)

    machine.shell(f"systemctl kill --signal=KILL {UNIT}")
    wait_until(lambda: machine.shown("NRestarts", "ActiveState") == ["NRestarts=1", "ActiveState=active"])
    assert machine.post(3) == 200
    assert len(machine.shell(listing).splitlines()) == 4, "what was kept is kept"

    machine.load("nonsense")
    assert "refused" in machine.shell(f"systemctl restart {UNIT} || echo refused"), "starting it tells"
    machine.shell(f"echo {APP} {KEY.reveal()} > /etc/gme-recording/callback-keys")
    wait_until(lambda: machine.shown("ActiveState") == ["ActiveState=active"])

    machine.shell(f"systemctl stop {UNIT}")
    assert machine.shown("Result", "ExecMainStatus") == ["Result=success", "ExecMainStatus=0"]
