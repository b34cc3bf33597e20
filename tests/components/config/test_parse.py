from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.config import parse
from components.config.keys import keys, plain
from components.config.model import (
    Access,
    AccessLog,
    AccessPolicy,
    App,
    Confirmation,
    Encryption,
    Grant,
    OnDestroy,
    Replica,
    Retention,
    Routing,
    Scope,
    Smoke,
    SmokeWhen,
    Stack,
    Storage,
)
from gme_recording.api import CloudKind
from gme_recording.errors import ExitCode, InvalidInput, Problem, UserError
from gme_recording.smoke import Mode
from tests.components.stacks import CONFIG, REMOVED, a_config, a_project, as_engine
from tests.support import wire

FILE = "stacks/Pulumi.test.yaml"


def load(folder: Path, config: dict[str, Any] | str) -> Stack:
    return parse.load("test", a_project(folder, config))


def problems(folder: Path, config: dict[str, Any] | str) -> dict[str, Problem]:
    with pytest.raises(InvalidInput) as raised:
        load(folder, config)
    assert raised.value.exit_code is ExitCode.INPUT
    found = {problem.where: problem for problem in raised.value.problems}
    assert len(found) == len(raised.value.problems), "each mistake is reported once"
    assert {problem.file for problem in raised.value.problems} == {FILE}
    return found


def test_the_least_a_stack_must_say_gets_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, CONFIG) == Stack(
        name="test",
        cloud=CloudKind.TENCENT,
        appid="1250000000",
        region="ap-singapore",
        storage=Storage(name="voice", retention=Retention(keep_days=30)),
        access=Access(grant=Grant.EXISTING, policies=()),
        apps=(App(name="arena", biz_id=1400000001),),
        smoke=Smoke(),
        tags={},
        routing=Routing(region="ap-singapore"),
    )


EVERYTHING = a_config(
    cloud="local",
    storages={
        "eu-frankfurt": {
            "name": "voice-eu",
            "retention": {"keep": "30 days"},
            "encryption": "KMS",
            "kms_key": "aaaa-bbbb",
        }
    },
    storage={
        "name": "voice",
        "retention": {
            "keep": "forever",
            "infrequent_after": "30 days",
            "archive_after": "9 weeks",
            "deep_archive_after": "180 days",
            "abort_uploads_after": "2 days",
            "keep_versions": "14 days",
        },
        "encryption": "SM4",
        "allowed_networks": ["127.0.0.0/8", "::1"],
        "access_log": {"name": "voice-log", "keep": "forever"},
        "replica": {"region": "ap-hongkong", "name": "voice-copy"},
        "versioning": True,
        "on_destroy": "keep",
    },
    access={
        "grant": "create",
        "policies": ["reader", "recorder"],
        "operators": ["bot"],
        "readers": ["support", "legal"],
        "erasers": ["privacy"],
        "auditors": ["audit@example.com"],
        "deployers": ["ci"],
    },
    apps=[
        {
            "name": "arena",
            "bizId": 1400000001,
            "region": "eu-frankfurt",
            "scope": "full",
            "allowFullScope": True,
            "callbackUrl": "http://127.0.0.1:8080/gme",
            "retention": {"keep": "90 days"},
            "console": {"confirmed": "0123456789ab", "by": "Ops", "on": "2026-03-31"},
        }
    ],
    smoke={
        "mode": "probe",
        "room": "test-room",
        "record": "2 seconds",
        "timeout": "1 minute",
        "when": "always",
        "callbackRelay": "http://127.0.0.1:8080/gme/relay",
    },
    tags={"environment": "test"},
) | {"tencentcloud:protocol": "HTTP", "tencentcloud:cosDomain": "http://cos.ap-singapore.myqcloud.com"}


