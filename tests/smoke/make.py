"""A target, a clock that needs no time, and a run whose clients nobody calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gme_recording.api import Cam, Cloud, CloudKind, Cos, Gme
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.smoke.clock import Clock
from gme_recording.smoke.model import Mode, Run, Target

STARTED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Time:
    """Passes only when somebody sleeps."""

    at: float = 1000.0

    def sleep(self, seconds: float) -> None:
        self.at += seconds

    def clock(self) -> Clock:
        return Clock(
            now=lambda: self.at,
            sleep=self.sleep,
            utc=lambda: STARTED + timedelta(seconds=self.at - 1000.0),
        )


def a_target(**changes: Any) -> Target:
    declared: dict[str, Any] = {
        "stack": "local",
        "app": "demo",
        "cloud": CloudKind.LOCAL,
        "appid": "1250000000",
        "region": "ap-guangzhou",
        "bucket": "voice-1250000000",
        "biz_id": 1400000001,
        "room": "gme-recording-smoke",
        "callback_url": "https://voice.example.com/gme",
    }
    return Target(**{**declared, **changes})


def a_run(time: Time | None = None, *, mode: Mode = Mode.FULL, timeout: float = 60.0) -> Run:
    """Its clients lead nowhere: for checks that are made up."""
    clock = (time or Time()).clock()
    nowhere = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, "http://127.0.0.1:9")
    return Run(
        target=a_target(mode=mode, timeout_seconds=timeout),
        cam=Cam(nowhere),
        cos=Cos(nowhere),
        gme=Gme(nowhere),
        local=None,
        stranger=lambda: None,
        clock=clock,
        deadline=clock.now(),
    )
