"""What the vendor refuses, in one type: the code, the request id, and what to do about it.

    UserError
    └── ApiError    the vendor (or the way to it) said no; `code` decides, never the message
        ├── RoomNotFound, TaskNotFound, TaskInUse    what is there, or not
        ├── ServiceNotOpened, NotCustomScope         what the console says
        ├── NotAuthorized, Throttled                 who asks, and how often
        └── NoAnswer                                 whether it was performed is unknown

Codes of the five recording actions: GME API 2018-07-11; of the gateway: API 3.0 common error codes;
of COS and CAM: their error tables. The vendor reserves the right to change messages, so none is matched.
"""

from __future__ import annotations

from contextlib import contextmanager
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING, Any, ClassVar, Self

from gme_recording.api.endpoints import START_LOCAL_CLOUD
from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOM_NOT_FOUND = "ResourceNotFound.RoomNotFound"
TASK_NOT_FOUND = "ResourceNotFound.TaskNotFound"
TASK_IN_USE = "ResourceInUse.TaskInUse"
SERVICE_NOT_OPENED = "UnsupportedOperation.ServiceNotOpened"
UNSUPPORTED = "UnsupportedOperation"
NO_LOCAL_CLOUD = "ClientNetworkError.NoLocalCloud"
UNREACHED = "ClientNetworkError.Unreached"
"""No connection: the request was surely not performed."""
NO_ANSWER = "ClientNetworkError.NoAnswer"
"""Sent, but not answered: whether it was performed is unknown."""
UNREADABLE = "ServerNetworkError"
"""Answered by something that is not the API: a proxy's page, an HTTP status other than 200."""

_KEYS = "check TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or run: tccli configure"
_LISTS = "give at most 20 user ids, as strings, in either the allow or the block list"
_ATTACH = "have an administrator attach the stack's {} policy to this user or role"
_GRANT = _ATTACH.format("recorder")
_CONSOLE = "gme-recording runbook shows what to set in the GME console"
_REPORT = "try again; if it stays, open a ticket with the request id"
_ARREARS = "the account is in arrears: pay in the console, recording goes on within minutes"
_BIZ_ID = "bizId is the AppID on the application's page in the GME console"
_UPGRADE = "upgrade gme-recording: the API no longer takes this request"
_CLOCK = "set this machine's clock: signatures are valid for five minutes"

