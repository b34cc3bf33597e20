"""Keys of a role for somebody whom an identity provider vouches for."""

from datetime import timedelta
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.localcloud.identity_provider import OWNER, IdentityProvider
from tests.localcloud.sdk import Sdk
from tests.localcloud.services.cam.documents import policy, trust
from tests.localcloud.services.cam.refused import refused

GITHUB = IdentityProvider()
ROLE = f"qcs::cam::uin/{OWNER}:roleName/deploy"


@pytest.fixture
def cam(local_cloud):
    return Sdk(local_cloud, "cam")


@pytest.fixture
def role(cam):
    cam("CreateOIDCConfig", **GITHUB.configuration)
    cam("CreateRole", RoleName="deploy", PolicyDocument=GITHUB.trust("job"), SessionDuration=3600)
    return cam


def assumed(local_cloud: RunningCloud, token: str, **more: Any) -> dict[str, Any]:
    """What STS answers to somebody who has no keys."""
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", proxy=local_cloud.url))
    client = CommonClient("sts", "2018-08-13", None, "ap-guangzhou", profile=profile)
    asked = {
        "ProviderId": "github",
        "WebIdentityToken": token,
        "RoleArn": ROLE,
        "RoleSessionName": "job-1",
        "DurationSeconds": 3600,
        **more,
    }
    answer = client.call_json("AssumeRoleWithWebIdentity", asked, options={"SkipSign": True})
    response: dict[str, Any] = answer["Response"]
    return response


def session(local_cloud: RunningCloud, service: str, answer: dict[str, Any]) -> Sdk:
    given = answer["Credentials"]
    return Sdk(local_cloud, service, Credential(given["TmpSecretId"], given["TmpSecretKey"], given["Token"]))


def test_a_trusted_job_may_what_the_role_may(role, local_cloud):
    created = role("CreatePolicy", PolicyName="look", PolicyDocument=policy("cam:ListUsers", "*"))
    role("AttachRolePolicy", AttachRoleName="deploy", PolicyId=created["PolicyId"])

    answer = assumed(local_cloud, GITHUB.token())

    identity = session(local_cloud, "sts", answer)("GetCallerIdentity")
    assert identity["Arn"] == f"qcs::sts::uin/{OWNER}:assumed-role/deploy"
    assert session(local_cloud, "cam", answer)("ListUsers") == {"Data": []}
    with refused("UnauthorizedOperation"):
        session(local_cloud, "cam", answer)("ListPolicies")


def test_its_keys_end_by_the_clock_of_the_cloud(role, local_cloud):
    answer = assumed(local_cloud, GITHUB.token(), DurationSeconds=600)

    local_cloud.run(lambda cloud: cloud.clock.advance(timedelta(seconds=601)))

    with refused("AuthFailure.TokenFailure"):
        session(local_cloud, "sts", answer)("GetCallerIdentity")


def test_a_token_ends_by_the_clock_of_the_cloud(role, local_cloud):
    token = GITHUB.token()
    assert assumed(local_cloud, token)["Credentials"]

    local_cloud.run(lambda cloud: cloud.clock.advance(timedelta(seconds=301)))

    with refused("InvalidParameter.WebIdentityTokenError"):
        assumed(local_cloud, token)


@pytest.mark.parametrize(
    "token",
    [
        IdentityProvider(number=1).token(),
        IdentityProvider(url="https://other.example.com").token(),
        GITHUB.token(aud="somebody else"),
        GITHUB.token(exp=None),
        GITHUB.token(sub=None),
        GITHUB.token(nbf=2**40, exp=2**41),
        GITHUB.token({"alg": "none", "kid": "k1"}),
        GITHUB.token({"alg": "RS256", "kid": "k2"}),
        GITHUB.token().rpartition(".")[0] + ".",
        f"{GITHUB.token(sub='other').rpartition('.')[0]}.{GITHUB.token().rpartition('.')[2]}",
        "no token",
    ],
    ids=["key", "issuer", "audience", "exp", "sub", "nbf", "none", "kid", "unsigned", "swapped", "text"],
)
def test_a_token_that_proves_nothing_is_refused(role, local_cloud, token):
    with refused("InvalidParameter.WebIdentityTokenError"):
        assumed(local_cloud, token)


def test_a_token_may_name_several_audiences_and_no_key(role, local_cloud):
    token = GITHUB.token({"alg": "RS256"}, aud=["somebody else", "sts.tencentcloudapi.com"])

    assert assumed(local_cloud, token)["Credentials"]


@pytest.mark.parametrize(
    "document",
    [
        GITHUB.trust("another job"),
        IdentityProvider("gitlab").trust("job"),
        GITHUB.trust("job").replace("AssumeRoleWithWebIdentity", "AssumeRole"),
        trust({"qcs": [f"qcs::cam::uin/{OWNER}:root"]}).replace("sts:AssumeRole", "sts:*"),
    ],
    ids=["subject", "provider", "action", "account"],
)
def test_a_role_that_does_not_trust_the_job_gives_nothing(role, local_cloud, document):
    role("UpdateAssumeRolePolicy", RoleName="deploy", PolicyDocument=document)

    with refused("UnauthorizedOperation"):
        assumed(local_cloud, GITHUB.token())


def test_a_role_for_jobs_is_not_for_keys(role, local_cloud):
    with refused("UnauthorizedOperation"):
        Sdk(local_cloud, "sts")("AssumeRole", RoleArn=ROLE, RoleSessionName="test")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"ProviderId": "gitlab"}, "InvalidParameter.ParamError"),
        ({"RoleArn": f"{ROLE}x"}, "ResourceNotFound.RoleNotFound"),
        ({"RoleSessionName": "a b"}, "InvalidParameter.ParamError"),
        ({"DurationSeconds": 3601}, "InvalidParameter.OverTimeError"),
    ],
)
def test_a_session_that_cannot_be_is_refused(role, local_cloud, parameters, code):
    with refused(code):
        assumed(local_cloud, GITHUB.token(), **parameters)
