"""What each kind of person and program does, as calls of the vendor's SDKs to a local cloud.

A job is done with the key of a user who has one policy and no other right; the main account makes everything
around it. `Denied` is the only way in which a job may fail.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from qcloud_cos.cos_auth import CosS3Auth

from components import documents, permissions
from components.config.model import AccessPolicy, Grant
from gme_recording.api import ApiError, Cloud, CloudKind, Cos, Credentials, Gme, LocalCloud, RecordMode
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT, Secret
from gme_recording.api.errors import vendor_errors
from gme_recording.api.objects import Objects
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.console import local as console
from gme_recording.console.settings import Settings
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.smoke import Mode

OWNER_UIN, APPID, BIZ_ID, ROOM = "100000000001", "1250000000", 1400000001, "gme-recording-smoke"
PREFIX, KEY = f"{BIZ_ID}_", f"{BIZ_ID}_room/1_2026-01-01-00-00-00_0_audio.mp3"
HOME = permissions.Reach(
    region="ap-guangzhou",
    appid=APPID,
    bucket=f"voice-{APPID}",
    prefixes=(PREFIX,),
    empties=True,
    recorded=True,
)
COPY = permissions.Reach(
    region="ap-beijing", appid=APPID, bucket=f"copy-{APPID}", prefixes=(PREFIX,), empties=True, copies=True
)
LOG = permissions.Reach(region="ap-guangzhou", appid=APPID, bucket=f"log-{APPID}", empties=True)
BUCKETS = (HOME, COPY, LOG)
DEPLOYMENT = permissions.Deployment(
    grant=Grant.CREATE,
    policies=True,
    users=True,
    smoke=Mode.FULL,
    smoke_test=[(HOME, (f"{PREFIX}{ROOM}/", f"{PREFIX}{ROOM}_"))],
)
DOCUMENTS = {
    AccessPolicy.RECORDER: permissions.recorder(OWNER_UIN, [BIZ_ID]),
    AccessPolicy.READER: permissions.reader(BUCKETS),
    AccessPolicy.ERASER: permissions.eraser(BUCKETS),
    AccessPolicy.AUDITOR: permissions.auditor(OWNER_UIN, BUCKETS),
    AccessPolicy.DEPLOYER: permissions.deployer(OWNER_UIN, [BIZ_ID], BUCKETS, DEPLOYMENT),
}
ABSENT = {
    "DomainConfigNotFoundError",
    "NoSuchBucketPolicy",
    "NoSuchTagSet",
    "ReplicationConfigurationNotFoundError",
}
"""What a read of something that is not configured is answered with, beside `NoSuch…Configuration`."""


class Denied(Exception):
    """The policy does not allow it."""


class World:
    """A local cloud, a key of it, and the clients of that key; each call raises `Denied` or goes well."""

    def __init__(self, running: RunningCloud, credentials: Credentials = LOCAL_MAIN_ACCOUNT) -> None:
        self.running, self.credentials = running, credentials
        self.local = LocalCloud(running.url)
        self.clouds = {
            region: Cloud(CloudKind.LOCAL, region, credentials, running.url)
            for region in {bucket.region for bucket in BUCKETS}
        }
        self.gme = Gme(self.clouds[HOME.region])

    def user(self, policy: str) -> World:
        """The same cloud for a new user who has this policy and nothing else."""
        user = self.api("cam", "AddUser", Name="worker", UseApi=1)
        made = self.api("cam", "CreatePolicy", PolicyName="only", PolicyDocument=policy)
        self.api("cam", "AttachUserPolicy", PolicyId=made["PolicyId"], AttachUin=user["Uin"])
        return World(self.running, Credentials(user["SecretId"], Secret(user["SecretKey"])))

    def api(self, service: str, action: str, **parameters: Any) -> Any:
        return self.do(
            lambda: Service(self.clouds[HOME.region], service).call(action, parameters, Repeat.HARMFUL)
        )

    def cos(self, bucket: permissions.Reach, method: str, **parameters: Any) -> Any:
        def ask() -> Any:
            sdk: Any = cos_client(self.clouds[bucket.region])
            with vendor_errors(method):
                return getattr(sdk, method)(Bucket=bucket.bucket, **parameters)

        return self.do(ask)

    def subresource(self, bucket: permissions.Reach, name: str) -> None:
        """GET of what the SDK has no method for."""

        def ask() -> None:
            sdk: Any = cos_client(self.clouds[bucket.region])
            url, params = sdk.get_conf().uri(bucket=bucket.bucket), {name: ""}
            with vendor_errors(name):
                auth = CosS3Auth(sdk.get_conf(), params=params)
                sdk.send_request(
                    method="GET", url=url, bucket=bucket.bucket, auth=auth, params=params, headers={}
                )

        self.do(ask)

    def do(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except ApiError as error:
            if error.code in {"AccessDenied", "UnauthorizedOperation"}:
                raise Denied(error.message) from error
            if error.code in ABSENT or (error.code.startswith("NoSuch") and "Config" in error.code):
                return None
            raise

    def recording_is_on(self) -> None:
        """What a person at the console and a player do; the file comes long after the job."""
        self.local._send("PUT", "/admin/gme/profile", {"processingSeconds": 3600})
        settings = Settings(
            biz_id=BIZ_ID,
            recording=True,
            scope="custom",
            bucket=HOME.bucket,
            region=HOME.region,
            callback_url="",
        )
        console.apply(self.local, settings)
        self.local.join(BIZ_ID, ROOM, "player")

    def room(self) -> None:
        """A deployed environment with a player in the smoke test's room."""
        self.environment()
        self.recording_is_on()

    def environment(self) -> None:
        """A deployed environment with a recording in it."""
        self.api("cam", "CreateServiceLinkedRole", QCSServiceName=["gamemedia.gme.cloud.tencent.com"])
        for bucket in BUCKETS:
            self.cos(bucket, "create_bucket")
            self.cos(bucket, "put_bucket_versioning", Status="Enabled")
        for bucket in (HOME, COPY):
            self.cos(bucket, "put_object", Key=KEY, Body=b"recorded")


