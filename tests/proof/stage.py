"""The cloud in which a day is played, with the real receiver beside it, and all that goes wrong.

The clock of this cloud stands still between two moves of the script, so that seconds can be counted.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from gme_recording.callbacks.event import Event, Kind, parse
from gme_recording.callbacks.store import Selection, Store
from gme_recording.console import local as console
from gme_recording.localcloud.clock import Clock
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.faults import Effect, Fault
from gme_recording.localcloud.outbox import Message
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.gme.model import Task
from gme_recording.recordings import gather
from gme_recording.recordings.evidence import KnownTask
from gme_recording.recordings.gather import Scope
from gme_recording.recordings.listing import Stored
from gme_recording.recordings.reconcile import Reconciled, Terms, reconcile
from tests.callbacks.make import PATH
from tests.callbacks.process import Process, serving, write_keys
from tests.proof.day import DAY, HOUR, Act, Move
from tests.recordings.world import APP, BUCKET, SETTINGS, World

ROLE, ITS_SERVICE = "GME_QCSLinkedRoleInGameMedia", "gamemedia.gme.cloud.tencent.com"
OUTAGE = range(9 * HOUR, 12 * HOUR)
"""GME may not write to the bucket: the role is deleted."""
AWAY = range(15 * HOUR, 15 * HOUR + 1_200)
"""The receiver was killed, and nobody starts it again."""
MISCHIEF = ["none"] * 80 + ["lost"] * 6 + ["doubled"] * 6 + ["delayed"] * 4 + ["forged"] * 4
THROTTLED = 1 / 8
"""Of all requests to GME; of those to the bucket it is the first listing."""
PROCESSING_SECONDS = 180
PATIENCE_SECONDS = 20
"""For the receiver's answers, by the real clock."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What `gme-recording recordings reconcile` says, and of what."""

    tasks: tuple[KnownTask, ...]
    objects: list[Stored]
    result: Reconciled


