"""COS over HTTP: buckets in host names, sub-resources in the query, XML in bodies, real status codes.

Two clients speak it: the vendor's own (q-sign, `x-cos-*`) and S3's (SigV4, `x-amz-*`). Operations see one
of them: headers reach them by the vendor's names, and an answer to an S3 client carries both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints
from urllib.parse import unquote

from gme_recording.localcloud.dialects import documents, http_date
from gme_recording.localcloud.dialects.cos_signed import is_s3, principal_of
from gme_recording.localcloud.dialects.documents import Element
from gme_recording.localcloud.dialects.payload import (
    INVALID_ARGUMENT,
    as_document,
    check_checksums,
    check_digest,
    unframed,
)
from gme_recording.localcloud.messages import Response
from gme_recording.localcloud.refusal import CloudError, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.messages import Request
    from gme_recording.localcloud.operation import Operation, Parameter, Service

NOT_IN_QUERY = frozenset({"bucket", "key", "headers", "content", "document"})
"""Parameters of operations that come from host, path, headers and body."""
NEVER_SUBRESOURCES = frozenset({"fetch-owner", "sign", "token", "x-id"})
"""Parameters that may come without a value and that no operation takes."""
INVALID_URI = Refusal("InvalidURI", "Could not parse the specified URI.")
PATH_STYLE = Refusal(
    "PathStyleDomainForbidden",
    "The bucket you are attempting to access must be addressed using COS virtual-styled domain.",
    403,
)
NOT_ALLOWED = Refusal("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
NOT_SERVED = Refusal("NoSuchConfiguration", "The sub-resource {name} is not served by the local cloud.", 404)

OF_THE_GATEWAY: Mapping[str, Refusal] = {
    "UnauthorizedOperation": Refusal("AccessDenied", "Access Denied.", 403),
    "RequestLimitExceeded": Refusal("SlowDown", "Please reduce your request rate.", 503),
    "InternalError": Refusal("InternalError", "We encountered an internal error. Please try again.", 500),
}
"""What the core refuses with, in COS's words."""

_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?(?:service\.cos|cos\.(?P<region>[a-z0-9-]+))\.myqcloud\.com(?::\d+)?"
)


@dataclass(frozen=True, slots=True)
class Address:
    """What host and path name: the service, a bucket, or an object."""

    region: str
    """Empty for `service.cos.myqcloud.com`."""
    bucket: str = ""
    key: str = ""

    @property
    def scope(self) -> str:
        if not self.bucket:
            return "service"
        return "object" if self.key else "bucket"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers beyond a document: headers, bytes, a status of its own."""

    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Element = b""
    status: int = 0
    """0: 204 for DELETE, 200 for the rest."""


def address(host: str, path: str = "/") -> Address | None:
    """None for hosts that are not COS's. Raises CloudError for a path that is no UTF-8."""
    found = _HOST.fullmatch(host)
    if found is None:
        return None
    try:
        key = unquote(path.removeprefix("/"), errors="strict")
    except UnicodeDecodeError as error:
        raise INVALID_URI(path=path) from error
    return Address(found["region"] or "", found["bucket"] or "", key)


def region_of(request: Request) -> str:
    """Of the host that was asked; empty where no region was named (another service acts, or a job)."""
    found = _HOST.fullmatch(request.host)
    return (found["region"] or "") if found else ""


@dataclass(frozen=True, slots=True)
class Index:
    """What the operations' `match` (`PUT bucket lifecycle`) and parameters say about requests."""

    by_match: Mapping[str, Operation]
    subresources: frozenset[str]
    arguments: frozenset[str]
    """Parameters of the query that are no sub-resource."""

    @classmethod
    def of(cls, operations: Iterable[Operation]) -> Index:
        by_match = {operation.match: operation for operation in operations}
        words = {match.split()[2] for match in by_match if match.count(" ") >= 2}
        taken = (p for operation in by_match.values() for p in operation.parameters.values())
        names = {
            spelling
            for parameter in taken
            for name in _query_names(parameter)
            for spelling in _spellings(name)
        }
        return cls(by_match, frozenset(words - {"copy"}), frozenset(names | NEVER_SUBRESOURCES) - words)

    def subresource(self, request: Request) -> str:
        """What is asked about: a served name whatever its value, else an unknown one without a value."""
        arguments = request.arguments()
        served = (name for name, _ in arguments if name in self.subresources)
        unknown = (name for name, value in arguments if not value and not self._is_argument(name))
        return next(served, "") or next(unknown, "")

    def _is_argument(self, name: str) -> bool:
        return name in self.arguments or name.lower().startswith(("response-", "q-", "x-amz-", "x-cos-"))


