"""Resources for tests of the rules: sound ones, to be changed where a test wants them wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policy import RESOURCE_RULES, STACK_RULES
from policy.access import ANYONE, BUCKET_POLICY, CAM_POLICY, GME_SERVICE, LINKED_ROLE, ROLE
from policy.console import SETTINGS
from policy.inputs import UNKNOWN, Inputs
from policy.rule import Options, Outcome, Resource, Stack, judge
from policy.stack import MARKER
from policy.storage import BUCKET
from tests.support.wire import Registered

REGION, APPID, NAME = "ap-singapore", "1250000000", "voice-1250000000"
PART = f"qcs::cos:{REGION}:uid/{APPID}:{NAME}"
ACCOUNT = "qcs::cam::uin/100000000001:uin"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"version": "2.0", "statement": [*statements]})


TLS_ONLY = {
    "effect": "deny",
    "principal": {"qcs": [ANYONE]},
    "action": ["*"],
    "resource": [f"{PART}/*"],
    "condition": {"bool_equal": {"cos:secure-transport": "false"}},
}
RECORDER = {
    "effect": "allow",
    "action": ["gme:StartRecord", "gme:StopRecord"],
    "resource": ["qcs::gme::uin/100000000001:bizid/1400000001"],
}
GME_TRUSTED = {
    "effect": "allow",
    "action": "name/sts:AssumeRole",
    "principal": {"service": [GME_SERVICE]},
}

SOUND: Mapping[str, dict[str, Any]] = {
    BUCKET: {
        "bucket": NAME,
        "acl": "private",
        "encryptionAlgorithm": "AES256",
        "versioningEnable": True,
        "logEnable": True,
        "logTargetBucket": "logs-1250000000",
        "lifecycleRules": [
            {
                "id": "default",
                "filterPrefix": "",
                "expiration": {"days": 30},
                "nonCurrentExpiration": {"nonCurrentDays": 7},
                "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
            }
        ],
        "tags": {"environment": "dev"},
    },
    BUCKET_POLICY: {"bucket": NAME, "policy": document(TLS_ONLY)},
    CAM_POLICY: {"name": "recorder", "document": document(RECORDER)},
    ROLE: {"name": "writer", "tags": {"environment": "dev"}, "document": document(GME_TRUSTED)},
    LINKED_ROLE: {"qcsServiceNames": [GME_SERVICE], "tags": {"environment": "dev"}},
    SETTINGS: {
        "cloud": "tencent",
        "bizId": 1400000001,
        "recording": True,
        "scope": "custom",
        "bucket": NAME,
        "region": REGION,
        "callbackUrl": "https://voice.example.com/gme/recording",
    },
    MARKER: {"input": {"mode": "probe", "fingerprint": "0123456789ab"}},
}


def a(kind: str, *, name: str = "it", protect: bool = False, stack: str = "dev", **inputs: Any) -> Resource:
    """A sound resource with inputs replaced; `provider` is the provider's inputs."""
    provider = Inputs(inputs.pop("provider", {}))
    urn = f"urn:pulumi:{stack}::gme-recording::{kind}::{name}"
    return Resource(urn, kind, Inputs({**SOUND.get(kind, {}), **inputs}), protect, provider)


def statement(effect: str = "allow", **parts: Any) -> dict[str, Any]:
    """A statement of a bucket policy: one account may fetch recordings."""
    return {
        "effect": effect,
        "principal": {"qcs": [f"{ACCOUNT}/100000000002"]},
        "action": ["cos:GetObject"],
        "resource": [f"{PART}/*"],
        **parts,
    }


def a_bucket_policy(*statements: dict[str, Any]) -> Resource:
    """TLS only, and these statements."""
    return a(BUCKET_POLICY, policy=document(TLS_ONLY, *statements))


def a_cam_policy(**parts: Any) -> Resource:
    found = {"effect": "allow", "action": ["cos:GetObject"], "resource": [f"{PART}/1400_*"], **parts}
    return a(CAM_POLICY, document=document(found))


def sent(registered: Registered) -> Resource:
    """A resource as the program sent it."""
    inputs = Inputs(_plain(registered.props))
    return Resource(registered.urn, registered.type, inputs, registered.protect)


def violated(stack: Stack, configured: dict[str, Options]) -> dict[str, str]:
    """Rules that are violated, with what they say."""
    verdicts = [
        (rule.id, judge(rule, each, configured.get(rule.id, {})))
        for rule in RESOURCE_RULES
        for each in stack
        if rule.concerns(each)
    ]
    verdicts.extend((rule.id, judge(rule, stack, configured.get(rule.id, {}))) for rule in STACK_RULES)
    return {rule: each.text for rule, each in verdicts if each.outcome is Outcome.VIOLATED}


def _plain(value: Any) -> Any:
    """The SDK's unknown values as they are on the wire."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return UNKNOWN if type(value).__name__ == "Unknown" else value
