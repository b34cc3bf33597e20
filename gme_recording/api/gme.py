"""The five recording actions of GME (API 2018-07-11). Task ids are text: they do not fit in a double."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from gme_recording.api.errors import (
    ROOM_NOT_FOUND,
    SERVICE_NOT_OPENED,
    TASK_NOT_FOUND,
    UNSUPPORTED,
    ApiError,
)
from gme_recording.api.retry import PERHAPS_DONE, Repeat
from gme_recording.api.vendor import Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gme_recording.api.endpoints import Cloud

NO_TASK = frozenset({ROOM_NOT_FOUND, TASK_NOT_FOUND, "OperationDenied"})
"""DescribeTaskInfo where nothing is recorded. The answer is not documented: besides these codes,
which its error list makes possible, fields without a value are taken for *no task*."""


_EVERYONE: dict[str, Any] = {"SubscribeRecordUserIds": {"SubscribeUserIds": [], "UnSubscribeUserIds": []}}
_PAGE_SIZE = 200


class RecordMode(IntEnum):
    """What is recorded, as the API numbers it (callbacks count from 0)."""

    SINGLE = 1
    """One file for each player."""
    MIXED = 2
    """One file for the room."""
    BOTH = 3


class RecordStatus(IntEnum):
    """How far a file is; the vendor documents no number for a failure."""

    RECORDING = 2
    WAITING = 10
    TRANSCODING = 11
    UPLOADING = 12
    UPLOADED = 13
    NOTIFIED = 14

    @classmethod
    def word(cls, status: int) -> str:
        """`recording` for 2; an unknown number as it is."""
        return next((known.name.lower() for known in cls if known == status), str(status))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The recording that is going on in a room."""

    task_id: str
    room_id: str
    mode: int
    allow: tuple[str, ...] = ()
    block: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFile:
    """One file of a task."""

    user_id: str
    """`0` for the room's mixed file."""
    name: str
    """Key in the bucket (without the slash that GME puts before it), or what the API shows in its place."""
    began: int
    """Unix seconds."""
    status: int
    """See RecordStatus; other numbers are possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFiles:
    """What a task has recorded so far, or had recorded if it is over."""

    task_id: str
    room_id: str
    mode: int
    files: tuple[RecordFile, ...] = ()


class AppStatus(IntEnum):
    """What the vendor says about an application as a whole."""

    NORMAL = 0
    CLOSED = 1
    IN_ARREARS = 2
    RECLAIMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """What the console shows of an application, as far as an API tells it."""

    status: int
    """See AppStatus."""
    recording: bool
    """The recording service's switch."""