def test_everything_that_can_be_said_is_read(tmp_path: Path) -> None:
    retention = Retention(
        keep_days=None,
        infrequent_after_days=30,
        archive_after_days=63,
        deep_archive_after_days=180,
        abort_uploads_after_days=2,
        keep_versions_days=14,
    )
    app = App(
        name="arena",
        biz_id=1400000001,
        region="eu-frankfurt",
        scope=Scope.FULL,
        allow_full_scope=True,
        callback_url="http://127.0.0.1:8080/gme",
        retention=Retention(keep_days=90),
        confirmation=Confirmation(fingerprint="0123456789ab", by="Ops", on="2026-03-31"),
    )
    assert load(tmp_path, EVERYTHING) == Stack(
        name="test",
        cloud=CloudKind.LOCAL,
        appid="1250000000",
        region="ap-singapore",
        storage=Storage(
            name="voice",
            retention=retention,
            encryption=Encryption.SM4,
            versioning=True,
            allowed_networks=("127.0.0.0/8", "::1/128"),
            access_log=AccessLog(name="voice-log", keep_days=None),
            replica=Replica(region="ap-hongkong", name="voice-copy"),
            on_destroy=OnDestroy.KEEP,
        ),
        storages={
            "eu-frankfurt": Storage(
                name="voice-eu",
                retention=Retention(keep_days=30),
                encryption=Encryption.KMS,
                kms_key="aaaa-bbbb",
            )
        },
        access=Access(
            grant=Grant.CREATE,
            policies=(AccessPolicy.READER, AccessPolicy.RECORDER),
            operators=("bot",),
            readers=("support", "legal"),
            erasers=("privacy",),
            auditors=("audit@example.com",),
            deployers=("ci",),
        ),
        apps=(app,),
        smoke=Smoke(
            mode=Mode.PROBE,
            room="test-room",
            record_seconds=2,
            timeout_seconds=60,
            when=SmokeWhen.ALWAYS,
            callback_relay="http://127.0.0.1:8080/gme/relay",
        ),
        tags={"environment": "test"},
        routing=Routing(
            region="ap-singapore", protocol="HTTP", cos_domain="http://cos.ap-singapore.myqcloud.com"
        ),
    )


def written(value: Any) -> set[str]:
    """Every key that is somewhere in a configuration."""
    if isinstance(value, dict):
        return {key.rpartition(":")[2] for key in value} | {
            key for part in value.values() for key in written(part)
        }
    return {key for part in value for key in written(part)} if isinstance(value, list) else set()


def test_no_key_of_the_model_is_left_out_of_everything() -> None:
    kinds = (Stack, Storage, Retention, AccessLog, Replica, Access, App, Confirmation, Smoke)
    assert {key.name for kind in kinds for _, key in keys(kind)} <= written(EVERYTHING)


@pytest.mark.parametrize("config", [CONFIG, EVERYTHING], ids=["least", "everything"])
def test_program_and_files_read_the_same(tmp_path: Path, config: dict[str, Any]) -> None:
    read: list[Stack] = []
    wire.run(lambda: read.append(parse.from_pulumi()), stack="test", config=as_engine(config))
    assert read == [load(tmp_path, config)]


def test_program_and_files_refuse_with_the_same_words(tmp_path: Path) -> None:
    wrong = a_config(storage__retention__keep="6 months", smoke={"mod": "full"}, region="ap-nowhere")
    with pytest.raises(InvalidInput) as from_files:
        load(tmp_path, wrong)
    seen: list[Stack] = []
    with pytest.raises(InvalidInput) as from_program:
        wire.run(lambda: seen.append(parse.from_pulumi()), stack="test", config=as_engine(wrong))
    assert str(from_program.value) == str(from_files.value)


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    config = a_config(
        appid="12345",
        storage__name="Voice",
        storage__retention={"kepp": "30 days", "archive_after": 30},
        storage__versioning="yes",
        apps=[{"name": "arena"}, {"name": "arena", "bizId": "1", "callbackUrl": "ftp://x"}, "league"],
        smoke={"record": "1 hour", "timeout": "10 seconds"},
        tgas={"a": "b"},
    )
    found = problems(tmp_path, config)
    assert set(found) == {
        "gme-recording:appid",
        "gme-recording:apps[0].bizId",
        "gme-recording:apps[1].bizId",
        "gme-recording:apps[1].callbackUrl",
        "gme-recording:apps[1].name",
        "gme-recording:apps[2]",
        "gme-recording:smoke.record",
        "gme-recording:storage.name",
        "gme-recording:storage.retention.archive_after",
        "gme-recording:storage.retention.keep",
        "gme-recording:storage.retention.kepp",
        "gme-recording:storage.versioning",
        "gme-recording:tgas",
    }
    assert found["gme-recording:tgas"].hint == "did you mean tags?"
    assert found["gme-recording:storage.retention.kepp"].hint == "did you mean keep?"


def test_a_problem_names_key_value_allowed_and_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        load(tmp_path, a_config(storage__encryption="aes"))
    assert str(raised.value) == (
        "1 problem in stacks/Pulumi.test.yaml; nothing was changed:\n"
        "  gme-recording:storage.encryption is 'aes': one of AES256, KMS, SM4"
    )


@pytest.mark.parametrize("key", ["cloud", "appid", "region", "storage", "apps"])
def test_what_is_required_is_asked_for(tmp_path: Path, key: str) -> None:
    found = problems(tmp_path, a_config(**{key: REMOVED}))
    assert found[f"gme-recording:{key}"].allowed == "required, and missing"


