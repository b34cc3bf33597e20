"""Rules about buckets: names, regions, retention, encryption, log, replica and networks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.config import buckets, parse
from components.config.model import Encryption, OnDestroy, Retention, Storage
from gme_recording.api import CloudKind
from gme_recording.errors import Severity
from tests.components.config.reading import LOCAL, accepted, refused
from tests.components.stacks import a_config, a_stack


def test_a_bucket_name_has_sixty_characters_at_most(tmp_path: Path) -> None:
    assert len(accepted(tmp_path, a_config(storage__name="v" * 49)).bucket) == 60
    found = refused(tmp_path, a_config(storage__name="v" * 50))
    assert "at most 49 characters" in found["gme-recording:storage.name"]


@given(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,47}[a-z0-9])?", fullmatch=True))
def test_any_accepted_name_makes_a_bucket_name_that_cos_takes(name: str) -> None:
    stack = a_stack(storage=Storage(name=name, retention=Retention(keep_days=1)))
    assert not list(buckets.names_fit(stack))
    assert len(stack.bucket) <= 60


@pytest.mark.parametrize("name", ["Voice", "-voice", "voice-", "voice_1", "vöice", "", "a.b"])
def test_a_name_that_cos_refuses_is_refused(tmp_path: Path, name: str) -> None:
    assert set(refused(tmp_path, a_config(storage__name=name))) == {"gme-recording:storage.name"}


def test_an_unknown_region_is_refused_with_the_list(tmp_path: Path) -> None:
    config = a_config(region="ap-singapoor") | {"tencentcloud:region": "ap-singapoor"}
    assert "ap-singapore" in refused(tmp_path, config)["gme-recording:region"]


@pytest.mark.parametrize(
    ("retention", "key"),
    [
        ({"keep": "30 days", "archive_after": "30 days"}, "keep"),
        ({"keep": "30 days", "archive_after": "31 days"}, "keep"),
        ({"keep": "forever", "infrequent_after": "9 days", "archive_after": "9 days"}, "archive_after"),
        (
            {"keep": "forever", "infrequent_after": "9 days", "deep_archive_after": "8 days"},
            "deep_archive_after",
        ),
        (
            {"keep": "forever", "archive_after": "9 days", "deep_archive_after": "0 days"},
            "deep_archive_after",
        ),
    ],
)
def test_colder_storage_comes_later_and_expiry_last(
    tmp_path: Path, retention: dict[str, str], key: str
) -> None:
    assert set(refused(tmp_path, a_config(storage__retention=retention))) == {
        f"gme-recording:storage.retention.{key}"
    }
    assert set(refused(tmp_path, a_config(apps__0__retention=retention))) == {
        f"gme-recording:apps[0].retention.{key}"
    }


@given(st.lists(st.integers(0, 3649), min_size=4, max_size=4, unique=True))
def test_any_ascending_stages_are_in_order(days: list[int]) -> None:
    first, second, third, last = sorted(days)
    retention = Retention(
        infrequent_after_days=first, archive_after_days=second, deep_archive_after_days=third, keep_days=last
    )
    assert not list(buckets.colder_comes_later(a_stack(storage=Storage(name="v", retention=retention))))


def some_apps(count: int, **parts: str) -> list[dict[str, Any]]:
    return [{"name": f"app{at}", "bizId": at + 1, **parts} for at in range(count)]


def test_the_number_of_applications_fits_the_lifecycle_rules(tmp_path: Path) -> None:
    most = "at most 300 applications to a bucket: COS takes 1,000 lifecycle rules"
    accepted(tmp_path, a_config(apps=some_apps(300)))
    assert refused(tmp_path, a_config(apps=some_apps(301))) == {"gme-recording:apps": most}
    assert refused(tmp_path, a_config(apps=[])) == {"gme-recording:apps": "at least one application"}


@pytest.mark.parametrize(
    ("retention", "keys"),
    [
        (Retention(keep_days=180, archive_after_days=90), []),
        (Retention(keep_days=119, archive_after_days=30), ["archive_after"]),
        (
            Retention(keep_days=None, infrequent_after_days=5, archive_after_days=34),
            ["infrequent_after", "infrequent_after"],
        ),
        (Retention(keep_days=None, deep_archive_after_days=1), []),
        (Retention(keep_days=181, deep_archive_after_days=2), ["deep_archive_after"]),
    ],
)
def test_leaving_a_storage_class_before_its_minimum_is_pointed_out(
    retention: Retention, keys: list[str]
) -> None:
    found = parse.warnings(a_stack(storage=Storage(name="v", retention=retention)))
    assert [problem.where for problem in found] == [f"gme-recording:storage.retention.{key}" for key in keys]
    assert {problem.severity for problem in found} <= {Severity.WARNING}


def test_what_is_probably_not_meant_is_pointed_out() -> None:
    storage = Storage(
        name="v",
        retention=Retention(keep_days=None),
        encryption=Encryption.KMS,
        on_destroy=OnDestroy.EMPTY,
    )
    local = a_stack(storage=storage)
    found = parse.warnings(replace(local, cloud=CloudKind.TENCENT))
    assert [problem.where for problem in found] == [
        "gme-recording:storage.encryption",
        "gme-recording:storage.on_destroy",
    ]
    assert [problem.where for problem in parse.warnings(local)] == ["gme-recording:storage.encryption"]


REPLICA = {"region": "ap-hongkong", "name": "voice-copy"}


ELSEWHERE = {"eu-frankfurt": {"name": "voice-eu", "retention": {"keep": "30 days"}}}


def test_buckets_of_other_regions_are_read(tmp_path: Path) -> None:
    config = a_config(
        storages=ELSEWHERE, apps=[*some_apps(1), {"name": "eu", "bizId": 9, "region": "eu-frankfurt"}]
    )
    stack = accepted(tmp_path, config)
    assert [(place.key, place.region, place.bucket) for place in stack.places] == [
        ("storage", "ap-singapore", "voice-1250000000"),
        ("storages.eu-frankfurt", "eu-frankfurt", "voice-eu-1250000000"),
    ]
    assert [[app.name for app in place.apps] for place in stack.places] == [["app0"], ["eu"]]
    assert parse.warnings(stack) == ()


def test_a_bucket_without_application_is_pointed_out(tmp_path: Path) -> None:
    found = parse.warnings(accepted(tmp_path, a_config(storages=ELSEWHERE)))
    assert [problem.where for problem in found] == ["gme-recording:storages.eu-frankfurt"]


def test_an_application_records_into_a_bucket_of_its_region(tmp_path: Path) -> None:
    found = refused(tmp_path, a_config(apps__0__region="eu-frankfurt"))
    assert found == {"gme-recording:apps[0].region": "a region with a bucket: ap-singapore"}


@pytest.mark.parametrize("region", ["ap-singapore", "nowhere"])
def test_further_buckets_are_in_other_known_regions(tmp_path: Path, region: str) -> None:
    config = a_config(storages={region: {"name": "other", "retention": {"keep": "30 days"}}})
    assert set(refused(tmp_path, config)) == {f"gme-recording:storages.{region}"}


@pytest.mark.parametrize(
    "key", ["storages__eu-frankfurt__name", "storage__access_log__name", "storage__replica__name"]
)
def test_no_two_buckets_have_one_name(tmp_path: Path, key: str) -> None:
    parts: dict[str, Any] = {
        "storages": {"eu-frankfurt": {"name": "eu", "retention": {"keep": "5 days"}}},
        "storage__versioning": True,
        "storage__replica": dict(REPLICA),
        "storage__access_log": {"name": "voice-log", "keep": "90 days"},
    }
    assert set(refused(tmp_path, a_config(**parts, **{key: "voice"}))) == {
        "gme-recording:" + key.replace("__", ".")
    }


def test_names_of_log_and_replica_have_their_length_too(tmp_path: Path) -> None:
    config = a_config(storage__access_log={"name": "l" * 50, "keep": "90 days"})
    assert set(refused(tmp_path, config)) == {"gme-recording:storage.access_log.name"}


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ({}, "versioning"),
        ({"storage__versioning": True, "storage__encryption": "KMS"}, "encryption"),
        ({"storage__versioning": True, "storage__replica__region": "ap-singapore"}, "replica.region"),
        ({"storage__versioning": True, "storage__replica__region": "mars"}, "replica.region"),
    ],
)
def test_a_replica_needs_versions_another_region_and_no_kms(
    tmp_path: Path, parts: dict[str, Any], key: str
) -> None:
    accepted(tmp_path, a_config(storage__versioning=True, storage__replica=REPLICA))
    assert set(refused(tmp_path, a_config(storage__replica=dict(REPLICA), **parts))) == {
        f"gme-recording:storage.{key}"
    }


def test_a_kms_key_goes_with_kms(tmp_path: Path) -> None:
    accepted(tmp_path, a_config(storage__encryption="KMS", storage__kms_key="aaaa-bbbb"))
    assert set(refused(tmp_path, a_config(storage__kms_key="aaaa-bbbb"))) == {"gme-recording:storage.kms_key"}


def test_networks_are_public_where_cos_sees_public_addresses(tmp_path: Path) -> None:
    accepted(tmp_path, a_config(storage__allowed_networks=["8.8.8.0/24"]))
    accepted(tmp_path, a_config(cloud="local", storage__allowed_networks=["127.0.0.0/8"]) | LOCAL)
    found = refused(tmp_path, a_config(storage__allowed_networks=["8.8.8.0/24", "10.0.0.0/8"]))
    assert set(found) == {"gme-recording:storage.allowed_networks[1]"}


@pytest.mark.parametrize("networks", ["8.8.8.8", ["8.8.8.8/24"], ["here"], ["8.8.8.8", "8.8.8.8"]])
def test_what_is_no_list_of_networks_is_refused(tmp_path: Path, networks: object) -> None:
    found = refused(tmp_path, a_config(storage__allowed_networks=networks))
    assert set(found) == {"gme-recording:storage.allowed_networks"}


def test_small_recordings_that_stay_are_pointed_out() -> None:
    storage = Storage(name="v", retention=Retention(keep_days=None, infrequent_after_days=30))
    (found,) = parse.warnings(a_stack(storage=storage))
    assert found.where == "gme-recording:storage.retention.infrequent_after"
    assert "64 KB" in found.allowed


def test_every_bucket_is_checked() -> None:
    bad = Storage(
        name="v",
        retention=Retention(keep_days=5, archive_after_days=9),
        kms_key="k",
    )
    found = {
        problem.where
        for find in (buckets.colder_comes_later, buckets.encryption_has_its_key)
        for problem in find(a_stack(storages={"ap-beijing": bad}))
    }
    assert found == {
        "gme-recording:storages.ap-beijing.retention.keep",
        "gme-recording:storages.ap-beijing.kms_key",
    }
