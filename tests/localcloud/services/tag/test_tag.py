from functools import partial

import pytest
from tencentcloud.common.credential import Credential

from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.identity import Account, Key, Kind
from gme_recording.localcloud.store import Record
from tests.localcloud.sdk import Sdk
from tests.localcloud.services.cam.documents import trust
from tests.localcloud.services.cam.refused import refused

ROLE = "qcs::cam::uin/:role/4611686018427400001"


@pytest.fixture
def tag(local_cloud):
    return Sdk(local_cloud, "tag")


def tags_of(tag: Sdk, *ids: str, prefix: str = "role", **page: int) -> dict[str, object]:
    where = {"ServiceType": "cam", "ResourcePrefix": prefix, "ResourceRegion": "", "ResourceIds": list(ids)}
    answer = tag("DescribeResourceTagsByResourceIds", **where, **page)
    rows = answer["Tags"]
    return {**answer, "Tags": [(row["ResourceId"], row["TagKey"], row["TagValue"]) for row in rows]}


def add(cloud: Cloud, record: Record) -> None:
    cloud.store.add(record)


def pairs(**tags: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def test_tags_are_set_replaced_and_deleted(tag):
    tag("ModifyResourceTags", Resource=ROLE, ReplaceTags=pairs(env="dev", team="audio"))
    tag("ModifyResourceTags", Resource=ROLE, ReplaceTags=pairs(env="prod"), DeleteTags=[{"TagKey": "team"}])
    assert tags_of(tag, "4611686018427400001", "2") == {
        "TotalCount": 1,
        "Offset": 0,
        "Limit": 15,
        "Tags": [("4611686018427400001", "env", "prod")],
    }


def test_tags_of_several_resources_come_in_pages(tag):
    for number in (1, 2):
        tag("ModifyResourceTags", Resource=f"qcs::cam::uin/:role/{number}", ReplaceTags=pairs(a="1", b="2"))
    answer = tags_of(tag, "1", "2", Offset=1, Limit=2)
    assert (answer["TotalCount"], answer["Tags"]) == (4, [("1", "b", "2"), ("2", "a", "1")])


def test_a_role_shows_its_tags_and_takes_them_with_it(tag, local_cloud):
    cam = Sdk(local_cloud, "cam")
    role_id = cam("CreateServiceLinkedRole", QCSServiceName=["gamemedia.gme.cloud.tencent.com"])["RoleId"]
    resource = f"qcs::cam::uin/:role/tencentcloudServiceRole/{role_id}"
    tag("ModifyResourceTags", Resource=resource, ReplaceTags=pairs(env="dev"))
    assert cam("GetRole", RoleId=role_id)["RoleInfo"]["Tags"] == [{"Key": "env", "Value": "dev"}]
    other = cam("CreateRole", RoleName="r", PolicyDocument=trust(), Tags=[{"Key": "a", "Value": "b"}])[
        "RoleId"
    ]
    assert tags_of(tag, other)["TotalCount"] == 1
    cam("DeleteRole", RoleId=other)
    assert tags_of(tag, other)["TotalCount"] == 0


def test_users_are_tagged_by_region_and_uin(tag):
    resource = "qcs::cam:ap-guangzhou:uin/:uin/100000000100"
    tag("ModifyResourceTags", Resource=resource, ReplaceTags=pairs(env="dev"))
    assert tags_of(tag, "100000000100", prefix="uin")["TotalCount"] == 1


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Resource": "role/1"}, "InvalidParameterValue.ResourceDescriptionError"),
        ({"Resource": "qcs::cam::uin/:role"}, "InvalidParameterValue.ResourceDescriptionError"),
        ({"ReplaceTags": pairs(**{"": "x"})}, "InvalidParameterValue.TagKeyEmpty"),
        ({"ReplaceTags": pairs(**{"k" * 128: "x"})}, "InvalidParameterValue.TagKeyLengthExceeded"),
        ({"ReplaceTags": pairs(k="v" * 256)}, "InvalidParameterValue.TagValueLengthExceeded"),
        ({"ReplaceTags": pairs(a="1") * 2}, "InvalidParameterValue.TagKeyDuplicate"),
        ({"ReplaceTags": pairs(**{"qcs:a": "1"})}, "InvalidParameterValue.ReservedTagKey"),
        (
            {"ReplaceTags": pairs(a="1"), "DeleteTags": [{"TagKey": "a"}]},
            "InvalidParameterValue.DeleteTagsParamError",
        ),
        ({"ReplaceTags": pairs(**{f"k{n}": "" for n in range(51)})}, "LimitExceeded.ResourceAttachedTags"),
    ],
)
def test_tags_that_cannot_be_are_refused_and_nothing_is_set(tag, parameters, code):
    with refused(code):
        tag("ModifyResourceTags", **{"Resource": ROLE, **parameters})
    assert tags_of(tag, "4611686018427400001")["TotalCount"] == 0


def test_a_page_that_cannot_be_is_refused(tag):
    with refused("InvalidParameterValue.OffsetInvalid"):
        tags_of(tag, "1", Offset=-1)


def test_an_account_sees_its_own_tags_only(local_cloud, tag):
    replaced = [{"TagKey": "team", "TagValue": "secret"}]
    tag("ModifyResourceTags", Resource="qcs::cam::uin/:role/1", ReplaceTags=replaced)
    other = Key("AKIDlocalOther", "other-key", Kind.OWNER, "200000000002", "1250000002", uin="200000000002")
    for record in (Account(other.owner_uin, other.appid), other):
        local_cloud.run(partial(add, record=record))
    stranger = Sdk(local_cloud, "tag", Credential(other.secret_id, other.secret_key))
    assert tags_of(stranger, "1")["TotalCount"] == 0
    stranger("ModifyResourceTags", Resource="qcs::cam::uin/:role/1", DeleteTags=[{"TagKey": "team"}])
    assert tags_of(tag, "1")["TotalCount"] == 1