HINTS = {
    # GME, the five recording actions
    "InternalError": _REPORT,
    "InvalidParameter": "compare the request with the action's documentation",
    "InvalidParameterValue": "compare the request with the action's documentation",
    "InvalidParameterValue.InvalidBizId": _BIZ_ID,
    "InvalidParameterValue.InvalidRoomId": "room ids have at most 127 characters",
    "InvalidParameterValue.InvalidTaskId": "task ids are whole numbers beyond 2^53: keep them as text",
    "InvalidParameterValue.InvalidRecordMode": "modes are 1 (single), 2 (mixed) and 3 (both)",
    "InvalidParameterValue.InvalidSubscribeRecordUserIds": _LISTS,
    "InvalidParameterValue.InvalidSubscribeUserIds": _LISTS,
    "InvalidParameterValue.InvalidUNSubscribeUserIds": _LISTS,
    TASK_IN_USE: "the room is recorded already: DescribeTaskInfo tells the task, StopRecord ends it",
    ROOM_NOT_FOUND: "rooms are made by players: let one enter the room, then try again",
    TASK_NOT_FOUND: "the task has ended, or belongs to another application",
    "OperationDenied": "check in the GME console that the application is neither closed nor in arrears",
    "UnauthorizedOperation": _GRANT,
    UNSUPPORTED: f"choose the scope Custom recording; {_CONSOLE}",
    SERVICE_NOT_OPENED: f"enable the voice recording service; {_CONSOLE}",
    # GME, other actions; what the five answer in arrears or without a bucket is not documented
    "FailedOperation.CosOperationFailed": "check grant and bucket: gme-recording smoke tells which it is",
    "FailedOperation.UserFeeNegative": _ARREARS,
    "OperationDenied.AccountInArrears": _ARREARS,
    "ResourceNotFound.BizidIsNotFound": _BIZ_ID,
    # API 3.0 gateway
    "AuthFailure": _KEYS,
    "AuthFailure.InvalidAuthorization": _KEYS,
    "AuthFailure.InvalidSecretId": _KEYS,
    "AuthFailure.MFAFailure": "use a key that needs no second factor, or a temporary key made with one",
    "AuthFailure.SecretIdNotFound": _KEYS,
    "AuthFailure.SignatureExpire": _CLOCK,
    "AuthFailure.SignatureFailure": _KEYS,
    "AuthFailure.TokenFailure": "the temporary key has expired: get a new one",
    "AuthFailure.UnauthorizedOperation": _GRANT,
    "InvalidAction": _UPGRADE,
    "InvalidRequest": _UPGRADE,
    "MissingParameter": _UPGRADE,
    "NoSuchVersion": _UPGRADE,
    "RequestLimitExceeded": "GME takes 20 requests a second for each action: wait, then try again",
    "UnknownParameter": _UPGRADE,
    "UnsupportedProtocol": _UPGRADE,
    "UnsupportedRegion": "compare gme-recording:region with the list of COS regions",
    # the way there
    NO_LOCAL_CLOUD: START_LOCAL_CLOUD,
    UNREACHED: "check the network, HTTPS_PROXY and, for a proxy's own certificates, SSL_CERT_FILE; "
    "gme-recording cloud env leads to the local cloud alone",
    NO_ANSWER: "the request may have been performed: look before repeating it",
    UNREADABLE: "check HTTPS_PROXY: something other than Tencent Cloud answered",
    # COS
    "AccessDenied": _ATTACH.format("deployer"),
    "BucketAlreadyExists": "bucket names are unique in a region: choose another storage name",
    "BucketNotEmpty": "if nothing in it is needed, empty it in the COS console, then try again",
    "InvalidAccessKeyId": _KEYS,
    "InvalidObjectState": "the object is archived: restore it first, then read it",
    "NoSuchBucket": "gme-recording up creates it; compare name, appid and region with the COS console",
    "NoSuchKey": "the object is gone: a lifecycle rule or a person deleted it",
    "PathConflict": _REPORT,
    "PreconditionFailed": "the object was overwritten since it was looked at: list it anew, then try again",
    "RequestTimeTooSkewed": _CLOCK,
    "RequestTimeout": _REPORT,
    "ServiceUnavailable": _REPORT,
    "SignatureDoesNotMatch": _KEYS,
    "SlowDown": "COS throttles this bucket: wait, then try again",
    # CAM
    "InvalidParameter.PrincipalServiceNotExist": "this site has no such service: check TENCENTCLOUD_DOMAIN",
    "InvalidParameter.RoleNameInUse": "the role exists: declare access.grant: existing",
    "InvalidParameter.RoleNotExist": "declare access.grant: create in exactly one stack of the account",
}
_OBJECT_HINTS = {
    **dict.fromkeys(("GetBucket", "GetObject", "HeadObject"), _ATTACH.format("reader")),
    **dict.fromkeys(
        ("DeleteMultipleObjects", "DeleteObject", "GetBucketObjectVersions"), _ATTACH.format("eraser")
    ),
}
"""Which policy an action on objects wants; settings of buckets are the deployer's."""
_REFUSED_KEYS = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed"})
_OWN_CODES = frozenset({NO_LOCAL_CLOUD, UNREACHED, NO_ANSWER, UNREADABLE})
"""Not the vendor's: they say nothing that the text does not."""
_EXIT_CODES = {
    NO_LOCAL_CLOUD: ExitCode.UNAVAILABLE,
    UNREACHED: ExitCode.UNAVAILABLE,
    NO_ANSWER: ExitCode.TIMEOUT,
}


class ApiError(UserError):
    """A refusal of the vendor, or of the way to it.

    Some codes have a class of their own: `ApiError(code, …)` is of that class, so that callers can catch it.
    """

    _classes: ClassVar[dict[str, type[ApiError]]] = {}

    def __new__(cls, code: str, *_: object, **__: object) -> Self:
        family = ApiError._classes.get(code.partition(".")[0]) if code.startswith("RequestLimit") else None
        named = ApiError._classes.get(code) or family or cls
        return super().__new__(named if issubclass(named, cls) else cls)

    def __init_subclass__(cls, *, codes: Iterable[str]) -> None:
        ApiError._classes.update(dict.fromkeys(codes, cls))

    def __init__(
        self, code: str, text: str, *, action: str, request_id: str = "", hint: str | None = None
    ) -> None:
        request = f", request {request_id}" if request_id else ""
        about = "" if code in _OWN_CODES else f" ({code}{request})"
        super().__init__(
            f"{action}: {text.rstrip('.') or 'refused'}{about}",
            hint=hint_for(code, action) if hint is None else hint,
            exit_code=exit_code_for(code),
        )
        self.code = code
        self.action = action
        self.request_id = request_id


class RoomNotFound(ApiError, codes=[ROOM_NOT_FOUND]):
    """Nobody is in the room, so there is none."""


class TaskNotFound(ApiError, codes=[TASK_NOT_FOUND]):
    """The task has ended, or was never the application's."""


class TaskInUse(ApiError, codes=[TASK_IN_USE]):
    """The room is recorded already."""


