"""`eval "$(python -m tests.support.issuer <page>)"`: an account that trusts a CI system, as a page says it.

The local cloud gets the identity provider `github`, with a key of our own, and role `gme-recording-prod` with
the page's trust policy; printed are the variables of a job of that environment, and the token of another.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from gme_recording.api import Cloud, CloudKind
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from tests.localcloud.identity_provider import IdentityProvider

GITHUB = IdentityProvider("github", "https://token.actions.githubusercontent.com")
ROLE = "gme-recording-prod"
SUBJECT = "repo:studio/recording:environment:prod"


def trusted(page: Path) -> dict[str, str]:
    """Make provider and role; returns the variables."""
    (trust,) = re.findall(
        r"^ *```json\n(.*?)^ *```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    cam = Service(Cloud.connect(CloudKind.LOCAL, "ap-guangzhou", Path()), "cam")
    cam.call("CreateOIDCConfig", GITHUB.configuration, Repeat.HARMLESS)
    cam.call("CreateRole", {"RoleName": ROLE, "PolicyDocument": trust}, Repeat.HARMLESS)
    return {
        "TENCENTCLOUD_OIDC_PROVIDER": GITHUB.name,
        "TENCENTCLOUD_ROLE_ARN": f"qcs::cam::uin/100000000001:roleName/{ROLE}",
        "TENCENTCLOUD_WEB_IDENTITY_TOKEN": GITHUB.token(sub=SUBJECT),
        "TOKEN_OF_A_PULL_REQUEST": GITHUB.token(sub="repo:studio/recording:pull_request"),
    }


if __name__ == "__main__":
    for name, value in trusted(Path(sys.argv[1])).items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
