"""Keys for an identity token: what is sent, what the command then sees, and what it does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tencentcloud.common.credential import Credential

from gme_recording.errors import ExitCode
from tests.localcloud.identity_provider import IdentityProvider
from tests.localcloud.sdk import Sdk
from tests.workflows.issuers import CANARY, KEYS, ROLE, Issuers, github, serving, variables

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools" / "ci" / "with_role.py"
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture
def issuers() -> Iterator[Issuers]:
    with serving(KEYS) as found:
        yield found


def run(issuers: Issuers, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        **variables(issuers),
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


def test_the_international_site_is_asked_where_the_environment_says_so(issuers):
    site = {"TENCENTCLOUD_DOMAIN": "intl.tencentcloudapi.com"}
    ran = run(issuers, sys.executable, "-c", "", **github(issuers), **site)

    assert ran.returncode == 0, ran.stderr
    assert issuers.asked[-1][0] == "http://sts.intl.tencentcloudapi.com/"


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


def test_the_local_cloud_gives_keys_of_a_role_to_the_job_that_it_trusts_alone(issuers, local_cloud):
    """Identity provider and role are those of docs/continuous-deployment.md."""
    provider = IdentityProvider("github", "https://token.actions.githubusercontent.com")
    subject = "repo:studio/recording:environment:prod"
    cam = Sdk(local_cloud, "cam")
    cam("CreateOIDCConfig", **provider.configuration)
    cam("CreateRole", RoleName=ROLE.rpartition("/")[2], PolicyDocument=provider.trust(subject))
    job = {**github(issuers), "HTTP_PROXY": local_cloud.url}

    issuers.token = provider.token(sub=subject)
    ran = run(issuers, sys.executable, "-c", SHOW, **job)
    issuers.token = provider.token(sub=f"{subject}-preview")
    other = run(issuers, sys.executable, "-c", SHOW, **job)

    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    given = (seen[f"TENCENTCLOUD_{name}"] for name in ("SECRET_ID", "SECRET_KEY", "SECURITY_TOKEN"))
    assert Sdk(local_cloud, "sts", Credential(*given))("GetCallerIdentity")["Type"] == "CAMRole"
    assert (other.returncode, other.stdout) == (ExitCode.AUTH, "")
    assert "The role gme-recording-deploy does not trust" in other.stderr


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
