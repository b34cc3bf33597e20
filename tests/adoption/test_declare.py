"""From what was found to the stack file that declares it."""

from dataclasses import replace

import pytest

from components import lifecycle
from components.config import parse
from components.config.model import AccessPolicy, Grant
from gme_recording.adoption import stack_file
from gme_recording.adoption.bucket import Bucket
from gme_recording.adoption.declare import stack_config
from gme_recording.adoption.survey import Found
from gme_recording.api import CloudKind, LifecycleRule
from gme_recording.api.cam import Account
from gme_recording.console.settings import Confirmation, Settings
from gme_recording.errors import InvalidInput, UserError

NAME = "voice-1252000002"
SETTINGS = Settings(biz_id=1400200001, recording=True, scope="custom", bucket=NAME, region="ap-singapore")
WHOLE = LifecycleRule(id="old", expire_days=90, transitions=((30, "STANDARD_IA"),))
PLAIN = Bucket(name=NAME, region="ap-singapore", rules=(WHOLE,), odd_rules={}, encryption="AES256", tags={})
FOUND = Found(
    cloud=CloudKind.TENCENT,
    account=Account("1252000002", "200000000002", "200000000002"),
    buckets=(PLAIN,),
    policies={},
    apps={"voice": SETTINGS},
)


def config(found: Found, **confirmed: Confirmation) -> dict[str, object]:
    own = stack_config(found, confirmed, Grant.CREATE)
    return {key.removeprefix("gme-recording:"): value for key, value in own.items()}


def storage(**changes: object) -> object:
    return config(replace(FOUND, buckets=(replace(PLAIN, **changes),)))["storage"]  # type: ignore[arg-type]


def test_a_plain_set_up_is_declared_with_nothing_that_it_has_not():
    assert config(FOUND) == {
        "tencentcloud:region": "ap-singapore",
        "cloud": "tencent",
        "appid": "1252000002",
        "region": "ap-singapore",
        "storage": {
            "name": "voice",
            "retention": {"keep": "90 days", "infrequent_after": "30 days"},
            "encryption": "AES256",
            "on_destroy": "refuse",
        },
        "access": {"grant": "create"},
        "apps": [{"name": "voice", "bizId": 1400200001}],
        "smoke": {"mode": "probe"},
    }


def test_a_bucket_without_rules_keeps_for_ever():
    assert storage(rules=()) == {
        "name": "voice",
        "retention": {"keep": "forever"},
        "encryption": "AES256",
        "on_destroy": "refuse",
    }


def test_everything_that_a_bucket_has_is_declared():
    rule = replace(WHOLE, noncurrent_expire_days=14, abort_uploads_days=3)
    log = replace(PLAIN, name="logs-1252000002", rules=(LifecycleRule(id="log", expire_days=180),))
    copies = replace(PLAIN, name="copy-1252000002", region="ap-hongkong")
    declared = storage(
        rules=(rule,),
        encryption="KMS",
        kms_key="key-1",
        versioning=True,
        networks=("203.0.113.0/24",),
        log=log,
        copies=copies,
    )

    assert declared == {
        "name": "voice",
        "retention": {
            "keep": "90 days",
            "infrequent_after": "30 days",
            "abort_uploads_after": "3 days",
            "keep_versions": "14 days",
        },
        "encryption": "KMS",
        "kms_key": "key-1",
        "versioning": True,
        "allowed_networks": ["203.0.113.0/24"],
        "access_log": {"name": "logs", "keep": "180 days"},
        "replica": {"region": "ap-hongkong", "name": "copy"},
        "on_destroy": "refuse",
    }


def test_an_application_with_a_rule_of_its_own_has_a_retention_of_its_own():
    rules = (replace(WHOLE, expire_days=180), LifecycleRule(id="a", prefix="1400200001_", expire_days=30))

    declared = config(replace(FOUND, buckets=(replace(PLAIN, rules=rules),)))

    assert declared["apps"] == [{"name": "voice", "bizId": 1400200001, "retention": {"keep": "30 days"}}]


def test_old_versions_that_nothing_deletes_are_kept_as_long_as_a_stack_can_say():
    declared = storage(versioning=True)

    assert declared["retention"]["keep_versions"] == "3650 days"  # type: ignore[index]