class CosDialect:
    def __init__(self) -> None:
        self._index = Index.of(())

    def find(self, request: Request, service: Service) -> Operation:
        if not self._index.by_match:
            self._index = Index.of(service.operations.values())
        target = _address(request)
        if target.key and not target.bucket:
            raise PATH_STYLE(path=request.path)
        sub = self._index.subresource(request)
        words = [request.method, target.scope, sub]
        if request.method == "PUT" and copy_source(request.headers):
            words.append("copy")
        operation = self._index.by_match.get(" ".join(filter(None, words)))
        if operation is None:
            raise NOT_SERVED(name=sub) if sub else NOT_ALLOWED(method=request.method)
        return operation

    def authenticate(self, request: Request, call: Call) -> None:
        call.principal = principal_of(request, call)

    def parameters(self, request: Request, operation: Operation) -> dict[str, object]:
        target = _address(request)
        headers = vendor_headers(request.headers)
        body, trailer = unframed(request.body, headers)
        check_digest(headers.get("content-md5"), body)
        check_checksums({**request.headers, **trailer}, body)
        known: dict[str, object] = {"headers": headers, "content": body}
        if target.bucket:
            known |= {"bucket": target.bucket, "key": target.key}
        arguments = dict(request.arguments())
        found = {}
        for name, parameter in operation.parameters.items():
            if name in known:
                found[name] = known[name]
            elif name == "document":
                if body or parameter.required:
                    found[name] = as_document(body)
            elif _is_record(parameter.hint):
                found[name] = _record(arguments, parameter.hint)
            elif (text := _argument(arguments, name)) or parameter.required:
                found[name] = _typed(text, name, parameter.hint)
        return found

    def encode(self, result: object, call: Call) -> Response:
        answer = result if isinstance(result, Answer) else Answer(body=_body_of(result))
        request = call.request
        headers = dict(answer.headers)
        body = answer.body
        if isinstance(body, Element):
            headers.setdefault("Content-Type", "application/xml")
            body = _text(body)
        if request.method == "HEAD":
            headers.setdefault("Content-Length", "0")
            body = b""
        status = answer.status or (204 if request.method == "DELETE" else 200)
        headers |= {"Date": http_date.render(call.now)}
        return Response(status, _stamped(headers, request, call.request_id), body)

    def refuse(self, error: CloudError, request: Request, request_id: str) -> Response:
        if (own := OF_THE_GATEWAY.get(error.code)) is not None:
            error = own()
        bare = request.method == "HEAD" or error.status == 304
        body = b""
        if not bare:
            facts = {
                "Code": error.code,
                "Message": error.message,
                "Resource": request.host + request.path.rstrip("/"),
                "RequestId": request_id,
                "TraceId": request_id,
            }
            body = _text(documents.tree("Error", (documents.leaf(*fact) for fact in facts.items())))
        headers = {"Content-Length": "0"} if request.method == "HEAD" else {}
        if body:
            headers["Content-Type"] = "application/xml"
        return Response(error.status, _stamped(headers, request, request_id), body)


def copy_source(headers: Mapping[str, str]) -> str:
    return headers.get("x-cos-copy-source") or headers.get("x-amz-copy-source") or ""


def vendor_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """S3's own headers by the names that COS gives them; others as they are."""
    return {
        f"x-cos-{name.removeprefix('x-amz-')}" if name.startswith("x-amz-") else name: value
        for name, value in headers.items()
    }


def _address(request: Request) -> Address:
    target = address(request.host, request.path)
    assert target is not None, "the service serves hosts of COS only"
    return target


def _query_names(parameter: Parameter) -> Iterable[str]:
    """A dataclass among an operation's parameters stands for several optional arguments of the query."""
    if parameter.name in NOT_IN_QUERY:
        return ()
    return _fields(parameter.hint) if _is_record(parameter.hint) else (parameter.name,)


def _is_record(hint: Any) -> bool:
    return is_dataclass(hint)


def _spellings(name: str) -> tuple[str, str]:
    """`max_keys` is `max-keys` on the wire, `part_number` is `partNumber`."""
    first, *rest = name.split("_")
    return "-".join([first, *rest]), first + "".join(word.title() for word in rest)


def _argument(arguments: Mapping[str, str], name: str) -> str | None:
    kebab, camel = _spellings(name)
    return arguments.get(kebab, arguments.get(camel))


@cache
def _fields(record: Any) -> Mapping[str, Any]:
    return get_type_hints(record)


def _record(arguments: Mapping[str, str], record: Any) -> object:
    hints = _fields(record)
    texts = {name: _argument(arguments, name) for name in hints}
    return record(**{name: _typed(text, name, hints[name]) for name, text in texts.items() if text})


def _typed(text: str | None, name: str, hint: Any) -> object:
    if text is None:
        raise INVALID_ARGUMENT(problem=f"the parameter {name} is missing")
    if hint is not int:
        return text
    if not re.fullmatch(r"\d{1,10}", text, re.ASCII):
        raise INVALID_ARGUMENT(problem=f"{name} must be a whole number, not {text!r}")
    return int(text)


def _body_of(result: object) -> bytes | Element:
    if result is None:
        return b""
    assert isinstance(result, bytes | Element), f"COS cannot answer a {type(result).__name__}"
    return result


def _text(document: Element) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{documents.render(document)}'.encode()


def _stamped(headers: Mapping[str, str], request: Request, request_id: str) -> tuple[tuple[str, str], ...]:
    """What every answer carries; S3's clients find `x-cos-…` under S3's names too."""
    every = {"Server": "tencent-cos", "x-cos-request-id": request_id, **headers}
    if is_s3(request):
        every |= dict(_for_s3(every.items()))
    return tuple((name, _one_line(value)) for name, value in every.items() if value)


def _one_line(value: str) -> str:
    """Nothing that a caller sent can end a header; text beyond Latin-1 goes as its UTF-8 bytes."""
    flat = re.sub(r"[\x00-\x1f\x7f]", "", value)
    return flat if flat.isascii() else flat.encode().decode("latin-1")


def _for_s3(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return [(f"x-amz-{n.removeprefix('x-cos-')}", v) for n, v in headers if n.startswith("x-cos-")]
