"""What the vendor fixed for service-linked roles (598/85165): name, policy, and which service carries it."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carrier:
    """What the vendor fixed for the role of one service."""

    role_name: str
    policy_name: str
    actions: tuple[str, ...]

    @property
    def policy(self) -> str:
        statement = {"effect": "allow", "resource": "*", "action": list(self.actions)}
        return json.dumps({"version": "2.0", "statement": [statement]})


_GME_MAY = (
    "HeadBucket GetBucket HeadObject GetObject PutObject PutObjectCopy DeleteObject DeleteMultipleObjects "
    "RenameObject InitiateMultipartUpload UploadPart UploadPartCopy CompleteMultipartUpload "
    "AbortMultipartUpload ListMultipartUploads ListParts GetService PutBucket"
)
CARRIERS = {
    "gamemedia.gme.cloud.tencent.com": Carrier(
        "GME_QCSLinkedRoleInGameMedia",
        "QcloudAccessForGMELinkedRoleInGameMedia",
        tuple(f"cos:{action}" for action in _GME_MAY.split()),
    )
}
"""By the service's principal. Others exist at the vendor; this cloud knows no service that needs them."""
