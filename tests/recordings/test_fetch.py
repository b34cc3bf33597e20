import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gme_recording.api import retry as retry_module
from gme_recording.api.errors import ApiError
from gme_recording.api.objects import Head
from gme_recording.recordings.fetch import Download, Fetched, Outcome, fetch, fetch_all, intact
from tests.recordings.world import APP, BUCKET, World

KEY = "14_lobby_7/2026-01-01-19-00-00_0_audio.mp3"
CONTENT = bytes(range(256)) * 1000
LOST = ApiError("ClientNetworkError.NoAnswer", "no answer", action="GetObject")


class Shaky:
    """A source whose line breaks after so many bytes, each time it is read."""

    def __init__(self, content: bytes = CONTENT, *, breaks_after: int = 0) -> None:
        self.content = content
        self.breaks_after = breaks_after
        self.starts: list[int] = []

    def head(self, bucket: str, key: str) -> Head:
        return Head(
            size=len(CONTENT),
            etag=hashlib.md5(CONTENT).hexdigest(),
            crc64="",
            modified=datetime(2026, 1, 1, tzinfo=UTC),
            storage_class="STANDARD",
        )

    def read(self, bucket: str, key: str, *, etag: str, start: int = 0) -> Iterator[bytes]:
        self.starts.append(start)
        rest = self.content[start:]
        if self.breaks_after and len(rest) > self.breaks_after:
            yield rest[: self.breaks_after]
            raise LOST
        yield rest


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry_module, "PAUSES", (0.0, 0.0, 0.0))


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_real_recordings_are_fetched_whole_and_once(world: World, tmp_path: Path) -> None:
    world.recorded("lobby", "7", "8")
    received: list[int] = []
    download = Download(world.objects, BUCKET, tmp_path, received.append)

    first = list(fetch_all(download, world.listed()))
    again = list(fetch_all(download, world.listed()))

    assert [one.outcome for one in first] == [Outcome.FETCHED] * 3
    assert [one.outcome for one in again] == [Outcome.PRESENT] * 3
    assert files_in(tmp_path) == sorted(world.listed())
    assert sum(received) == sum(one.size for one in first)
    assert all(intact(one.file, world.objects.head(BUCKET, one.key)) for one in first)


def test_a_broken_line_goes_on_where_it_broke(tmp_path: Path) -> None:
    source = Shaky(breaks_after=100_000)
    assert fetch(Download(source, "b", tmp_path), KEY) == Fetched(
        KEY, tmp_path / KEY, Outcome.FETCHED, len(CONTENT)
    )
    assert source.starts == [0, 100_000, 200_000]
    assert (tmp_path / KEY).read_bytes() == CONTENT


def test_the_next_run_goes_on_where_the_last_one_gave_up(tmp_path: Path) -> None:
    source = Shaky(breaks_after=10_000)
    given_up = fetch(Download(source, "b", tmp_path), KEY)
    assert (given_up.outcome, given_up.problem) == (Outcome.FAILED, "GetObject: no answer")
    assert not (tmp_path / KEY).exists()

    source.breaks_after = 0
    done = fetch(Download(source, "b", tmp_path), KEY)

    assert (done.outcome, done.resumed) == (Outcome.FETCHED, 40_000)
    assert files_in(tmp_path) == [KEY]
    assert (tmp_path / KEY).read_bytes() == CONTENT


def test_a_real_part_is_gone_on_with(world: World, tmp_path: Path) -> None:
    world.recorded("lobby", "7", mode=1)
    (key,) = world.listed()
    download = Download(world.objects, BUCKET, tmp_path)
    done = fetch(download, key)
    whole = done.file.read_bytes()
    head = world.objects.head(BUCKET, key)
    part = done.file.with_name(
        f"{done.file.name}.{hashlib.sha256(f'{head.etag}/{head.size}/{head.crc64}'.encode()).hexdigest()[:12]}.part"
    )
    part.write_bytes(whole[:1000])
    done.file.unlink()

    resumed = fetch(download, key)

    assert (resumed.outcome, resumed.resumed) == (Outcome.FETCHED, 1000)
    assert resumed.file.read_bytes() == whole


