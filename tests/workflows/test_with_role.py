"""Keys for an identity token: what is sent, what the command then sees, and what it does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gme_recording.errors import ExitCode

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools" / "ci" / "with_role.py"
ROLE = "qcs::cam::uin/100000000001:roleName/gme-recording-deploy"
CANARY = "identity-token-canary"
KEYS = {"TmpSecretId": "AKIDlocalTemporary", "TmpSecretKey": "temporary-key", "Token": "temporary-token"}
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


@dataclass
class Issuers:
    """STS, behind the proxy that every client takes, and the address at which GitHub gives tokens."""

    url: str
    refuses: bool = False
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def answer(self) -> dict[str, object]:
        if self.refuses:
            error = {"Code": "UnauthorizedOperation", "Message": "The role does not trust the identity."}
            return {"Response": {"Error": error, "RequestId": "r-1"}}
        return {"Response": {"Credentials": KEYS, "ExpiredTime": 1, "RequestId": "r-1"}}


@pytest.fixture
def issuers() -> Iterator[Issuers]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, dict(self.headers), None))
            self.reply({"value": CANARY})

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
        found = Issuers(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def run(issuers: Issuers, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "HTTP_PROXY": issuers.url,
        "no_proxy": "127.0.0.1",
        "TENCENTCLOUD_PROTOCOL": "HTTP",
        "TENCENTCLOUD_ROLE_ARN": ROLE,
        "TENCENTCLOUD_OIDC_PROVIDER": "github",
        **more,
    }
    return subprocess.run(
        [sys.executable, str(SCRIPT), *command],
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def github(issuers: Issuers) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_RUN_ID": "42",
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{issuers.url}/token?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
    }


def test_a_github_job_gets_keys_for_its_identity(issuers):
    ran = run(issuers, sys.executable, "-c", SHOW, **github(issuers))

    assert ran.returncode == 0, ran.stderr
    (path, headers, _), (url, signed, asked) = issuers.asked
    assert path == "/token?api-version=2.0&audience=sts.tencentcloudapi.com"
    assert headers["Authorization"] == "Bearer request-token"
    assert url == "http://sts.tencentcloudapi.com/"
    assert (signed["X-TC-Action"], signed["Authorization"]) == ("AssumeRoleWithWebIdentity", "SKIP")
    assert asked == {
        "ProviderId": "github",
        "WebIdentityToken": CANARY,
        "RoleArn": ROLE,
        "RoleSessionName": "gme-recording-42",
        "DurationSeconds": 3600,
    }


def test_the_command_sees_the_keys_and_nothing_they_were_got_for(issuers):
    ran = run(issuers, sys.executable, "-c", SHOW, **github(issuers))

    seen = json.loads(ran.stdout)
    assert seen["TENCENTCLOUD_SECRET_ID"] == seen["AWS_ACCESS_KEY_ID"] == KEYS["TmpSecretId"]
    assert seen["TENCENTCLOUD_SECRET_KEY"] == seen["AWS_SECRET_ACCESS_KEY"] == KEYS["TmpSecretKey"]
    assert seen["TENCENTCLOUD_SECURITY_TOKEN"] == seen["AWS_SESSION_TOKEN"] == KEYS["Token"]
    assert not {"ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"} & seen.keys()
    assert CANARY not in ran.stdout + ran.stderr


def test_github_is_told_to_mask_the_keys_and_other_systems_are_told_nothing(issuers):
    masked = run(issuers, "true", **github(issuers))
    silent = run(issuers, "true", TENCENTCLOUD_WEB_IDENTITY_TOKEN=CANARY, CI_JOB_ID="7")

    assert masked.stderr.splitlines() == [f"::add-mask::{value}" for value in KEYS.values()]
    assert (silent.returncode, silent.stdout, silent.stderr) == (0, "", "")
    assert issuers.asked[-1][2]["RoleSessionName"] == "gme-recording-7"


def test_a_gitlab_token_is_taken_as_it_is_and_not_passed_on(issuers):
    ran = run(issuers, sys.executable, "-c", SHOW, TENCENTCLOUD_WEB_IDENTITY_TOKEN=CANARY)

    assert [asked["WebIdentityToken"] for _, _, asked in issuers.asked] == [CANARY]
    assert CANARY not in ran.stdout


def test_the_command_s_exit_code_is_kept(issuers):
    ran = run(issuers, "sh", "-c", "exit 7", TENCENTCLOUD_WEB_IDENTITY_TOKEN=CANARY)

    assert ran.returncode == ExitCode.DIFFERS


def test_a_role_that_does_not_trust_the_job_is_told_by_its_code(issuers):
    issuers.refuses = True

    ran = run(issuers, "true", TENCENTCLOUD_WEB_IDENTITY_TOKEN=CANARY)

    assert ran.returncode == ExitCode.AUTH
    assert "UnauthorizedOperation" in ran.stderr
    assert CANARY not in ran.stderr


def test_a_job_without_a_token_is_told_what_to_declare(issuers):
    ran = run(issuers, "true")

    assert ran.returncode == ExitCode.AUTH
    assert "id-token: write" in ran.stderr
    assert issuers.asked == []


def test_variables_that_are_missing_are_named(issuers):
    ran = run(
        issuers,
        "true",
        TENCENTCLOUD_WEB_IDENTITY_TOKEN=CANARY,
        TENCENTCLOUD_ROLE_ARN="",
        TENCENTCLOUD_OIDC_PROVIDER="",
    )

    assert ran.returncode == ExitCode.AUTH
    assert "TENCENTCLOUD_ROLE_ARN and TENCENTCLOUD_OIDC_PROVIDER not set" in ran.stderr
    assert issuers.asked == []


def test_without_a_command_nothing_is_asked(issuers):
    assert run(issuers).returncode == ExitCode.INPUT
    assert issuers.asked == []


def test_a_command_that_is_not_there_is_named(issuers):
    ran = run(issuers, "no-such-command", TENCENTCLOUD_WEB_IDENTITY_TOKEN=CANARY)

    assert ran.returncode == ExitCode.UNAVAILABLE
    assert ran.stderr == "error: no-such-command: No such file or directory\n"
