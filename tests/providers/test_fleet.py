"""200 applications and buckets in five regions, served by the two providers of one process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gme_recording.localcloud.pytest_plugin import RunningCloud
from providers import gme, tencentcloud
from providers.kit.serve import serve
from tests.providers.tencentcloud.stack import Stack
from tests.providers.wire import Json, Wire

REGIONS = ("ap-guangzhou", "ap-shanghai", "ap-beijing", "ap-singapore", "eu-frankfurt")
APPLICATIONS = range(1400001000, 1400001200)
AT_ONCE = 16
"""As many requests as the engine sends at once on a machine with four cores."""
BUCKET = "tencentcloud:Cos/bucket:Bucket"
ROLE = "tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole"
SETTINGS = "gme:console:RecordingSettings"


def bucket(region: str) -> str:
    return f"voice-{region}-1250000000"


def declared(biz_id: int) -> Json:
    region = REGIONS[biz_id % len(REGIONS)]
    return {"cloud": "local", "bizId": biz_id, "bucket": bucket(region), "region": region}


@pytest.fixture
def stacks(local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Stack]]:
    """By region; `gme` for the console settings of all."""
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    with serve({"gme": gme.provider(), "tencentcloud": tencentcloud.provider()}) as attached:
        ports = dict(part.split(":") for part in attached.split(","))
        stacks = {region: Stack(Wire(ports["tencentcloud"])) for region in REGIONS}
        for region, stack in stacks.items():
            stack.wire.call("Configure", {"args": {"region": region, "protocol": "HTTP"}})
        yield stacks | {"gme": Stack(Wire(ports["gme"]))}


def test_a_fleet_is_made_read_and_ended_side_by_side(stacks: dict[str, Stack]) -> None:
    consoles = stacks["gme"]
    stacks[REGIONS[0]].create(ROLE, {"qcsServiceNames": ["gamemedia.gme.cloud.tencent.com"]})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        buckets = list(
            pool.map(lambda region: stacks[region].create(BUCKET, {"bucket": bucket(region)}), REGIONS)
        )
        assert [each["properties"]["cosBucketUrl"].split(".")[2] for each in buckets] == list(REGIONS)
        made = list(pool.map(lambda biz_id: consoles.create(SETTINGS, declared(biz_id)), APPLICATIONS))
        assert [each["id"] for each in made] == [str(biz_id) for biz_id in APPLICATIONS]
        read = pool.map(
            lambda each, biz_id: consoles.read(SETTINGS, each, declared(biz_id)), made, APPLICATIONS
        )
        assert [each["properties"] for each in read] == [each["properties"] for each in made]
        list(pool.map(lambda each: consoles.delete(SETTINGS, each), made))
        ended = pool.map(
            lambda each, biz_id: consoles.read(SETTINGS, each, declared(biz_id)), made, APPLICATIONS
        )
        assert {each["properties"]["recording"] for each in ended} == {False}
