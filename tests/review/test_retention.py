"""Lifecycle rules of before and after in, what expires sooner out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api import LifecycleRule
from gme_recording.api.objects import Object
from gme_recording.review.effect import Severity
from gme_recording.review.retention import Count, Listing, Shift, affected, effects, rules, shifts
from policy.inputs import UNKNOWN
from tests.review.make import BUCKET, changed, created, deleted, golden

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def rule(days: int | None, prefix: str = "", **more: Any) -> dict[str, Any]:
    expiration = {"expiration": {"days": days}} if days is not None else {}
    return {"id": prefix or "default", "filterPrefix": prefix, **expiration, **more}


def bucket(*lifecycle: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"bucket": "voice-1250000000", "lifecycleRules": [*lifecycle], **more}


def told(
    old: dict[str, Any], new: dict[str, Any], listing: Listing | None = None
) -> list[tuple[Severity, str]]:
    return [(each.severity, each.text) for each in effects(changed(BUCKET, old, new), listing)]


def test_a_shorter_time_is_a_loss_also_for_what_is_there():
    assert told(bucket(rule(90, "14_")), bucket(rule(30, "14_"))) == [
        (
            Severity.LOSS,
            "`voice-1250000000`, keys `14_*`: **recordings expire sooner**, 90 days → 30 days, "
            "those that are there already too",
        )
    ]


def test_a_longer_time_is_told_too_for_privacys_sake():
    assert told(bucket(rule(30)), bucket(rule(None))) == [
        (
            Severity.NOTE,
            "`voice-1250000000`, keys that no other rule is about: "
            "recordings are kept longer, 30 days → for ever",
        )
    ]


def test_the_rule_that_expires_first_wins():
    before = (
        LifecycleRule(id="a", prefix="", expire_days=30),
        LifecycleRule(id="b", prefix="14_", expire_days=90),
    )
    after = (
        LifecycleRule(id="a", prefix="", expire_days=20),
        LifecycleRule(id="b", prefix="14_", expire_days=10),
    )

    assert shifts(before, after) == (Shift(("",), 30, 20), Shift(("14_",), 30, 10))


def test_the_order_of_rules_changes_nothing():
    one, other = rule(30), rule(90, "14_")

    assert told(bucket(one, other), bucket(other, one)) == []


def test_a_rule_that_only_repeats_a_wider_one_changes_nothing():
    assert told(bucket(rule(30)), bucket(rule(30), rule(30, "14_"))) == []


def test_versions_that_go_sooner_are_told_apart():
    versions: dict[str, Any] = {"nonCurrentExpiration": {"nonCurrentDays": 14}}
    fewer: dict[str, Any] = {"nonCurrentExpiration": {"nonCurrentDays": 3}}

    ((severity, text),) = told(bucket(rule(30, "", **versions)), bucket(rule(30, "", **fewer)))

    assert severity is Severity.WARNING
    assert "**older versions and deleted recordings expire sooner**, 14 days → 3 days" in text


def test_the_end_of_versioning_is_told():
    ((_, text),) = told(bucket(versioningEnable=True), bucket(versioningEnable=False))

    assert text == "`voice-1250000000`: versioning ends, what is deleted from then on cannot be brought back"


def test_rules_that_are_not_known_yet_are_not_guessed():
    ((severity, text),) = told(bucket(rule(30)), {"bucket": "voice-1250000000", "lifecycleRules": UNKNOWN})

    assert severity is Severity.WARNING
    assert (
        text == "`it`: what becomes of recordings is not known, "
        "as lifecycleRules is known only after the deployment"
    )


def test_a_new_bucket_and_one_that_goes_have_no_recordings_to_shorten():
    assert [*effects(created(BUCKET, bucket(rule(1))))] == []
    assert [*effects(deleted(BUCKET, bucket(rule(1))))] == []


def objects(*ages_days: int) -> list[Object]:
    return [Object(key=f"14_room/{age}", size=1024, modified=NOW - timedelta(days=age)) for age in ages_days]


def test_a_listing_says_how_much_goes_and_how_much_at_once():
    def listing(stack: str, name: str) -> tuple[list[Object], datetime]:
        assert (stack, name) == ("prod", "voice-1250000000")
        return objects(1, 10, 40), NOW

    *_, (severity, text) = told(bucket(rule(90)), bucket(rule(30)), listing)

    assert severity is Severity.LOSS
    assert text == (
        "`voice-1250000000` holds 3 objects, 3.0 KB that will expire sooner; "
        "**1 object, 1.0 KB will be deleted at the first midnight in China** after the deployment"
    )


def test_an_empty_bucket_loses_nothing():
    *_, (severity, text) = told(bucket(rule(90)), bucket(rule(30)), lambda *_: ([], NOW))

    assert (severity, text) == (Severity.NOTE, "`voice-1250000000` holds nothing yet that will expire sooner")


def test_nothing_is_listed_where_nothing_expires_sooner():
    def listing(*_: str) -> tuple[list[Object], datetime]:
        raise AssertionError

    assert len(told(bucket(rule(30)), bucket(rule(90)), listing)) == 1


def test_transitions_are_read_for_the_estimate_of_costs():
    moves: dict[str, Any] = {"transitions": [{"days": 30, "storageClass": "ARCHIVE"}]}

    assert rules(bucket(rule(90, "", **moves))) == (
        LifecycleRule(id="default", prefix="", expire_days=90, transitions=((30, "ARCHIVE"),)),
    )


def test_a_recorded_preview():
    assert [(each.severity, each.text) for each in effects(golden("prod"))] == [
        (
            Severity.NOTE,
            "`voice-prod-1250000000`, keys `1400000002_*` and all others: "
            "recordings are kept longer, 30 days → 90 days",
        ),
        (
            Severity.LOSS,
            "`voice-prod-1250000000`, keys `1400000001_*`: **recordings expire sooner**, 30 days → 7 days, "
            "those that are there already too",
        ),
        (
            Severity.NOTE,
            "`voice-prod-1250000000`, "
            "keys `1400000002_gme-recording-smoke/*`, `1400000002_gme-recording-smoke_*`: "
            "the smoke test's own recordings go sooner, 30 days → 1 day",
        ),
    ]


lifecycles = st.lists(
    st.builds(
        LifecycleRule,
        id=st.just("id"),
        prefix=st.sampled_from(["", "1_", "1_a/", "2_"]),
        expire_days=st.none() | st.integers(1, 400),
    ),
    max_size=4,
)


@given(lifecycles, lifecycles, st.sampled_from(["1_a/x", "1_b", "2_c", "other"]), st.integers(0, 500))
def test_objects_expire_sooner_just_where_a_shift_says_so(before, after, key, age):
    item = Object(key=key, size=1, modified=NOW - timedelta(days=age))
    mine = [
        (prefix, shift)
        for shift in shifts(before, after)
        for prefix in shift.prefixes
        if key.startswith(prefix)
    ]
    named = max(
        ({each.prefix for each in (*before, *after)} | {""}) & {key[:n] for n in range(len(key) + 1)}, key=len
    )

    sooner, due = affected([item], before, after, NOW)

    assert bool(sooner.objects) == any(prefix == named and shift.sooner for prefix, shift in mine)
    assert due in {Count(), sooner}
