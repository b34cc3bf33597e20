"""Days of a room under the virtual clock, watched."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from gme_recording.api import ApiError, Gme, RecordMode, RecordStatus, Task, tasks, vendor
from gme_recording.api.errors import NO_ANSWER
from gme_recording.api.rate import Rate
from gme_recording.api.tasks import Choice
from gme_recording.api.watch import Event, Kind, Watch
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.api.rooms import APP, ROOM, Lobby

MIXED = Choice()


@pytest.fixture
def lobby(local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> Lobby:
    """Requests are counted by real time, of which hours take none here."""
    monkeypatch.setattr(vendor, "LIMITER", Rate(10**5))
    return Lobby(local_cloud)


def hours(lobby: Lobby, event: Event) -> float:
    return round((event.at - lobby.began).total_seconds() / 3600, 1)


def watched(lobby: Lobby, watch: Watch, until_hours: float = 1000.0) -> list[tuple[float, Event]]:
    """What is told, with the hour of each, up to an hour."""
    told = []
    for event in watch.events():
        if hours(lobby, event) >= until_hours:
            break
        told.append((hours(lobby, event), event))
    return told


def happened(told: list[tuple[float, Event]], wanted: list[tuple[float, Kind]], exact: float = 0.2) -> bool:
    """The kinds are those, at about those hours; files are left out."""
    seen = [(hour, event.kind) for hour, event in told if event.kind is not Kind.FILE]
    assert [kind for _, kind in seen] == [kind for _, kind in wanted], seen
    assert [hour for hour, _ in seen] == pytest.approx([hour for hour, _ in wanted], abs=exact)
    return True


def test_every_status_of_a_file_is_told_until_it_is_in_the_bucket(lobby: Lobby) -> None:
    lobby.local._send("PUT", "/admin/gme/profile", {"processingSeconds": 900})
    task = tasks.start(lobby.gme, APP, ROOM, MIXED).task
    lobby.at(0.5, lambda: lobby.gme.stop_record(APP, task.task_id))
    told = [event for _, event in watched(lobby, Watch(lobby.gme, APP, ROOM, lobby.pace()))]
    assert [event.kind for event in told if event.kind is not Kind.FILE] == [Kind.RECORDING, Kind.ENDED]
    assert [event.status for event in told if event.kind is Kind.FILE] == [
        RecordStatus.RECORDING,
        RecordStatus.WAITING,
        RecordStatus.TRANSCODING,
        RecordStatus.UPLOADING,
        RecordStatus.UPLOADED,
    ]
    assert {event.name.partition("/")[0] for event in told if event.name} == {f"{APP}_{ROOM}"}
    assert told[0].until is not None
    assert told[0].until - told[0].at == pytest.approx(timedelta(hours=24), abs=timedelta(seconds=2))


def test_empty_room_is_told_with_the_end_of_the_hold(lobby: Lobby) -> None:
    task = tasks.start(lobby.gme, APP, ROOM, MIXED).task
    lobby.at(1, lobby.leave)
    lobby.at(3, lobby.join)
    lobby.at(4, lobby.leave)
    told = watched(lobby, Watch(lobby.gme, APP, ROOM, lobby.pace(360)))
    assert happened(
        told,
        [
            (0.0, Kind.RECORDING),
            (1.0, Kind.SILENT),
            (3.0, Kind.ON_AIR),
            (4.0, Kind.SILENT),
            (16.0, Kind.ENDED),
        ],
    )
    until = next(event.until for _, event in told if event.kind is Kind.SILENT)
    assert until is not None
    assert until - lobby.began == pytest.approx(timedelta(hours=13), abs=timedelta(minutes=7))
    assert {event.task_id for _, event in told if event.kind is not Kind.ENDED} == {task.task_id}


def test_files_are_split_after_two_hours(lobby: Lobby) -> None:
    task = tasks.start(lobby.gme, APP, ROOM, MIXED).task
    lobby.at(5, lambda: lobby.gme.stop_record(APP, task.task_id))
    told = watched(lobby, Watch(lobby.gme, APP, ROOM, lobby.pace()))
    began = [hour for hour, event in told if event.status == RecordStatus.RECORDING]
    assert began == [0.0, 2.0, 4.0]


def test_kept_room_is_recorded_for_two_days_without_a_gap(lobby: Lobby) -> None:
    """Where a task ends after 24 hours, each is renewed ten minutes before, as the first one was."""
    lobby.local._send("PUT", "/admin/gme/profile", {"dayLimit": True})
    choice = Choice(mode=RecordMode.BOTH, block=("10009",))
    watch = Watch(lobby.gme, APP, ROOM, lobby.pace(480), keep=choice)
    told = watched(lobby, watch, until_hours=48)
    assert happened(
        told,
        [
            (0.0, Kind.RECORDING),
            (23.8, Kind.RENEWED),
            (47.7, Kind.RENEWED),
        ],
    )
    running = lobby.gme.find_task(APP, ROOM)
    assert running is not None
    assert Choice.of(running) == choice
    on_air = Counter(event.task_id for _, event in told if event.status == RecordStatus.RECORDING)
    assert len(on_air) == 3
    assert all(count >= 2 for count in on_air.values())


def test_without_keep_the_day_ends_the_recording(lobby: Lobby) -> None:
    lobby.local._send("PUT", "/admin/gme/profile", {"dayLimit": True})
    tasks.start(lobby.gme, APP, ROOM, MIXED)
    told = watched(lobby, Watch(lobby.gme, APP, ROOM, lobby.pace(600)))
    assert happened(told, [(0.0, Kind.RECORDING), (24.0, Kind.ENDED)])


def test_kept_room_that_was_empty_for_long_is_recorded_when_somebody_enters(lobby: Lobby) -> None:
    """Nobody can start a task in an empty room, so what can be kept is the next player's first moment."""
    lobby.at(1, lobby.leave)
    lobby.at(20, lobby.join)
    told = watched(lobby, Watch(lobby.gme, APP, ROOM, lobby.pace(360), keep=MIXED), until_hours=21)
    assert happened(
        told,
        [
            (0.0, Kind.RECORDING),
            (1.0, Kind.SILENT),
            (12.8, Kind.WAITING),
            (20.0, Kind.RECORDING),
        ],
    )


