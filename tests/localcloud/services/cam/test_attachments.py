from typing import Any

import pytest

from tests.localcloud.sdk import Sdk
from tests.localcloud.services.cam.documents import policy, trust
from tests.localcloud.services.cam.refused import refused

ROLE, POLICY, UIN = "4611686018427400001", 200000001, 100000000100


@pytest.fixture
def made(cam):
    cam("CreateRole", RoleName="rec-role", PolicyDocument=trust())
    cam("CreatePolicy", PolicyName="rec-policy", PolicyDocument=policy(), Description="reads")
    cam("AddUser", Name="reader")


def of_role(cam: Sdk) -> dict[str, Any]:
    return cam("ListAttachedRolePolicies", RoleId=ROLE, Page=1, Rp=200)


@pytest.mark.usefixtures("made")
def test_a_policy_is_attached_to_a_role_by_ids_or_names(cam):
    cam("AttachRolePolicy", AttachRoleId=ROLE, PolicyId=POLICY)
    cam("AttachRolePolicy", AttachRoleName="rec-role", PolicyName="rec-policy")
    answer = of_role(cam)
    assert answer["List"][0].pop("AddTime")
    assert answer == {
        "TotalNum": 1,
        "List": [
            {
                "PolicyId": POLICY,
                "PolicyName": "rec-policy",
                "PolicyType": "User",
                "CreateMode": 2,
                "Deactived": 0,
                "DeactivedDetail": [],
                "Description": "reads",
            }
        ],
    }
    cam("DetachRolePolicy", DetachRoleName="rec-role", PolicyName="rec-policy")
    assert of_role(cam) == {"TotalNum": 0, "List": []}


@pytest.mark.usefixtures("made")
def test_lists_are_filtered_and_paged(cam):
    cam("AttachRolePolicy", AttachRoleId=ROLE, PolicyId=POLICY)
    cam("AttachRolePolicy", AttachRoleId=ROLE, PolicyId=1)

    def names(**where: object) -> list[str]:
        rows = cam("ListAttachedRolePolicies", RoleName="rec-role", **{"Page": 1, "Rp": 20, **where})["List"]
        return [row["PolicyName"] for row in rows]

    assert names() == ["rec-policy", "AdministratorAccess"]
    assert names(Page=2, Rp=1) == ["AdministratorAccess"]
    assert names(PolicyType="QCS") == ["AdministratorAccess"]
    assert names(Keyword="rec") == ["rec-policy"]


@pytest.mark.usefixtures("made")
def test_a_policy_is_attached_to_a_user(cam):
    cam("AttachUserPolicy", AttachUin=UIN, PolicyId=POLICY)
    (row,) = cam("ListAttachedUserPolicies", TargetUin=UIN)["List"]
    assert (row["PolicyId"], row["PolicyName"], row["OperateOwnerUin"]) == (
        POLICY,
        "rec-policy",
        "100000000001",
    )
    cam("DetachUserPolicy", DetachUin=UIN, PolicyId=POLICY)
    assert cam("ListAttachedUserPolicies", TargetUin=UIN)["TotalNum"] == 0


@pytest.mark.usefixtures("made")
def test_what_is_deleted_is_detached(cam):
    cam("AttachRolePolicy", AttachRoleId=ROLE, PolicyId=POLICY)
    assert cam("ListPolicies", Keyword="rec-policy")["List"][0]["AttachEntityCount"] == 1
    cam("DeletePolicy", PolicyId=[POLICY])
    assert of_role(cam)["TotalNum"] == 0
    cam("AttachRolePolicy", AttachRoleId=ROLE, PolicyId=1)
    cam("DeleteRole", RoleId=ROLE)
    assert cam("ListPolicies", Keyword="Administrator")["List"][0]["AttachEntityCount"] == 0


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        ("AttachRolePolicy", {"AttachRoleId": "1", "PolicyId": POLICY}, "InvalidParameter.RoleNotExist"),
        ("AttachRolePolicy", {"AttachRoleId": ROLE, "PolicyId": 7}, "ResourceNotFound.PolicyIdNotFound"),
        ("AttachRolePolicy", {"PolicyId": POLICY}, "InvalidParameter.ParamError"),
        ("AttachRolePolicy", {"AttachRoleId": ROLE}, "InvalidParameter.ParamError"),
        ("DetachRolePolicy", {"DetachRoleId": ROLE, "PolicyId": POLICY}, "ResourceNotFound.PolicyIdNotFound"),
        ("DetachRolePolicy", {"DetachRoleId": "1", "PolicyId": POLICY}, "InvalidParameter.RoleNotExist"),
        ("ListAttachedRolePolicies", {"RoleId": "1", "Page": 1, "Rp": 20}, "InvalidParameter.RoleNotExist"),
        ("AttachUserPolicy", {"AttachUin": 7, "PolicyId": POLICY}, "ResourceNotFound.UserNotExist"),
        ("AttachUserPolicy", {"AttachUin": UIN, "PolicyId": 7}, "ResourceNotFound.PolicyIdNotFound"),
        ("DetachUserPolicy", {"DetachUin": UIN, "PolicyId": POLICY}, "ResourceNotFound.PolicyIdNotFound"),
        ("ListAttachedUserPolicies", {"TargetUin": 2**63}, "ResourceNotFound.UserNotExist"),
    ],
)
def test_what_is_not_there_cannot_be_attached_or_detached(cam, action, parameters, code):
    with refused(code):
        cam(action, **parameters)
