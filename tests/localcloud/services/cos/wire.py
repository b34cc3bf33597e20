"""Requests to COS without sockets and without signatures: who asks is said beside the request."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from gme_recording.localcloud import assemble
from gme_recording.localcloud.cloud import Call, Cloud
from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.dialects.cos import CosDialect
from gme_recording.localcloud.dialects.documents import Element
from gme_recording.localcloud.identity import ANONYMOUS, Kind, Principal
from gme_recording.localcloud.messages import Request, Response

REGION = "ap-guangzhou"
BUCKET = f"rec-{assemble.APPID}"
OWNER = Principal(Kind.OWNER, assemble.OWNER_UIN, assemble.APPID, assemble.OWNER_UIN)
USER = Principal(Kind.USER, assemble.OWNER_UIN, assemble.APPID, "100000000101")
STRANGER = Principal(Kind.OWNER, "100000000002", "1250000002", "100000000002")
__all__ = ["ANONYMOUS", "BUCKET", "OWNER", "REGION", "STRANGER", "USER", "Wire"]


@dataclass
class Wire:
    """One cloud, its time standing still but for `advance`."""

    cloud: Cloud
    principal: Principal = OWNER
    region: str = REGION
    headers: dict[str, str] = field(default_factory=dict)

    def as_(self, principal: Principal) -> Wire:
        return replace(self, principal=principal)

    def send(
        self,
        method: str,
        path: str = "/",
        query: str = "",
        body: str | bytes = b"",
        bucket: str = BUCKET,
        **headers: str,
    ) -> Response:
        host = f"{bucket}.cos.{self.region}.myqcloud.com" if bucket else f"cos.{self.region}.myqcloud.com"
        given = {name.replace("_", "-"): value for name, value in headers.items()} | self.headers
        request = Request(
            method, host, path, query, given, body if isinstance(body, bytes) else body.encode()
        )
        return self.handle(request)

    def handle(self, request: Request) -> Response:
        AUTHENTICATED[id(self.cloud)] = self.principal
        return self.cloud.handle(request)

    def make(self, bucket: str = BUCKET, **headers: str) -> Wire:
        assert self.send("PUT", bucket=bucket, **headers).status == 200
        return self

    def put(self, key: str, body: bytes | str = b"x", **headers: str) -> Response:
        answer = self.send("PUT", "/" + quote(key), body=body, **headers)
        assert answer.status == 200, answer
        return answer

    def get(self, key: str, query: str = "", **headers: str) -> Response:
        return self.send("GET", "/" + quote(key), query, **headers)

    def keys(self, query: str = "") -> list[str]:
        return [found.value("Key") for found in tree_of(self.send("GET", query=query)).each("Contents")]

    def advance(self, **by: float) -> None:
        self.cloud.clock.advance(timedelta(**by))
        self.cloud.run_due()


AUTHENTICATED: dict[int, Principal] = {}


def authenticate(_dialect: CosDialect, _request: Request, call: Call) -> None:
    """Stands in for the signatures, which have tests of their own."""
    call.principal = AUTHENTICATED[id(call.cloud)]


def new_cloud(start: datetime = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)) -> Cloud:
    """Starts at 15:00 in UTC+8."""
    return assemble.local_cloud(None, real_time=start.timestamp)


def tree_of(response: Response) -> Element:
    assert response.status < 300, response
    return documents.parse(response.body)


def code_of(response: Response) -> tuple[int, str]:
    return response.status, documents.parse(response.body).value("Code") if response.body else ""


def header(response: Response, name: str) -> str | None:
    return next((value for key, value in response.headers if key.lower() == name.lower()), None)


def md5(body: bytes) -> str:
    return b64encode(hashlib.md5(body).digest()).decode()
