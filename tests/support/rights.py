"""Keys that may do what a policy allows and no more, as jobs and people have them."""

from __future__ import annotations

from gme_recording.api import Cloud
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from gme_recording.deploy.lookup import POLICY, finder


def limited(cloud: Cloud, policy: str) -> dict[str, str]:
    """Temporary keys as STS answers them: TmpSecretId, TmpSecretKey, Token."""
    asked = {"Name": "ci", "Policy": policy, "DurationSeconds": 1800}
    answer = Service(cloud, "sts").call("GetFederationToken", asked, Repeat.HARMLESS)
    keys: dict[str, str] = dict(answer["Credentials"])
    return keys


def policy_document(cloud: Cloud, name: str) -> str:
    """What a CAM policy says."""
    number = finder(cloud)(POLICY, {"name": name})
    assert number
    answer = Service(cloud, "cam").call("GetPolicy", {"PolicyId": int(number)}, Repeat.HARMLESS)
    return str(answer["PolicyDocument"])
