"""API 3.0: one JSON object in, one out, signed with TC3 (product 213/30654, errors 607/33223).

The answer is HTTP 200 whatever happens; SDKs look for `Response.Error`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.parameters import INVALID_PARAMETER, MISSING_PARAMETER, fill
from gme_recording.localcloud.messages import Request, Response
from gme_recording.localcloud.operation import Operation, Service, home_of
from gme_recording.localcloud.refusal import CloudError, Refusal
from gme_recording.localcloud.signatures.failure import Reason, SignatureFailure

INVALID_ACTION = Refusal("InvalidAction", "The API `{action}` is not served by the local cloud.")
NO_SUCH_VERSION = Refusal(
    "NoSuchVersion", "The version `{found}` of {service} does not exist; it is {version}."
)
INVALID_REQUEST = Refusal("InvalidRequest", "The body is not a JSON object: {detail}.")
UNSUPPORTED_PROTOCOL = Refusal(
    "UnsupportedProtocol", "{method} with Content-Type `{content_type}` is not supported."
)
SIGNATURE_REFUSALS: Mapping[Reason, Refusal] = {
    Reason.MALFORMED: Refusal("AuthFailure.InvalidAuthorization", "The authorization is invalid: {detail}."),
    Reason.UNKNOWN_KEY: Refusal("AuthFailure.SecretIdNotFound", "The SecretId is not found: {detail}."),
    Reason.WRONG_SIGNATURE: Refusal(
        "AuthFailure.SignatureFailure", "The provided credentials could not be validated: {detail}."
    ),
    Reason.SKEWED: Refusal(
        "AuthFailure.SignatureExpire", "The request's timestamp is too old or too new: {detail}."
    ),
    Reason.WRONG_TOKEN: Refusal("AuthFailure.TokenFailure", "The token is invalid: {detail}."),
    Reason.EXPIRED_TOKEN: Refusal("AuthFailure.TokenFailure", "The token has expired: {detail}."),
}


def service(name: str, version: str, unsigned: frozenset[str] = frozenset()) -> Service:
    """A service of API 3.0, at every host the vendor has for it."""
    return Service(name, Api3(name, version, unsigned), _hosts(name), operations_in=home_of(name))


def _hosts(name: str) -> Callable[[Request], bool]:
    """`cam.tencentcloudapi.com`, `cam.intl.tencentcloudapi.com`, `cam.ap-guangzhou.tencentcloudapi.com`."""
    start, end = f"{name}.", "tencentcloudapi.com"

    def serves(request: Request) -> bool:
        host = request.host
        return (
            host.startswith(start)
            and host.endswith(end)
            and host.count(".") <= 3
            and (host == start + end or host.endswith(f".{end}"))
        )

    return serves


@dataclass(frozen=True, slots=True)
class Api3:
    name: str
    version: str
    unsigned: frozenset[str]
    """Operations that nobody needs keys for; an SDK sends `Authorization: SKIP`."""

    def find(self, request: Request, service: Service) -> Operation:
        action = request.headers.get("x-tc-action", "")
        if not action:
            raise MISSING_PARAMETER(name="Action")
        version = request.headers.get("x-tc-version", "")
        if not version:
            raise MISSING_PARAMETER(name="Version")
        if version != self.version:
            raise NO_SUCH_VERSION(found=version, service=self.name, version=self.version)
        if action not in service.operations:
            raise INVALID_ACTION(action=action)
        return service.operations[action]

    def authenticate(self, request: Request, call: Call) -> None:
        if request.headers.get("x-tc-action", "") in self.unsigned:
            return
        from gme_recording.localcloud.signatures import tc3  # noqa: PLC0415 - not before a request

        try:
            call.principal = tc3.verify(request, call.cloud.clock, call.find_key).principal
        except SignatureFailure as failure:
            raise SIGNATURE_REFUSALS[failure.reason](detail=failure.detail) from None

    def parameters(self, request: Request, operation: Operation) -> dict[str, object]:
        return fill(operation.parameters.values(), _given(request))

    def encode(self, result: object, call: Call) -> Response:
        members = result if isinstance(result, Mapping) else {}
        return _answer({**members, "RequestId": call.request_id})

    def refuse(self, error: CloudError, request: Request, request_id: str) -> Response:  # noqa: ARG002
        return _answer({"Error": {"Code": error.code, "Message": error.message}, "RequestId": request_id})


def _answer(members: Mapping[str, Any]) -> Response:
    body = json.dumps({"Response": members}).encode()
    return Response(200, (("Content-Type", "application/json"),), body)


def _given(request: Request) -> dict[str, Any]:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "GET" and content_type == "application/x-www-form-urlencoded":
        return _nested(request.arguments())
    if request.method != "POST" or content_type != "application/json":
        raise UNSUPPORTED_PROTOCOL(method=request.method, content_type=content_type)
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise INVALID_REQUEST(detail=error) from None
    if not isinstance(body, dict):
        raise INVALID_REQUEST(detail="it is another JSON value")
    return body


def _nested(arguments: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """`Tags.0.Key=a` of a GET as `{"Tags": {"0": {"Key": "a"}}}`; `fill` reads such an object as a list."""
    tree: dict[str, Any] = {}
    for name, value in arguments:
        *path, last = name.split(".")
        node = tree
        for part in path:
            child = node.setdefault(part, {})
            if not isinstance(child, dict):
                raise INVALID_PARAMETER(name=name, allowed="consistent with the others")
            node = child
        node[last] = value
    return tree
