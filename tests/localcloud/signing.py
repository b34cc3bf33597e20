"""Requests signed as the vendor's clients sign them, for a verifier or for `Cloud.handle`."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from gme_recording.localcloud.assemble import SECRET_ID, SECRET_KEY
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.messages import Request

VERSIONS = {"cam": "2019-01-16", "sts": "2018-08-13", "tag": "2018-08-13", "gme": "2018-07-11"}


def api3(
    service: str,
    action: str,
    parameters: object = None,
    *,
    at: float,
    secret: tuple[str, str] = (SECRET_ID, SECRET_KEY),
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
    query: str = "",
) -> Request:
    """A signed request of API 3.0; a `bytes` is sent as it is."""
    body = parameters if isinstance(parameters, bytes) else json.dumps(parameters or {}).encode()
    host = f"{service}.tencentcloudapi.com"
    every = {
        "host": host,
        "content-type": "application/json",
        "x-tc-action": action,
        "x-tc-version": VERSIONS[service],
        "x-tc-timestamp": str(int(at)),
        **(headers or {}),
    }
    request = Request(method, host, "/", query, every, body if method == "POST" else b"")
    return replace(request, headers={**every, "authorization": _tc3(request, service, secret)})


def _tc3(request: Request, service: str, secret: tuple[str, str]) -> str:
    timestamp = request.headers["x-tc-timestamp"]
    date = datetime.fromtimestamp(int(timestamp), UTC).strftime("%Y-%m-%d")
    canonical = "\n".join(
        [
            request.method,
            "/",
            request.query,
            f"content-type:{request.headers['content-type']}",
            f"host:{request.host}",
            "",
            "content-type;host",
            hashlib.sha256(request.body).hexdigest(),
        ]
    )
    scope = f"{date}/{service}/tc3_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = ("TC3" + secret[1]).encode()
    for part in (date, service, "tc3_request", f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    credential = f"Credential={secret[0]}/{scope}"
    return f"TC3-HMAC-SHA256 {credential}, SignedHeaders=content-type;host, Signature={key.hex()}"


def ask(cloud: Cloud, service: str, action: str, parameters: object = None, **options: Any) -> dict[str, Any]:
    """What the cloud answers to a request signed now."""
    at = cloud.clock.machine_now().timestamp()
    response = cloud.handle(api3(service, action, parameters, at=at, **options))
    assert response.status == 200
    answer: dict[str, Any] = json.loads(response.body)["Response"]
    return answer


def cos(
    method: str,
    path: str = "/",
    query: str = "",
    body: bytes = b"",
    *,
    at: float,
    bucket: str = "rec-1250000000",
    secret: tuple[str, str] = (SECRET_ID, SECRET_KEY),
    headers: Mapping[str, str] | None = None,
) -> Request:
    """A request to COS in Guangzhou, signed with q-sign, which covers here neither headers nor query."""
    window = f"{int(at) - 60};{int(at) + 3600}"
    canonical = hashlib.sha1(f"{method.lower()}\n{unquote(path)}\n\n\n".encode()).hexdigest()
    key = hmac.new(secret[1].encode(), window.encode(), "sha1").hexdigest()
    signature = hmac.new(key.encode(), f"sha1\n{window}\n{canonical}\n".encode(), "sha1").hexdigest()
    authorization = (
        f"q-sign-algorithm=sha1&q-ak={secret[0]}&q-sign-time={window}&q-key-time={window}"
        f"&q-header-list=&q-url-param-list=&q-signature={signature}"
    )
    host = f"{bucket}.cos.ap-guangzhou.myqcloud.com"
    every = {"host": host, **(headers or {}), "authorization": authorization}
    return Request(method, host, path, query, every, body)
