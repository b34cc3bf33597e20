"""The local cloud's own endpoints: JSON for programs, forms for the console page.

Everything here acts as the account's owner without a signature, so nobody but this machine may ask: the
Host must be loopback (a foreign name that resolves to 127.0.0.1 is refused) and the Origin the page's own.
No other site can send a form, which must carry that Origin, nor JSON, for which browsers ask first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.parameters import fill
from gme_recording.localcloud.identity import Account, Kind, Principal
from gme_recording.localcloud.messages import Request, Response
from gme_recording.localcloud.networks import is_loopback
from gme_recording.localcloud.operation import Operation, Parameter, Service, home_of
from gme_recording.localcloud.refusal import CloudError, Refusal

NOT_FOUND = Refusal("NotFound", "{method} {path} is not served", 404)
METHOD_NOT_ALLOWED = Refusal("MethodNotAllowed", "{path} does not take {method}", 405)
FORBIDDEN = Refusal("Forbidden", "{what} is not of this machine's local cloud", 403)
UNSUPPORTED_TYPE = Refusal(
    "UnsupportedMediaType", "the Content-Type must be application/json, not {found!r}", 415
)
NOT_JSON = Refusal("InvalidRequest", "the body is not a JSON object: {problem}")

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^:\[\]]+))(?::\d+)?")
_VENDOR = (".tencentcloudapi.com", ".myqcloud.com")
_FORM = "application/x-www-form-urlencoded"
_HTML_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src data:; media-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
    ),
    ("Referrer-Policy", "same-origin"),
)
_COMMON_HEADERS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))


def service(name: str, *prefixes: str, at_root: bool = False) -> Service:
    """A service at these paths, whatever host the request names but the vendor's; `/` itself is served for
    this machine only.
    """

    def serves(request: Request) -> bool:
        host = _host_name(request)
        if at_root and request.path == "/":
            return is_loopback(host)
        return request.path.startswith(prefixes) and not host.endswith(_VENDOR)

    return Service(name, Web(), serves, of_the_vendor=False, operations_in=home_of(name))


def html(text: str, status: int = 200) -> Response:
    return Response(status, (*_HTML_HEADERS, *_COMMON_HEADERS), text.encode(errors="replace"))


def see_other(location: str) -> Response:
    """After a form: the browser gets the page that shows what has become of it."""
    return Response(303, (("Location", location), *_COMMON_HEADERS))


def camel(name: str) -> str:
    """`biz_id` is `bizId` on the wire."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@dataclass(frozen=True, slots=True)
class Web:
    """An operation's `match` is its method and path: `PUT /console/api/applications/{biz_id}/recording`."""

    def find(self, request: Request, service: Service) -> Operation:
        found = {method: operation for operation in service.operations.values()
                 if (method := _matched_method(operation, request.path))}  # fmt: skip
        if not found:
            raise NOT_FOUND(method=request.method, path=request.path)
        if request.method not in found:
            raise METHOD_NOT_ALLOWED(method=request.method, path=request.path)
        return found[request.method]

    def authenticate(self, request: Request, call: Call) -> None:
        if not is_loopback(_host_name(request)):
            raise FORBIDDEN(what=f"the host {request.host!r}")
        own = f"http://{request.host}"
        if request.headers.get("origin", own) != own:
            raise FORBIDDEN(what=f"the origin {request.headers['origin']!r}")
        if _content_type(request) == _FORM and "origin" not in request.headers:
            raise FORBIDDEN(what="a form without an origin")
        account = call.store.select(Account)[0]
        call.principal = Principal(Kind.OWNER, account.owner_uin, account.appid, uin=account.owner_uin)

    def parameters(self, request: Request, operation: Operation) -> dict[str, object]:
        in_path = _pattern(operation.match.partition(" ")[2]).fullmatch(request.path)
        assert in_path, "find has matched it"
        given = {**_given(request), **{camel(n): unquote(v) for n, v in in_path.groupdict().items()}}
        return fill(map(_as_json, operation.parameters.values()), given)

    def encode(self, result: object, call: Call) -> Response:  # noqa: ARG002 - the dialect's interface
        return result if isinstance(result, Response) else _json(result)

    def refuse(self, error: CloudError, request: Request, request_id: str) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            facts = {"error": error.code, "message": error.message, "requestId": request_id}
            return _json(facts, error.status)
        from html import escape  # noqa: PLC0415 - programs ask more often than people

        back = "<p><a href='/console'>Back to the console</a></p>"
        text = f"<h1>{escape(error.code)}</h1><p>{escape(error.message)}</p>"
        return html(f"<!doctype html><title>Refused</title>{text}{back}", error.status)


def _json(value: object, status: int = 200) -> Response:
    headers = (("Content-Type", "application/json"), *_COMMON_HEADERS)
    return Response(status, headers, json.dumps(value).encode())


def _given(request: Request) -> Mapping[str, Any]:
    if request.method in {"GET", "HEAD", "DELETE"}:
        return dict(parse_qsl(request.query, keep_blank_values=True))
    content_type = _content_type(request)
    if content_type == _FORM:
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    if content_type != "application/json":
        raise UNSUPPORTED_TYPE(found=content_type)
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as error:
        raise NOT_JSON(problem=error) from None
    if not isinstance(body, dict):
        raise NOT_JSON(problem="it is another value")
    return body


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _host_name(request: Request) -> str:
    """Without the port; empty for what is no host."""
    found = _HOST.fullmatch(request.host)
    return found[1] or found[2] if found else ""


def _matched_method(operation: Operation, path: str) -> str:
    method, _, template = operation.match.partition(" ")
    return method if _pattern(template).fullmatch(path) else ""


@lru_cache(maxsize=128)
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


def _as_json(parameter: Parameter) -> Parameter:
    return replace(parameter, wire=parameter.wire[:1].lower() + parameter.wire[1:])
