"""A cloud whose machine clock stands still, and what a customer and players do in it."""

from __future__ import annotations

import json
import weakref
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gme_recording.localcloud.assemble import APPID, OWNER_UIN, local_cloud
from gme_recording.localcloud.cloud import Call, Cloud
from gme_recording.localcloud.dialects.parameters import fill
from gme_recording.localcloud.identity import Kind, Principal
from gme_recording.localcloud.messages import Request, Response
from gme_recording.localcloud.outbox import Message
from gme_recording.localcloud.services.console import account
from gme_recording.localcloud.services.gme import rooms
from gme_recording.localcloud.services.gme.model import App, File, Member, Profile, Task, profile

BIZ_ID = 1_400_000_001
BUCKET, REGION = f"voice-{APPID}", "ap-guangzhou"
START = datetime(2024, 1, 18, 8, 0, tzinfo=UTC)
OWNER = Principal(Kind.OWNER, OWNER_UIN, APPID, uin=OWNER_UIN)


def an_owners_call(cloud: Cloud) -> Call:
    request = Request("POST", "gme.tencentcloudapi.com", "/")
    return Call(cloud, request, "request", cloud.clock.now(), OWNER)


class World:
    """By default the service-linked role and the bucket are there and recording is on.

    Closed files wait for ever, unless `processing_seconds` says how long they take to the bucket.
    """

    def __init__(
        self, *, ready: bool = True, processing_seconds: float = 1e9, folder: Path | None = None
    ) -> None:
        self.cloud = local_cloud(folder, real_time=START.timestamp)
        self.store = self.cloud.store
        weakref.finalize(self, self.cloud.close)
        self.guess(processing_seconds=processing_seconds)
        if ready:
            account.grant(an_owners_call(self.cloud))
            account.create_bucket(an_owners_call(self.cloud), BUCKET, REGION)
            self.change_app(recording=True, bucket=BUCKET, region=REGION)

    def call(self) -> Call:
        return an_owners_call(self.cloud)

    def api(self, action: str, **given: Any) -> Any:
        """One GME action of the main account; raises CloudError."""
        call, operation = self.call(), self.cloud.service("gme").operations[action]
        parameters = fill(operation.parameters.values(), given)
        with self.store.transaction():
            self.cloud.authorise(call, operation, parameters)
            result = operation.perform(call, **parameters)
        self.cloud.run_due()
        return result

    def web(self, method: str, path: str, body: object = None, **headers: str) -> Response:
        """A request of a program on this machine."""
        content = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        known = {"content-type": "application/json", **named}
        target, _, query = path.partition("?")
        return self.cloud.handle(Request(method, "127.0.0.1:8000", target, query, known, content))

    def form(self, path: str, fields: str) -> Response:
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": "http://127.0.0.1:8000"}
        return self.cloud.handle(Request("POST", "127.0.0.1:8000", path, "", headers, fields.encode()))

    def change_app(self, **changes: Any) -> App:
        return self.store.put(replace(self.app, **changes))

    def guess(self, **changes: Any) -> Profile:
        return self.store.put(replace(profile(self.store), **changes))

    @property
    def app(self) -> App:
        app = self.store.find(App, biz_id=BIZ_ID)
        assert app
        return app

    def join(self, user: str, room: str = "room", *, microphone: bool = True) -> None:
        rooms.join(self.call(), Member(BIZ_ID, room, user, microphone, self.cloud.clock.now()))

    def leave(self, user: str, room: str = "room") -> None:
        rooms.leave(self.call(), self._member(user, room))

    def microphone(self, user: str, room: str = "room", *, on: bool) -> None:
        rooms.microphone(self.call(), self._member(user, room), on=on)

    def _member(self, user: str, room: str) -> Member:
        member = self.store.find(Member, biz_id=BIZ_ID, room_id=room, user_id=user)
        assert member
        return member

    def start(self, mode: int = 2, room: str = "room", **given: Any) -> int:
        answer = self.api("StartRecord", BizId=BIZ_ID, RoomId=room, RecordMode=mode, **given)
        task_id = answer["TaskId"]
        assert isinstance(task_id, int)
        return task_id

    def stop(self, task_id: int) -> None:
        self.api("StopRecord", BizId=BIZ_ID, TaskId=task_id)

    def wait(self, **length: float) -> None:
        self.cloud.clock.advance(timedelta(**length))
        self.cloud.run_due()

    def task(self, task_id: int) -> Task:
        task = self.store.find(Task, task_id=task_id)
        assert task
        return task

    def files(self, task_id: int) -> list[File]:
        found = self.store.select(File, task_id=task_id)
        return sorted(found, key=lambda file: (file.started, file.stream))

    def spans(self, task_id: int) -> list[tuple[str, float, float | None]]:
        """Stream, start and end of each file, in minutes since the beginning."""
        return [
            (f.stream, _minutes(f.started), _minutes(f.ended) if f.ended else None)
            for f in self.files(task_id)
        ]

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(message.body) for message in self.store.select(Message)]


def _minutes(time: datetime) -> float:
    return (time - START).total_seconds() / 60