def test_buckets_of_several_regions_are_one_stack():
    europe = replace(PLAIN, name="voice-eu-1252000002", region="eu-frankfurt", tags={"team": "eu", "a": "b"})
    rules = (LifecycleRule(id="x", expire_days=30),)
    home = replace(PLAIN, tags={"team": "voice"}, rules=rules)
    settings = replace(SETTINGS, biz_id=1400200002, bucket=europe.name, region=europe.region)

    declared = config(replace(FOUND, buckets=(home, europe), apps={"asia": SETTINGS, "europe": settings}))

    assert declared["region"] == "ap-singapore"
    assert declared["storages"] == {
        "eu-frankfurt": {
            "name": "voice-eu",
            "retention": {"keep": "90 days", "infrequent_after": "30 days"},
            "encryption": "AES256",
            "on_destroy": "refuse",
        }
    }
    assert declared["apps"] == [
        {"name": "asia", "bizId": 1400200001},
        {"name": "europe", "bizId": 1400200002, "region": "eu-frankfurt"},
    ]
    assert declared["tags"] == {"a": "b", "team": "voice"}


def test_what_somebody_confirmed_is_declared_as_confirmed():
    url = replace(SETTINGS, callback_url="https://voice.example.com/x")
    confirmation = Confirmation(url.fingerprint, "Ada", "2026-03-31")

    declared = config(replace(FOUND, apps={"voice": url}), voice=confirmation)

    assert declared["apps"] == [
        {
            "name": "voice",
            "bizId": 1400200001,
            "callbackUrl": "https://voice.example.com/x",
            "console": {"confirmed": url.fingerprint, "by": "Ada", "on": "2026-03-31"},
        }
    ]


def test_full_scope_is_declared_as_allowed():
    full = replace(FOUND, apps={"voice": replace(SETTINGS, scope="full")})

    assert config(full)["apps"] == [
        {"name": "voice", "bizId": 1400200001, "scope": "full", "allowFullScope": True}
    ]


def test_policies_and_a_full_test_are_declared_where_their_traces_are_found():
    rule = LifecycleRule(id="smoke-1400200001-mixed", prefix="1400200001_lobby/", expire_days=1)
    policies = {AccessPolicy.RECORDER: (), AccessPolicy.READER: ("support", "trust")}
    found = replace(FOUND, buckets=(replace(PLAIN, rules=(WHOLE, rule)),), policies=policies)

    declared = config(found)

    assert declared["access"] == {
        "grant": "create",
        "policies": ["recorder"],
        "readers": ["support", "trust"],
    }
    assert declared["smoke"] == {"mode": "full", "room": "lobby"}


def test_the_stack_file_is_read_back_as_what_was_found(tmp_path):
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: gme-recording\nruntime: python\n")

    path = stack_file.write("old", tmp_path, stack_config(FOUND, {}, Grant.CREATE))

    stack = parse.load("old", tmp_path)
    assert path.name == "Pulumi.old.yaml"
    assert (stack.bucket, stack.cloud, stack.apps[0].biz_id) == (NAME, CloudKind.TENCENT, 1400200001)
    (place,) = stack.places
    assert {rule.expire_days for rule in lifecycle.rules(place, stack.smoke)} == {90}


def test_a_set_up_that_no_stack_file_can_declare_leaves_none(tmp_path):
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: gme-recording\nruntime: python\n")
    nowhere = replace(SETTINGS, region="nowhere")
    elsewhere = replace(FOUND, buckets=(replace(PLAIN, region="nowhere"),), apps={"voice": nowhere})

    with pytest.raises(InvalidInput):
        stack_file.write("old", tmp_path, stack_config(elsewhere, {}, Grant.CREATE))

    assert list((tmp_path / "stacks").iterdir()) == []


@pytest.mark.parametrize("name", ["", "a b", "../x"])
def test_a_name_that_cannot_be_a_stacks_is_refused(tmp_path, name):
    with pytest.raises(UserError, match="cannot be the name of a stack"):
        stack_file.path_of(name, tmp_path)