def record(user: World) -> None:
    gme = user.gme
    task = user.do(lambda: gme.start_record(BIZ_ID, ROOM, RecordMode.MIXED))
    user.do(lambda: gme.find_task(BIZ_ID, ROOM))
    user.do(lambda: gme.modify_record(BIZ_ID, task, RecordMode.BOTH))
    user.do(lambda: gme.record_files(BIZ_ID, task))
    user.do(lambda: gme.stop_record(BIZ_ID, task))


def read(user: World) -> None:
    user.cos(HOME, "list_objects", Prefix=PREFIX)
    user.cos(HOME, "head_object", Key=KEY)
    user.cos(HOME, "get_object", Key=KEY)


def erase(user: World) -> None:
    for bucket in (HOME, COPY):
        user.cos(bucket, "list_objects", Prefix=PREFIX)
        user.cos(bucket, "delete_object", Key=KEY)
        _empty(user, bucket, PREFIX)


def audit(user: World) -> None:
    user.api("cam", "GetRole", RoleName="GME_QCSLinkedRoleInGameMedia")
    for bucket in BUCKETS:
        for method in INSPECTIONS:
            user.cos(bucket, method)


def deploy(user: World) -> None:
    """Up, a change, the smoke test, and destroy, as the official provider was recorded to do it."""
    role = user.api("cam", "CreateServiceLinkedRole", QCSServiceName=["gamemedia.gme.cloud.tencent.com"])
    user.api("cam", "GetRole", RoleId=role["RoleId"])
    user.api("cam", "DescribeSubAccounts", FilterSubAccountUin=[FIRST_UIN])
    linked = f"qcs::cam::uin/:role/tencentcloudServiceRole/{role['RoleId']}"
    user.api("tag", "ModifyResourceTags", Resource=linked, ReplaceTags=[{"TagKey": "a", "TagValue": "b"}])
    for bucket in reversed(BUCKETS):
        _make_bucket(user, bucket)
    policy = _make_policy(user)
    World(user.running).recording_is_on()
    record(user)
    cos, smoke = Cos(user.clouds[HOME.region]), f"{PREFIX}{ROOM}"
    for end in "/_":
        key = f"{smoke}{end}file"
        World(user.running).cos(HOME, "put_object", Key=key, Body=b"recorded")
        user.do(lambda end=end: list(cos.keys(HOME.bucket, f"{smoke}{end}")))  # type: ignore[misc]
        user.do(lambda key=key: cos.read(HOME.bucket, key))  # type: ignore[misc]
        user.do(lambda key=key: cos.delete(HOME.bucket, key))  # type: ignore[misc]
    user.api("cam", "DetachUserPolicy", PolicyId=policy, DetachUin=FIRST_UIN)
    user.api("cam", "DeletePolicy", PolicyId=[policy])
    for bucket in BUCKETS:
        _delete_bucket(user, bucket)
    gone = user.api("cam", "DeleteServiceLinkedRole", RoleName="GME_QCSLinkedRoleInGameMedia")
    user.api("cam", "GetServiceLinkedRoleDeletionStatus", DeletionTaskId=gone["DeletionTaskId"])


