"""Which properties differ, and which values of theirs are shown."""

from typing import Any

import pytest

from gme_recording.review.values import address, differences
from policy.inputs import SECRET, SIGNATURE, UNKNOWN
from tests.review.make import BUCKET, BUCKET_POLICY, POLICY, SETTINGS, STASH, changed, plan, raw_step

HIDDEN = {SIGNATURE: SECRET}


def told(kind: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    (step,) = changed(kind, old, new).steps
    return {each.path: each.text for each in differences(step)}


@pytest.mark.parametrize(
    ("kind", "old", "new", "wanted"),
    [
        (BUCKET, {"forceClean": True}, {"forceClean": False}, {"forceClean": "`true` → `false`"}),
        (BUCKET, {}, {"acl": "private"}, {"acl": "not set → `private`"}),
        (BUCKET, {"kmsId": "1"}, {"kmsId": "2"}, {"kmsId": ""}),
        (BUCKET, {"bucket": "a"}, {"bucket": UNKNOWN}, {"bucket": "`a` → known after the deployment"}),
        (BUCKET, {"bucket": "a"}, {"bucket": "[secret]"}, {"bucket": "secret"}),
        (BUCKET, {"tags": {"owner": "a"}}, {"tags": {"owner": "b"}}, {"tags.owner": ""}),
        (STASH, {"input": {"mode": "off"}}, {"input": {"mode": "full"}}, {"input.mode": "`off` → `full`"}),
        (POLICY, {"description": "a"}, {"description": "b"}, {"description": ""}),
        (
            SETTINGS,
            {"callbackUrl": "https://a.example.com/x?key=1"},
            {"callbackUrl": "https://user:word@a.example.com/x"},
            {"callbackUrl": ""},
        ),
        (
            SETTINGS,
            {"callbackUrl": ""},
            {"callbackUrl": "https://a.example.com/x?key=1"},
            {"callbackUrl": "not set → `https://a.example.com/x?…`"},
        ),
        ("some:other/type:Type", {"bucket": "a"}, {"bucket": "b"}, {"bucket": ""}),
    ],
)
def test_values_are_shown_where_they_are_known_to_be_harmless(kind, old, new, wanted):
    assert told(kind, old, new) == wanted


def test_items_with_ids_are_compared_by_them():
    old = [{"id": "default", "expiration": {"days": 30}}, {"id": "gone", "expiration": {"days": 1}}]
    new = [{"id": "new", "expiration": {"days": 9}}, {"id": "default", "expiration": {"days": 60}}]

    assert told(BUCKET, {"lifecycleRules": old}, {"lifecycleRules": new}) == {
        "lifecycleRules[default].expiration.days": "`30` → `60`",
        "lifecycleRules[gone]": "removed",
        "lifecycleRules[new]": "added, `expiration.days` `9`",
    }


def test_items_without_ids_are_compared_by_their_place():
    moves = [{"days": 30, "storageClass": "ARCHIVE"}]
    later = [{"days": 60, "storageClass": "ARCHIVE"}, {"days": 90, "storageClass": "DEEP_ARCHIVE"}]
    old = {"lifecycleRules": [{"id": "default", "transitions": moves}]}
    new = {"lifecycleRules": [{"id": "default", "transitions": later}]}

    assert told(BUCKET, old, new) == {
        "lifecycleRules[default].transitions[0].days": "`30` → `60`",
        "lifecycleRules[default].transitions[1]": "added, `days` `90`, `storageClass` `DEEP_ARCHIVE`",
    }


def test_documents_that_say_the_same_do_not_differ():
    assert told(BUCKET_POLICY, {"policy": '{"a": 1, "b": 2}'}, {"policy": '{"b":2,"a":1}'}) == {}


def test_what_is_null_is_not_there():
    assert told(BUCKET, {"kmsId": None}, {}) == {}


def test_what_only_the_provider_sees_is_named():
    step = raw_step(
        BUCKET, "update", {}, {}, detailedDiff={"corsRules[0]": {"kind": "delete"}}, diffReasons=["acl"]
    )

    assert [each.path for each in differences(plan(step).steps[0])] == ["acl", "corsRules[0]"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example.com:8443/x", "https://a.example.com:8443/x"),
        ("https://a.example.com/?q=1", "https://a.example.com/?…"),
        ("https://user@a.example.com/", None),
        ("ftp://a.example.com/", None),
        ("https://[", None),
        ("x", None),
    ],
)
def test_a_url_is_shown_without_what_it_carries(url, shown):
    assert address(url) == shown
