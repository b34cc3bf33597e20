import pytest
from tencentcloud.common.credential import Credential

from tests.localcloud.sdk import Sdk
from tests.localcloud.services.cam.documents import policy
from tests.localcloud.services.cam.refused import refused

FIRST = 200000001


@pytest.fixture
def made(cam):
    """The policy 200000001, with nothing but its first version."""
    cam("CreatePolicy", PolicyName="p", PolicyDocument=policy("cam:GetUser", "*"))
    return cam


def versions(cam: Sdk) -> list[tuple[int, int]]:
    found = cam("ListPolicyVersions", PolicyId=FIRST)["Versions"]
    assert all(version["CreateDate"] for version in found)
    return [(version["VersionId"], version["IsDefaultVersion"]) for version in found]


def add(cam: Sdk, document: str, *, default: bool = False) -> int:
    answer = cam("CreatePolicyVersion", PolicyId=FIRST, PolicyDocument=document, SetAsDefault=default)
    number: int = answer["VersionId"]
    return number


def test_a_policy_begins_with_its_first_version(made):
    assert versions(made) == [(1, 1)]
    found = made("GetPolicyVersion", PolicyId=FIRST, VersionId=1)["PolicyVersion"]
    assert found["Document"] == policy("cam:GetUser", "*")


def test_what_the_default_version_says_is_in_effect(made, local_cloud):
    user = made("AddUser", Name="ann", UseApi=1)
    made("AttachUserPolicy", AttachUin=user["Uin"], PolicyId=FIRST)
    anns = Sdk(local_cloud, "cam", Credential(user["SecretId"], user["SecretKey"]))
    assert add(made, policy("cam:ListUsers", "*")) == 2
    with refused("UnauthorizedOperation"):
        anns("ListUsers")
    made("SetDefaultPolicyVersion", PolicyId=FIRST, VersionId=2)
    assert versions(made) == [(1, 0), (2, 1)]
    anns("ListUsers")
    with refused("UnauthorizedOperation"):
        anns("GetUser", Name="ann")


def test_an_update_takes_the_place_of_the_default_version(made):
    add(made, policy("cos:*"), default=True)
    made("UpdatePolicy", PolicyId=FIRST, PolicyDocument=policy("sts:*"))
    assert versions(made) == [(1, 0), (2, 1)]
    documents = [
        made("GetPolicyVersion", PolicyId=FIRST, VersionId=number)["PolicyVersion"]["Document"]
        for number in (1, 2)
    ]
    assert documents == [policy("cam:GetUser", "*"), policy("sts:*")]
    assert made("GetPolicy", PolicyId=FIRST)["PolicyDocument"] == policy("sts:*")


def test_a_policy_has_five_versions_at_most(made):
    for _ in range(4):
        add(made, policy())
    with refused("FailedOperation.PolicyVersionFull"):
        add(made, policy())
    made("DeletePolicyVersion", PolicyId=FIRST, VersionId=[2, 3])
    assert versions(made) == [(1, 1), (4, 0), (5, 0)]
    assert add(made, policy()) == 6


def test_deleting_versions_is_for_all_or_none_and_never_for_the_default_one(made):
    add(made, policy())
    with refused("FailedOperation.PolicyVersionAlreadyDefault"):
        made("DeletePolicyVersion", PolicyId=FIRST, VersionId=[2, 1])
    with refused("InvalidParameter.PolicyVersionNotExists"):
        made("DeletePolicyVersion", PolicyId=FIRST, VersionId=[2, 9])
    assert versions(made) == [(1, 1), (2, 0)]


def test_what_is_not_there_or_cannot_be_is_refused(made):
    with refused("InvalidParameter.PolicyVersionNotExists"):
        made("SetDefaultPolicyVersion", PolicyId=FIRST, VersionId=2)
    with refused("InvalidParameter.PolicyVersionNotExists"):
        made("GetPolicyVersion", PolicyId=FIRST, VersionId=2**63)
    with refused("FailedOperation.PolicyVersionAlreadyDefault"):
        made("SetDefaultPolicyVersion", PolicyId=FIRST, VersionId=1)
    with refused("InvalidParameter.PolicyDocumentError"):
        add(made, "no document")
    with refused("ResourceNotFound.PolicyIdNotFound"):
        made("ListPolicyVersions", PolicyId=7)


def test_a_preset_policy_has_one_version_that_nobody_changes(cam):
    assert [one["VersionId"] for one in cam("ListPolicyVersions", PolicyId=1)["Versions"]] == [1]
    with refused("FailedOperation.Unmodifiable"):
        cam("CreatePolicyVersion", PolicyId=1, PolicyDocument=policy(), SetAsDefault=False)


def test_versions_go_with_their_policy(made, local_cloud):
    add(made, policy())
    made("DeletePolicy", PolicyId=[FIRST])
    with refused("ResourceNotFound.PolicyIdNotFound"):
        made("ListPolicyVersions", PolicyId=FIRST)
