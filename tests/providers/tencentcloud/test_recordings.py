"""Every call recorded of the official provider 0.2.3, made to the stand-in, with the same answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.recorded_cloud import GOLDEN, RecordedCloud, lines
from tests.providers.tencentcloud.not_followed import NOT_FOLLOWED
from tests.providers.wire import Json, Refused, Wire

TYPES = (
    *("cos.Bucket", "cos.BucketPolicy", "cos.BucketReferer"),
    *("cam.Policy", "cam.Role", "cam.RolePolicyAttachment", "cam.ServiceLinkedRole"),
    *("cam.UserPolicyAttachment", "invoke"),
)
SCENARIOS = sorted(
    f"{type_}/{file.stem}" for type_ in TYPES for file in (GOLDEN / "provider" / type_).glob("*.jsonl")
)
IN_THE_CLOUD = {"Create", "Read", "Update", "Delete", "Invoke"}
PRIVATE_ACL = (
    "<AccessControlPolicy><Owner><ID>qcs::cam::uin/100000000001:uin/100000000001</ID>"
    "<DisplayName>qcs::cam::uin/100000000001:uin/100000000001</DisplayName></Owner><AccessControlList><Grant>"
    '<Grantee type="CanonicalUser"><ID>qcs::cam::uin/100000000001:uin/100000000001</ID>'
    "<DisplayName>qcs::cam::uin/100000000001:uin/100000000001</DisplayName></Grantee>"
    "<Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>"
)
LEFT_OUT = "(left out)"
NEVER_THE_SAME = {
    # what was refused once counts as done, and the next update writes nothing
    "cam.Policy/update_lost_after_failure",
    "cam.Role/create_partial",
    "cam.Role/tags_lost_after_failure",
    "cam.ServiceLinkedRole/update_lost_after_failure",
    "cos.BucketPolicy/update_fail",
    "cos.BucketPolicy/update_lost_after_failure",
    # a user named by the older word, another bucket for the same referer
    "cam.UserPolicyAttachment/replace",
    "cos.BucketReferer/bucket_changed",
    # an ACL document without display names, a statement with a Sid
    "cos.Bucket/mode_s_life",
    "cos.Bucket/update_acl_body",
    "cos.BucketPolicy/sid",
}
"""Scenarios in which the official provider, too, finds a difference to what it has just made."""


def restored(value: Any) -> Any:
    """The recording with what was shortened in it written out again."""
    if isinstance(value, dict):
        return {key: restored(part) for key, part in value.items()}
    if isinstance(value, list):
        return [restored(part) for part in value]
    return PRIVATE_ACL if value == "(private)" else value


def comparable(answer: Json, recorded: Json) -> Json:
    """An answer without what is a matter of chance or was left out of the recording."""
    answer = {key: part for key, part in answer.items() if part not in ({}, [])}
    if "failures" in answer:
        answer["failures"] = sorted(answer["failures"], key=str)
    properties = answer.get("properties")
    if properties and recorded.get("properties", {}).get("__pulumi_raw_state_delta", LEFT_OUT) == LEFT_OUT:
        answer["properties"] = {k: v for k, v in properties.items() if k != "__pulumi_raw_state_delta"}
    if "return" in answer:
        answer["return"] = {**answer["return"], "id": "by chance"}
    return answer


def answered(wire, call: Json) -> tuple[Json, Json]:
    """(the stand-in's answer, the official one), an error of either as {"error": True}."""
    recorded = {"error": True} if "error" in call else restored(call["response"])
    try:
        answer = wire.call(call["method"].rpartition("/")[2], restored(call["request"]))
    except Refused:
        answer = {"error": True}
    return comparable(answer, recorded), comparable(recorded, recorded)


def differences(wire, cloud, scenario: str) -> dict[str, tuple[Json, Json]]:
    """The calls of a scenario that are answered otherwise."""
    cloud.load(lines(GOLDEN / "http" / f"{scenario}.jsonl"))
    has_requests = (GOLDEN / "http" / f"{scenario}.jsonl").exists()
    found = {}
    for call in lines(GOLDEN / "provider" / f"{scenario}.jsonl"):
        cloud.step = call["step"]
        method = call["method"].rpartition("/")[2]
        if method in IN_THE_CLOUD and not call["request"].get("preview") and not has_requests:
            continue
        mine, theirs = answered(wire, call)
        if mine != theirs:
            found[f"{call['step']} {method}"] = (mine, theirs)
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_answers_are_those_of_the_official_provider(served, cloud, scenario):
    found = differences(served, cloud, scenario)
    listed = {call for calls in NOT_FOLLOWED.get(scenario, {}).values() for call in calls}
    assert {call: found[call] for call in found if call not in listed} == {}
    assert listed - set(found) == set(), "listed as not followed, but answered alike"


def test_everything_listed_as_not_followed_was_recorded():
    assert set(NOT_FOLLOWED) <= set(SCENARIOS)


def test_a_state_of_the_official_provider_is_continued_with_no_change(
    served: Wire, cloud: RecordedCloud
) -> None:
    """Whatever it recorded as done, with the inputs it was done for."""
    cloud.load([])
    continued, differing = 0, set()
    for scenario in SCENARIOS:
        for call in lines(GOLDEN / "provider" / f"{scenario}.jsonl"):
            request, response = restored(call["request"]), restored(call.get("response", {}))
            made = call["method"].endswith(("/Create", "/Update")) and not request.get("preview")
            made = made and "Cam/user:User" not in request["urn"]
            if made and "properties" in response:
                news = request.get("properties") or request["news"]
                state = {"urn": request["urn"], "id": "it", "olds": response["properties"]}
                continued += 1
                if served.call("Diff", state | {"news": news})["changes"] != "DIFF_NONE":
                    differing.add(scenario)
    assert differing == NEVER_THE_SAME
    assert continued > 100
    assert cloud.asked == []
