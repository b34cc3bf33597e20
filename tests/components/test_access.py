from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from components import access, permissions
from components.access import Access, AccessArgs
from components.config.model import AccessPolicy, Grant
from gme_recording.api import Cam, Cloud, CloudKind, Role
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from gme_recording.errors import ExitCode, UserError
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.smoke import Mode
from tests.support import wire

BUCKET = permissions.Reach(
    region="ap-guangzhou", appid="1250000000", bucket="voice-1250000000", prefixes=("1400000001_",)
)
DEPLOYMENT = permissions.Deployment(grant=Grant.CREATE, policies=True, users=False, smoke=Mode.PROBE)
ARGS: AccessArgs = {
    "grant": Grant.CREATE,
    "policies": (AccessPolicy.RECORDER, AccessPolicy.READER),
    "owner_uin": "100000000001",
    "biz_ids": [1400000001],
    "buckets": [BUCKET],
    "deployment": DEPLOYMENT,
}


def run(args: AccessArgs) -> wire.Wire:
    def program() -> None:
        Access("a", args)

    return wire.run(program)


def owner(appid: str, account: dict[str, str]) -> access.Owner:
    found: list[access.Owner] = []
    wire.run(lambda: found.append(access.owner(appid)), account={**wire.ACCOUNT, **account})
    return found[0]


def test_the_grant_is_the_service_linked_role_of_gme() -> None:
    sent = run(ARGS)
    assert sent.only("ServiceLinkedRole").props == {"qcsServiceNames": ["gamemedia.gme.cloud.tencent.com"]}
    assert sent.outputs[sent.named("a").urn] == {
        "role": "GME_QCSLinkedRoleInGameMedia",
        "roleId": "id-of-a-grant",
        "policyIds": {"recorder": "id-of-a-recorder", "reader": "id-of-a-reader"},
    }


def test_an_existing_grant_is_left_to_its_owner() -> None:
    sent = run({**ARGS, "grant": Grant.EXISTING, "policies": ()})
    assert [each.name for each in sent.registered] == ["a"]
    assert sent.outputs[sent.named("a").urn] == {
        "role": "GME_QCSLinkedRoleInGameMedia",
        "roleId": "",
        "policyIds": {},
    }


def test_policies_are_named_after_the_bucket() -> None:
    sent = run({**ARGS, "policies": tuple(AccessPolicy)})
    owner_uin, biz_ids = "100000000001", [1400000001]
    assert {each.props["name"]: each.props["document"] for each in sent.of_type("Policy")} == {
        "voice-1250000000-recorder": permissions.recorder(owner_uin, biz_ids),
        "voice-1250000000-reader": permissions.reader([BUCKET]),
        "voice-1250000000-eraser": permissions.eraser([BUCKET]),
        "voice-1250000000-auditor": permissions.auditor(owner_uin, [BUCKET]),
        "voice-1250000000-deployer": permissions.deployer(owner_uin, biz_ids, [BUCKET], DEPLOYMENT),
    }


def test_a_user_gets_the_policy_that_is_made_for_it() -> None:
    users = {AccessPolicy.READER: ["support", "legal"]}
    sent = run({**ARGS, "policies": (), "users": users})
    assert sent.only("Policy").name == "a-reader"
    assert {each.name: each.props for each in sent.of_type("UserPolicyAttachment")} == {
        f"a-reader-{user}": {"userName": user, "policyId": "id-of-a-reader"} for user in ("support", "legal")
    }


def test_inputs_name_further_buckets_and_users_only_where_there_are_any() -> None:
    least = {
        "grant": "create",
        "policies": ["recorder", "reader"],
        "owner_uin": "100000000001",
        "appid": "1250000000",
        "region": "ap-guangzhou",
        "bucket": "voice-1250000000",
        "biz_ids": [1400000001],
        "prefixes": ["1400000001_"],
    }
    assert run(ARGS).named("a").props == least
    copies = replace(BUCKET, bucket="copy-1250000000", copies=True)
    sent = run({**ARGS, "buckets": [BUCKET, copies], "users": {AccessPolicy.READER: ["support"]}})
    assert sent.named("a").props == {
        **least,
        "elsewhere": ["copy-1250000000"],
        "users": {"reader": ["support"]},
    }


