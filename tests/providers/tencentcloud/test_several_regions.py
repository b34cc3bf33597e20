"""Buckets of several regions in one process, replicated from one to another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT, CloudKind
from gme_recording.api.endpoints import Cloud
from gme_recording.localcloud.pytest_plugin import RunningCloud
from providers.kit.serve import serve
from providers.tencentcloud import provider
from providers.tencentcloud.clients import Cos
from tests.providers.tencentcloud.stack import Stack
from tests.providers.wire import Json, Refused, Wire

BUCKET = "tencentcloud:Cos/bucket:Bucket"
HOME, AWAY = "ap-guangzhou", "ap-singapore"
ROLE = "qcs::cam::uin/100000000001:uin/100000000001"
COPIES: Json = {"bucket": "copies-1250000000", "versioningEnable": True}
PLAIN: Json = {"bucket": "voice-1250000000", "versioningEnable": True}
REPLICATED: Json = PLAIN | {
    "replicaRole": ROLE,
    "replicaRules": [
        {
            "id": "all",
            "status": "Enabled",
            "prefix": "",
            "destinationBucket": f"qcs::cos:{AWAY}::copies-1250000000",
        }
    ],
}


@pytest.fixture
def stacks(local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Stack]]:
    """One provider, attached by an engine for two provider resources."""
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    with serve({"tencentcloud": provider()}) as attached:
        stacks = {region: Stack(Wire(attached.partition(":")[2])) for region in (HOME, AWAY)}
        for region, stack in stacks.items():
            stack.wire.call("Configure", {"args": {"region": region, "protocol": "HTTP"}})
        yield stacks


def found_in(region: str, bucket: str) -> bool:
    url = Cloud.connect(CloudKind.LOCAL, region).url
    return bool(
        Cos(Cloud(CloudKind.LOCAL, region, LOCAL_MAIN_ACCOUNT, url)).read("location", bucket, "NoSuchBucket")
    )


def test_a_bucket_is_made_in_the_region_of_its_provider(stacks: dict[str, Stack]) -> None:
    made = {region: stacks[region].create(BUCKET, {"bucket": f"{region}-1250000000"}) for region in stacks}
    for region, it in made.items():
        url = f"{region}-1250000000.cos.{region}.myqcloud.com"
        assert it["properties"]["cosBucketUrl"] == url
        assert [where for where in stacks if found_in(where, it["id"])] == [region]


def test_replication_is_set_changed_seen_and_ended(stacks: dict[str, Stack]) -> None:
    stacks[AWAY].create(BUCKET, COPIES)
    stack = stacks[HOME]
    made = stack.create(BUCKET, REPLICATED)
    assert stack.diff(BUCKET, made, REPLICATED)["changes"] == "DIFF_NONE"
    rule = REPLICATED["replicaRules"][0] | {"prefix": "1400000001_"}
    changed = REPLICATED | {"replicaRules": [rule]}
    assert set(stack.diff(BUCKET, made, changed)["detailedDiff"]) == {"replicaRules[0].prefix"}
    narrowed = stack.update(BUCKET, made, changed)
    assert narrowed["properties"]["replicaRules"][0]["prefix"] == "1400000001_"
    ended = stack.update(BUCKET, narrowed, PLAIN)
    assert (ended["properties"]["replicaRole"], ended["properties"]["replicaRules"]) == ("", [])
    found = stack.read(BUCKET, narrowed, changed)
    assert set(stack.diff(BUCKET, found, changed)["diffs"]) == {"replicaRole", "replicaRules"}


def test_what_lacks_versions_is_not_replicated(stacks: dict[str, Stack]) -> None:
    stack = stacks[HOME]
    with pytest.raises(Refused, match="a bucket without versions cannot be replicated"):
        stack.create(BUCKET, REPLICATED | {"versioningEnable": False})
    assert not found_in(HOME, "voice-1250000000")
    with pytest.raises(Refused, match="replicate"):
        stack.create(BUCKET, REPLICATED)
    assert found_in(HOME, "voice-1250000000"), "half made: the other bucket is missing"


def test_another_region_is_no_new_provider(stacks: dict[str, Stack]) -> None:
    urn = "urn:pulumi:local::voice::gme-recording:storage:Storage$pulumi:providers:tencentcloud::away"
    olds, news = ({"region": region, "protocol": "HTTP", "version": "0.2.3"} for region in (HOME, AWAY))
    assert stacks[AWAY].wire.call("CheckConfig", {"urn": urn, "news": news})["inputs"] == news
    answer = stacks[AWAY].wire.call("DiffConfig", {"urn": urn, "olds": olds, "news": news})
    assert (answer["changes"], answer.get("replaces")) == ("DIFF_SOME", None)
