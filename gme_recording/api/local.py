"""What only the local cloud offers: its console's settings, players for its rooms, and what it sent."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from gme_recording.api.credentials import Credentials, Secret
from gme_recording.api.errors import NO_LOCAL_CLOUD, UNREADABLE, ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Application:
    biz_id: int
    name: str
    secret_key: Secret
    """Signs the application's callbacks."""
    allow_listed: bool = True
    """Whether the vendor has opened server-side recording for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCallback:
    """A callback as the local cloud sent it."""

    url: str
    body: str
    """The raw text that was signed."""
    signature: str
    outcome: str
    """`delivered`, `captured` (not a loopback address, so not sent), or `failed: …`."""


class LocalCloud:
    """Client of the local cloud's own endpoints. Every method raises ApiError."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._address = urlsplit(url).netloc

    def create_application(self, biz_id: int, name: str) -> Application:
        """Make sure that a GME application exists, as a person would in the console."""
        return _parse_application(self._send("POST", "/admin/applications", {"bizId": biz_id, "name": name}))

    def application(self, biz_id: int) -> Application | None:
        """Return the application of that id, or None."""
        listed = self._send("GET", "/admin/applications")
        return next((_parse_application(item) for item in listed if item["bizId"] == biz_id), None)

    def ensure_account(self, owner_uin: str, appid: str) -> Credentials:
        """Make sure that another account exists, and return the key of its owner."""
        try:
            found = self._send("POST", "/admin/accounts", {"ownerUin": owner_uin, "appid": appid})
        except ApiError as refusal:
            if refusal.code != "AccountExists":
                raise
            accounts = self._send("GET", "/admin/accounts")
            found = next(account for account in accounts if account["appid"] == appid)
        return Credentials(str(found["secretId"]), Secret(str(found["secretKey"])))

    def join(self, biz_id: int, room_id: str, user_id: str, *, microphone: bool = True) -> None:
        """Let a player enter a room, which makes the room."""
        self._send("POST", "/admin/rooms/join", {**_seat(biz_id, room_id, user_id), "microphone": microphone})

    def leave(self, biz_id: int, room_id: str, user_id: str) -> None:
        """Let a player leave a room."""
        self._send("POST", "/admin/rooms/leave", _seat(biz_id, room_id, user_id))

    def callbacks(self, biz_id: int, task_id: str) -> tuple[SentCallback, ...]:
        """Return what was sent about a task, in the order of sending."""
        sent = self._send("GET", "/admin/callbacks?" + urlencode({"bizId": biz_id, "taskId": task_id}))
        return tuple(
            SentCallback(
                url=item["url"], body=item["body"], signature=item["signature"], outcome=item["outcome"]
            )
            for item in sent
        )

    def now(self) -> datetime:
        """Return the time by the local cloud's clock, which may have been moved."""
        return datetime.fromisoformat(self._send("GET", "/admin/clock")["now"])

    def recording(self, biz_id: int) -> Mapping[str, Any]:
        """Return the console's recording settings of an application."""
        settings: Mapping[str, Any] = self._send("GET", f"/console/api/applications/{biz_id}/recording")
        return settings

    def put_recording(self, biz_id: int, settings: Mapping[str, Any]) -> None:
        """Save the console's recording settings of an application."""
        self._send("PUT", f"/console/api/applications/{biz_id}/recording", settings)

    def reset(self) -> None:
        """Make it forget everything that has happened since it was new."""
        self._send("POST", "/admin/reset", {})

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        action = f"{method} {path.partition('?')[0]}"
        said = None if body is None else json.dumps(body)
        try:
            with closing(http.client.HTTPConnection(self._address, timeout=TIMEOUT)) as connection:
                connection.request(method, path, said, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                content = json.loads(answer.read() or b"null")
        except (OSError, http.client.InvalidURL):
            text = f"the local cloud is not running at {self._url}"
            raise ApiError(NO_LOCAL_CLOUD, text, action=action) from None
        except (ValueError, http.client.HTTPException):
            text = f"what answers at {self._url} is not the local cloud"
            raise ApiError(UNREADABLE, text, action=action) from None
        if answer.status >= http.client.BAD_REQUEST:
            facts = content if isinstance(content, dict) else {}
            code, text = facts.get("error", f"Http{answer.status}"), facts.get("message", "refused")
            raise ApiError(str(code), str(text), action=action)
        return content


def _seat(biz_id: int, room_id: str, user_id: str) -> dict[str, Any]:
    return {"bizId": biz_id, "roomId": room_id, "userId": user_id}


def _parse_application(item: Mapping[str, Any]) -> Application:
    key, listed = Secret(str(item["secretKey"])), bool(item.get("allowListed", True))
    return Application(int(item["bizId"]), str(item["name"]), key, listed)