def test_a_wrong_checksum_leaves_nothing_behind(tmp_path: Path) -> None:
    done = fetch(Download(Shaky(CONTENT[::-1]), "b", tmp_path), KEY)
    assert done.outcome is Outcome.FAILED
    assert "checksum" in done.problem
    assert files_in(tmp_path) == []


def test_a_file_with_other_content_is_replaced(tmp_path: Path) -> None:
    (tmp_path / KEY).parent.mkdir()
    (tmp_path / KEY).write_bytes(CONTENT[::-1])
    assert fetch(Download(Shaky(), "b", tmp_path), KEY).outcome is Outcome.FETCHED
    assert (tmp_path / KEY).read_bytes() == CONTENT


def test_a_part_that_is_too_long_is_begun_again(tmp_path: Path) -> None:
    source = Shaky()
    head = source.head("b", KEY)
    name = hashlib.sha256(f"{head.etag}/{head.size}/".encode()).hexdigest()[:12]
    part = tmp_path / f"{KEY}.{name}.part"
    part.parent.mkdir()
    part.write_bytes(CONTENT + b"more")
    assert fetch(Download(source, "b", tmp_path), KEY).outcome is Outcome.FETCHED
    assert source.starts == [0]


def test_one_that_fails_does_not_stop_the_others(world: World, tmp_path: Path) -> None:
    world.recorded("lobby", "7")
    keys = [world.listed()[0], KEY, world.listed()[1]]
    done = list(fetch_all(Download(world.objects, BUCKET, tmp_path), keys, workers=1))
    assert [one.outcome for one in done] == [Outcome.FETCHED, Outcome.FAILED, Outcome.FETCHED]
    assert "NoSuchKey" in done[1].problem


def test_an_archived_recording_says_that_it_must_be_restored(world: World, tmp_path: Path) -> None:
    key = f"{APP}_a_7/2026-01-01-19-00-00_0_audio.mp3"
    world.sdk.put_object(Bucket=BUCKET, Key=key, Body=b"x", StorageClass="ARCHIVE")
    done = fetch(Download(world.objects, BUCKET, tmp_path), key)
    assert (done.outcome, "InvalidObjectState" in done.problem) == (Outcome.FAILED, True)


@pytest.mark.parametrize("key", ["../outside.mp3", "/etc/outside.mp3"])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    done = fetch(Download(Shaky(), "b", tmp_path / "in"), key)
    assert (done.outcome, done.problem) == (Outcome.FAILED, "the key leads out of the folder")
    assert files_in(tmp_path) == []


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    done = fetch(Download(Shaky(), "b", tmp_path), f"14_{'r' * 300}_7/x.mp3")
    assert (done.outcome, "name too long" in done.problem) == (Outcome.FAILED, True)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("")
    assert fetch(Download(Shaky(), "b", tmp_path / "in"), KEY).outcome is Outcome.FAILED


def test_a_checksum_is_crc64_else_md5_else_the_size(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"123456789")
    head = replace(Shaky().head("b", KEY), size=9, crc64="11051210869376104954")
    assert intact(file, head)
    assert not intact(file, replace(head, crc64="1"))
    assert not intact(file, replace(head, crc64=""))
    assert intact(file, replace(head, crc64="", etag=hashlib.md5(b"123456789").hexdigest()))
    assert intact(file, replace(head, crc64="", etag="abc-2"))
    assert not intact(file, replace(head, size=8))


def test_few_are_looked_at_ahead(tmp_path: Path) -> None:
    asked: list[str] = []

    def keys() -> Iterator[str]:
        for number in range(100):
            asked.append(f"14_lobby_7/2026-01-01-19-00-00_{number}_audio.mp3")
            yield asked[-1]

    downloads = fetch_all(Download(Shaky(), "b", tmp_path), keys(), workers=2)
    next(downloads)
    assert len(asked) <= 5
    downloads.close()  # type: ignore[attr-defined]
