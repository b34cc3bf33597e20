"""Tags (tag.tencentcloudapi.com, 2018-08-13)."""

from __future__ import annotations

from gme_recording.localcloud.dialects import api3

TAG = api3.service("tag", "2018-08-13")
