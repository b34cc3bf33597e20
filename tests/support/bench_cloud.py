"""The second half of `make bench`: the local cloud beside moto's server, in the same run.

Both are asked by the same raw client, over kept connections where the server keeps them, with requests that
botocore has signed in advance: ours checks every signature and writes to disk, moto's ignores signatures and
keeps all in memory. Best of some rounds, since a busy machine only ever adds.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gme_recording.localcloud.assemble import APPID, SECRET_ID, SECRET_KEY

MOTO = Path(".tools/bench/bin/moto_server")
ROUNDS = 5
SECONDS = 2.0
CLIENTS = (1, 16)
KEYS = 4
"""Of each client, so that no two of them write the same one at once."""
BODY = b"0123456789abcdef" * 64
REGION = "ap-guangzhou"
BUCKET = f"bench-{APPID}"
NEW_BUCKET = (
    f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
).encode()


@dataclass(frozen=True, slots=True)
class Contender:
    """A server to measure, and how its bucket is addressed."""

    name: str
    command: Callable[[int, str], Sequence[str]]
    """Port and empty folder → command line."""
    host: Callable[[int], str]
    path: str
    """Of the bucket; an object's is this and its key."""
    health: str


OURS = Contender(
    "local cloud",
    lambda port, folder: (
        *(sys.executable, "-m", "gme_recording.localcloud"),
        *("--port", str(port), "--root", folder),
    ),
    lambda _port: f"{BUCKET}.cos.{REGION}.myqcloud.com",
    "/",
    "/healthz",
)
THEIRS = Contender(
    "moto",
    lambda port, _folder: (str(MOTO), "--host", "127.0.0.1", "--port", str(port)),
    lambda port: f"127.0.0.1:{port}",
    f"/{BUCKET}/",
    "/moto-api/",
)


class Client:
    """One connection; made again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> int:
        """Send it, read the whole answer; returns the status."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=10)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        head, _, body = self._until_blank(self._socket)
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        while len(body) < length and (more := self._socket.recv(65536)):
            body += more
        if b"connection: close" in lines or lines[0].startswith(b"http/1.0"):
            self.close()
        return int(lines[0].split()[1])

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @staticmethod
    def _until_blank(connection: socket.socket) -> tuple[bytes, bytes, bytes]:
        received = b""
        while b"\r\n\r\n" not in received:
            more = connection.recv(65536)
            if not more:
                raise ConnectionError("the server hung up")
            received += more
        return received.partition(b"\r\n\r\n")


def signed(method: str, host: str, path: str, body: bytes = b"") -> bytes:
    request = AWSRequest(method, f"http://{host}{path}", data=body)
    S3SigV4Auth(Credentials(SECRET_ID, SECRET_KEY), "s3", REGION).add_auth(request)
    headers = {"Host": host, "Content-Length": str(len(body)), **dict(request.headers.items())}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def running(contender: Contender) -> Iterator[tuple[int, float, subprocess.Popen[bytes]]]:
    """The port, the seconds from the start of the process to its first answer, and the process."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        began = time.perf_counter()
        process = subprocess.Popen(
            contender.command(port, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            yield port, _first_answer(contender, port, began), process
        finally:
            process.terminate()
            process.wait(10)


def _first_answer(contender: Contender, port: int, began: float) -> float:
    request = (
        f"GET {contender.health} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    )
    while time.perf_counter() - began < 30:
        client = Client(port)
        try:
            if client.ask(request) == 200:
                return time.perf_counter() - began
        except OSError:
            time.sleep(0.002)
        finally:
            client.close()
    raise TimeoutError(f"{contender.name} does not answer")


def rate(port: int, requests: Sequence[bytes], clients: int) -> float:
    """Requests a second, every one answered 200."""
    until = time.perf_counter() + SECONDS

    def work(number: int) -> int:
        client, done = Client(port), 0
        while time.perf_counter() < until:
            status = client.ask(requests[number * KEYS + done % KEYS])
            assert status == 200, f"request {done} of client {number} was answered {status}"
            done += 1
        client.close()
        return done

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(work, range(clients))) / SECONDS


def memory_mib(process: subprocess.Popen[bytes]) -> float:
    """Resident at this moment."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def measure(contender: Contender) -> dict[str, float]:
    """One round."""
    with running(contender) as (port, start, process):
        host = contender.host(port)
        client = Client(port)
        assert client.ask(signed("PUT", host, contender.path, NEW_BUCKET)) == 200
        client.close()
        found = {"start": start * 1000, "memory, idle": memory_mib(process)}
        keys = [f"{contender.path}key{number}" for number in range(KEYS * max(CLIENTS))]
        writes = [signed("PUT", host, key, BODY) for key in keys]
        reads = [signed("GET", host, key) for key in keys]
        for clients in CLIENTS:
            found[f"PUT/s, {clients} clients"] = rate(port, writes, clients)
            found[f"GET/s, {clients} clients"] = rate(port, reads, clients)
        found["memory, after"] = memory_mib(process)
    return found


def main() -> None:
    """Print a table: figure, local cloud, moto, ratio. Start and memory in ms and MiB."""
    contenders = [OURS, THEIRS] if MOTO.exists() else [OURS]
    if len(contenders) == 1:
        sys.stdout.write(f"{MOTO} is not there; our figures alone\n")
    rounds: dict[str, list[dict[str, float]]] = {contender.name: [] for contender in contenders}
    for _ in range(ROUNDS):
        for contender in contenders:
            rounds[contender.name].append(measure(contender))
    names = [contender.name for contender in contenders]
    sys.stdout.write(
        f"{'':<18}" + "".join(f"{name:>14}" for name in (*names, "ratio")[: len(names) + 1]) + "\n"
    )
    for figure in rounds[OURS.name][0]:
        best = max if "/s" in figure else min
        values = [best(one[figure] for one in rounds[name]) for name in names]
        ratio = f"{values[0] / values[-1]:>14.2f}" if len(values) > 1 else ""
        sys.stdout.write(f"{figure:<18}" + "".join(f"{value:>14.0f}" for value in values) + f"{ratio}\n")


if __name__ == "__main__":
    main()
