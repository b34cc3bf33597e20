import pytest

from gme_recording.api import Cloud, CloudKind, pages
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from gme_recording.deploy.lookup import POLICY, finder
from gme_recording.localcloud.pytest_plugin import RunningCloud

DOCUMENT = '{"version":"2.0","statement":[{"effect":"allow","action":["gme:*"],"resource":["*"]}]}'


def test_a_policy_is_found_however_many_have_names_like_it(
    local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ROWS", 2)
    cloud = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, local_cloud.url)
    cam = Service(cloud, "cam")
    ids = {
        name: cam.call("CreatePolicy", {"PolicyName": name, "PolicyDocument": DOCUMENT}, Repeat.HARMFUL)
        for name in ("voice-reader", *(f"voice-reader-{number}" for number in range(4)))
    }

    find = finder(cloud)

    assert find(POLICY, {"name": "voice-reader"}) == str(ids["voice-reader"]["PolicyId"])
    assert find(POLICY, {"name": "voice-reader-3"}) == str(ids["voice-reader-3"]["PolicyId"])
    assert find(POLICY, {"name": "voice"}) is None