class ServiceNotOpened(ApiError, codes=[SERVICE_NOT_OPENED]):
    """The recording service of the application is off."""


class NotCustomScope(ApiError, codes=[UNSUPPORTED]):
    """The application records everything: the scope is full (inferred, 607/53748 names no code)."""


class NotAuthorized(ApiError, codes=["UnauthorizedOperation", "AuthFailure.UnauthorizedOperation"]):
    """The key is good, but may not do this."""


class Throttled(ApiError, codes=["RequestLimitExceeded", "SlowDown"]):
    """Too many requests a second, after all retries."""


class NoAnswer(ApiError, codes=[NO_ANSWER]):
    """Sent, but not answered: look before repeating it."""


def hint_for(code: str, action: str = "") -> str:
    """Return what to do about a code, by the code itself or its family (the part before the dot).

    The action decides where the code alone does not tell which right is missing.
    """
    if code == "AccessDenied" and action in _OBJECT_HINTS:
        return _OBJECT_HINTS[action]
    return HINTS.get(code) or HINTS.get(code.partition(".")[0], "")


def exit_code_for(code: str) -> ExitCode:
    refused = code.startswith("AuthFailure") and code != "AuthFailure.UnauthorizedOperation"
    if refused or code in _REFUSED_KEYS:
        return ExitCode.AUTH
    return _EXIT_CODES.get(code, ExitCode.FAILED)


@contextmanager
def vendor_errors(action: str, local_cloud: str = "") -> Iterator[None]:
    """Translate what either SDK raises into `ApiError`; anything else passes.

    `local_cloud` is the local cloud's address where it stands between: then nobody listening there
    means that it is not running.
    """
    try:
        yield
    except Exception as error:
        translated = _translate(error, action, local_cloud)
        if translated is None:
            raise
        raise translated from None


def _translate(error: Exception, action: str, local_cloud: str) -> ApiError | None:
    package = type(error).__module__.partition(".")[0]
    if package == "qcloud_cos" and hasattr(error, "get_status_code"):
        return _cos_refusal(error, action)
    code = getattr(error, "code", "") if package == "tencentcloud" else ""
    if code and code not in {"ClientNetworkError", UNREADABLE}:
        return ApiError(
            str(code), _text(error, "message"), action=action, request_id=_text(error, "requestId")
        )
    if code == UNREADABLE:
        return ApiError(UNREADABLE, "the answer is not the API's", action=action)
    if package == "qcloud_cos" and error.__context__ is None:
        return ApiError("ClientError", str(error), action=action)
    if package in {"tencentcloud", "qcloud_cos", "requests"}:
        return _no_answer(error, action, local_cloud)
    return None


def _text(error: Exception, attribute: str) -> str:
    return str(getattr(error, attribute, None) or "")


def _cos_refusal(error: Any, action: str) -> ApiError:
    """COS's own error document, or what a HEAD (which has none) leaves: the status and a header."""
    digest = error.get_digest_msg()
    facts = dict(digest) if not isinstance(digest, str) else {}
    status = int(error.get_status_code())
    code = str(facts.get("code") or "Unknown")
    if code in {"Unknown", "NoSuchResource"}:
        code = {403: "AccessDenied", 404: "NoSuchBucket", 503: "ServiceUnavailable"}.get(
            status, f"Http{status}"
        )
    request_id = str(facts.get("requestid") or facts.get("x-cos-request-id") or "")
    text = str(facts.get("message") or f"COS answered with status {status}")
    return ApiError(code, text, action=action, request_id=request_id)


def _no_answer(error: Exception, action: str, local_cloud: str) -> ApiError:
    """Tell a request that was never sent from one whose answer was lost."""
    causes = tuple(_chain(error.__context__ or error))
    sent = not any(map(_before_sending, causes))
    if sent:
        return ApiError(NO_ANSWER, f"no answer ({type(causes[-1]).__name__})", action=action)
    if local_cloud:
        return ApiError(NO_LOCAL_CLOUD, f"the local cloud is not running at {local_cloud}", action=action)
    return ApiError(UNREACHED, f"no connection to Tencent Cloud ({type(causes[-1]).__name__})", action=action)


def _before_sending(error: BaseException) -> bool:
    """No such host, refused, no route in time, an untrusted certificate, a proxy that says no."""
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError  # noqa: PLC0415 - loaded by now

    return isinstance(error, NewConnectionError | ConnectTimeoutError | SSLCertVerificationError) or str(
        error
    ).startswith("Tunnel connection failed")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error of requests and what it wraps, outermost first."""
    while error is not None:
        yield error
        wrapped = (getattr(error, "reason", None), *error.args)
        error = next((one for one in wrapped if isinstance(one, BaseException)), None)
