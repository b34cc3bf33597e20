"""The provider's own configuration: as recorded of the official one, but for the local cloud alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers.tencentcloud import provider
from tests.providers.recorded_cloud import GOLDEN, lines
from tests.providers.tencentcloud.conftest import CONFIGURATION
from tests.providers.wire import Json, Refused, Wire, wired

NOT_FOLLOWED = {"missing_keys": "the local cloud has a well-known key pair, so none has to be set"}
FILES = sorted((GOLDEN / "provider" / "provider").glob("*.jsonl"))
CALLS = [
    (file.stem, call)
    for file in FILES
    for call in lines(file)
    if call["method"].rpartition("/")[2] in ("CheckConfig", "DiffConfig", "Configure")
]


@pytest.fixture
def wire() -> Any:
    with wired("tencentcloud", provider()) as wire:
        yield wire


def _local(call: Json) -> Json:
    """The recorded call with a key of the local cloud."""
    result: Json = json.loads(json.dumps(call).replace("AKIDprobe", "AKIDlocalProbe"))
    return result


def _answer(wire: Wire, method: str, request: Json) -> Json:
    try:
        answer = wire.call(method, request)
    except Refused:
        return {"error": True}
    if "failures" in answer:
        return {"failures": answer["failures"]}
    return answer


@pytest.mark.parametrize(("scenario", "call"), CALLS)
def test_configuration_is_answered_as_by_the_official_provider(wire: Wire, scenario: str, call: Json) -> None:
    call = _local(call)
    method = call["method"].rpartition("/")[2]
    answer = _answer(wire, method, call["request"])
    answer.pop("hasDetailedDiff", None)
    expected = call.get("response", {"error": True})
    expected.pop("supportsAutonamingConfiguration", None)
    if method == "Configure" and scenario in NOT_FOLLOWED:
        assert answer != expected
    else:
        assert answer == expected


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"secretId": "AKIDsomebody"}, "tencentcloud:secretId AKIDsomebody is not a key of the local cloud"),
        ({"protocol": "HTTPS"}, "tencentcloud:protocol is HTTPS"),
        ({"cosDomain": "https://cos.ap-guangzhou.myqcloud.com"}, "tencentcloud:cosDomain is https://"),
        ({"domain": "intl.tencentcloudapi.com"}, "tencentcloud:domain is intl.tencentcloudapi.com"),
    ],
)
def test_any_cloud_but_the_local_one_is_refused(wire: Wire, change: Json, told: str) -> None:
    with pytest.raises(Refused) as refused:
        wire.call("Configure", {"args": {**CONFIGURATION, **change}})
    assert refused.value.text.startswith(told)
    assert "the stand-in provider serves the local cloud only" in refused.value.text
    assert CONFIGURATION["secretKey"] not in refused.value.text


def test_previews_need_no_cloud(wire: Wire, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.delenv("GME_RECORDING_CLOUD", raising=False)
    monkeypatch.chdir(tmp_path)
    wire.call("Configure", {"args": CONFIGURATION})
    urn = "urn:pulumi:local::voice::tencentcloud:Cos/bucket:Bucket::voice"
    inputs = wire.call("Check", {"urn": urn, "news": {"bucket": "voice-1250000000"}})["inputs"]
    planned = wire.call("Create", {"urn": urn, "properties": inputs, "preview": True})["properties"]
    assert planned["bucket"] == "voice-1250000000"
    with pytest.raises(Refused, match="the local cloud is not running"):
        wire.call("Create", {"urn": urn, "properties": inputs})
