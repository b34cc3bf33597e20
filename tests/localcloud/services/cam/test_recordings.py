"""What the official provider sent, signed anew by the vendor's SDK: answered as it was recorded."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from tests.localcloud.services.cam.documents import policy, trust

GOLDEN = Path(__file__).parents[3] / "golden" / "http"
SCENARIOS = [
    *("cam.Policy/life", "cam.Policy/life_minimal", "cam.Policy/autoname", "cam.Policy/replace_name"),
    *("cam.Policy/unicode", "cam.Policy/format_only_changes"),
    *("cam.Role/life", "cam.Role/life_full", "cam.Role/autoname", "cam.Role/replace_name"),
    *("cam.Role/unicode", "cam.Role/check_fail"),
    *("cam.RolePolicyAttachment/life", "cam.RolePolicyAttachment/replace"),
    *("cam.ServiceLinkedRole/life", "cam.ServiceLinkedRole/all_arguments"),
    *("cam.User/life_full", "cam.UserPolicyAttachment/life"),
    "invoke/user.get_info",
]
"""Those in which nothing was changed behind the provider's back and no error was injected."""
RENAMED = ("GAMEMEDIA_QCSLinkedRoleInGamemedia", "GME_QCSLinkedRoleInGameMedia")
"""The recording's cloud guessed the name of GME's role; the vendor documents it."""
NEVER_THE_SAME = {"AddTime", "UpdateTime", "CreateTime", "TagKeyMd5", "TagValueMd5"}
"""Times, and digests that the recording's cloud left empty."""
OTHER_CALLERS = ("03-sub-account", "04-denied")


class Provider:
    """Sends what the provider sent."""

    def __init__(self, url: str, secret_id: str, secret_key: str) -> None:
        self._credential = Credential(secret_id, secret_key)
        self._profile = ClientProfile(httpProfile=HttpProfile(protocol="http", proxy=url))

    def send(self, action: str, parameters: dict[str, Any], service: str = "cam") -> dict[str, Any]:
        version = {"cam": "2019-01-16", "tag": "2018-08-13"}[service]
        client = CommonClient(service, version, self._credential, "ap-guangzhou", self._profile)
        try:
            answer: dict[str, Any] = client.call_json(action, parameters)["Response"]
        except TencentCloudSDKException as error:
            return {"Error": {"Code": error.get_code(), "Message": error.get_message()}}
        return answer


@pytest.fixture
def provider(local_cloud):
    return Provider(local_cloud.url, local_cloud.secret_id, local_cloud.secret_key)


def prepare(provider: Provider, scenario: str) -> None:
    """What other resources of the program had made before."""
    if "Attachment" in scenario:
        provider.send("CreateRole", {"RoleName": "rec-role", "PolicyDocument": trust()})
        for name in ("rec-policy", "rec-policy-2"):
            provider.send("CreatePolicy", {"PolicyName": name, "PolicyDocument": policy()})
        provider.send("AddUser", {"Name": "rec-reader"})


def assert_same(found: Any, recorded: Any, where: str) -> None:
    """Every field that was recorded is there, with the same value where it is not a matter of time."""
    if recorded is None:
        return
    assert type(found) is type(recorded), where
    if isinstance(recorded, dict):
        for name, value in recorded.items():
            assert name in found, f"{where}.{name}"
            if name not in NEVER_THE_SAME:
                assert_same(found[name], value, f"{where}.{name}")
    elif isinstance(recorded, list):
        assert len(found) == len(recorded), where
        for number, value in enumerate(recorded):
            assert_same(found[number], value, f"{where}.{number}")
    elif not where.endswith(".Message"):
        assert found == recorded, where


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_provider_is_answered_as_recorded(provider, scenario):
    prepare(provider, scenario)
    lines = (GOLDEN / f"{scenario}.jsonl").read_text("utf-8").replace(*RENAMED).splitlines()
    steps = [step for step in map(json.loads, lines) if step["step"] not in OTHER_CALLERS]
    assert steps
    for step in steps:
        action, parameters = step["headers"]["x-tc-action"], json.loads(step["body"])
        service = step["host"].partition(".")[0]
        found = provider.send(action, parameters, service)
        while found.get("Status") == "IN_PROGRESS":
            time.sleep(0.05)
            found = provider.send(action, parameters, service)
        recorded = json.loads(step["answer"])["Response"]
        del recorded["RequestId"]
        assert_same(found, recorded, f"{step['step']} {action}")
