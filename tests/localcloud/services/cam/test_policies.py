import pytest

from tests.localcloud.services.cam.documents import policy, trust
from tests.localcloud.services.cam.refused import refused

FIRST = 200000001


def test_a_policy_is_kept_as_it_was_sent(cam):
    document = policy().replace(", ", " ,\n")
    tags = [{"Key": "env", "Value": "dev"}]
    created = cam("CreatePolicy", PolicyName="p", PolicyDocument=document, Description="d", Tags=tags)
    assert created == {"PolicyId": FIRST}
    found = cam("GetPolicy", PolicyId=FIRST)
    assert found.pop("AddTime") == found.pop("UpdateTime")
    assert found == {
        "PolicyName": "p",
        "Description": "d",
        "Type": 1,
        "PolicyDocument": document,
        "PresetAlias": "",
        "IsServiceLinkedRolePolicy": 0,
        "Tags": tags,
    }


def test_what_is_left_out_of_an_update_stays(cam):
    cam("CreatePolicy", PolicyName="p", PolicyDocument=policy(), Description="d")
    assert cam("UpdatePolicy", PolicyId=FIRST, PolicyDocument=policy("cos:*")) == {"PolicyId": FIRST}
    cam("UpdatePolicy", PolicyId=FIRST, PolicyName="q")
    found = cam("GetPolicy", PolicyId=FIRST)
    assert (found["PolicyName"], found["Description"], found["PolicyDocument"]) == ("q", "d", policy("cos:*"))
    cam("UpdatePolicy", PolicyName="q", Description="")
    assert cam("GetPolicy", PolicyId=FIRST)["Description"] == ""


def test_deleting_is_for_all_or_none(cam):
    for name in "pq":
        cam("CreatePolicy", PolicyName=name, PolicyDocument=policy())
    with refused("ResourceNotFound.PolicyIdNotFound"):
        cam("DeletePolicy", PolicyId=[FIRST, 7])
    cam("GetPolicy", PolicyId=FIRST)
    cam("DeletePolicy", PolicyId=[FIRST, FIRST + 1])
    with refused("ResourceNotFound.PolicyIdNotFound"):
        cam("GetPolicy", PolicyId=FIRST)
    with refused("ResourceNotFound.PolicyIdNotFound"):
        cam("UpdatePolicy", PolicyId=FIRST, Description="x")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"PolicyName": "a b"}, "InvalidParameter.ParamError"),
        ({"PolicyName": "taken"}, "FailedOperation.PolicyNameInUse"),
        ({"PolicyName": "AdministratorAccess"}, "FailedOperation.PolicyNameInUse"),
        ({"PolicyDocument": "x"}, "InvalidParameter.PolicyDocumentError"),
        ({"PolicyDocument": policy(effect="perhaps")}, "InvalidParameter.EffectError"),
        ({"PolicyDocument": policy(action="GetObject")}, "InvalidParameter.ActionError"),
        ({"PolicyDocument": policy(resource="rec/*")}, "InvalidParameter.ResourceError"),
        ({"PolicyDocument": trust()}, "InvalidParameter.ResourceError"),
    ],
)
def test_what_cannot_be_created_is_refused(cam, parameters, code):
    cam("CreatePolicy", PolicyName="taken", PolicyDocument=policy())
    with refused(code):
        cam("CreatePolicy", **{"PolicyName": "p", "PolicyDocument": policy(), **parameters})


def test_an_update_is_checked_as_a_creation_is(cam):
    for name in "pq":
        cam("CreatePolicy", PolicyName=name, PolicyDocument=policy())
    for change, code in (
        ({"PolicyName": "q"}, "FailedOperation.PolicyNameInUse"),
        ({"PolicyDocument": "x"}, "InvalidParameter.PolicyDocumentError"),
    ):
        with refused(code):
            cam("UpdatePolicy", PolicyId=FIRST, **change)
    with refused("InvalidParameter.ParamError"):
        cam("UpdatePolicy", Description="of what?")


def test_preset_policies_cannot_be_changed(cam):
    with refused("FailedOperation.Unmodifiable"):
        cam("UpdatePolicy", PolicyId=1, Description="mine")
    with refused("FailedOperation.Unmodifiable"):
        cam("DeletePolicy", PolicyId=[1])


def test_the_list_has_scopes_keywords_and_pages(cam):
    for name in ("rec-a", "rec-b", "other"):
        cam("CreatePolicy", PolicyName=name, PolicyDocument=policy())
    own = cam("ListPolicies", Scope="Local")
    assert (own["TotalNum"], [row["PolicyName"] for row in own["List"]]) == (3, ["rec-a", "rec-b", "other"])
    assert [row["Type"] for row in cam("ListPolicies", Scope="QCS")["List"]] == [2, 2]
    assert cam("ListPolicies", Keyword="rec-")["TotalNum"] == 2
    assert [row["PolicyName"] for row in cam("ListPolicies", Scope="Local", Page=2, Rp=2)["List"]] == [
        "other"
    ]
    with refused("InvalidParameter.ParamError"):
        cam("ListPolicies", Scope="Mine")
