"""Policy documents (pure): least privilege, sorted keys, lower case, no `Sid`.

The provider strips `Sid` when it reads and compares documents as JSON; an equal document is always the
same text here, so that a preview shows a change only where there is one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

ANYONE = "qcs::cam::anyone:anyone"


def bucket_resource(region: str, appid: str, bucket: str, path: str) -> str:
    """Six-part name of what a path pattern matches in a bucket."""
    return f"qcs::cos:{region}:uid/{appid}:{bucket}/{path}"


def tls_only(region: str, appid: str, bucket: str) -> str:
    """Bucket policy: whoever comes without TLS is denied, whatever else allows them (436/71307).

    Requests for the local cloud come over plain http through its forward proxy; the proxy stands for the
    encrypted leg, and the local cloud counts them as TLS. So the same policy holds in every stack.
    """
    return document([_without_tls(region, appid, bucket)])


def bucket_policy(
    region: str, appid: str, bucket: str, owner_uin: str = "", networks: Sequence[str] = ()
) -> str:
    """The bucket's policy: TLS only, and people only from these networks, if there are any.

    Nobody is allowed anything here, so strangers have no way in. The networks bind the users of the account,
    main account included, and no role: GME writes as its service-linked role, from addresses of its own. The
    vendor's examples name single users (436/18023); that `uin/*` stands for all of them is a guess.
    """
    if not networks:
        return tls_only(region, appid, bucket)
    statement = {
        "effect": "deny",
        "principal": {"qcs": [f"qcs::cam::uin/{owner_uin}:uin/*"]},
        "action": ["*"],
        "resource": [bucket_resource(region, appid, bucket, "*")],
        "condition": {"ip_not_equal": {"qcs:ip": sorted(networks)}},
    }
    return document([_without_tls(region, appid, bucket), statement])


def document(statements: Sequence[dict[str, Any]]) -> str:
    """Statements as the one text that stands for them."""
    return json.dumps({"version": "2.0", "statement": [*statements]}, sort_keys=True, separators=(",", ":"))


def _without_tls(region: str, appid: str, bucket: str) -> dict[str, Any]:
    return {
        "effect": "deny",
        "principal": {"qcs": [ANYONE]},
        "action": ["*"],
        "resource": [bucket_resource(region, appid, bucket, "*")],
        "condition": {"bool_equal": {"cos:secure-transport": "false"}},
    }
