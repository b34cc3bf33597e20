"""What GME keeps: applications, who is in which room, recording tasks and their files."""

from __future__ import annotations

import os
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from gme_recording.localcloud.store import Record, Store

MIXED = ""
"""Stream of the whole room; every other stream is called by its user's id. The API shows it as user "0"."""


MAX_ID = 2**63 - 1
"""The API declares unsigned integers of 64 bits; the vendor's ids are far smaller."""
FIRST_BIZ_ID = 1_400_000_001
_KEY_LETTERS = string.ascii_letters + string.digits


class Scope(StrEnum):
    CUSTOM = "custom"
    FULL = "full"


class AppStatus(IntEnum):
    NORMAL = 0
    CLOSED = 1
    IN_ARREARS = 2
    RECLAIMED = 3


class Mode(IntEnum):
    """As the API counts; callbacks count single 0 and mixed 1."""

    SINGLE = 1
    MIXED = 2
    BOTH = 3


class Status(IntEnum):
    """Of a file; there is no value for a failure."""

    RECORDING = 2
    WAITING = 10
    TRANSCODING = 11
    UPLOADING = 12
    UPLOADED = 13
    NOTIFIED = 14


@dataclass(frozen=True, slots=True)
class App(Record):
    KEY = ("biz_id",)
    SINCE = "created"
    biz_id: int
    name: str
    owner_uin: str
    secret_key: str
    """Signs callbacks; the console calls it permission key."""
    created: datetime
    project_id: int = 0
    status: AppStatus = AppStatus.NORMAL
    voice_chat: bool = True
    allow_listed: bool = True
    """The vendor opens server-side recording per application, on request."""
    recording: bool = False
    scope: Scope = Scope.CUSTOM
    full_mode: Mode = Mode.MIXED
    """What full recording makes; the console offers mixed, single and both (607/53747)."""
    bucket: str = ""
    region: str = ""
    callback_url: str = ""

    @property
    def opened(self) -> bool:
        return self.recording and self.status is AppStatus.NORMAL


def new_app(
    store: Store,
    name: str,
    owner_uin: str,
    *,
    created: datetime,
    biz_id: int | None = None,
    project_id: int = 0,
) -> App:
    """An application with a key of its own, not stored yet; without a `biz_id` it gets the next free one."""
    if biz_id is None:
        newest = store.query(App, "1 ORDER BY biz_id DESC LIMIT 1")
        biz_id = newest[0].biz_id + 1 if newest else FIRST_BIZ_ID
    key = "".join(_KEY_LETTERS[byte % len(_KEY_LETTERS)] for byte in os.urandom(16))
    return App(biz_id, name, owner_uin, key, created, project_id)


@dataclass(frozen=True, slots=True)
class Member(Record):
    """Someone in a room. A room exists as long as it has one."""

    KEY = ("biz_id", "room_id", "user_id")
    SINCE = "joined"
    biz_id: int
    room_id: str
    user_id: str
    microphone: bool
    joined: datetime
    muted: bool = False
    """By ModifyUserMicStatus: whatever the microphone does, until the member leaves."""

    @property
    def speaks(self) -> bool:
        return self.microphone and not self.muted


@dataclass(frozen=True, slots=True)
class Task(Record):
    KEY = ("task_id",)
    SINCE = "started"
    task_id: int
    biz_id: int
    room_id: str
    mode: Mode
    allow: tuple[str, ...]
    """Record only these users; empty: everyone who is not in `block`."""
    block: tuple[str, ...]
    started: datetime
    ended: datetime | None = None
    alone_since: datetime | None = None
    """When the last member left the room, while nobody has come back."""

    def includes(self, user_id: str) -> bool:
        return user_id in self.allow if self.allow else user_id not in self.block


@dataclass(frozen=True, slots=True)
class File(Record):
    """One segment of one stream, from the microphone to the bucket."""

    KEY = ("task_id", "stream", "serial")
    SINCE = "started"
    task_id: int
    stream: str
    serial: int
    """Position among the segments of its stream, from 0."""
    name: str
    """Object key."""
    started: datetime
    ended: datetime | None = None
    status: Status = Status.RECORDING
    problem: str = ""
    """Why the upload failed; the API does not show it, the console page does."""
    tries: int = 0
    """Uploads that failed so far."""

    @property
    def user_id(self) -> str:
        return self.stream or "0"

    @property
    def file_id(self) -> str:
        """Names the file in jobs."""
        return f"{self.task_id}/{self.serial}/{self.stream}"


def next_serial(store: Store, task_id: int, stream: str) -> int:
    """Of the stream's next segment; not by counting, which takes longer with every segment."""
    newest = store.query(File, "task_id=? AND stream=? ORDER BY serial DESC LIMIT 1", [task_id, stream])
    return newest[0].serial + 1 if newest else 0


def find_file(store: Store, file_id: str) -> File | None:
    task_id, serial, stream = file_id.split("/", 2)
    return store.find(File, task_id=int(task_id), stream=stream, serial=int(serial))


@dataclass(frozen=True, slots=True)
class Callback(Record):
    """Which event a message of the outbox tells; numbered in the order in which events happened."""

    KEY = ("number",)
    number: int
    biz_id: int
    task_id: int
    file_id: str
    event: int

    @property
    def message_id(self) -> str:
        return f"gme/{self.number:09d}"


def next_callback_number(store: Store) -> int:
    newest = store.query(Callback, "1 ORDER BY number DESC LIMIT 1")
    return newest[0].number + 1 if newest else 0


def profile(store: Store) -> Profile:
    return store.find(Profile) or Profile()


@dataclass(frozen=True, slots=True)
class Profile(Record):
    """What the vendor leaves open, as switches; the defaults are guesses."""

    KEY = ("name",)
    processing_seconds: float = 0.2
    """From the end of a segment to its upload. The vendor says several minutes."""
    upload_retries: int = 3
    """Of an upload that COS could not take (HTTP 5xx, no answer), a minute apart; a refused one is not tried
    again."""
    day_limit: bool = False
    """A task ends by itself 24 hours after its start (87647, mainland site only)."""
    full_scope_code: str = "UnsupportedOperation"
    """What the recording actions answer for an application with full recording."""
    no_task_code: str = ""
    """What DescribeTaskInfo answers for a room without a task; empty: null fields."""
    completion_only: bool = False
    """Send only event 3, as the console's text says against the table of events."""
    hex_signature: bool = False
    """Callback signatures in hexadecimal instead of base64."""
    name: str = "profile"

    @property
    def step(self) -> timedelta:
        """Between two statuses: waiting, transcoding and uploading take a third each."""
        return timedelta(seconds=self.processing_seconds / 3)


RECORDS = (App, Member, Task, File, Callback, Profile)
