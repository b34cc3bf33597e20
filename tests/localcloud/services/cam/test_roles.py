import pytest

from tests.localcloud.services.cam.documents import policy, trust
from tests.localcloud.services.cam.refused import refused

FIRST = "4611686018427400001"


def test_a_role_is_found_by_id_and_name(cam):
    created = cam("CreateRole", RoleName="rec-role", PolicyDocument=trust(), Description="writes")
    assert created == {"RoleId": FIRST}
    by_id = cam("GetRole", RoleId=FIRST)["RoleInfo"]
    assert by_id == cam("GetRole", RoleName="rec-role")["RoleInfo"]
    assert by_id.pop("AddTime") == by_id.pop("UpdateTime")
    assert by_id == {
        "RoleId": FIRST,
        "RoleName": "rec-role",
        "PolicyDocument": trust(),
        "Description": "writes",
        "ConsoleLogin": 0,
        "RoleType": "user",
        "SessionDuration": 7200,
        "DeletionTaskId": "",
        "Tags": [],
        "RoleArn": "qcs::cam::uin/100000000001:roleName/rec-role",
    }


def test_a_role_is_changed_by_text_id_number_id_and_name(cam):
    cam("CreateRole", RoleName="rec-role", PolicyDocument=trust(), Tags=[{"Key": "env", "Value": "dev"}])
    other = trust({"qcs": ["qcs::cam::uin/100000000001:root"]})
    cam("UpdateRoleDescription", RoleId=FIRST, Description="reads")
    cam("UpdateAssumeRolePolicy", RoleName="rec-role", PolicyDocument=other)
    cam("UpdateRoleConsoleLogin", RoleId=int(FIRST), ConsoleLogin=1)
    cam("UpdateRoleSessionDuration", RoleId=int(FIRST), SessionDuration=3600)
    role = cam("GetRole", RoleId=FIRST)["RoleInfo"]
    assert (role["Description"], role["PolicyDocument"], role["ConsoleLogin"], role["SessionDuration"]) == (
        "reads",
        other,
        1,
        3600,
    )
    assert role["Tags"] == [{"Key": "env", "Value": "dev"}]


def test_a_deleted_role_is_gone_and_its_number_is_not_given_again(cam):
    cam("CreateRole", RoleName="rec-role", PolicyDocument=trust())
    cam("DeleteRole", RoleId=FIRST)
    for look_up in ({"RoleId": FIRST}, {"RoleName": "rec-role"}):
        with refused("InvalidParameter.RoleNotExist"):
            cam("GetRole", **look_up)
    with refused("InvalidParameter.RoleNotExist"):
        cam("DeleteRole", RoleId=FIRST)
    assert cam("CreateRole", RoleName="rec-role", PolicyDocument=trust()) == {"RoleId": str(int(FIRST) + 1)}


def test_the_list_comes_in_pages(cam, local_cloud):
    for number in range(5):
        cam("CreateRole", RoleName=f"role-{number}", PolicyDocument=trust())
    pages = [cam("DescribeRoleList", Page=page, Rp=2) for page in (1, 2, 3, 4)]
    assert [[role["RoleName"] for role in page["List"]] for page in pages] == [
        ["role-0", "role-1"],
        ["role-2", "role-3"],
        ["role-4"],
        [],
    ]
    assert {page["TotalNum"] for page in pages} == {5}


def test_the_list_is_filtered_by_tags(cam):
    cam("CreateRole", RoleName="a", PolicyDocument=trust(), Tags=[{"Key": "env", "Value": "dev"}])
    cam("CreateRole", RoleName="b", PolicyDocument=trust(), Tags=[{"Key": "env", "Value": "prod"}])
    found = cam("DescribeRoleList", Page=1, Rp=20, Tags=[{"Key": "env", "Value": "prod"}])
    assert [role["RoleName"] for role in found["List"]] == ["b"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"RoleName": "rec role"}, "InvalidParameter.ParamError"),
        ({"RoleName": ""}, "InvalidParameter.ParamError"),
        ({"RoleName": "x" * 129}, "InvalidParameter.ParamError"),
        ({"SessionDuration": 43201}, "InvalidParameter.ParamError"),
        ({"SessionDuration": 0}, "InvalidParameter.ParamError"),
        ({"PolicyDocument": "{"}, "InvalidParameter.PolicyDocumentError"),
        ({"PolicyDocument": '{"version": "1"}'}, "InvalidParameter.VersionError"),
        ({"PolicyDocument": '{"version": "2.0"}'}, "InvalidParameter.StatementError"),
        ({"PolicyDocument": policy()}, "InvalidParameter.PrincipalError"),
    ],
)
def test_what_cannot_be_created_is_refused(cam, parameters, code):
    with refused(code):
        cam("CreateRole", **{"RoleName": "rec-role", "PolicyDocument": trust(), **parameters})
    assert cam("DescribeRoleList", Page=1, Rp=20)["TotalNum"] == 0


def test_a_name_is_given_once(cam):
    cam("CreateRole", RoleName="rec-role", PolicyDocument=trust())
    with refused("InvalidParameter.RoleNameInUse"):
        cam("CreateRole", RoleName="rec-role", PolicyDocument=trust())


@pytest.mark.parametrize(("page", "rows"), [(0, 20), (1, 0), (1, 201)])
def test_a_page_that_cannot_be_is_refused(cam, page, rows):
    with refused("InvalidParameter.ParamError"):
        cam("DescribeRoleList", Page=page, Rp=rows)


@pytest.mark.parametrize("role_id", ["x", "²", "9" * 30, "-1", "0"])
def test_an_id_that_cannot_be_is_not_found(cam, role_id):
    with refused("InvalidParameter.RoleNotExist"):
        cam("GetRole", RoleId=role_id)


def test_a_call_that_names_no_role_is_refused(cam):
    with refused("InvalidParameter.ParamError"):
        cam("GetRole")
