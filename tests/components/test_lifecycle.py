from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import lifecycle
from components.config.model import App, Retention, Stack, Storage
from gme_recording.api import LifecycleRule
from gme_recording.smoke import Mode
from tests.components.stacks import a_place, a_stack


def kept(*retentions: Retention, default: Retention, versioning: bool = False) -> Stack:
    """A stack with one application for each retention."""
    apps = tuple(
        App(name=f"app{at}", biz_id=1400000001 + at, retention=one) for at, one in enumerate(retentions)
    )
    storage = Storage(name="voice", retention=default, versioning=versioning)
    return replace(a_stack(smoke=Mode.PROBE, storage=storage), apps=apps)


def rules(stack: Stack) -> tuple[LifecycleRule, ...]:
    return lifecycle.rules(a_place(stack), stack.smoke)


RETENTIONS = st.builds(
    Retention,
    keep_days=st.none() | st.integers(1, 3650),
    abort_uploads_after_days=st.integers(1, 30),
    keep_versions_days=st.integers(1, 90),
)


def test_each_application_has_a_rule_of_its_own() -> None:
    archived = Retention(
        keep_days=180, infrequent_after_days=30, archive_after_days=60, deep_archive_after_days=90
    )
    assert rules(kept(archived, default=Retention(keep_days=30))) == (
        LifecycleRule(id="default", expire_days=180, abort_uploads_days=1),
        LifecycleRule(
            id="app-1400000001",
            prefix="1400000001_",
            expire_days=180,
            transitions=((30, "STANDARD_IA"), (60, "ARCHIVE"), (90, "DEEP_ARCHIVE")),
            abort_uploads_days=1,
        ),
    )


@given(st.lists(RETENTIONS, min_size=1, max_size=4), RETENTIONS)
def test_no_other_rule_cuts_an_applications_retention_short(
    apps: list[Retention], default: Retention
) -> None:
    stack = kept(*apps, default=default, versioning=True)
    all_rules = rules(stack)
    for app in stack.apps:
        declared = stack.retention_of(app)
        matching = [rule for rule in all_rules if f"{app.biz_id}_room/file".startswith(rule.prefix)]
        expiries = [rule.expire_days for rule in matching if rule.expire_days is not None]
        assert min(expiries, default=None) == declared.keep_days
        assert min(rule.noncurrent_expire_days or 0 for rule in matching) == declared.keep_versions_days
        assert min(rule.abort_uploads_days or 0 for rule in matching) == declared.abort_uploads_after_days


@given(st.permutations([Retention(keep_days=days) for days in (5, 50, None)]))
def test_one_endless_retention_keeps_the_rest_of_the_bucket(retentions: list[Retention]) -> None:
    rest, *_ = rules(kept(*retentions, default=Retention(keep_days=1)))
    assert (rest.id, rest.prefix, rest.expire_days) == ("default", "", None)


def test_rules_do_not_follow_the_order_of_the_file() -> None:
    stack = a_stack(apps=3)
    assert rules(replace(stack, apps=stack.apps[::-1])) == rules(stack)


def test_a_new_application_leaves_the_other_rules_as_they_are() -> None:
    before, after = rules(a_stack(apps=1)), rules(a_stack(apps=2))
    assert after[: len(before)] == before


def test_recordings_of_the_smoke_test_go_after_a_day() -> None:
    *_, mixed, single = rules(a_stack())
    assert mixed == LifecycleRule(
        id="smoke-1400000001-mixed", prefix="1400000001_gme-recording-smoke/", expire_days=1
    )
    assert single == LifecycleRule(
        id="smoke-1400000001-single", prefix="1400000001_gme-recording-smoke_", expire_days=1
    )


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.PROBE])
def test_a_smoke_test_that_records_nothing_needs_no_rule(mode: Mode) -> None:
    assert [rule.id for rule in rules(a_stack(smoke=mode))] == ["default", "app-1400000001"]


def test_old_versions_expire_where_there_are_versions() -> None:
    versioned = kept(
        Retention(keep_days=5), default=Retention(keep_days=9, keep_versions_days=14), versioning=True
    )
    assert [rule.noncurrent_expire_days for rule in rules(versioned)] == [14, 7]
    plain = kept(Retention(keep_days=5), default=Retention(keep_days=9))
    assert [rule.noncurrent_expire_days for rule in rules(plain)] == [None, None]


@given(st.integers(1, 2**53), st.integers(1, 2**53))
def test_prefixes_of_two_applications_never_overlap(one: int, other: int) -> None:
    first, second = (lifecycle.app_prefix(App(name="a", biz_id=biz_id)) for biz_id in (one, other))
    assert first.startswith(second) == (one == other)


def test_arguments_hold_what_the_provider_reads_back() -> None:
    rule = LifecycleRule(
        id="app-1",
        prefix="1_",
        expire_days=180,
        transitions=((30, "ARCHIVE"),),
        noncurrent_expire_days=7,
        abort_uploads_days=1,
    )
    assert lifecycle.rule_args(rule) == {
        "id": "app-1",
        "filter_prefix": "1_",
        "transitions": [{"days": 30, "storage_class": "ARCHIVE"}],
        "expiration": {"days": 180},
        "non_current_expiration": {"non_current_days": 7},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
    }
    assert lifecycle.rule_args(LifecycleRule(id="x")) == {"id": "x", "filter_prefix": ""}
