import pytest
from tencentcloud.common.credential import Credential

from tests.localcloud.sdk import Sdk
from tests.localcloud.services.cam.documents import policy, trust
from tests.localcloud.services.cam.refused import refused

UIN, OWNER = 100000000100, 100000000001


def test_a_user_is_added_changed_and_deleted(cam):
    added = cam("AddUser", Name="reader", Remark="listens", ConsoleLogin=1, Password="Example-Pass-1")
    assert added == {
        "Uin": UIN,
        "Name": "reader",
        "Uid": 5000000,
        "Password": "Example-Pass-1",
        "SecretId": "",
        "SecretKey": "",
        "PhoneNumVerifyLink": None,
    }
    cam("UpdateUser", Name="reader", Email="reader@example.com", ConsoleLogin=0)
    user = cam("GetUser", Name="reader")
    assert (user["Uin"], user["Remark"], user["Email"], user["ConsoleLogin"]) == (
        UIN,
        "listens",
        "reader@example.com",
        0,
    )
    assert [row["Name"] for row in cam("ListUsers")["Data"]] == ["reader"]
    assert [
        row["Name"] for row in cam("DescribeSubAccounts", FilterSubAccountUin=[UIN, 7])["SubAccounts"]
    ] == ["reader"]
    cam("DeleteUser", Name="reader")
    for action in ("GetUser", "DeleteUser", "UpdateUser"):
        with refused("ResourceNotFound.UserNotExist"):
            cam(action, Name="reader")


def test_a_console_user_gets_a_password_if_none_is_given(cam):
    assert cam("AddUser", Name="reader", ConsoleLogin=1)["Password"]
    assert not cam("AddUser", Name="robot")["Password"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("reader", "InvalidParameter.SubUserNameInUse"),
        ("a b", "InvalidParameter.UserNameIllegal"),
        ("", "InvalidParameter.UserNameIllegal"),
    ],
)
def test_a_name_that_cannot_be_is_refused(cam, name, code):
    cam("AddUser", Name="reader")
    with refused(code):
        cam("AddUser", Name=name)


def test_a_user_with_keys_goes_by_force_only_and_the_keys_with_it(cam, local_cloud):
    added = cam("AddUser", Name="robot", UseApi=1)
    robot = Sdk(local_cloud, "cam", Credential(added["SecretId"], added["SecretKey"]))
    assert robot("GetUserAppId") == {"Uin": str(UIN), "OwnerUin": str(OWNER), "AppId": 1250000000}
    with refused("OperationDenied.HaveKeys"):
        cam("DeleteUser", Name="robot")
    cam("DeleteUser", Name="robot", Force=1)
    with refused("AuthFailure.SecretIdNotFound"):
        robot("GetUserAppId")


def test_a_user_may_do_what_its_policies_say(cam, local_cloud):
    added = cam("AddUser", Name="robot", UseApi=1)
    robot = Sdk(local_cloud, "cam", Credential(added["SecretId"], added["SecretKey"]))
    with refused("UnauthorizedOperation"):
        robot("GetUser", Name="robot")
    cam(
        "CreatePolicy",
        PolicyName="p",
        PolicyDocument=policy("cam:GetUser", f"qcs::cam::uin/{OWNER}:uin/{UIN}"),
    )
    cam("AttachUserPolicy", AttachUin=UIN, PolicyId=200000001)
    assert robot("GetUser", Name="robot")["Uin"] == UIN
    cam("AddUser", Name="other")
    with refused("UnauthorizedOperation"):
        robot("GetUser", Name="other")
    cam("DetachUserPolicy", DetachUin=UIN, PolicyId=200000001)
    with refused("UnauthorizedOperation"):
        robot("GetUser", Name="robot")


class TestKeys:
    def test_a_key_works_until_it_is_switched_off_or_deleted(self, cam, local_cloud):
        cam("AddUser", Name="robot")
        key = cam("CreateAccessKey", TargetUin=UIN, Description="d")["AccessKey"]
        assert key["AccessKeyId"].startswith("AKIDlocal")
        assert len(key["AccessKeyId"]) == 36
        robot = Sdk(local_cloud, "cam", Credential(key["AccessKeyId"], key.pop("SecretAccessKey")))
        assert cam("ListAccessKeys", TargetUin=UIN)["AccessKeys"] == [key]
        assert robot("GetUserAppId")["Uin"] == str(UIN)
        cam("UpdateAccessKey", TargetUin=UIN, AccessKeyId=key["AccessKeyId"], Status="Inactive")
        with refused("AuthFailure.SecretIdNotFound"):
            robot("GetUserAppId")
        cam("UpdateAccessKey", TargetUin=UIN, AccessKeyId=key["AccessKeyId"], Status="Active")
        assert robot("GetUserAppId")
        cam("DeleteAccessKey", TargetUin=UIN, AccessKeyId=key["AccessKeyId"])
        assert cam("ListAccessKeys", TargetUin=UIN)["AccessKeys"] == []

    def test_without_a_target_the_key_is_the_callers(self, cam, local_cloud):
        key = cam("CreateAccessKey")["AccessKey"]
        second = Sdk(local_cloud, "cam", Credential(key["AccessKeyId"], key["SecretAccessKey"]))
        assert second("GetUserAppId")["Uin"] == str(OWNER)
        assert [row["AccessKeyId"] for row in second("ListAccessKeys")["AccessKeys"]] == [
            *sorted([local_cloud.secret_id, key["AccessKeyId"]])
        ]

    def test_two_keys_are_the_limit(self, cam):
        cam("AddUser", Name="robot", UseApi=1)
        cam("CreateAccessKey", TargetUin=UIN)
        with refused("OperationDenied.AccessKeyOverLimit"):
            cam("CreateAccessKey", TargetUin=UIN)

    def test_a_role_has_no_keys_of_its_own(self, cam, local_cloud):
        account = {"qcs": [f"qcs::cam::uin/{OWNER}:root"]}
        cam("CreateRole", RoleName="robot", PolicyDocument=trust(account))
        cam("AttachRolePolicy", AttachRoleName="robot", PolicyId=1)
        arn = f"qcs::cam::uin/{OWNER}:roleName/robot"
        given = Sdk(local_cloud, "sts")("AssumeRole", RoleArn=arn, RoleSessionName="test")["Credentials"]
        session = Credential(given["TmpSecretId"], given["TmpSecretKey"], given["Token"])
        for action in ("CreateAccessKey", "ListAccessKeys"):
            with refused("InvalidParameter.ParamError"):
                Sdk(local_cloud, "cam", session)(action)

    @pytest.mark.parametrize(
        ("action", "parameters", "code"),
        [
            ("CreateAccessKey", {"TargetUin": 7}, "ResourceNotFound.UserNotExist"),
            ("DeleteAccessKey", {"AccessKeyId": "x"}, "ResourceNotFound.SecretNotExist"),
            ("UpdateAccessKey", {"AccessKeyId": "x", "Status": "Active"}, "ResourceNotFound.SecretNotExist"),
            ("UpdateAccessKey", {"AccessKeyId": "x", "Status": "Off"}, "InvalidParameter.ParamError"),
        ],
    )
    def test_what_is_not_there_is_refused(self, cam, action, parameters, code):
        with refused(code):
            cam(action, **parameters)
