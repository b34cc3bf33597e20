"""Tasks against a local cloud: whatever is called twice, or answered late, ends as it should."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from gme_recording.api import ApiError, Gme, RecordMode, tasks
from gme_recording.api.errors import NO_ANSWER, NoAnswer, RoomNotFound, TaskInUse, TaskNotFound
from gme_recording.api.tasks import Choice
from gme_recording.errors import ExitCode, UserError
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.api.rooms import APP, ROOM, Lobby

EVERYONE = Choice()


@pytest.fixture
def lobby(local_cloud: RunningCloud) -> Lobby:
    return Lobby(local_cloud)


class Deaf(Gme):
    """Performs a start, or does not, but the answer never comes."""

    performs = True

    def start_record(
        self, biz_id: int, room_id: str, mode: int, *, allow: Iterable[str] = (), block: Iterable[str] = ()
    ) -> str:
        if self.performs:
            super().start_record(biz_id, room_id, mode, allow=allow, block=block)
        raise ApiError(NO_ANSWER, "no answer", action="StartRecord")


def test_room_is_recorded_as_asked(lobby: Lobby) -> None:
    choice = Choice(mode=RecordMode.BOTH, allow=("10001",))
    started = tasks.start(lobby.gme, APP, ROOM, choice)
    assert not started.reused
    assert started.task == lobby.gme.find_task(APP, ROOM)
    assert Choice.of(started.task) == choice


def test_second_start_is_refused(lobby: Lobby) -> None:
    tasks.start(lobby.gme, APP, ROOM, EVERYONE)
    with pytest.raises(TaskInUse):
        tasks.start(lobby.gme, APP, ROOM, EVERYONE)


def test_second_start_tells_of_the_first_if_it_may(lobby: Lobby) -> None:
    first = tasks.start(lobby.gme, APP, ROOM, EVERYONE, reuse=True)
    second = tasks.start(lobby.gme, APP, ROOM, EVERYONE, reuse=True)
    assert (first.reused, second.reused) == (False, True)
    assert (second.task, second.differs) == (first.task, ())


def test_task_that_records_otherwise_is_told_with_the_difference(lobby: Lobby) -> None:
    tasks.start(lobby.gme, APP, ROOM, Choice(mode=RecordMode.SINGLE, block=("2", "1")))
    second = tasks.start(lobby.gme, APP, ROOM, Choice(allow=("7",)), reuse=True)
    assert second.differs == (
        "mode is single, asked mixed",
        "allow is empty, asked 7",
        "block is 1, 2, asked empty",
    )


def test_start_whose_answer_is_lost_is_looked_up(lobby: Lobby) -> None:
    started = tasks.start(Deaf(lobby.cloud), APP, ROOM, EVERYONE, reuse=True)
    assert started.reused
    assert started.task == lobby.gme.find_task(APP, ROOM)


def test_start_that_was_not_performed_stays_a_lost_answer(lobby: Lobby) -> None:
    deaf = Deaf(lobby.cloud)
    deaf.performs = False
    with pytest.raises(NoAnswer):
        tasks.start(deaf, APP, ROOM, EVERYONE, reuse=True)
    assert lobby.gme.find_task(APP, ROOM) is None


def test_room_without_a_player_is_refused(lobby: Lobby) -> None:
    with pytest.raises(RoomNotFound):
        tasks.start(lobby.gme, APP, "nowhere", EVERYONE, reuse=True)


def test_task_is_ended_once(lobby: Lobby) -> None:
    task = tasks.start(lobby.gme, APP, ROOM, EVERYONE).task
    assert [tasks.end(lobby.gme, APP, task.task_id) for _ in range(2)] == [True, False]


def test_task_is_found_by_room_and_by_id(lobby: Lobby) -> None:
    task = tasks.start(lobby.gme, APP, ROOM, EVERYONE).task
    assert tasks.get(lobby.gme, APP, ROOM) == tasks.get_by_id(lobby.gme, APP, task.task_id) == task


def test_ended_task_is_said_to_have_ended(lobby: Lobby) -> None:
    first = tasks.start(lobby.gme, APP, ROOM, EVERYONE).task.task_id
    tasks.end(lobby.gme, APP, first)
    for get, name in ((tasks.get, ROOM), (tasks.get_by_id, first)):
        with pytest.raises(UserError, match=f"nothing is recorded in room {ROOM}") as error:
            get(lobby.gme, APP, name)
        assert error.value.exit_code is ExitCode.DIFFERS
    second = tasks.start(lobby.gme, APP, ROOM, EVERYONE).task.task_id
    with pytest.raises(UserError, match=f"{first} has ended: room {ROOM} is recorded by task {second}"):
        tasks.get_by_id(lobby.gme, APP, first)


def test_task_that_never_was_is_refused(lobby: Lobby) -> None:
    with pytest.raises(TaskNotFound):
        tasks.get_by_id(lobby.gme, APP, "446192236330927912")


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"mode": RecordMode.SINGLE}, Choice(mode=RecordMode.SINGLE, allow=("10001",))),
        ({"block": ("10002",)}, Choice(mode=RecordMode.BOTH, block=("10002",))),
        ({"allow": (), "block": ()}, Choice(mode=RecordMode.BOTH)),
        ({"allow": ("10001", "10002")}, Choice(mode=RecordMode.BOTH, allow=("10001", "10002"))),
    ],
    ids=["mode alone", "other list", "everyone", "longer list"],
)
def test_change_keeps_what_is_not_given(lobby: Lobby, asked: dict[str, object], wanted: Choice) -> None:
    task = tasks.start(lobby.gme, APP, ROOM, Choice(mode=RecordMode.BOTH, allow=("10001",))).task
    changed = tasks.change(lobby.gme, APP, task, **asked)  # type: ignore[arg-type]
    assert changed == lobby.gme.find_task(APP, ROOM)
    assert Choice.of(changed) == wanted


def test_two_lists_are_refused_before_anything_is_called() -> None:
    with pytest.raises(UserError, match="either allowed or blocked") as error:
        Choice(allow=("1",), block=("2",))
    assert error.value.exit_code is ExitCode.INPUT


@pytest.mark.parametrize("name", ["allow", "block"])
def test_twenty_users_are_the_limit(name: str) -> None:
    users = tuple(map(str, range(21)))
    Choice(**{name: users[:20]})  # type: ignore[arg-type]
    with pytest.raises(UserError, match="21 users"):
        Choice(**{name: users})  # type: ignore[arg-type]
