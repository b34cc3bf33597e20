"""A room in a local cloud that can be recorded, and time that passes there when somebody waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from gme_recording.api import Cloud, CloudKind, Gme, LocalCloud
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.api.watch import Pace
from gme_recording.localcloud.pytest_plugin import RunningCloud

APP, ROOM, BUCKET = 1400000001, "lobby", "voice-1250000000"


class Lobby:
    """The application `demo` with recording on, and a room with a player."""

    def __init__(self, running: RunningCloud, bucket: str = BUCKET) -> None:
        self._running = running
        self.cloud = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, running.url)
        self.local, self.gme = LocalCloud(running.url), Gme(self.cloud)
        service = {"QCSServiceName": ["gamemedia.gme.cloud.tencent.com"]}
        Service(self.cloud, "cam").call("CreateServiceLinkedRole", service, Repeat.HARMFUL)
        sdk: Any = cos_client(self.cloud)
        sdk.create_bucket(Bucket=bucket)
        settings = {"recording": True, "scope": "custom", "bucket": bucket, "region": "ap-guangzhou"}
        self.local.put_recording(APP, {**settings, "callbackUrl": ""})
        self.join()
        self.began = self.local.now()
        self.plans: list[tuple[timedelta, Callable[[], object]]] = []

    def join(self, user: str = "10001") -> None:
        self.local.join(APP, ROOM, user)

    def leave(self, user: str = "10001") -> None:
        self.local.leave(APP, ROOM, user)

    def at(self, hours: float, act: Callable[[], object]) -> None:
        """Plan what happens so long after now, while somebody waits."""
        self.plans.append((self.local.now() - self.began + timedelta(hours=hours), act))
        self.plans.sort(key=lambda plan: plan[0])

    def pass_(self, seconds: float) -> None:
        """Let virtual time pass, and do what is planned on the way."""
        ends = self.local.now() + timedelta(seconds=seconds)
        while self.plans and self.began + self.plans[0][0] <= ends:
            moment, act = self.plans.pop(0)
            self._forward(self.began + moment)
            act()
        self._forward(ends)

    def _forward(self, to: datetime) -> None:
        seconds = max(0.0, (to - self.local.now()).total_seconds())
        self.local._send("POST", "/admin/clock", {"advance": seconds})
        self._running.run(lambda cloud: cloud._recent.clear())  # the gateway counts by real time

    def pace(self, every: float = 120.0, **changes: Any) -> Pace:
        return Pace(now=self.local.now, sleep=self.pass_, every=every, **changes)
