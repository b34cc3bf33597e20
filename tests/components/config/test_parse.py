"""What a stack file says, as values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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
from gme_recording.errors import ExitCode, InvalidInput, UserError
from gme_recording.smoke import Mode
from tests.components.config.reading import load, problems
from tests.components.stacks import CONFIG, a_config, a_project, as_engine
from tests.support import wire


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


def test_a_date_that_the_engine_has_read_is_to_be_put_in_quotes() -> None:
    date = "2026-03-31 00:00:00 +0000 UTC"
    console = {"confirmed": "0123456789ab", "by": "Ops", "on": date}
    config = a_config(tags={"reviewed": date}, apps__0__console=console)
    read: list[Stack] = []
    with pytest.raises(InvalidInput) as raised:
        wire.run(lambda: read.append(parse.from_pulumi()), stack="test", config=as_engine(config))
    hints = {problem.where: problem.hint for problem in raised.value.problems}
    assert hints == {
        "gme-recording:apps[0].console.on": "put it in quotes",
        "gme-recording:tags": "put numbers, dates and true/false in quotes",
    }


def test_a_key_without_a_value_is_as_good_as_none_in_program_and_file(tmp_path: Path) -> None:
    read: list[Stack] = []
    empty = as_engine(CONFIG) | {"gme-recording:smoke": "", "gme-recording:tags": ""}
    wire.run(lambda: read.append(parse.from_pulumi()), stack="test", config=empty)
    assert read == [load(tmp_path, CONFIG | {"gme-recording:smoke": None, "gme-recording:tags": None})]


def test_keys_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, CONFIG | {"pulumi:tags": {"a": "b"}, "aws:region": "x"}) == load(tmp_path, CONFIG)


def test_digits_of_a_fingerprint_need_quotes(tmp_path: Path) -> None:
    text = """
config:
  tencentcloud:region: ap-singapore
  gme-recording:cloud: tencent
  gme-recording:appid: 1250000000
  gme-recording:region: ap-singapore
  gme-recording:storage: {name: voice, retention: {keep: 30 days}}
  gme-recording:apps:
    - {name: arena, bizId: 1400000001, console: {confirmed: 012345678901, by: Ops, on: "2026-03-31"}}
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
