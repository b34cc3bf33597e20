import json
from datetime import timedelta

import pytest
from tencentcloud.common.credential import Credential

from gme_recording.localcloud.identity import Key
from tests.localcloud.sdk import Sdk
from tests.localcloud.services.cam.documents import policy, trust
from tests.localcloud.services.cam.refused import refused

OWNER, UIN = 100000000001, 100000000100
ROLE = f"qcs::cam::uin/{OWNER}:roleName/writer"
ACCOUNT = {"qcs": [f"qcs::cam::uin/{OWNER}:root"]}


@pytest.fixture
def cam(local_cloud):
    return Sdk(local_cloud, "cam")


@pytest.fixture
def sts(local_cloud):
    return Sdk(local_cloud, "sts")


def credential(answer: dict[str, dict[str, str]]) -> Credential:
    given = answer["Credentials"]
    return Credential(given["TmpSecretId"], given["TmpSecretKey"], given["Token"])


def user_with(cam: Sdk, *documents: str) -> Credential:
    added = cam("AddUser", Name="robot", UseApi=1)
    for number, document in enumerate(documents):
        created = cam("CreatePolicy", PolicyName=f"p{number}", PolicyDocument=document)
        cam("AttachUserPolicy", AttachUin=added["Uin"], PolicyId=created["PolicyId"])
    return Credential(added["SecretId"], added["SecretKey"])


def test_the_main_account_is_told_who_it_is(sts):
    assert sts("GetCallerIdentity") == {
        "Arn": f"qcs::cam::uin/{OWNER}:uin/{OWNER}",
        "AccountId": str(OWNER),
        "UserId": str(OWNER),
        "PrincipalId": str(OWNER),
        "Type": "RootAccount",
    }


def test_a_user_is_told_who_it_is(cam, local_cloud):
    answer = Sdk(local_cloud, "sts", user_with(cam))("GetCallerIdentity")
    assert (answer["UserId"], answer["Type"]) == (str(UIN), "CAMUser")


def test_a_session_of_a_role_may_what_the_role_may(cam, sts, local_cloud):
    role_id = cam("CreateRole", RoleName="writer", PolicyDocument=trust(ACCOUNT))["RoleId"]
    session = credential(sts("AssumeRole", RoleArn=ROLE, RoleSessionName="test"))
    assert session.secret_id.startswith("AKIDlocal")
    identity = Sdk(local_cloud, "sts", session)("GetCallerIdentity")
    assert (identity["Type"], identity["PrincipalId"]) == ("CAMRole", role_id)
    with refused("UnauthorizedOperation"):
        Sdk(local_cloud, "cam", session)("ListUsers")
    cam("AttachRolePolicy", AttachRoleName="writer", PolicyId=1)
    assert Sdk(local_cloud, "cam", session)("ListUsers") == {"Data": []}
    cam("DeleteRole", RoleName="writer")
    with refused("UnauthorizedOperation"):
        Sdk(local_cloud, "cam", session)("ListUsers")


def test_a_session_policy_narrows_the_role(cam, sts, local_cloud):
    cam("CreateRole", RoleName="writer", PolicyDocument=trust(ACCOUNT))
    cam("AttachRolePolicy", AttachRoleName="writer", PolicyId=1)
    narrowed = sts("AssumeRole", RoleArn=ROLE, RoleSessionName="test", Policy=policy("cam:ListUsers", "*"))
    session = Sdk(local_cloud, "cam", credential(narrowed))
    assert session("ListUsers") == {"Data": []}
    with refused("UnauthorizedOperation"):
        session("ListPolicies")


def test_sessions_end_by_the_clock_of_the_cloud(cam, sts, local_cloud):
    cam("CreateRole", RoleName="writer", PolicyDocument=trust(ACCOUNT))
    answer = sts("AssumeRole", RoleArn=ROLE, RoleSessionName="test", DurationSeconds=3600)
    session = Sdk(local_cloud, "sts", credential(answer))
    now = local_cloud.run(lambda cloud: cloud.clock.now())
    assert 3590 <= answer["ExpiredTime"] - now.timestamp() <= 3600
    assert answer["Expiration"].endswith("Z")
    local_cloud.run(lambda cloud: cloud.clock.advance(timedelta(seconds=3580)))
    assert session("GetCallerIdentity")
    local_cloud.run(lambda cloud: cloud.clock.advance(timedelta(seconds=20)))
    with refused("AuthFailure.TokenFailure"):
        session("GetCallerIdentity")


def test_sessions_long_over_are_forgotten(cam, sts, local_cloud):
    cam("CreateRole", RoleName="writer", PolicyDocument=trust(ACCOUNT))
    before = local_cloud.run(lambda cloud: cloud.store.select(Key))
    sts("AssumeRole", RoleArn=ROLE, RoleSessionName="test")

    def a_week_later(cloud):
        cloud.clock.advance(timedelta(days=7))
        cloud.run_due()
        return cloud.store.select(Key)

    assert local_cloud.run(a_week_later) == before


