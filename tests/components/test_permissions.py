from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import permissions
from gme_recording.localcloud.access.evaluate import Question, decide
from gme_recording.localcloud.identity import Kind, Principal

BUCKET = permissions.Reach(
    region="ap-guangzhou",
    appid="1250000000",
    bucket="voice-1250000000",
    prefixes=("1400000002_", "1400000001_"),
)
ALL = {
    "recorder": permissions.recorder("100000000001", [1400000002, 1400000001]),
    "reader": permissions.reader([BUCKET]),
}


def statements(document: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(document)["statement"]
    return found


def test_a_recorder_may_call_the_five_actions_on_its_applications() -> None:
    (statement,) = statements(ALL["recorder"])
    assert statement == {
        "effect": "allow",
        "action": [
            "gme:DescribeRecordInfo",
            "gme:DescribeTaskInfo",
            "gme:ModifyRecordInfo",
            "gme:StartRecord",
            "gme:StopRecord",
        ],
        "resource": [
            "qcs::gme::uin/100000000001:bizid/1400000001",
            "qcs::gme::uin/100000000001:bizid/1400000002",
        ],
    }


def test_a_reader_may_list_and_download_below_its_prefixes() -> None:
    (statement,) = statements(ALL["reader"])
    assert statement["action"] == ["cos:GetBucket", "cos:GetObject", "cos:HeadObject"]
    assert statement["resource"] == [
        "qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/1400000001_*",
        "qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/1400000002_*",
    ]


@given(st.lists(st.integers(1, 2**53), min_size=1, max_size=5, unique=True), st.randoms())
def test_an_equal_policy_is_an_equal_text(biz_ids: list[int], chance: Any) -> None:
    shuffled = [*biz_ids]
    chance.shuffle(shuffled)
    assert permissions.recorder("1", shuffled) == permissions.recorder("1", biz_ids)


@given(st.lists(st.integers(1, 2**53), min_size=1, max_size=5))
def test_no_allowance_is_wider_than_its_applications(biz_ids: list[int]) -> None:
    (statement,) = statements(permissions.recorder("100000000001", biz_ids))
    assert {resource.rpartition("/")[2] for resource in statement["resource"]} == {str(b) for b in biz_ids}
    assert not any("*" in action for action in statement["action"])


def allowed(document: str, action: str, resource: str, **facts: str) -> bool:
    """What the local cloud's evaluation says to a user who has this policy and nothing else."""
    user = Principal(kind=Kind.USER, appid="1250000000", owner_uin="100000000001", uin="100000000100")
    return decide(Question(user, action, resource, facts), [document], [])


@pytest.mark.parametrize("action", permissions.RECORDING_ACTIONS)
def test_a_recorder_reaches_its_own_applications_only(action: str) -> None:
    own, other = ("qcs::gme::uin/100000000001:bizid/" + biz_id for biz_id in ("1400000001", "1400000009"))
    assert allowed(ALL["recorder"], action, own)
    assert not allowed(ALL["recorder"], action, other)
    assert not allowed(ALL["recorder"], "gme:ModifyAppStatus", own)


def test_a_reader_reads_recordings_and_changes_nothing() -> None:
    bucket = "qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/"
    assert allowed(ALL["reader"], "cos:GetObject", f"{bucket}1400000001_room/file_audio.mp3")
    assert not allowed(ALL["reader"], "cos:GetObject", f"{bucket}1400000009_room/file_audio.mp3")
    assert not allowed(ALL["reader"], "cos:DeleteObject", f"{bucket}1400000001_room/file_audio.mp3")
    assert not allowed(ALL["reader"], "cos:GetObject", bucket.replace("voice", "other") + "1400000001_r/f")