INSPECTIONS = (
    "head_bucket",
    "get_bucket_acl",
    "get_bucket_encryption",
    "get_bucket_lifecycle",
    "get_bucket_logging",
    "get_bucket_policy",
    "get_bucket_replication",
    "get_bucket_tagging",
    "get_bucket_versioning",
)
FIRST_UIN = 100000000100
"""Of the only user."""
JOBS: dict[AccessPolicy, tuple[Callable[[World], None], Callable[[World], None]]] = {
    AccessPolicy.RECORDER: (World.room, record),
    AccessPolicy.READER: (World.environment, read),
    AccessPolicy.ERASER: (World.environment, erase),
    AccessPolicy.AUDITOR: (World.environment, audit),
    AccessPolicy.DEPLOYER: (lambda _: None, deploy),
}
"""What must be there, and what is done."""


def actions(document: str) -> Iterator[tuple[int, str]]:
    """Every action of every statement."""
    for at, statement in enumerate(json.loads(document)["statement"]):
        yield from ((at, action) for action in statement["action"])


def without(document: str, at: int, action: str) -> str:
    """The document without one action in one statement."""
    content = json.loads(document)
    content["statement"][at]["action"].remove(action)
    content["statement"] = [statement for statement in content["statement"] if statement["action"]]
    if not content["statement"]:
        return document.replace(action, "gme:Nothing")
    return json.dumps(content)


def _make_bucket(user: World, bucket: permissions.Reach) -> None:
    user.cos(bucket, "create_bucket")
    user.cos(bucket, "delete_bucket_tagging")
    user.cos(bucket, "put_bucket_tagging", Tagging={"TagSet": {"Tag": [{"Key": "a", "Value": "b"}]}})
    user.cos(bucket, "put_bucket_acl", ACL="private")
    rule = {"ID": "a", "Filter": {"Prefix": ""}, "Status": "Enabled", "Expiration": {"Days": 5}}
    user.cos(bucket, "put_bucket_lifecycle", LifecycleConfiguration={"Rule": [rule]})
    by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    user.cos(bucket, "put_bucket_encryption", ServerSideEncryptionConfiguration={"Rule": [by_default]})
    user.cos(bucket, "put_bucket_versioning", Status="Enabled")
    if bucket.recorded:
        target = {"LoggingEnabled": {"TargetBucket": LOG.bucket, "TargetPrefix": "a/"}}
        user.cos(bucket, "put_bucket_logging", BucketLoggingStatus=target)
        there = {"Bucket": f"qcs::cos:{COPY.region}::{COPY.bucket}"}
        one = {"ID": "all", "Status": "Enabled", "Prefix": "", "Destination": there}
        wanted = {"Role": f"qcs::cam::uin/{OWNER_UIN}:uin/{OWNER_UIN}", "Rule": [one]}
        user.cos(bucket, "put_bucket_replication", ReplicationConfiguration=wanted)
    policy = documents.bucket_policy(bucket.region, APPID, bucket.bucket)
    user.cos(bucket, "put_bucket_policy", Policy=policy)
    for method in (*INSPECTIONS, "get_bucket_cors", "get_bucket_website"):
        user.cos(bucket, method)
    for name in ("accelerate", "domain", "intelligenttiering", "origin"):
        user.subresource(bucket, name)


def _make_policy(user: World) -> int:
    document = permissions.recorder(OWNER_UIN, [9])
    made = user.api("cam", "CreatePolicy", PolicyName="made", PolicyDocument=document)
    policy = int(made["PolicyId"])
    user.api("cam", "GetPolicy", PolicyId=policy)
    user.api("cam", "UpdatePolicy", PolicyId=policy, Description="changed")
    user.api("cam", "GetUser", Name="worker")
    user.api("cam", "AttachUserPolicy", PolicyId=policy, AttachUin=FIRST_UIN)
    user.api("cam", "ListAttachedUserPolicies", TargetUin=FIRST_UIN, Page=1, Rp=20)
    return policy


def _delete_bucket(user: World, bucket: permissions.Reach) -> None:
    if bucket.recorded:
        user.cos(bucket, "delete_bucket_replication")
    user.cos(bucket, "delete_bucket_policy")
    owner = World(user.running)
    owner.cos(bucket, "put_object", Key=KEY, Body=b"recorded")
    owner.cos(bucket, "create_multipart_upload", Key=KEY)
    _empty(user, bucket, "")
    objects = Objects(user.clouds[bucket.region])
    ((key, upload),) = user.do(lambda: tuple(objects.uploads(bucket.bucket)))
    user.do(lambda: objects.abort(bucket.bucket, key, upload))
    user.cos(bucket, "delete_bucket")


def _empty(user: World, bucket: permissions.Reach, prefix: str) -> None:
    found = user.cos(bucket, "list_objects_versions", Prefix=prefix)
    listed = itertools.chain(found.get("Version", ()), found.get("DeleteMarker", ()))
    named = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in listed]
    user.cos(bucket, "delete_objects", Delete={"Object": named, "Quiet": "true"})
