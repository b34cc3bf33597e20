"""Two policy documents in, what is gained and lost out."""

from typing import Any

import pytest

from gme_recording.localcloud.access.document import Malformed
from gme_recording.review.rights import Right, Shift, compare
from tests.review.make import document

ALICE = "qcs::cam::uin/100000000001:uin/200000000001"
FILES = "qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/*"
OTHER = "qcs::cos:ap-guangzhou:uid/1250000000:other-1250000000/*"
ANYONE = "qcs::cam::anyone:anyone"


def allow(action: Any = "cos:GetObject", resource: str = FILES, **more: Any) -> dict[str, Any]:
    return {"effect": "allow", "action": action, "resource": resource, **more}


def deny(action: str = "*", resource: str = FILES, **more: Any) -> dict[str, Any]:
    return {"effect": "deny", "action": action, "resource": resource, **more}


def to(*who: str) -> dict[str, Any]:
    return {"principal": {"qcs": [*who]}}


def right(
    action: str = "cos:GetObject",
    resource: str = FILES,
    *,
    who: str = "",
    condition: str = "",
    refused: bool = False,
) -> Right:
    return Right(refused, who, condition, resource, action)


def test_a_new_policy_gives_what_it_names():
    assert compare(None, document(allow(["cos:GetObject", "name/cos:HeadObject"]))) == Shift(
        (right(), right("cos:HeadObject")), ()
    )


def test_a_policy_that_goes_takes_it():
    assert compare(document(allow()), None) == Shift((), (right(),))


def test_the_same_said_otherwise_is_no_change():
    one = document(allow(["cos:GetObject", "cos:HeadObject"]))
    other = document(allow("cos:HeadObject"), allow("cos:GetObject"))

    assert compare(one, other) == Shift((), ())


def test_what_a_wildcard_covered_before_is_nothing_new():
    assert compare(document(allow("cos:*")), document(allow("cos:GetObject"))) == Shift((), (right("cos:*"),))
    assert compare(document(allow("cos:Get*")), document(allow("cos:*"))) == Shift((right("cos:*"),), ())


def test_a_wider_resource_is_new():
    wider = "qcs::cos:ap-guangzhou:uid/1250000000:*"

    assert compare(document(allow()), document(allow(resource=wider))).gained == (right(resource=wider),)


def test_a_deny_takes_what_an_allow_gives():
    assert compare(document(allow()), document(allow(), deny("cos:GetObject"))) == Shift(
        (right(refused=True),), (right(),)
    )


def test_a_bucket_policy_names_who():
    assert compare(None, document(allow(**to(ALICE), resource=OTHER))).gained == (
        right(resource=OTHER, who=ALICE),
    )


@pytest.mark.parametrize("who", ["*", {"qcs": [ANYONE]}])
def test_everybody_is_asked_about_as_somebody_without_a_key(who):
    (gained,) = compare(None, document(allow(principal=who))).gained

    assert gained in {right(who="*"), right(who=ANYONE)}


def test_everybody_is_still_refused_by_a_deny():
    before = document(deny("cos:GetObject", **to(ANYONE)))
    after = document(deny("cos:GetObject", **to(ANYONE)), allow(principal="*"))

    assert compare(before, after) == Shift((), ())


def test_the_end_of_tls_only_is_a_refusal_that_ends():
    tls: dict[str, Any] = {"condition": {"bool_equal": {"cos:secure-transport": "false"}}}

    assert compare(document(deny(**to(ANYONE), **tls)), None) == Shift(
        (), (right("*", who=ANYONE, condition="cos:secure-transport", refused=True),)
    )


def test_more_networks_are_a_refusal_that_ends_for_them():
    def only(*networks: str) -> str:
        return document(deny(**to(ALICE), condition={"ip_not_equal": {"qcs:ip": [*networks]}}))

    assert compare(only("10.0.0.0/8"), only("10.0.0.0/8", "192.0.2.0/24")).lost == (
        right("*", who=ALICE, condition="qcs:ip", refused=True),
    )


def test_a_condition_that_falls_is_a_right_without_one():
    at_home: dict[str, Any] = {"condition": {"ip_equal": {"qcs:ip": ["10.0.0.0/8"]}}}

    assert compare(document(allow(**at_home)), document(allow())).gained == (right(),)
    assert compare(None, document(allow(**at_home))).gained == (right(condition="qcs:ip"),)


def test_a_service_is_taken_by_its_name():
    service: dict[str, Any] = {"principal": {"service": ["gamemedia.gme.cloud.tencent.com"]}}

    assert compare(None, document(allow(**service))).gained == (right(who="gamemedia.gme.cloud.tencent.com"),)
    assert compare(document(allow(**service)), document(allow(**service))) == Shift((), ())


def test_a_document_that_cannot_be_read_is_not_guessed():
    with pytest.raises(Malformed):
        compare(None, "{}")
