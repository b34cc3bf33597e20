"""An environment in a local cloud in which people talk, are recorded, and time goes by."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from gme_recording.api import Cloud, CloudKind, Gme, LocalCloud
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT, Credentials, Secret
from gme_recording.api.objects import Objects
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.callbacks.event import Event, parse
from gme_recording.console import local as console
from gme_recording.console.settings import Settings
from gme_recording.localcloud.pytest_plugin import RunningCloud

APP = 1400000001
BUCKET = "voice-local-1250000000"
REGION = "ap-guangzhou"
SETTINGS = Settings(
    biz_id=APP,
    recording=True,
    scope="custom",
    bucket=BUCKET,
    region=REGION,
    callback_url="https://voice.example.com/gme",
)


class World:
    """Role, bucket and console settings as a deployment of the local stack leaves them."""

    def __init__(self, running: RunningCloud) -> None:
        self.running = running
        self.cloud = Cloud(CloudKind.LOCAL, REGION, LOCAL_MAIN_ACCOUNT, running.url)
        self.local = LocalCloud(running.url)
        self.gme = Gme(self.cloud)
        self.objects = Objects(self.cloud)
        self.sdk: Any = cos_client(self.cloud)
        self.cam("CreateServiceLinkedRole", QCSServiceName=["gamemedia.gme.cloud.tencent.com"])
        self.sdk.create_bucket(Bucket=BUCKET)
        console.apply(self.local, SETTINGS)

    def cam(self, action: str, **parameters: Any) -> Any:
        return Service(self.cloud, "cam").call(action, parameters, Repeat.HARMFUL)

    def admin(self, method: str, path: str, **body: Any) -> Any:
        return self.local._send(method, path, body or None)

    def advance(self, seconds: float) -> None:
        self.admin("POST", "/admin/clock", advance=seconds)

    def now(self) -> datetime:
        return self.objects.now(BUCKET)

    def join(self, room: str, *users: str) -> None:
        for user in users:
            self.local.join(APP, room, user)

    def leave(self, room: str, *users: str) -> None:
        for user in users:
            self.local.leave(APP, room, user)

    def recorded(self, room: str, *users: str, mode: int = 3, seconds: float = 60) -> str:
        """People talk in a room for a while and go; their files are in the bucket. Returns the task id."""
        self.join(room, *users)
        task = self.gme.start_record(APP, room, mode)
        self.advance(seconds)
        self.gme.stop_record(APP, task)
        self.leave(room, *users)
        self.advance(600)
        return task

    def listed(self, bucket: str = BUCKET, objects: Objects | None = None) -> list[str]:
        return [item.key for item in (objects or self.objects).current(bucket, "")]

    def put(self, key: str, content: bytes = b"x", bucket: str = BUCKET, sdk: Any = None) -> None:
        (sdk or self.sdk).put_object(Bucket=bucket, Key=key, Body=content)

    def versioned(self, bucket: str = BUCKET, sdk: Any = None) -> None:
        (sdk or self.sdk).put_bucket_versioning(Bucket=bucket, Status="Enabled")

    def expire(self, days: int, noncurrent_days: int | None = None) -> None:
        rule: dict[str, Any] = {
            "ID": "default",
            "Filter": {},
            "Status": "Enabled",
            "Expiration": {"Days": days},
        }
        if noncurrent_days:
            rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": noncurrent_days}
        self.sdk.put_bucket_lifecycle(Bucket=BUCKET, LifecycleConfiguration={"Rule": [rule]})

    def replica(self, region: str, bucket: str) -> Cloud:
        """A second bucket to which the first one replicates."""
        cloud = replace(self.cloud, region=region)
        sdk = cos_client(cloud)
        sdk.create_bucket(Bucket=bucket)
        self.versioned()
        self.versioned(bucket, sdk)
        self.sdk.put_bucket_replication(
            Bucket=BUCKET,
            ReplicationConfiguration={
                "Role": "qcs::cam::uin/100000000001:uin/100000000001",
                "Rule": [
                    {
                        "Status": "Enabled",
                        "Prefix": "",
                        "Destination": {"Bucket": f"qcs::cos:{region}::{bucket}"},
                    }
                ],
            },
        )
        return cloud

    def as_user(self, name: str, *statements: dict[str, Any]) -> Cloud:
        """A CAM user who may do what the statements say."""
        self.cam("AddUser", Name=name)
        uin = self.cam("GetUser", Name=name)["Uin"]
        document = json.dumps({"version": "2.0", "statement": list(statements)})
        policy = self.cam("CreatePolicy", PolicyName=name, PolicyDocument=document)["PolicyId"]
        self.cam("AttachUserPolicy", PolicyId=policy, AttachUin=uin)
        key = self.cam("CreateAccessKey", TargetUin=uin)["AccessKey"]
        return replace(
            self.cloud, credentials=Credentials(key["AccessKeyId"], Secret(key["SecretAccessKey"]))
        )

    def events(self) -> list[Event]:
        """Every callback that was made, except those that were lost on request."""
        sent = self.admin("GET", f"/admin/callbacks?bizId={APP}")
        return [parse(one["body"].encode()) for one in sent if one["outcome"] != "lost on request"]
