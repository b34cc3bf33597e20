"""An account of Tencent Cloud with all that a stack can declare is taken over, and nothing is left to do."""

from __future__ import annotations

from typing import Any

import pytest

from components import documents, permissions
from components.access import DESCRIPTIONS
from components.config.model import AccessPolicy
from gme_recording.api import Cloud, CloudKind, Credentials, Secret
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.localcloud.assemble import OWNER_UIN
from tests.support import rehearsal
from tests.support.engine import Project

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

APPID = "1251000009"
HOME, EUROPE = "ap-singapore", "eu-frankfurt"
VOICE, COPY, LOG, VOICE_EU = (f"{name}-{APPID}" for name in ("voice", "voice-copy", "voice-log", "voice-eu"))
ASIA, EU = 1400900001, 1400900002
CALLBACK = "https://voice.example.com/gme"
RECORDED = (
    permissions.Reach(region=HOME, appid=APPID, bucket=VOICE, prefixes=(f"{ASIA}_",)),
    permissions.Reach(region=EUROPE, appid=APPID, bucket=VOICE_EU, prefixes=(f"{EU}_",)),
)
READER = {
    "PolicyName": f"{VOICE}-reader",
    "PolicyDocument": permissions.reader(RECORDED),
    "Description": DESCRIPTIONS[AccessPolicy.READER],
}
STACK = ("--stack", "studio")
ADOPT = (
    *("adopt", *STACK, "--region", HOME, "--region", EUROPE, "--by", "Ann", "--json"),
    *("--app", f"asia={ASIA}", "--bucket", f"asia={VOICE}", "--callback-url", f"asia={CALLBACK}"),
    *("--app", f"eu={EU}", "--bucket", f"eu={VOICE_EU}"),
)


class Account:
    """Set up by hand as docs/adoption.md says it."""

    def __init__(self, project: Project) -> None:
        key = Credentials(rehearsal.SECRET_ID, Secret(rehearsal.SECRET_KEY))
        self.cloud = {
            region: Cloud(CloudKind.LOCAL, region, key, project.cloud.url) for region in (HOME, EUROPE)
        }
        self.console = project.console

    def bucket(self, region: str, name: str, *rules: dict[str, Any], versions: bool = False) -> Any:
        cos: Any = cos_client(self.cloud[region])
        cos.create_bucket(Bucket=name)
        by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        cos.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rule": [by_default]})
        cos.put_bucket_policy(Bucket=name, Policy=documents.tls_only(region, APPID, name))
        cos.put_bucket_lifecycle(Bucket=name, LifecycleConfiguration={"Rule": [*rules]})
        if versions:
            cos.put_bucket_versioning(Bucket=name, Status="Enabled")
        return cos

    def set_up(self) -> None:
        kept = (rule("default", "", 180, 14), rule(f"app-{ASIA}", f"{ASIA}_", 180, 14))
        self.bucket(EUROPE, COPY, *kept, versions=True)
        self.bucket(HOME, LOG, rule("access-log", "", 90))
        cos = self.bucket(HOME, VOICE, *kept, versions=True)
        self.bucket(EUROPE, VOICE_EU, rule("default", "", 30), rule(f"app-{EU}", f"{EU}_", 7))
        logging = {"LoggingEnabled": {"TargetBucket": LOG, "TargetPrefix": f"{VOICE}/"}}
        cos.put_bucket_logging(Bucket=VOICE, BucketLoggingStatus=logging)
        there = {"Bucket": f"qcs::cos:{EUROPE}::{COPY}"}
        copies = {"ID": "all", "Status": "Enabled", "Prefix": "", "Destination": there}
        owner = f"qcs::cam::uin/{OWNER_UIN}:uin/{OWNER_UIN}"
        cos.put_bucket_replication(Bucket=VOICE, ReplicationConfiguration={"Role": owner, "Rule": [copies]})
        cam = Service(self.cloud[HOME], "cam")
        pop_up = {"QCSServiceName": ["gamemedia.gme.cloud.tencent.com"]}
        cam.call("CreateServiceLinkedRole", pop_up, Repeat.HARMFUL)
        user = cam.call("AddUser", {"Name": "support"}, Repeat.HARMFUL)
        policy = cam.call("CreatePolicy", READER, Repeat.HARMFUL)
        attached = {"PolicyId": policy["PolicyId"], "AttachUin": user["Uin"]}
        cam.call("AttachUserPolicy", attached, Repeat.HARMFUL)
        for biz_id, bucket, region, url in ((ASIA, VOICE, HOME, CALLBACK), (EU, VOICE_EU, EUROPE, "")):
            self.console.create_application(biz_id, f"app-{biz_id}")
            shown = {"scope": "custom", "bucket": bucket, "region": region, "callbackUrl": url}
            self.console.put_recording(biz_id, {**shown, "recording": True})


def rule(name: str, prefix: str, days: int, versions: int = 0) -> dict[str, Any]:
    more = {"NoncurrentVersionExpiration": {"NoncurrentDays": versions}} if versions else {}
    return {
        "ID": name,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Expiration": {"Days": days},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        **more,
    }


def test_an_account_in_order_is_taken_over_proved_and_needs_nothing(project: Project) -> None:
    variables = rehearsal.begin(project, APPID) | rehearsal.operator(project)
    Account(project).set_up()

    with project.untouched():
        adopted = project.done(*ADOPT, **variables).data()

    assert sum(step["op"] == "import" for step in adopted["steps"]) == 11
    assert adopted["reasons"] == []
    assert adopted["preview"]["steps"] == []
    assert [report["passed"] for report in adopted["smoke"]] == [True, True]
    project.done("preview", "--refresh", "--expect-no-changes", *STACK, **variables)
