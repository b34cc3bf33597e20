"""Policy documents (pure): least privilege, sorted keys, lower case, no `Sid`.

The provider strips `Sid` when it reads and compares documents as JSON; an equal document is always the
same text here, so that a preview shows a change only where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

RECORDING_ACTIONS = (
    "gme:DescribeRecordInfo",
    "gme:DescribeTaskInfo",
    "gme:ModifyRecordInfo",
    "gme:StartRecord",
    "gme:StopRecord",
)
"""The five actions of custom recording. That they can be limited to an application is the vendor's rule for
resource-level actions (598/57122); whether the table lists these five could not be read."""

ANYONE = "qcs::cam::anyone:anyone"


def bucket_resource(region: str, appid: str, bucket: str, path: str) -> str:
    """Six-part name of what a path pattern matches in a bucket."""
    return f"qcs::cos:{region}:uid/{appid}:{bucket}/{path}"


def tls_only(region: str, appid: str, bucket: str) -> str:
    """Bucket policy: whoever comes without TLS is denied, whatever else allows them (436/71307).

    Requests for the local cloud come over plain http through its forward proxy; the proxy stands for the
    encrypted leg, and the local cloud counts them as TLS. So the same policy holds in every stack.
    """
    statement = {
        "effect": "deny",
        "principal": {"qcs": [ANYONE]},
        "action": ["*"],
        "resource": [bucket_resource(region, appid, bucket, "*")],
        "condition": {"bool_equal": {"cos:secure-transport": "false"}},
    }
    return _document([statement])


def recorder(owner_uin: str, biz_ids: Iterable[int]) -> str:
    """CAM policy: start, change, stop and look up recording tasks of these applications, nothing else."""
    resources = [f"qcs::gme::uin/{owner_uin}:bizid/{biz_id}" for biz_id in sorted(biz_ids)]
    return _document([{"effect": "allow", "action": [*RECORDING_ACTIONS], "resource": resources}])


def reader(region: str, appid: str, bucket: str, prefixes: Iterable[str]) -> str:
    """CAM policy: list and download what lies below these prefixes."""
    below = [bucket_resource(region, appid, bucket, f"{prefix}*") for prefix in sorted(prefixes)]
    actions = ["cos:GetBucket", "cos:GetObject", "cos:HeadObject"]
    return _document([{"effect": "allow", "action": actions, "resource": below}])


def _document(statements: Sequence[dict[str, Any]]) -> str:
    return json.dumps({"version": "2.0", "statement": [*statements]}, sort_keys=True, separators=(",", ":"))
