"""A recording from its start to its end."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gme_recording import smoke
from gme_recording.api import ApiError, Gme, Task
from gme_recording.api.errors import NO_ANSWER, TASK_IN_USE
from gme_recording.smoke import Cause
from gme_recording.smoke.checks import recording
from gme_recording.smoke.model import Run
from tests.smoke.environment import APP, NOTHING, Environment, found, proved


def test_start_finds_that_there_is_no_room(environment: Environment) -> None:
    """As on Tencent Cloud, where nobody can be put into a room."""
    report = environment.smoke(environment.run(local=None))
    assert "ResourceNotFound.RoomNotFound" in found(report, "start")
    assert "no room gme-recording-smoke" in report.cause


def test_start_stops_what_a_killed_run_left(environment: Environment) -> None:
    room = environment.target().room
    environment.local.join(APP, room, recording.ROBOT)
    task = environment.gme.start_record(APP, room, 2)
    shown = proved(environment)
    assert shown["start"].endswith(f", after stopping task {task} of an earlier run")
    assert environment.gme.find_task(APP, room) is None


def test_start_finds_a_leftover_that_does_not_end(environment: Environment) -> None:
    task = Task(task_id="446192236330927912", room_id="r", mode=2)

    class Endless(Gme):
        def find_task(self, biz_id: int, room_id: str) -> Task:
            return task

    report = environment.smoke(environment.run(gme=Endless(environment.cloud)), hurry=["start"])
    assert task.task_id in found(report, "start")


def test_start_whose_answer_is_lost_is_undone(environment: Environment) -> None:
    class Deaf(Gme):
        """Performs the request, but the answer never comes."""

        def start_record(
            self,
            biz_id: int,
            room_id: str,
            mode: int,
            *,
            allow: Iterable[str] = (),
            block: Iterable[str] = (),
        ) -> str:
            task = super().start_record(biz_id, room_id, mode, allow=allow, block=block)
            raise ApiError(NO_ANSWER, f"no answer about {task}", action="StartRecord")

    report = environment.smoke(environment.run(gme=Deaf(environment.cloud)))
    assert "no answer" in found(report, "start")
    assert "stopped task" in report.results[-1].found
    assert environment.gme.find_task(APP, environment.target().room) is None


def test_start_refused_for_anothers_task_leaves_that_task_alone(environment: Environment) -> None:
    room = environment.target().room
    theirs: list[str] = []

    class Overtaken(Gme):
        """Somebody else is faster."""

        def start_record(
            self,
            biz_id: int,
            room_id: str,
            mode: int,
            *,
            allow: Iterable[str] = (),
            block: Iterable[str] = (),
        ) -> str:
            if room_id == room:
                theirs.append(environment.gme.start_record(biz_id, room_id, mode))
            return super().start_record(biz_id, room_id, mode, allow=allow, block=block)

    report = environment.smoke(environment.run(gme=Overtaken(environment.cloud)))
    assert TASK_IN_USE in found(report, "start")
    assert environment.gme.record_files(APP, theirs[0])[0].user_id == "0"
    task = environment.gme.find_task(APP, room)
    assert task is None or task.task_id == theirs[0]
    assert "stopped" not in report.results[-1].found


def test_task_finds_another_one(environment: Environment) -> None:
    report = environment.smoke(start=lambda run: run.gme.modify_record(APP, run.task_id, 1))
    assert re.search(r"task \d+ with mode 1 in room", found(report, "task"))
    assert environment.leftovers() == NOTHING


def test_second_start_finds_that_it_is_not_refused(environment: Environment) -> None:
    report = environment.smoke(
        hurry=["modify", "recording", "task-gone", "file"],
        task=lambda run: run.gme.stop_record(APP, run.task_id),
    )
    assert re.fullmatch(r"task \d+ records the same room", found(report, "second-start"))
    task, rooms, _ = environment.leftovers()
    assert (task, rooms) == (None, [])


def test_modify_finds_that_nothing_changed(environment: Environment) -> None:
    class Idle(Gme):
        def modify_record(self, *_: object, **__: object) -> None:
            pass

    report = environment.smoke(environment.run(gme=Idle(environment.cloud)), hurry=["modify", "recording"])
    assert found(report, "modify").endswith("still does not show mode 3")


def test_recording_finds_an_empty_room(environment: Environment) -> None:
    def leave(run: Run) -> None:
        environment.local.leave(APP, run.target.room, recording.ROBOT)
        run.undo.pop(1)

    report = environment.smoke(hurry=["recording", "file"], second_start=leave)
    assert "records nothing" in found(report, "recording")
    assert report.diagnosis == Cause.ROOM_EMPTY


def test_stop_finds_a_recording_longer_than_the_test(environment: Environment) -> None:
    report = smoke.run(environment.target(record_seconds=60.0), environment.cloud)
    assert found(report, "stop") == "60 s of recording do not fit into the test's time"
    assert "stopped task" in report.results[-1].found
    assert environment.gme.find_task(APP, environment.target().room) is None


def test_task_gone_finds_that_it_stays(environment: Environment) -> None:
    class Stubborn(Gme):
        """Shows a task for ever once it has seen it."""

        seen: Task | None = None

        def find_task(self, biz_id: int, room_id: str) -> Task | None:
            self.seen = super().find_task(biz_id, room_id) or self.seen
            return self.seen

    report = environment.smoke(environment.run(gme=Stubborn(environment.cloud)), hurry=["task-gone"])
    assert found(report, "task-gone").endswith("is still shown after StopRecord")
