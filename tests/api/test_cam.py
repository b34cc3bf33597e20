import pytest

from gme_recording.api import Account, ApiError, Cam, Role
from tests.api.conftest import Vendor, ok, refused

NAME = "GME_QCSLinkedRoleInGameMedia"


def test_account_is_read_as_text(vendor: Vendor) -> None:
    vendor.will(ok(AppId=1250000000, Uin="100000000002", OwnerUin="100000000001"))
    assert Cam(vendor.cloud).account() == Account("1250000000", "100000000002", "100000000001")


@pytest.mark.parametrize(("kind", "linked"), [("service_linked", True), ("user", False), (None, False)])
def test_role_is_read_with_its_kind(vendor: Vendor, kind: str | None, linked: bool) -> None:
    vendor.will(ok(RoleInfo={"RoleId": "46", "RoleName": NAME, "RoleType": kind}))
    assert Cam(vendor.cloud).find_role(NAME) == Role("46", NAME, service_linked=linked)
    assert vendor.asked[0].parameters == {"RoleName": NAME}


def test_missing_role_is_none(vendor: Vendor) -> None:
    vendor.will(refused("InvalidParameter.RoleNotExist"))
    assert Cam(vendor.cloud).find_role(NAME) is None


def test_denied_look_is_not_taken_for_a_missing_role(vendor: Vendor) -> None:
    vendor.will(refused("AuthFailure.UnauthorizedOperation"))
    with pytest.raises(ApiError):
        Cam(vendor.cloud).find_role(NAME)