@dataclass(slots=True)
class Day:
    """From the first second to the last, and an hour more in which everything arrives that will."""

    world: World
    running: RunningCloud
    folder: Path
    began: datetime
    dice: Random
    second: int = 0
    tasks: dict[str, str] = field(default_factory=dict)
    """Of the rooms that are recorded."""

    def live(self, moves: list[Move]) -> None:
        """Let it all happen, the receiver killed and started again in the middle."""
        write_keys(self.folder)
        with serving(self.folder) as receiver:
            url = f"http://{receiver.address}{PATH}"
            console.apply(self.world.local, replace(SETTINGS, callback_url=url))
            self._play([move for move in moves if move.at < AWAY.start])
            self._pass_to(AWAY.start)
            self._kill_while_it_receives(receiver)
        port = receiver.address.partition(":")[2]
        self._play([move for move in moves if move.at in AWAY])
        self._pass_to(AWAY.stop)
        with serving(self.folder, "--port", port):
            self._play([move for move in moves if move.at >= AWAY.stop])
            self._pass_to(DAY + HOUR)
            while self._due(self._now() + timedelta(hours=1)):
                self._pass_to(self.second + 60)
                self._settle()

    def _play(self, moves: list[Move]) -> None:
        for move in moves:
            self._pass_to(move.at)
            self._act(move)

    def _pass_to(self, second: int) -> None:
        """Let time pass; what happens at a time of its own does."""
        for moment, happens in self._interruptions(second):
            self._advance_to(moment)
            happens()
        self._advance_to(second)

    def _interruptions(self, until: int) -> Iterator[tuple[int, Callable[[], object]]]:
        for moment in range(self.second + 1, until + 1):
            if moment % HOUR == 0:
                yield moment, self._hour
            if moment == OUTAGE.start:
                yield moment, lambda: self.world.cam("DeleteServiceLinkedRole", RoleName=ROLE)
            if moment == OUTAGE.stop:
                yield moment, lambda: self.world.cam("CreateServiceLinkedRole", QCSServiceName=[ITS_SERVICE])

    def _hour(self) -> None:
        """The network catches up, then other callbacks get lost."""
        if self.second not in AWAY:
            self._settle()
        coming = self.dice.choices(MISCHIEF, k=150)
        self.world.admin("POST", "/admin/callbacks/faults", next=coming)

    def _advance_to(self, second: int) -> None:
        self.running.advance(seconds=second - self.second)
        self.second = second

    def _act(self, move: Move) -> None:
        match move.act:
            case Act.JOIN:
                self.world.local.join(APP, move.room, move.user, microphone=move.on)
            case Act.LEAVE:
                self.world.local.leave(APP, move.room, move.user)
            case Act.MICROPHONE:
                where = {"bizId": APP, "roomId": move.room, "userId": move.user}
                self.world.admin("POST", "/admin/rooms/microphone", **where, on=move.on)
            case Act.START:
                self.tasks[move.room] = self.world.gme.start_record(APP, move.room, move.mode)
            case Act.STOP:
                self.world.gme.stop_record(APP, self.tasks.pop(move.room))

    def _kill_while_it_receives(self, receiver: Process) -> None:
        """All tasks begin new segments, of which GME tells at once."""
        tasks = self.running.run(lambda cloud: cloud.store.select(Task, ended=None))
        for number, task in enumerate(tasks):
            self.world.admin("POST", "/admin/tasks/interrupt", taskId=task.task_id)
            if number == len(tasks) // 2:
                receiver.process.send_signal(signal.SIGKILL)
        receiver.process.wait()

    def _settle(self) -> None:
        """Wait until every callback that is due has been tried; the receiver answers by the real clock."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._due(self._now()):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def _due(self, until: datetime) -> int:
        def count(cloud: Cloud) -> int:
            return len(cloud.store.query(Message, "due <= ?", [until.timestamp()]))

        return self.running.run(count)

    def _now(self) -> datetime:
        return self.began + timedelta(seconds=self.second)

    def sent(self) -> list[tuple[Event, str]]:
        """Every callback that was made, and what became of it."""
        listed = self.world.admin("GET", f"/admin/callbacks?bizId={APP}")
        return [(parse(one["body"].encode()), one["outcome"]) for one in listed]

    def delete_one(self) -> str:
        """Delete a file that GME has told of; returns its key."""
        key = min(event.file for event in self.heard() if event.kind == Kind.UPLOADED)
        self.world.sdk.delete_object(Bucket=BUCKET, Key=key)
        return key

    def content(self, key: str) -> bytes:
        """Fetch a whole file."""
        objects = self.world.objects
        return b"".join(objects.read(BUCKET, key, etag=objects.head(BUCKET, key).etag))

    def heard(self) -> list[Event]:
        with closing(Store(self.folder / "db.sqlite")) as store:
            return [kept.event for kept in store.select(Selection())]

    def compared(self, heard: list[Event]) -> Compared:
        """Reconcile, with nothing known but what was heard."""
        scope = Scope(biz_id=APP, since=self.began)
        objects = gather.stored(self.world.objects, BUCKET, scope, heard)
        tasks = tuple(gather.tasks(self.world.gme, scope, heard, objects))
        terms = Terms(now=self._now(), since=self.began, callbacks=True)
        return Compared(tasks, objects, reconcile(tasks, heard, objects, terms))


def prepare(running: RunningCloud, folder: Path, seed: int) -> Day:
    """Stop the clock of the cloud at the beginning of the day; nothing is recorded yet."""
    now = int(time.time())
    running.run(lambda cloud: setattr(cloud, "clock", Clock(cloud.store, lambda: now)))
    world = World(running)
    world.admin("PUT", "/admin/gme/profile", processingSeconds=PROCESSING_SECONDS)
    running.faults.add(Fault(effect=Effect.THROTTLED, service="gme", probability=THROTTLED, seed=seed))
    running.faults.add(Fault(effect=Effect.THROTTLED, service="cos", action="GetBucket", nth=1))
    return Day(world, running, folder, datetime.fromtimestamp(now, UTC), Random(seed))
