import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from gme_recording.localcloud import process
from gme_recording.localcloud.address import Address, folder_of, read_address, write_address
from gme_recording.localcloud.process import NotStarted
from tests.localcloud.sdk import Sdk


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    process.stop(tmp_path)


def rooms(url: str) -> int:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=5)
    connection.request("GET", "/admin/rooms?bizId=1400000001")
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_runs_until_it_is_stopped_and_takes_the_same_port_again(root):
    assert process.status(root) is None
    first = process.start(root)
    assert process.status(root) == first
    assert rooms(first.url) == 200
    assert process.start(root) == first
    assert process.stop(root)
    assert process.status(root) is None
    assert read_address(root) is None
    assert not process.stop(root)
    assert process.start(root).url == first.url


@pytest.mark.skipif(not Path("/proc").exists(), reason="only /proc tells that a process has ended")
def test_stopping_does_not_wait_for_a_parent_that_never_asks(root):
    starts = (
        "import sys; from pathlib import Path; from gme_recording.localcloud import process; "
        "process.start(Path(sys.argv[1])); print('started', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starts, root], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"started\n"
        assert process.stop(root)
        assert parent.poll() is None


def test_it_listens_on_loopback_only(root):
    address = process.start(root)
    host = socket.gethostbyname(socket.gethostname())
    if host.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, urlsplit(address.url).port or 0), timeout=5)


def test_a_port_in_use_is_said_and_leaves_nothing_running(root):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NotStarted, match=f"port {port} is in use"):
            process.start(root, port)
    assert process.status(root) is None


def test_the_port_of_last_time_is_given_up_if_it_is_taken(root):
    first = process.start(root)
    process.stop(root)
    with socket.create_server(("127.0.0.1", urlsplit(first.url).port or 0)):
        second = process.start(root)
        assert second.url != first.url


def test_another_port_than_that_of_the_running_one_is_refused(root):
    address = process.start(root)
    with pytest.raises(NotStarted, match="runs already"):
        process.start(root, (urlsplit(address.url).port or 0) + 1)


def test_a_killed_one_leaves_an_address_that_nobody_believes(root):
    first = process.start(root)
    os.kill(first.pid, signal.SIGKILL)
    os.waitpid(first.pid, 0)
    assert read_address(root) == first
    assert process.status(root) is None
    second = process.start(root)
    assert second.pid != first.pid


@contextmanager
def somebody_else(root: Path, recorded_pid: int, **says: object) -> Iterator[None]:
    """Another program answers where the local cloud did."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"ok": True, **says}).encode())

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        folder_of(root).mkdir(parents=True)
        write_address(root, Address(f"http://127.0.0.1:{server.server_port}", recorded_pid, ""))
        yield
        server.shutdown()


def test_stopping_leaves_a_stranger_alone_who_has_the_port_and_one_who_has_the_pid(root):
    with (
        subprocess.Popen(["sleep", "60"]) as stranger,
        somebody_else(root, stranger.pid, version="1", pid=os.getpid()),
    ):
        assert process.status(root) is None
        assert not process.stop(root)
        assert stranger.poll() is None
        stranger.kill()


def test_stopping_one_that_has_just_ended_is_no_error(root):
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    with somebody_else(root, ended.pid, pid=ended.pid):
        assert process.stop(root)


def test_what_was_answered_and_what_was_to_come_survive_a_kill(root):
    first = process.start(root)
    cam = Sdk(first.url, "cam")
    cam("CreateServiceLinkedRole", QCSServiceName=["gamemedia.gme.cloud.tencent.com"])
    task = cam("DeleteServiceLinkedRole", RoleName="GME_QCSLinkedRoleInGameMedia")["DeletionTaskId"]
    os.kill(first.pid, signal.SIGKILL)
    os.waitpid(first.pid, 0)
    cam = Sdk(process.start(root).url, "cam")
    deadline = time.monotonic() + 10
    while cam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)["Status"] != "SUCCEEDED":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert cam("DescribeRoleList", Page=1, Rp=20)["TotalNum"] == 0


def test_a_state_that_another_process_uses_is_not_taken(root):
    process.start(root)
    ended = subprocess.run(
        [sys.executable, "-m", "gme_recording.localcloud", "--root", root],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "another process uses it" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--port", "many"], "'many'"),
        (["--colour", "red"], "--colour"),
        (["--port"], "--port"),
        (["here"], "here"),
    ],
)
def test_options_that_it_does_not_know_are_refused_with_those_it_does(tmp_path, arguments, problem):
    ended = subprocess.run(
        [sys.executable, "-m", "gme_recording.localcloud", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert problem in ended.stderr
    assert "[--root DIR] [--port N]" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_state_of_another_version_is_refused_with_what_to_do(root):
    folder_of(root).mkdir(parents=True)
    state = sqlite3.connect(folder_of(root) / "cloud.sqlite")
    state.execute("PRAGMA user_version=77")
    state.close()
    with pytest.raises(NotStarted, match="another version"):
        process.start(root)


def test_it_writes_nothing_but_its_own_folder(root):
    process.start(root)
    process.stop(root)
    assert {path.name for path in root.iterdir()} == {".local"}
    assert {path.name for path in folder_of(root).iterdir()} == {
        "cloud.sqlite",
        "log.txt",
        "objects",
        "port",
    }
