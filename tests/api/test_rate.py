import errno
import fcntl
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api.rate import CACHE, Rate, shared_folder

ROOT = Path(__file__).parents[2]


class Time:
    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@given(st.lists(st.floats(0, 0.4), max_size=60), st.integers(1, 5))
def test_no_second_sees_more_calls_than_allowed(gaps: list[float], per_second: int) -> None:
    time = Time()
    rate = Rate(per_second, now=time.now, sleep=time.sleep)
    begun = []
    for gap in gaps:
        time.sleep(gap)
        rate.wait("StartRecord")
        begun.append(time.at)
    for first, next_window in zip(begun, begun[per_second:], strict=False):
        assert next_window - first >= 1 - 1e-6


def test_calls_within_the_limit_do_not_wait() -> None:
    time = Time()
    rate = Rate(20, now=time.now, sleep=time.sleep)
    for _ in range(20):
        rate.wait("StartRecord")
    assert time.at == 100.0
    rate.wait("StartRecord")
    assert time.at == 101.0


def test_actions_are_counted_apart() -> None:
    time = Time()
    rate = Rate(1, now=time.now, sleep=time.sleep)
    for action in ("StartRecord", "StopRecord"):
        rate.wait(action)
    assert time.at == 100.0


def test_accounts_are_counted_apart() -> None:
    time = Time()
    rate = Rate(1, now=time.now, sleep=time.sleep)
    for account in ("one", "another"):
        rate.wait("StartRecord", account)
    assert time.at == 100.0


def test_two_limiters_with_one_folder_count_together(tmp_path: Path) -> None:
    time = Time()
    one, other = (Rate(4, folder=tmp_path, now=time.now, sleep=time.sleep) for _ in range(2))
    begun = []
    for rate in (one, other) * 6:
        rate.wait("StartRecord", "account")
        begun.append(time.at)
    assert begun == [100.0] * 4 + [101.0] * 4 + [102.0] * 4


def test_secret_id_is_in_no_file_name(tmp_path: Path) -> None:
    Rate(folder=tmp_path).wait("StartRecord", "AKIDcanary")
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["StartRecord"]
    assert "canary" not in str([*tmp_path.rglob("*")])


@pytest.mark.parametrize(
    "content",
    [b"", b"cut off", b"\xff" * 80, b"\0" * 80, b"x" * 4096],
    ids=["empty", "short", "no numbers", "no turns", "long"],
)
def test_file_that_makes_no_sense_counts_as_empty(tmp_path: Path, content: bytes) -> None:
    time = Time()
    Rate(10, folder=tmp_path, now=time.now, sleep=time.sleep).wait("StartRecord")
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(content)
    rate = Rate(10, folder=tmp_path, now=time.now, sleep=time.sleep)
    for _ in range(10):
        rate.wait("StartRecord")
    assert time.at == 100.0
    rate.wait("StartRecord")
    assert time.at == 101.0


def test_turns_of_before_a_reboot_are_forgotten(tmp_path: Path) -> None:
    before, after = Time(), Time()
    before.at = 90_000.0
    for machine in (before, after):
        rate = Rate(2, folder=tmp_path, now=machine.now, sleep=machine.sleep)
        for _ in range(2):
            rate.wait("StartRecord")
    assert after.at == 100.0


def test_folder_that_cannot_be_made_leaves_each_process_to_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    time = Time()
    rate = Rate(1, folder=tmp_path / "file", now=time.now, sleep=time.sleep)
    rate.wait("StartRecord")
    rate.wait("StartRecord")
    assert time.at == 101.0


def test_threads_count_together(tmp_path: Path) -> None:
    time = Time()
    rate = Rate(5, folder=tmp_path, now=time.now, sleep=lambda _: None)
    threads = [threading.Thread(target=rate.wait, args=["StartRecord"]) for _ in range(15)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rate._turn("StartRecord", "") == 103.0


WORKER = """
import sys, time
from pathlib import Path
from gme_recording.api.rate import Rate
rate = Rate(20, folder=Path(sys.argv[1]))
print("ready", flush=True)
for _ in range(int(sys.argv[2])):
    rate.wait("StartRecord", "account")
    print(time.monotonic(), flush=True)
"""


def worker(folder: Path, calls: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder), str(calls)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_two_processes_stay_within_the_limit_together(tmp_path: Path) -> None:
    workers = [worker(tmp_path, 25) for _ in range(2)]
    begun = sorted(float(line) for process in workers for line in process.communicate()[0].splitlines()[1:])
    assert len(begun) == 50
    late = 0.05  # a process may be slow to begin what it has booked
    for first, twenty_later in zip(begun, begun[20:], strict=False):
        assert twenty_later - first >= 1 - late
    assert begun[-1] - begun[0] < 4


def test_process_that_is_killed_blocks_nobody(tmp_path: Path) -> None:
    process = worker(tmp_path, 10_000)
    assert process.stdout is not None
    for _ in range(5):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    began = time.monotonic()
    Rate(20, folder=tmp_path).wait("StartRecord", "account")
    assert time.monotonic() - began < 1.5


def test_cache_folder_is_the_users_own_or_the_given_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(CACHE, str(tmp_path))
    assert shared_folder() == tmp_path / "rate"
    monkeypatch.delenv(CACHE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert shared_folder() == tmp_path / "x" / "gme-recording" / "rate"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert shared_folder() == tmp_path / ".cache" / "gme-recording" / "rate"


def test_where_turns_cannot_be_locked_or_kept_each_process_counts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setattr(fcntl, "flock", refuse)
    time = Time()
    rate = Rate(1, folder=tmp_path, now=time.now, sleep=time.sleep)
    for _ in range(3):
        rate.wait("StartRecord")
    assert time.at == 102.0