def test_kept_room_is_recorded_again_after_somebody_stopped_it(lobby: Lobby) -> None:
    watch = Watch(lobby.gme, APP, ROOM, lobby.pace(), keep=MIXED)

    def stop() -> None:
        lobby.gme.stop_record(APP, tasks.get(lobby.gme, APP, ROOM).task_id)

    lobby.at(1, stop)
    told = watched(lobby, watch, until_hours=2)
    assert happened(told, [(0.0, Kind.RECORDING), (1.0, Kind.ENDED), (1.0, Kind.RECORDING)])


def test_keeping_waits_for_the_first_player(lobby: Lobby) -> None:
    lobby.leave()
    lobby.at(2, lobby.join)
    told = watched(lobby, Watch(lobby.gme, APP, ROOM, lobby.pace(), keep=MIXED), until_hours=3)
    assert happened(told, [(0.0, Kind.WAITING), (2.0, Kind.RECORDING)])


def test_one_task_is_watched_to_its_end_though_another_follows(lobby: Lobby) -> None:
    first = tasks.start(lobby.gme, APP, ROOM, MIXED).task

    def replace() -> None:
        lobby.gme.stop_record(APP, first.task_id)
        tasks.start(lobby.gme, APP, ROOM, MIXED)

    lobby.at(1, replace)
    told = watched(lobby, Watch(lobby.gme, APP, ROOM, lobby.pace(), task_id=first.task_id))
    assert happened(told, [(0.0, Kind.RECORDING), (1.0, Kind.ENDED)])
    assert {event.task_id for _, event in told if event.name} == {first.task_id}


def test_file_that_never_arrives_is_given_up(lobby: Lobby) -> None:
    task = tasks.start(lobby.gme, APP, ROOM, MIXED).task
    lobby.local._send("PUT", "/admin/gme/profile", {"processingSeconds": 86_400})
    lobby.gme.stop_record(APP, task.task_id)
    watch = Watch(lobby.gme, APP, ROOM, lobby.pace(patience=timedelta(minutes=30)), task_id=task.task_id)
    told = watched(lobby, watch)
    assert (told[-1][1].kind, told[-1][1].note) == (Kind.LATE, f"task {task.task_id}")
    assert told[-1][0] == pytest.approx(0.5, abs=0.1)
    assert watch.late


def test_a_kept_room_is_kept_though_a_file_of_an_earlier_task_is_given_up(lobby: Lobby) -> None:
    lobby.local._send("PUT", "/admin/gme/profile", {"processingSeconds": 86_400})
    first = tasks.start(lobby.gme, APP, ROOM, MIXED).task
    lobby.at(1, lambda: lobby.gme.stop_record(APP, first.task_id))
    pace = lobby.pace(480, patience=timedelta(minutes=30))
    watch = Watch(lobby.gme, APP, ROOM, pace, keep=MIXED)
    told = watched(lobby, watch, until_hours=6)
    ((hour, late),) = [each for each in told if each[1].kind is Kind.LATE]
    assert late.note == f"task {first.task_id}"
    assert hour == pytest.approx(1.6, abs=0.2)
    assert watch.late
    assert lobby.gme.find_task(APP, ROOM) is not None
    assert first.task_id not in watch._open
    assert not [about for about in watch._statuses if about[0] == first.task_id]


def test_failures_that_pass_are_told_once_and_outlived(lobby: Lobby) -> None:
    class Shaky(Gme):
        calls = 0

        def find_task(self, biz_id: int, room_id: str) -> Task | None:
            self.calls += 1
            if 2 <= self.calls <= 4:
                raise ApiError(NO_ANSWER, f"no answer ({self.calls})", action="DescribeTaskInfo")
            return super().find_task(biz_id, room_id)

    task = tasks.start(lobby.gme, APP, ROOM, MIXED).task
    lobby.at(1, lambda: lobby.gme.stop_record(APP, task.task_id))
    told = watched(lobby, Watch(Shaky(lobby.cloud), APP, ROOM, lobby.pace()))
    assert happened(told, [(0.0, Kind.RECORDING), (0.0, Kind.TROUBLE), (1.0, Kind.ENDED)])


def test_failures_that_stay_are_raised(lobby: Lobby) -> None:
    with pytest.raises(ApiError, match="InvalidBizId"):
        list(Watch(lobby.gme, 1400000099, ROOM, lobby.pace()).events())
