"""What the console does in other services for the person who is signed in: the account's owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects.parameters import fill
from gme_recording.localcloud.refusal import CloudError
from gme_recording.localcloud.services.cos.model import Bucket
from gme_recording.localcloud.services.gme.tasks import ROLE

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

SERVICE_PRINCIPAL = "gamemedia.gme.cloud.tencent.com"


def has_granted(call: Call) -> bool:
    try:
        _cam(call, "GetRole", {"RoleName": ROLE})
    except CloudError:
        return False
    return True


def grant(call: Call) -> None:
    """What confirming the pop-up does; a second time it does nothing."""
    if not has_granted(call):
        _cam(call, "CreateServiceLinkedRole", {"QCSServiceName": [SERVICE_PRINCIPAL]})


def buckets(call: Call) -> list[Bucket]:
    return call.store.select(Bucket, owner_uin=call.principal.owner_uin)


def has_bucket(call: Call, name: str, region: str) -> bool:
    return any(bucket.name == name and bucket.region == region for bucket in buckets(call))


def _cam(call: Call, action: str, given: dict[str, object]) -> object:
    operation = call.cloud.service("cam").operations[action]
    return operation.perform(call, **fill(operation.parameters.values(), given))
