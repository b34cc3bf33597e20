#!/usr/bin/env python3
"""Run a command with keys of Tencent Cloud that end within the hour: a CI job stores none.

    with_role.py COMMAND [ARGUMENT ...]

The CI system vouches for the job by an identity token (OpenID Connect); STS gives keys of a role for it that
trusts the identity provider (AssumeRoleWithWebIdentity, STS API 2018-08-13). They are in the command's
environment and nowhere else: for the providers and clients, and as AWS names for state that is kept in COS.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from gme_recording.api.endpoints import authorities, root_domain
from gme_recording.api.errors import NotAuthorized, vendor_errors
from gme_recording.errors import ExitCode, UserError

AUDIENCE = "sts.tencentcloudapi.com"
"""Client id under which the identity provider is registered in CAM."""
LIFETIME_SECONDS = 3600
TOKEN = "TENCENTCLOUD_WEB_IDENTITY_TOKEN"  # noqa: S105 - the variable's name
"""Where GitLab puts the token (`id_tokens:` in .gitlab-ci.yml)."""
_ASK_URL, _ASK_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_ANSWER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Keys:
    """Temporary keys; their text is never printed but to have it masked."""

    secret_id: str
    secret_key: str
    token: str

    def variables(self) -> dict[str, str]:
        """Return them as the clients, and the engine's S3 client, look for them."""
        return {
            "TENCENTCLOUD_SECRET_ID": self.secret_id,
            "TENCENTCLOUD_SECRET_KEY": self.secret_key,
            "TENCENTCLOUD_SECURITY_TOKEN": self.token,
            "AWS_ACCESS_KEY_ID": self.secret_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_SESSION_TOKEN": self.token,
        }


def identity_token(environment: Mapping[str, str]) -> str:
    """Return the job's token: GitLab has put it there, GitHub is asked for it."""
    if token := environment.get(TOKEN):
        return token
    if _ASK_URL not in environment:
        raise UserError(
            "the job has no identity token",
            hint=f"GitHub: `permissions: id-token: write`; GitLab: `id_tokens: {TOKEN}: aud: {AUDIENCE}`",
            exit_code=ExitCode.AUTH,
        )
    request = urllib.request.Request(  # noqa: S310 - GitHub's own address
        f"{environment[_ASK_URL]}&audience={AUDIENCE}",
        headers={"Authorization": f"Bearer {environment[_ASK_TOKEN]}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310
            return str(json.load(answer)["value"])
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"GitHub gives no identity token: {error}", exit_code=ExitCode.UNAVAILABLE) from None


def assume(token: str, environment: Mapping[str, str]) -> Keys:
    """Ask STS for keys of the role that the environment names; raises ApiError if it does not trust us."""
    wanted = {
        name: environment.get(name, "") for name in ("TENCENTCLOUD_ROLE_ARN", "TENCENTCLOUD_OIDC_PROVIDER")
    }
    if missing := [name for name, value in wanted.items() if not value]:
        raise UserError(
            f"{' and '.join(missing)} not set: which role is this job to take?",
            hint="docs/continuous-deployment.md says which variables a CI system needs",
            exit_code=ExitCode.AUTH,
        )
    role, provider = wanted.values()
    asked = {
        "ProviderId": provider,
        "WebIdentityToken": token,
        "RoleArn": role,
        "RoleSessionName": _session_name(environment),
        "DurationSeconds": LIFETIME_SECONDS,
    }
    try:
        with vendor_errors("AssumeRoleWithWebIdentity"):
            answer = _sts(environment).call_json(
                "AssumeRoleWithWebIdentity", asked, options={"SkipSign": True}
            )
    except NotAuthorized as error:
        raise UserError(
            error.message,
            hint=f"{role} must trust provider {provider} for this job (docs/continuous-deployment.md)",
            exit_code=ExitCode.AUTH,
        ) from None
    given = answer["Response"]["Credentials"]
    return Keys(given["TmpSecretId"], given["TmpSecretKey"], given["Token"])


def _sts(environment: Mapping[str, str]) -> CommonClient:
    protocol = environment.get("TENCENTCLOUD_PROTOCOL", "https").lower()
    http = HttpProfile(
        protocol=protocol,
        rootDomain=root_domain(),
        reqTimeout=_ANSWER_SECONDS,
        certification=authorities(),
    )
    region = environment.get("TENCENTCLOUD_REGION") or "ap-guangzhou"
    return CommonClient("sts", "2018-08-13", None, region, profile=ClientProfile(httpProfile=http))


def _session_name(environment: Mapping[str, str]) -> str:
    """Name the job in CloudAudit, within the 128 characters and the alphabet that STS takes."""
    run = environment.get("GITHUB_RUN_ID") or environment.get("CI_JOB_ID") or "ci"
    return re.sub(r"[^A-Za-z0-9_=,.@-]", "-", f"gme-recording-{run}")[:128]


def _child(environment: Mapping[str, str], keys: Keys) -> dict[str, str]:
    """What the command sees: the keys, and not what they were got for."""
    kept = {name: value for name, value in environment.items() if name not in {TOKEN, _ASK_URL, _ASK_TOKEN}}
    return {**kept, **keys.variables()}


def main(command: Sequence[str]) -> int:
    """Replace this process by the command; return an exit code where it cannot."""
    if not command:
        sys.stderr.write("usage: with_role.py COMMAND [ARGUMENT ...]\n")
        return ExitCode.INPUT
    try:
        keys = assume(identity_token(os.environ), os.environ)
    except UserError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    if os.environ.get("GITHUB_ACTIONS") == "true":
        secrets = filter(None, (keys.secret_id, keys.secret_key, keys.token))
        sys.stderr.writelines(f"::add-mask::{value}\n" for value in secrets)
    sys.stderr.flush()
    try:
        os.execvpe(command[0], [*command], _child(os.environ, keys))  # noqa: S606 - the caller's own command
    except OSError as error:
        sys.stderr.write(f"error: {command[0]}: {error.strerror}\n")
        return ExitCode.UNAVAILABLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
