"""Which hosts are COS's, and who answers for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects.cos import CosDialect, address
from gme_recording.localcloud.operation import Service, home_of

if TYPE_CHECKING:
    from gme_recording.localcloud.messages import Request


def _serves(request: Request) -> bool:
    return address(request.host) is not None


COS = Service("cos", CosDialect(), _serves, operations_in=home_of("cos"))
