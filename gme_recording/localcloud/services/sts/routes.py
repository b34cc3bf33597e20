"""STS (sts.tencentcloudapi.com, 2018-08-13)."""

from __future__ import annotations

from gme_recording.localcloud.dialects import api3

STS = api3.service("sts", "2018-08-13", unsigned=frozenset({"AssumeRoleWithWebIdentity"}))
