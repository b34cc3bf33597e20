import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.access.match import (
    action_matches,
    matches,
    principal_matches,
    resource_matches,
)

BUCKET = "qcs::cos:ap-guangzhou:uid/1250000000:rec-1250000000"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("abc", "abc", True),
        ("abc", "ABC", False),
        ("a*c", "a/b/c", True),
        ("a?c", "abc", True),
        ("a?c", "abbc", False),
        ("a.c", "abc", False),
        ("*", "", True),
        ("a*", "ba", False),
    ],
)
def test_a_pattern_matches_whole_texts(pattern, text, expected):
    assert matches(pattern, text) is expected


@given(st.text())
def test_a_star_matches_everything_and_a_text_without_wildcards_itself(text):
    assert matches("*", text)
    assert matches(text, text) or {"*", "?"} & set(text)


@pytest.mark.parametrize(
    "pattern", ["*", "cos:*", "name/cos:*", "cos:Get*", "name/cos:GetObject", "COS:getobject"]
)
def test_actions_match_with_and_without_name_and_in_any_case(pattern):
    assert action_matches(pattern, "cos:GetObject")


@pytest.mark.parametrize("pattern", ["cos:Put*", "cam:*", "name/*:PutObject", "GetObject"])
def test_other_actions_do_not_match(pattern):
    assert not action_matches(pattern, "cos:GetObject")


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        f"{BUCKET}/*",
        f"{BUCKET}/a/*.mp3",
        "qcs::cos:::rec-1250000000/*",
        "qcs::cos::uid/1250000000:*",
        "qcs:0:cos:ap-guangzhou:uid/1250000000:*".replace(":0:", "::"),
    ],
)
def test_resources_match_by_their_six_parts(pattern):
    assert resource_matches(pattern, f"{BUCKET}/a/b.mp3")


@pytest.mark.parametrize(
    "pattern",
    [
        f"{BUCKET}/b/*",
        "qcs::cos:ap-shanghai:uid/1250000000:*",
        "qcs::cos:ap-guangzhou:uid/1250000001:*",
        "qcs::cam:::*",
        "rec-1250000000/*",
        "",
    ],
)
def test_other_resources_do_not_match(pattern):
    assert not resource_matches(pattern, f"{BUCKET}/a/b.mp3")


def test_a_colon_in_a_key_is_part_of_the_resource():
    assert resource_matches(f"{BUCKET}/a:b*", f"{BUCKET}/a:b:c")


USER = "qcs::cam::uin/100000000001:uin/100000000100"


@pytest.mark.parametrize(
    "pattern", ["*", "qcs::cam::anyone:anyone", "qcs::cam::uin/100000000001:root", USER, USER[:-1] + "*"]
)
def test_principals_match_by_identity_account_or_anyone(pattern):
    assert principal_matches(pattern, USER)


@pytest.mark.parametrize(
    "pattern", ["qcs::cam::uin/1:root", "qcs::cam::uin/10000000000:root", USER + "1", ""]
)
def test_other_principals_do_not_match(pattern):
    assert not principal_matches(pattern, USER)
