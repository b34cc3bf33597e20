"""What the admin endpoints refuse."""

from __future__ import annotations

from gme_recording.localcloud.refusal import Refusal

UNKNOWN_APPLICATION = Refusal("UnknownApplication", "there is no application {biz_id}", 404)
UNKNOWN_TASK = Refusal("UnknownTask", "no task {task_id} is running", 404)
UNKNOWN_FAULT = Refusal("UnknownFault", "there is no fault {fault_id}", 404)
ACCOUNT_EXISTS = Refusal("AccountExists", "there is an account with the {name} {found} already", 409)
NOT_IN_ROOM = Refusal("NotInRoom", "user {user_id} is not in room {room_id}", 404)
INVALID_VALUE = Refusal("InvalidValue", "{name} is {found!r}; allowed: {allowed}")
