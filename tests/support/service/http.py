"""The part of Pulumi Cloud's HTTP API that the official engine calls; the service itself cannot be had here.

Routes and shapes are those of pulumi/pulumi v3.254.0, pkg/backend/httpstate/client. Whoever calls shows the
access token, or the lease of the update that the call is about; anything else is refused.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.service.checkpoints import Json, Upload
from tests.support.service.stacks import OWNER, Refused, Stack, Update

TOKEN = "pul-0123456789abcdef-canary"
_CHECKPOINTS = {"checkpoint", "checkpointverbatim", "checkpointdelta", "journalentries"}
_LEASED = {*_CHECKPOINTS, "events", "renew_lease", "complete"}
_CAPABILITIES: dict[Upload, list[Json]] = {upload: [{"capability": "batch-encrypt"}] for upload in Upload}
_CAPABILITIES[Upload.DELTA].append(
    {
        "capability": "delta-checkpoint-uploads-v2",
        "version": 2,
        "configuration": {"checkpointCutoffSizeBytes": 0},
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    body: bytes


@dataclass
class Service:
    """A service with one user; `stacks` by `organization/project/name`."""

    upload: Upload
    url: str = ""
    stacks: dict[str, Stack] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    unknown: list[Asked] = field(default_factory=list)
    """Calls that nothing here answers."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: Asked, authorization: str) -> Json:
        """Answer a call; raises Refused."""
        self.asked.append(asked)
        parts = asked.path.partition("?")[0].removeprefix("/api/").split("/")
        if parts == ["capabilities"]:
            return {"capabilities": _CAPABILITIES[self.upload]}
        if len(parts) > 6 and parts[6] in _LEASED:
            stack = self._stack(parts)
            update = _update(stack, parts[5])
            if authorization != f"update-token {update.lease}" or update.status != "running":
                raise Refused(403, "Forbidden: this update has ended")
            return _told(stack, update, parts[6], asked.body)
        if authorization != f"token {TOKEN}":
            raise Refused(401, "Unauthorized: No credentials provided or are invalid.")
        match asked.method, parts:
            case "GET", ["user"]:
                return {"githubLogin": OWNER, "organizations": [{"githubLogin": OWNER}]}
            case "GET", ["user", "organizations", "default"]:
                return {"gitHubLogin": OWNER}
            case "POST", ["stacks", owner, project]:
                name = json.loads(asked.body)["stackName"]
                self.stacks[f"{owner}/{project}/{name}"] = Stack(project, name, self.upload)
                return {}
            case _, ["stacks", _, _, _, *what]:
                return self._called(asked, self._stack(parts), what)
        return self._unanswered(asked)

    def _called(self, asked: Asked, stack: Stack, what: list[str]) -> Json:
        match asked.method, what:
            case "GET", []:
                return stack.described()
            case "DELETE", []:
                if stack.deployment.get("resources"):
                    raise Refused(400, "Bad Request: Stack still contains resources.")
                self.stacks = {name: each for name, each in self.stacks.items() if each is not stack}
                return {}
            case "GET", ["export"]:
                return dict(json.loads(stack.state))
            case "POST", ["import"]:
                return stack.take(asked.body)
            case "POST", ["encrypt" | "decrypt" | "batch-encrypt" | "batch-decrypt" as verb]:
                return stack.secret(verb, json.loads(asked.body))
            case "POST", ["decrypt", "log-batch-decryption"]:
                return {}
            case "POST", ["update" | "preview" | "refresh" | "destroy" as kind]:
                return stack.create(kind)
            case _, ["update", which, *then]:
                return self._updating(asked, stack, _update(stack, which), then)
        return self._unanswered(asked)

    def _updating(self, asked: Asked, stack: Stack, update: Update, then: list[str]) -> Json:
        match asked.method, then:
            case "POST", []:
                return stack.start(update, json.loads(asked.body))
            case "GET", []:
                return {"status": update.status, "events": []}
            case "POST", ["cancel"]:
                update.status = "cancelled"
                return {}
        return self._unanswered(asked)

    def _stack(self, parts: list[str]) -> Stack:
        try:
            return self.stacks["/".join(parts[1:4])]
        except KeyError:
            raise Refused(404, "Not Found: Stack not found") from None

    def _unanswered(self, asked: Asked) -> Json:
        self.unknown.append(asked)
        raise Refused(404, "Not Found")


def _update(stack: Stack, which: str) -> Update:
    if which not in stack.updates:
        raise Refused(404, "Not Found: Update not found")
    return stack.updates[which]


def _told(stack: Stack, update: Update, what: str, body: bytes) -> Json:
    if what in _CHECKPOINTS:
        stack.checkpoint(update, what, body)
    elif what == "complete":
        update.status = json.loads(body)["status"]
    return {"token": update.lease}


@contextmanager
def serving(upload: Upload = Upload.JOURNAL) -> Iterator[Service]:
    """Serve on loopback until the end of the block."""
    service = Service(upload)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            status, answer = 200, {}
            with service.lock:
                try:
                    asked = Asked(self.command, self.path, body)
                    answer = service.answer(asked, self.headers.get("Authorization", ""))
                except Refused as error:
                    status, answer = error.status, {"code": error.status, "message": str(error)}
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the base class's names

        def handle(self) -> None:
            with suppress(ConnectionError):  # an engine that is killed says no good-bye
                super().handle()

        def log_message(self, *_: object) -> None:
            """The tests look at what was asked."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        service.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