@dataclass
class Found:
    """What CAM answers."""

    role: Role | None

    def find_role(self, name: str) -> Role | None:
        assert name == "GME_QCSLinkedRoleInGameMedia"
        return self.role


@pytest.mark.parametrize(
    ("role", "hint"),
    [
        (None, "access.grant: create"),
        (Role("1", "GME_QCSLinkedRoleInGameMedia", service_linked=False), "delete it in the CAM console"),
    ],
)
def test_a_grant_that_should_exist_and_does_not_is_said_before_anything_is_made(
    role: Role | None, hint: str
) -> None:
    cam: Any = Found(role)
    with pytest.raises(UserError) as raised:
        access.require_grant(cam)
    assert hint in raised.value.hint


def test_an_existing_grant_is_looked_up(local_cloud: RunningCloud) -> None:
    cloud = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, local_cloud.url)
    with pytest.raises(UserError, match="has no role GME_QCSLinkedRoleInGameMedia"):
        access.require_grant(Cam(cloud))
    Service(cloud, "cam").call(
        "CreateServiceLinkedRole", {"QCSServiceName": [access.GME_SERVICE]}, Repeat.HARMFUL
    )
    access.require_grant(Cam(cloud))


def test_the_owner_is_the_main_account() -> None:
    found = owner("1250000000", {"uin": "100000000100", "ownerUin": "100000000001"})
    assert found == access.Owner("1250000000", "100000000001")


def test_credentials_of_another_account_are_refused_with_both_named() -> None:
    with pytest.raises(UserError) as raised:
        owner("1250000000", {"appId": "1259999999"})
    assert "1250000000" in raised.value.message
    assert "1259999999" in raised.value.message
    assert raised.value.exit_code is ExitCode.AUTH


def test_credentials_that_are_refused_are_a_line_for_people() -> None:
    with pytest.raises(
        UserError, match=r"^the account of the credentials could not be read: .*SecretIdNotFound"
    ):
        owner("1250000000", {"refused": "AuthFailure.SecretIdNotFound"})


@pytest.mark.parametrize(
    "said",
    [
        "GetUserAppId: the local cloud is not running at http://127.0.0.1:9",
        "GetUserAppId: no connection to Tencent Cloud (NewConnectionError)",
        "[TencentCloudSDKError] Code=ClientError.NetworkError, Message=Fail to get response because",
        "Post https://cam.tencentcloudapi.com/: dial tcp: lookup cam.tencentcloudapi.com: no such host",
    ],
)
def test_a_cloud_that_is_not_reached_is_no_matter_of_credentials(said: str) -> None:
    with pytest.raises(UserError, match="could not be read") as raised:
        owner("1250000000", {"refused": said})
    assert raised.value.exit_code is ExitCode.UNAVAILABLE


def test_what_the_provider_says_to_do_is_the_hint() -> None:
    with pytest.raises(UserError) as raised:
        owner(
            "1250000000",
            {"refused": "invoke of x failed: x returned an error: no such key\nhint: look again"},
        )
    assert raised.value.message == "the account of the credentials could not be read: no such key"
    assert raised.value.hint == "look again"


def test_the_official_provider_s_refusal_is_told_without_its_frame() -> None:
    said = (
        "invoke of tencentcloud:User/getInfo:getInfo failed: invocation returned an error: invoking "
        "tencentcloud:User/getInfo:getInfo: 1 error occurred:\n\t* [TencentCloudSDKError] "
        "Code=AuthFailure.SignatureFailure, Message=The signature does not match., RequestId=bdb2\n\n"
    )
    with pytest.raises(UserError) as raised:
        owner("1250000000", {"refused": said})
    assert raised.value.message == (
        "the account of the credentials could not be read: "
        "The signature does not match (AuthFailure.SignatureFailure, request bdb2)"
    )
    assert (
        raised.value.hint
        == "check TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or run: tccli configure"
    )