def test_a_token_belongs_to_its_key(cam, sts, local_cloud):
    cam("CreateRole", RoleName="writer", PolicyDocument=trust(ACCOUNT))
    one, other = (credential(sts("AssumeRole", RoleArn=ROLE, RoleSessionName="test")) for _ in range(2))
    for token in ("", other.token):
        with refused("AuthFailure.TokenFailure"):
            Sdk(local_cloud, "sts", Credential(one.secret_id, one.secret_key, token))("GetCallerIdentity")


def test_a_user_needs_the_trust_of_the_role_and_a_policy_of_its_own(cam, local_cloud):
    cam("CreateRole", RoleName="writer", PolicyDocument=trust({"qcs": [f"qcs::cam::uin/{OWNER}:uin/{UIN}"]}))
    cam("CreateRole", RoleName="other", PolicyDocument=trust())
    user = Sdk(local_cloud, "sts", user_with(cam, policy("sts:AssumeRole", "*")))
    assert user("AssumeRole", RoleArn=ROLE, RoleSessionName="test")["Credentials"]
    with refused("UnauthorizedOperation"):
        user("AssumeRole", RoleArn=ROLE.replace("writer", "other"), RoleSessionName="test")
    cam("DetachUserPolicy", DetachUin=UIN, PolicyId=200000001)
    with refused("UnauthorizedOperation"):
        user("AssumeRole", RoleArn=ROLE, RoleSessionName="test")


def test_a_role_is_named_by_its_id_too(cam, sts):
    role_id = cam("CreateRole", RoleName="writer", PolicyDocument=trust(ACCOUNT))["RoleId"]
    arn = f"qcs::cam::uin/{OWNER}:roleId/{role_id}"
    assert sts("AssumeRole", RoleArn=arn, RoleSessionName="test")["Credentials"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"RoleArn": "writer"}, "InvalidParameter.ParamError"),
        ({"RoleArn": ROLE + "x"}, "ResourceNotFound.RoleNotFound"),
        ({"RoleSessionName": "a b"}, "InvalidParameter.ParamError"),
        ({"DurationSeconds": 7201}, "InvalidParameter.OverTimeError"),
        ({"DurationSeconds": 0}, "InvalidParameter.OverTimeError"),
        ({"Policy": "{}"}, "InvalidParameter.StrategyInvalid"),
    ],
)
def test_a_session_that_cannot_be_is_refused(cam, sts, parameters, code):
    cam("CreateRole", RoleName="writer", PolicyDocument=trust(ACCOUNT))
    with refused(code):
        sts("AssumeRole", **{"RoleArn": ROLE, "RoleSessionName": "test", **parameters})


def test_a_federation_token_gives_what_its_policy_allows(sts, local_cloud):
    answer = sts("GetFederationToken", Name="player", Policy=policy("cam:ListUsers", "*"))
    session = Sdk(local_cloud, "cam", credential(answer))
    assert session("ListUsers") == {"Data": []}
    with refused("UnauthorizedOperation"):
        session("ListPolicies")


def test_a_federation_token_of_a_user_gives_no_more_than_the_user_may(cam, local_cloud):
    user = Sdk(local_cloud, "sts", user_with(cam, policy("sts:*", "*")))
    answer = user("GetFederationToken", Name="player", Policy=policy("cam:ListUsers", "*"))
    with refused("UnauthorizedOperation"):
        Sdk(local_cloud, "cam", credential(answer))("ListUsers")


def test_the_policy_of_a_federation_token_may_be_percent_encoded(sts):
    encoded = policy("cam:ListUsers", "*").replace('"', "%22").replace("{", "%7B").replace("}", "%7D")
    assert sts("GetFederationToken", Name="player", Policy=encoded)["Credentials"]


def test_temporary_keys_make_no_federation_tokens(sts, local_cloud):
    answer = sts("GetFederationToken", Name="player", Policy=policy("*", "*"))
    with refused("FailedOperation.TempKeyNotAllowed"):
        Sdk(local_cloud, "sts", credential(answer))("GetFederationToken", Name="x", Policy=policy("*", "*"))


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Name": ""}, "InvalidParameter.ParamError"),
        ({"DurationSeconds": 7201}, "InvalidParameter.OverTimeError"),
        ({"Policy": json.dumps({"version": "2.0"})}, "InvalidParameter.StrategyInvalid"),
    ],
)
def test_a_federation_token_that_cannot_be_is_refused(sts, parameters, code):
    with refused(code):
        sts("GetFederationToken", **{"Name": "player", "Policy": policy(), **parameters})
