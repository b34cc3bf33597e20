"""What the console does in other services for the person who is signed in: the account's owner."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from gme_recording.localcloud.messages import Request, Response
from gme_recording.localcloud.refusal import CloudError
from gme_recording.localcloud.services.cos.model import Bucket
from gme_recording.localcloud.services.gme.tasks import ROLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gme_recording.localcloud.cloud import Call

SERVICE_PRINCIPAL = "gamemedia.gme.cloud.tencent.com"
_CAM_VERSION = "2019-01-16"


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


def create_bucket(call: Call, name: str, region: str) -> None:
    """Private, as COS makes them; raises CloudError with COS's code."""
    _perform(call, "cos", Request("PUT", f"{name}.cos.{region}.myqcloud.com", "/"))


def read_object(call: Call, bucket: str, region: str, key: str, headers: Mapping[str, str]) -> Response:
    """Raises CloudError where COS refuses."""
    request = Request("GET", f"{bucket}.cos.{region}.myqcloud.com", f"/{quote(key)}", headers=headers)
    return _perform(call, "cos", request)


def _cam(call: Call, action: str, given: Mapping[str, object]) -> Response:
    headers = {
        "x-tc-action": action,
        "x-tc-version": _CAM_VERSION,
        "content-type": "application/json",
    }
    body = json.dumps(given).encode()
    return _perform(call, "cam", Request("POST", "cam.tencentcloudapi.com", "/", "", headers, body))


def _perform(call: Call, service_name: str, request: Request) -> Response:
    """A request of the owner's session: it needs no signature, and everything else holds for it."""
    service = call.cloud.service(service_name)
    inner = replace(call, request=request)
    operation = service.dialect.find(request, service)
    parameters = service.dialect.parameters(request, operation)
    call.cloud.authorise(inner, operation, parameters)
    return service.dialect.encode(operation.perform(inner, **parameters), inner)
