"""A key of another account, with which nothing of ours may be read."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gme_recording.api.credentials import Credentials, Secret

if TYPE_CHECKING:
    from gme_recording.api.endpoints import Cloud

ID, KEY = "GME_RECORDING_STRANGER_SECRET_ID", "GME_RECORDING_STRANGER_SECRET_KEY"


def stranger(cloud: Cloud) -> Cloud | None:
    """Return the cloud as the other account sees it; None without a key of the same kind of cloud.

    The key comes from `GME_RECORDING_STRANGER_SECRET_ID` and `_SECRET_KEY`. It needs no right at all.
    """
    secret_id, secret_key = os.environ.get(ID, "").strip(), os.environ.get(KEY, "").strip()
    credentials = Credentials(secret_id, Secret(secret_key))
    if not (secret_id and secret_key) or credentials.local != cloud.credentials.local:
        return None
    return replace(cloud, credentials=credentials)