def test_an_empty_file_misses_everything_required(tmp_path: Path) -> None:
    assert set(problems(tmp_path, "")) == {
        "gme-recording:cloud",
        "gme-recording:appid",
        "gme-recording:region",
        "gme-recording:storage",
        "gme-recording:apps",
    }


@pytest.mark.parametrize("wrong", [None, "text", 5, [1], True])
@pytest.mark.parametrize("key", ["storage", "apps", "access", "smoke", "tags"])
def test_any_wrong_type_is_a_problem_and_never_a_crash(tmp_path: Path, key: str, wrong: object) -> None:
    config = a_config(**{key: wrong})
    if wrong is None and key not in {"storage", "apps"}:
        assert load(tmp_path, config) == load(tmp_path, CONFIG)
    else:
        assert any(where.startswith(f"gme-recording:{key}") for where in problems(tmp_path, config))


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "keep", "retention", "bizId", "mode", "region", "replica", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


ANY_KEY = st.sampled_from([*CONFIG, *(f"gme-recording:{key.name}" for _, key in keys(Stack))])


@given(st.dictionaries(ANY_KEY, SCRAPS))
def test_whatever_the_engine_hands_over_is_a_stack_or_a_list_of_problems(config: dict[str, Any]) -> None:
    reading = parse._Reading(FILE)
    try:
        parse._stack("test", config, reading)
    except InvalidInput as refusal:
        problems_found = refusal.problems
    else:
        problems_found = ()
    assert bool(problems_found) == bool(reading.problems)


def test_secrets_are_not_repeated(tmp_path: Path) -> None:
    url = "https://user:hunter2@voice.example.com/gme recording"
    with pytest.raises(InvalidInput) as raised:
        load(tmp_path, a_config(apps__0__callbackUrl=url))
    assert "hunter2" not in str(raised.value)


def test_an_encrypted_value_is_to_be_written_in_clear(tmp_path: Path) -> None:
    found = problems(tmp_path, a_config(appid={"secure": "v1:abc"}))
    assert found["gme-recording:appid"].found == "'encrypted'"
    assert "in clear" in found["gme-recording:appid"].hint


def test_unknown_keys_beside_the_configuration_are_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, "confg:\n  a: b\n")
    assert found["confg"].hint == "did you mean config?"


def test_configuration_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "config: nothing\n")["config"].allowed == "a mapping of configuration keys"


def test_keys_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, CONFIG | {"pulumi:tags": {"a": "b"}, "aws:region": "x"}) == load(tmp_path, CONFIG)


def test_a_date_needs_no_quotes_and_digits_of_a_fingerprint_do(tmp_path: Path) -> None:
    text = """
config:
  tencentcloud:region: ap-singapore
  gme-recording:cloud: tencent
  gme-recording:appid: 1250000000
  gme-recording:region: ap-singapore
  gme-recording:storage: {name: voice, retention: {keep: 30 days}}
  gme-recording:apps:
    - {name: arena, bizId: 1400000001, console: {confirmed: 012345678901, by: Ops, on: 2026-03-31}}
"""
    assert set(problems(tmp_path, text)) == {"gme-recording:apps[0].console.confirmed"}
    stack = load(tmp_path, text.replace("012345678901", "'012345678901'"))
    assert stack.appid == "1250000000"
    assert stack.apps[0].confirmation == Confirmation(fingerprint="012345678901", by="Ops", on="2026-03-31")


def test_a_stack_without_file_is_no_stack(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        parse.load("other", a_project(tmp_path, CONFIG))
    assert raised.value.exit_code is ExitCode.NO_STACK


def test_plain_values_hold_no_empty_parts() -> None:
    app = App(name="arena", biz_id=1, retention=Retention(keep_days=5))
    assert plain({"app": app, "list": (Grant.CREATE, 1)}) == {
        "app": {
            "name": "arena",
            "biz_id": 1,
            "scope": "custom",
            "allow_full_scope": False,
            "retention": {"keep_days": 5, "abort_uploads_after_days": 1, "keep_versions_days": 7},
        },
        "list": ["create", 1],
    }


def test_problems_of_a_bucket_in_another_region_name_it(tmp_path: Path) -> None:
    written_wrong = {"nme": "voice-eu", "retention": {"keep": "1 year"}}
    found = problems(tmp_path, a_config(storages={"eu-frankfurt": written_wrong, "eu-moscow": None}))
    assert set(found) == {
        "gme-recording:storages.eu-frankfurt.name",
        "gme-recording:storages.eu-frankfurt.nme",
        "gme-recording:storages.eu-frankfurt.retention.keep",
        "gme-recording:storages.eu-moscow",
    }
    assert found["gme-recording:storages.eu-frankfurt.nme"].hint == "did you mean name?"
