"""A recording environment in a local cloud, as a deployment leaves it, and ways to break it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

from components import documents
from gme_recording import smoke
from gme_recording.api import Cam, Cloud, CloudKind, Cos, Gme, LifecycleRule, LocalCloud
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.console import local as console
from gme_recording.console.settings import Settings
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.smoke import Report, Target, Verdict
from gme_recording.smoke.clock import Clock
from gme_recording.smoke.model import Check, Run
from gme_recording.smoke.runner import conduct
from gme_recording.smoke.stranger import stranger
from gme_recording.smoke.table import CHECKS
from tests.smoke.make import a_target

APP = 1400000001
BUCKET = "voice-1250000000"
RULE = LifecycleRule(id="default", expire_days=30, abort_uploads_days=1)
SETTINGS = Settings(
    biz_id=APP,
    recording=True,
    scope="custom",
    bucket=BUCKET,
    region="ap-guangzhou",
    callback_url="https://voice.example.com/gme",
)
POLICY = documents.tls_only("ap-guangzhou", "1250000000", BUCKET)
HURRY_SECONDS = 0.5
NOTHING: tuple[object, ...] = (None, [], [])
"""What a test leaves: see `leftovers`."""


class Environment:
    """Role, bucket and console settings; the file is there 30 ms after the end of a recording."""

    def __init__(self, running: RunningCloud) -> None:
        self.cloud = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, running.url)
        self.local = LocalCloud(running.url)
        self.gme = Gme(self.cloud)
        self.sdk: Any = cos_client(self.cloud)
        self.admin("PUT", "/admin/gme/profile", {"processingSeconds": 0.03})
        self.cam("CreateServiceLinkedRole", QCSServiceName=["gamemedia.gme.cloud.tencent.com"])
        self.bucket(BUCKET)
        self.sdk.put_bucket_lifecycle(
            Bucket=BUCKET,
            LifecycleConfiguration={
                "Rule": [
                    {
                        "ID": "default",
                        "Filter": {},
                        "Status": "Enabled",
                        "Expiration": {"Days": 30},
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
                    }
                ]
            },
        )
        self.sdk.put_bucket_encryption(
            Bucket=BUCKET,
            ServerSideEncryptionConfiguration={
                "Rule": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        )
        self.sdk.put_bucket_policy(Bucket=BUCKET, Policy=POLICY)
        console.apply(self.local, SETTINGS)

    def admin(self, method: str, path: str, body: dict[str, Any]) -> Any:
        return self.local._send(method, path, body)

    def cam(self, action: str, **parameters: Any) -> Any:
        return Service(self.cloud, "cam").call(action, parameters, Repeat.HARMFUL)

    def bucket(self, name: str) -> None:
        self.sdk.create_bucket(Bucket=name)

    def console(self, **changes: Any) -> None:
        console.apply(self.local, replace(SETTINGS, **changes))

    def target(self, **changes: Any) -> Target:
        return a_target(
            **{
                "lifecycle": (RULE,),
                "policy": POLICY,
                "record_seconds": 0.1,
                "timeout_seconds": 60.0,
                **changes,
            }
        )

    def run(self, target: Target | None = None, **clients: Any) -> Run:
        clock = Clock()
        made: dict[str, Any] = {
            "cam": Cam(self.cloud),
            "cos": Cos(self.cloud),
            "gme": self.gme,
            "local": self.local,
            "stranger": partial(stranger, self.cloud),
        }
        return Run(
            target=target or self.target(),
            clock=clock,
            deadline=clock.now() + 2.0,
            **{**made, **clients},
        )

    def smoke(
        self, run: Run | None = None, *, hurry: Collection[str] = (), **meddling: Callable[[Run], object]
    ) -> Report:
        """Make the whole test; `meddling` breaks something after the check of that name (`_` for `-`).

        Checks in a `hurry` soon give up what they wait for; all others have as long as a slow machine needs.
        """
        checks: list[Check] = []
        for check in CHECKS:
            checks.append(replace(check, timeout=HURRY_SECONDS) if check.id in hurry else check)
            if meddle := meddling.get(check.id.replace("-", "_")):
                checks.append(Check(f"meddle-{check.id}", lambda run, meddle=meddle: str(meddle(run))))  # type: ignore[misc]
        return conduct(run or self.run(), checks)

    def leftovers(self) -> tuple[object, ...]:
        """What a test has left: task, players, objects."""
        task = self.gme.find_task(APP, self.target().room)
        rooms = self.local._send("GET", f"/admin/rooms?bizId={APP}")
        keys = list(Cos(self.cloud).keys(BUCKET, f"{APP}_"))
        return task, rooms, keys


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait for something that the cloud does by itself, soon."""
    deadline = time.monotonic() + 10.0
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def found(report: Report, id: str, verdict: Verdict = Verdict.FAIL) -> str:  # noqa: A002
    """What a check found; it is the first one that failed, if it failed."""
    result = next(result for result in report.results if result.id == id)
    assert result.verdict is verdict, result
    if verdict is Verdict.FAIL:
        assert report.failure == result
        assert report.hint
    return result.found


def proved(environment: Environment) -> dict[str, str]:
    report = smoke.run(environment.target(), environment.cloud)
    assert report.passed, smoke.render_text([report])
    assert [result.verdict for result in report.results] == [Verdict.PASS] * (len(CHECKS) + 1)
    return {result.id: result.found for result in report.results}
