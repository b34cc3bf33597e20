import json
from dataclasses import fields, replace
from typing import Any

import pytest

from gme_recording.api import CloudKind, LifecycleRule
from gme_recording.smoke import Mode, Target
from gme_recording.smoke.model import NOT_COMPARED
from tests.smoke.make import a_target

RULES = (
    LifecycleRule(id="a", expire_days=1),
    LifecycleRule(id="b", prefix="14_", transitions=((30, "ARCHIVE"),)),
)
OTHER: dict[str, Any] = {
    "stack": "prod",
    "app": "other",
    "cloud": CloudKind.TENCENT,
    "appid": "1250000001",
    "region": "ap-shanghai",
    "bucket": "other-1250000000",
    "biz_id": 1400000002,
    "room": "another",
    "mode": Mode.PROBE,
    "record_seconds": 2.0,
    "timeout_seconds": 90.0,
    "lifecycle": (replace(RULES[0], expire_days=2), RULES[1]),
    "encryption": "SM4",
    "callback_url": "",
    "callback_relay": "https://voice.example.com/gme/relay",
    "role": "another",
    "policy": "{}",
    "versioning": False,
    "tags": (("environment", "test"),),
    "log_bucket": "",
    "replica": "ap-singapore/copy-1250000000",
}


@pytest.mark.parametrize("name", [field.name for field in fields(Target)])
def test_every_change_that_matters_changes_the_fingerprint(name: str) -> None:
    target = a_target(lifecycle=RULES)
    changed = replace(target, **{name: OTHER[name]})
    assert (changed.fingerprint_data() == target.fingerprint_data()) == (name in NOT_COMPARED)


@pytest.mark.parametrize("name", [field.name for field in fields(LifecycleRule)])
def test_every_part_of_a_lifecycle_rule_counts(name: str) -> None:
    whole = {
        "id": "x",
        "prefix": "p",
        "expire_days": 9,
        "transitions": ((1, "ARCHIVE"),),
        "noncurrent_expire_days": 9,
        "abort_uploads_days": 9,
    }
    rule = LifecycleRule(id="a")
    changed = replace(rule, **{name: whole[name]})  # type: ignore[arg-type]
    one, other = a_target(lifecycle=(rule,)), a_target(lifecycle=(changed,))
    assert one.fingerprint_data() != other.fingerprint_data()


def test_without_relay_and_replica_the_fingerprint_is_what_it_was_before_there_were_any() -> None:
    assert not {"callback_relay", "replica"} & a_target(replica="").fingerprint_data().keys()


def test_fingerprint_is_plain_json() -> None:
    data = a_target(lifecycle=RULES, tags=(("a", "b"),), log_bucket="log", versioning=True).fingerprint_data()
    assert json.loads(json.dumps(data)).keys() == data.keys()


def test_order_of_rules_does_not_matter() -> None:
    assert a_target(lifecycle=RULES).fingerprint_data() == a_target(lifecycle=RULES[::-1]).fingerprint_data()


def test_fingerprint_data_is_plain_json() -> None:
    data = a_target(lifecycle=RULES).fingerprint_data()
    assert json.loads(json.dumps(data)) == data