class Gme:
    """The recording actions. Every method raises ApiError; methods are safe in several threads."""

    def __init__(self, cloud: Cloud) -> None:
        self._service = Service(cloud, "gme")

    def start_record(
        self,
        biz_id: int,
        room_id: str,
        mode: int,
        *,
        allow: Iterable[str] = (),
        block: Iterable[str] = (),
    ) -> str:
        """Begin to record an existing room and return the task's id.

        Never repeated when the answer is lost: ask `find_task` then.
        """
        parameters = {"BizId": biz_id, "RoomId": room_id, "RecordMode": int(mode), **_lists(allow, block)}
        return str(self._service.call("StartRecord", parameters, Repeat.HARMFUL)["TaskId"])

    def stop_record(self, biz_id: int, task_id: str) -> None:
        """End a task. If the answer is lost it is asked for again: *no such task* then means it has ended."""
        stop = partial(self._service.call, "StopRecord", _task(biz_id, task_id), Repeat.HARMFUL)
        try:
            stop()
        except ApiError as lost:
            if lost.code not in PERHAPS_DONE:
                raise
            try:
                stop()
            except ApiError as error:
                if error.code != TASK_NOT_FOUND:
                    raise

    def modify_record(
        self,
        biz_id: int,
        task_id: str,
        mode: int,
        *,
        allow: Iterable[str] = (),
        block: Iterable[str] = (),
        everyone: bool = False,
    ) -> None:
        """Change what a task records; whether lists left out are kept is not documented.

        `everyone` sends both lists empty, to undo an earlier choice.
        """
        lists = _EVERYONE if everyone else _lists(allow, block)
        parameters = {**_task(biz_id, task_id), "RecordMode": int(mode), **lists}
        self._service.call("ModifyRecordInfo", parameters, Repeat.HARMLESS)

    def find_task(self, biz_id: int, room_id: str) -> Task | None:
        """Return the task that records a room, or None."""
        try:
            answer = self._service.call(
                "DescribeTaskInfo", {"BizId": biz_id, "RoomId": room_id}, Repeat.HARMLESS
            )
        except ApiError as error:
            if error.code in NO_TASK:
                return None
            raise
        if not answer.get("TaskId"):
            return None
        lists = answer.get("SubscribeRecordUserIds") or {}
        return Task(
            task_id=str(answer["TaskId"]),
            room_id=room_id,
            mode=int(answer.get("RecordMode") or 0),
            allow=_texts(lists.get("SubscribeUserIds")),
            block=_texts(lists.get("UnSubscribeUserIds")),
        )

    def record_files(self, biz_id: int, task_id: str) -> tuple[RecordFile, ...]:
        """Return the files of a task so far; how long the API answers after the end is not documented."""
        return self.task_files(biz_id, task_id).files

    def task_files(self, biz_id: int, task_id: str) -> TaskFiles:
        """Return a task's room, mode and files so far, as `record_files`."""
        answer = self._service.call("DescribeRecordInfo", _task(biz_id, task_id), Repeat.HARMLESS)
        return TaskFiles(
            task_id=task_id,
            room_id=str(answer.get("RoomId") or ""),
            mode=int(answer.get("RecordMode") or 0),
            files=tuple(_parse_file(item) for item in answer.get("RecordInfo") or ()),
        )

    def find_app(self, biz_id: int) -> AppState | None:
        """Return an application's state; None where it is not listed.

        DescribeApplicationList is an action of the mainland site alone: ApiError elsewhere.
        """
        for item in self._apps():
            if item["BizId"] == biz_id:
                live = ((item.get("ServiceConf") or {}).get("Live") or {}).get("Status")
                return AppState(status=int(item.get("AppStatus") or 0), recording=live == 0)
        return None

    def _apps(self) -> Iterator[Mapping[str, Any]]:
        """Yield all applications; those of GME 3.0 are asked for apart (`NewVersion`)."""
        for version in (0, 1):
            for page in count():
                asked = {"NewVersion": version, "PageNo": page, "PageSize": _PAGE_SIZE}
                answer = self._service.call("DescribeApplicationList", asked, Repeat.HARMLESS)
                listed = answer.get("ApplicationList") or ()
                yield from listed
                if not listed or (page + 1) * _PAGE_SIZE >= int(answer.get("Total") or 0):
                    break

    def probe(self, biz_id: int) -> ApiError | None:
        """Ask to record a room that does not exist and return the refusal: it tells what the console says.

        RoomNotFound: activated; ServiceNotOpened: not; UnsupportedOperation: not the custom scope
        (the last one is inferred, the vendor documents no code). None if the request was accepted,
        in which case the task has been stopped.
        """
        room = f"gme-recording-probe-{secrets.token_hex(8)}"
        try:
            task_id = self.start_record(biz_id, room, RecordMode.MIXED)
        except ApiError as refusal:
            return refusal
        self.stop_record(biz_id, task_id)
        return None

    def is_activated(self, biz_id: int) -> bool:
        """Tell whether the service is on, with the custom scope; raises on any other refusal.

        Bucket and callback URL cannot be read; only a recording proves them (see `gme_recording.smoke`).
        """
        refusal = self.probe(biz_id)
        if refusal is None or refusal.code == ROOM_NOT_FOUND:
            return True
        if refusal.code in {SERVICE_NOT_OPENED, UNSUPPORTED}:
            return False
        raise refusal


def _task(biz_id: int, task_id: str) -> dict[str, Any]:
    return {"BizId": biz_id, "TaskId": int(task_id)}


def _lists(allow: Iterable[str], block: Iterable[str]) -> dict[str, Any]:
    named = {"SubscribeUserIds": list(allow), "UnSubscribeUserIds": list(block)}
    given = {name: users for name, users in named.items() if users}
    return {"SubscribeRecordUserIds": given} if given else {}


def _texts(values: Iterable[object] | None) -> tuple[str, ...]:
    return tuple(str(value) for value in values or ())


def _parse_file(item: Mapping[str, Any]) -> RecordFile:
    return RecordFile(
        user_id=str(item.get("UserId") or ""),
        name=str(item.get("FileName") or "").removeprefix("/"),
        began=int(item.get("RecordBeginTime") or 0),
        status=int(item.get("RecordStatus") or 0),
    )
