"""What GME refuses: the codes that the vendor's clients list for the actions served here."""

from __future__ import annotations

from gme_recording.localcloud.refusal import Refusal

INVALID_BIZ_ID = Refusal("InvalidParameterValue.InvalidBizId", "BizId {biz_id} is not an application")
INVALID_ROOM_ID = Refusal(
    "InvalidParameterValue.InvalidRoomId", "RoomId has {length} characters, not 1 to 127"
)
INVALID_TASK_ID = Refusal("InvalidParameterValue.InvalidTaskId", "TaskId {task_id} cannot be a task")
INVALID_RECORD_MODE = Refusal(
    "InvalidParameterValue.InvalidRecordMode", "RecordMode {mode} is not 1 (single), 2 (mixed) or 3 (both)"
)
INVALID_LISTS = Refusal(
    "InvalidParameterValue.InvalidSubscribeRecordUserIds",
    "SubscribeRecordUserIds is wrong: {problem}",
)
ALLOW_TOO_LONG = Refusal(
    "InvalidParameterValue.InvalidSubscribeUserIds", "SubscribeUserIds holds {found} user ids, more than 20"
)
BLOCK_TOO_LONG = Refusal(
    "InvalidParameterValue.InvalidUNSubscribeUserIds",
    "UnSubscribeUserIds holds {found} user ids, more than 20",
)
TASK_IN_USE = Refusal("ResourceInUse.TaskInUse", "the room is being recorded by task {task_id}")
ROOM_NOT_FOUND = Refusal("ResourceNotFound.RoomNotFound", "room {room_id} does not exist")
TASK_NOT_FOUND = Refusal("ResourceNotFound.TaskNotFound", "task {task_id} does not exist")
OPERATION_DENIED = Refusal("OperationDenied", "nothing is recorded in room {room_id}")
UNAUTHORIZED = Refusal("UnauthorizedOperation", "application {biz_id} belongs to another account", 403)
UNSUPPORTED = Refusal("UnsupportedOperation", "application {biz_id} has the recording scope full, not custom")
NOT_OPENED = Refusal(
    "UnsupportedOperation.ServiceNotOpened", "application {biz_id} has not activated the recording service"
)

INVALID_PARAMETER = Refusal("InvalidParameter", "{problem}")
APP_NOT_FOUND = Refusal("ResourceNotFound.BizidIsNotFound", "application {biz_id} does not exist")
UNKNOWN_SDK_APP = Refusal("InvalidParameter", "SdkAppId {biz_id} is not an application")
UNKNOWN_APP = Refusal("ResourceNotFound", "application {biz_id} does not exist")
FAILED = Refusal("FailedOperation", "{problem}")
NOT_FOUND = Refusal("ResourceNotFound", "{problem}")
INVALID_DELETE_TYPE = Refusal(
    "InvalidParameterValue.InvalidDeleteType", "DeleteType {found} is not 1 (the room) or 2 (members)"
)
INVALID_USERS = Refusal("InvalidParameterValue.InvalidUinOrStrUin", "DeleteType 2 needs Uids or StrUids")
INVALID_ACTION = Refusal("InvalidAction", "{action} is not served at {host}")
