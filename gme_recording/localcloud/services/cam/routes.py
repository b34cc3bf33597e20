"""CAM (cam.tencentcloudapi.com, 2019-01-16)."""

from __future__ import annotations

from gme_recording.localcloud.dialects import api3

CAM = api3.service("cam", "2019-01-16")
