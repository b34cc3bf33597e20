"""Who gives keys for an identity: the address at which GitHub gives tokens, and STS."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ROLE = "qcs::cam::uin/100000000001:roleName/gme-recording-deploy"
CANARY = "identity-token-canary"
KEYS = {"TmpSecretId": "AKIDlocalTemporary", "TmpSecretKey": "temporary-key", "Token": "temporary-token"}


@dataclass
class Issuers:
    """STS, behind the proxy that every client takes, and the address at which GitHub gives tokens."""

    url: str
    keys: dict[str, str]
    refuses: bool = False
    token: str = CANARY
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def answer(self) -> dict[str, object]:
        if self.refuses:
            error = {"Code": "UnauthorizedOperation", "Message": "The role does not trust the identity."}
            return {"Response": {"Error": error, "RequestId": "r-1"}}
        return {"Response": {"Credentials": self.keys, "ExpiredTime": 1, "RequestId": "r-1"}}


@contextmanager
def serving(keys: dict[str, str]) -> Iterator[Issuers]:
    """Serve them on loopback; STS is asked through them as its proxy."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, dict(self.headers), None))
            self.reply({"value": found.token})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.asked.append((self.path, dict(self.headers), body))
            self.reply(found.answer())

        def reply(self, data: object) -> None:
            content = json.dumps(data).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """The tests look at what was asked."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Issuers(f"http://127.0.0.1:{server.server_port}", keys)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def variables(issuers: Issuers) -> dict[str, str]:
    """What leads a job there."""
    return {
        "HTTP_PROXY": issuers.url,
        "no_proxy": "127.0.0.1",
        "TENCENTCLOUD_PROTOCOL": "HTTP",
        "TENCENTCLOUD_ROLE_ARN": ROLE,
        "TENCENTCLOUD_OIDC_PROVIDER": "github",
    }


def github(issuers: Issuers) -> dict[str, str]:
    """What GitHub gives a job that may have an identity token."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_RUN_ID": "42",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{issuers.url}/token?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
    }
