"""Where clients are, for policies that ask for their VPC."""

from __future__ import annotations

import re
from typing import Any

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.services.admin.errors import INVALID_VALUE
from gme_recording.localcloud.services.admin.routes import ADMIN

MAX_NETWORKS = 100
_VPC = re.compile(r"vpc-[a-z0-9]{1,32}", re.ASCII)


@ADMIN.operation("ListNetworks", match="GET /admin/networks")
def list_networks(call: Call) -> dict[str, str]:
    """VPC by range of addresses."""
    return call.cloud.networks.every()


@ADMIN.operation("SetNetworks", match="POST /admin/networks", refuses=(INVALID_VALUE,))
def set_networks(call: Call, *, networks: dict[str, Any]) -> dict[str, str]:
    """Let these be all: clients whose address lies in a range come from its VPC."""
    for vpc in networks.values():
        if not isinstance(vpc, str) or not _VPC.fullmatch(vpc):
            raise INVALID_VALUE(name="networks", found=vpc, allowed="ids like vpc-1a2b3c4d")
    if len(networks) > MAX_NETWORKS:
        raise INVALID_VALUE(name="networks", found=len(networks), allowed=f"up to {MAX_NETWORKS} ranges")
    try:
        call.cloud.networks.replace(networks)
    except ValueError as error:
        raise INVALID_VALUE(name="networks", found=str(error), allowed="ranges like 127.0.0.2/32") from None
    return call.cloud.networks.every()
