"""A key of another account, with which nothing of ours may be read."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gme_recording.api.credentials import Credentials, Secret
from gme_recording.api.local import LocalCloud

if TYPE_CHECKING:
    from gme_recording.api.endpoints import Cloud

ID, KEY = "GME_RECORDING_STRANGER_SECRET_ID", "GME_RECORDING_STRANGER_SECRET_KEY"
ELSEWHERE = "299999999999", "1259999999"
"""UIN and APPID of the local cloud's."""


def stranger(cloud: Cloud) -> Cloud | None:
    """Return the cloud as another account sees it; None for Tencent Cloud without a key of one.

    The key comes from `GME_RECORDING_STRANGER_SECRET_ID` and `_SECRET_KEY`, and needs no right at all. The
    local cloud has an account for it. Raises ApiError if it cannot be made.
    """
    if cloud.url:
        return replace(cloud, credentials=LocalCloud(cloud.url).ensure_account(*ELSEWHERE))
    secret_id, secret_key = os.environ.get(ID, "").strip(), os.environ.get(KEY, "").strip()
    credentials = Credentials(secret_id, Secret(secret_key))
    if not (secret_id and secret_key) or credentials.local:
        return None
    return replace(cloud, credentials=credentials)
