from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import lifecycle, retention
from components.config.model import AccessLog, App, Replica, Retention, Stack, Storage
from components.retention import Stage, Timeline
from gme_recording.api import LifecycleRule
from gme_recording.smoke import Mode
from tests.components.stacks import a_stack

ARCHIVED = Retention(keep_days=180, archive_after_days=30, keep_versions_days=14)


def stack(**parts: object) -> Stack:
    storage = Storage(name="voice", retention=ARCHIVED, **parts)  # type: ignore[arg-type]
    return a_stack(storage=storage, smoke=Mode.PROBE)


def test_a_recording_goes_from_class_to_class_and_then_away() -> None:
    first, _ = retention.timelines(stack(versioning=True))
    assert first == Timeline(
        bucket="voice-1250000000",
        region="ap-guangzhou",
        prefix="1400000001_",
        holds="recordings of app0",
        stages=(Stage("STANDARD", 0, 30), Stage("ARCHIVE", 30, 180)),
        recoverable_days=14,
        abort_uploads_days=1,
    )
    assert first.gone_day == 180


def test_every_prefix_of_every_bucket_has_its_timeline() -> None:
    parts = {
        "versioning": True,
        "access_log": AccessLog(name="voice-log", keep_days=90),
        "replica": Replica(region="ap-beijing", name="voice-copy"),
    }
    declared = replace(
        stack(**parts),
        apps=(App(name="arena", biz_id=7), App(name="eu", biz_id=8, region="eu-frankfurt")),
        storages={"eu-frankfurt": Storage(name="voice-eu", retention=Retention(keep_days=None))},
    )
    shown = [(each.bucket, each.prefix, each.holds, each.gone_day) for each in retention.timelines(declared)]
    assert shown == [
        ("voice-1250000000", "7_", "recordings of arena", 180),
        ("voice-1250000000", "", "anything else", 180),
        ("voice-copy-1250000000", "7_", "recordings of arena, copied", 180),
        ("voice-copy-1250000000", "", "anything else, copied", 180),
        ("voice-log-1250000000", "", "access log of voice-1250000000", 90),
        ("voice-eu-1250000000", "8_", "recordings of eu", None),
        ("voice-eu-1250000000", "", "anything else", None),
    ]


def test_the_smoke_test_leaves_nothing_behind() -> None:
    _, smoke, _ = retention.timelines(replace(stack(), smoke=replace(stack().smoke, mode=Mode.FULL)))
    assert (smoke.prefix, smoke.gone_day) == ("1400000001_gme-recording-smoke/", 1)


@pytest.mark.parametrize(
    ("stage", "billed"),
    [
        (Stage("STANDARD", 0, 5), 5),
        (Stage("STANDARD_IA", 0, 29), 30),
        (Stage("STANDARD_IA", 10, 41), 31),
        (Stage("ARCHIVE", 30, 60), 90),
        (Stage("DEEP_ARCHIVE", 30, 31), 180),
        (Stage("ARCHIVE", 30, None), None),
    ],
)
def test_a_class_is_billed_for_its_minimum(stage: Stage, billed: int | None) -> None:
    assert stage.billed_days == billed


def test_the_rule_that_expires_first_wins_and_the_colder_class() -> None:
    rules = [
        LifecycleRule(id="all", expire_days=100, transitions=((10, "ARCHIVE"), (120, "DEEP_ARCHIVE"))),
        LifecycleRule(id="some", prefix="7_", expire_days=50, transitions=((5, "STANDARD_IA"),)),
        LifecycleRule(id="others", prefix="8_", expire_days=1),
        LifecycleRule(id="warm", prefix="7_", transitions=((20, "STANDARD_IA"),)),
    ]
    stages, versions, aborts = retention.of_prefix(rules, "7_")
    assert stages == (Stage("STANDARD", 0, 5), Stage("STANDARD_IA", 5, 10), Stage("ARCHIVE", 10, 50))
    assert (versions, aborts) == (0, None)


@given(
    st.builds(
        Retention,
        keep_days=st.none() | st.integers(1, 400),
        infrequent_after_days=st.none() | st.integers(0, 100),
        archive_after_days=st.none() | st.integers(101, 200),
        deep_archive_after_days=st.none() | st.integers(201, 300),
    )
)
def test_stages_follow_each_other_from_the_first_day_to_the_last(declared: Retention) -> None:
    first, *_ = retention.timelines(a_stack(storage=Storage(name="v", retention=declared)))
    stages = first.stages
    assert stages[0].from_day == 0
    assert [stage.to_day for stage in stages[:-1]] == [stage.from_day for stage in stages[1:]]
    assert first.gone_day == declared.keep_days
    coldness = [list(lifecycle.MINIMUM_BILLED_DAYS).index(stage.storage_class) for stage in stages]
    assert coldness == sorted(set(coldness))


def test_data_are_plain_and_complete() -> None:
    first, _ = retention.timelines(stack())
    assert first.data() == {
        "bucket": "voice-1250000000",
        "region": "ap-guangzhou",
        "prefix": "1400000001_",
        "holds": "recordings of app0",
        "stages": [
            {"storageClass": "STANDARD", "fromDay": 0, "toDay": 30, "billedDays": 30},
            {"storageClass": "ARCHIVE", "fromDay": 30, "toDay": 180, "billedDays": 150},
        ],
        "goneAfterDays": 180,
        "recoverableDays": 0,
        "abortUploadsAfterDays": 1,
    }
