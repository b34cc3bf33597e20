import json
from datetime import timedelta

from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.cam.carriers import CARRIERS
from gme_recording.localcloud.services.cam.operations.linked_roles import DELETION_TAKES
from tests.localcloud.services.cam.documents import trust
from tests.localcloud.services.cam.refused import refused

GME = "gamemedia.gme.cloud.tencent.com"
NAME = "GME_QCSLinkedRoleInGameMedia"


def advance(running: RunningCloud, by: timedelta) -> None:
    def move(cloud: Cloud) -> None:
        cloud.clock.advance(by)
        cloud.run_due()

    running.run(move)


def test_the_role_of_gme_has_the_documented_name_trust_and_policy(cam):
    created = cam("CreateServiceLinkedRole", QCSServiceName=[GME])
    role = cam("GetRole", RoleName=NAME)["RoleInfo"]
    assert role["RoleId"] == created["RoleId"]
    assert role["RoleType"] == "service_linked"
    assert role["RoleArn"] == f"qcs::cam::uin/100000000001:roleName/tencentcloudServiceRole/{NAME}"
    assert json.loads(role["PolicyDocument"])["statement"][0]["principal"] == {"service": [GME]}
    (attached,) = cam("ListAttachedRolePolicies", RoleName=NAME, Page=1, Rp=20)["List"]
    assert attached["PolicyName"] == "QcloudAccessForGMELinkedRoleInGameMedia"
    policy = cam("GetPolicy", PolicyId=attached["PolicyId"])
    assert policy["IsServiceLinkedRolePolicy"] == 1
    assert json.loads(policy["PolicyDocument"])["statement"] == [
        {"effect": "allow", "resource": "*", "action": list(CARRIERS[GME].actions)}
    ]
    assert "cos:PutObject" in CARRIERS[GME].actions
    assert len(CARRIERS[GME].actions) == 18


def test_suffix_description_and_tags_are_kept(cam):
    tags = [{"Key": "env", "Value": "dev"}]
    cam("CreateServiceLinkedRole", QCSServiceName=[GME], CustomSuffix="x", Description="d", Tags=tags)
    role = cam("GetRole", RoleName=f"{NAME}_x")["RoleInfo"]
    assert (role["Description"], role["Tags"]) == ("d", tags)


def test_a_second_one_is_refused(cam):
    cam("CreateServiceLinkedRole", QCSServiceName=[GME])
    with refused("InvalidParameter.RoleNameInUse"):
        cam("CreateServiceLinkedRole", QCSServiceName=[GME])


def test_a_service_without_such_a_role_is_refused(cam):
    cvm = "cvm.qcloud.com"
    for services, named in (([cvm], cvm), ([GME, cvm], cvm), ([], "no service")):
        with refused("InvalidParameter.PrincipalServiceNotExist", says=f"role for {named}."):
            cam("CreateServiceLinkedRole", QCSServiceName=services)


def test_deletion_takes_its_time_and_is_asked_for_once(cam, local_cloud):
    cam("CreateServiceLinkedRole", QCSServiceName=[GME])
    task = cam("DeleteServiceLinkedRole", RoleName=NAME)["DeletionTaskId"]
    assert cam("DeleteServiceLinkedRole", RoleName=NAME)["DeletionTaskId"] == task
    assert cam("GetRole", RoleName=NAME)["RoleInfo"]["DeletionTaskId"] == task
    assert cam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)["Status"] == "IN_PROGRESS"
    advance(local_cloud, DELETION_TAKES + timedelta(milliseconds=1))
    assert cam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task) == {
        "Status": "SUCCEEDED",
        "Reason": "",
        "ServiceType": "",
        "ServiceName": "",
    }
    with refused("InvalidParameter.RoleNotExist"):
        cam("GetRole", RoleName=NAME)
    cam("CreateServiceLinkedRole", QCSServiceName=[GME])


def test_only_service_linked_roles_are_deleted_so(cam):
    cam("CreateRole", RoleName="rec-role", PolicyDocument=trust())
    for name in ("rec-role", "nobody"):
        with refused("InvalidParameter.RoleNotExist"):
            cam("DeleteServiceLinkedRole", RoleName=name)
    with refused("InvalidParameter.DeletionTaskNotExist"):
        cam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId="task-1")


def test_what_the_vendor_fixed_cannot_be_changed(cam):
    role_id = cam("CreateServiceLinkedRole", QCSServiceName=[GME])["RoleId"]
    with refused("FailedOperation.Unmodifiable"):
        cam("DeleteRole", RoleId=role_id)
    with refused("FailedOperation.Unmodifiable"):
        cam("UpdateAssumeRolePolicy", RoleId=role_id, PolicyDocument=trust())
    cam("UpdateRoleDescription", RoleId=role_id, Description="may change")
