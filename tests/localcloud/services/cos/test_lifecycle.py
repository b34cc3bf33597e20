from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.clock import CHINA
from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.refusal import CloudError
from gme_recording.localcloud.services.cos import lifecycle
from gme_recording.localcloud.services.cos.lifecycle import Transition, When, next_scan, parse, with_ids

moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def configuration(*rules: str) -> documents.Element:
    return documents.parse(f"<LifecycleConfiguration>{''.join(rules)}</LifecycleConfiguration>")


def rule(actions: str = "<Expiration><Days>30</Days></Expiration>", rule_id: str = "r") -> str:
    where = "<Filter><Prefix>p/</Prefix></Filter><Status>Enabled</Status>"
    return f"<Rule><ID>{rule_id}</ID>{where}{actions}</Rule>"


def refusal_of(*rules: str, multi_az: bool = False) -> tuple[str, str]:
    with pytest.raises(CloudError) as refused:
        parse(configuration(*rules), multi_az=multi_az)
    return refused.value.code, refused.value.message


def test_a_rule_is_read_whatever_the_order_of_its_elements() -> None:
    text = """<Rule><Expiration><Days>365</Days></Expiration><Filter><And>
      <Tag><Value>v</Value><Key>k</Key></Tag><Prefix>a b/</Prefix></And></Filter>
      <Transition><StorageClass>ARCHIVE</StorageClass><Days>30</Days></Transition>
      <AbortIncompleteMultipartUpload>
        <DaysAfterInitiation>7</DaysAfterInitiation>
      </AbortIncompleteMultipartUpload>
      <NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays></NoncurrentVersionExpiration>
      <Status>Disabled</Status><ID>x</ID></Rule>"""
    assert parse(configuration(text)) == (
        lifecycle.Rule(
            rule_id="x",
            enabled=False,
            prefix="a b/",
            tags={"k": "v"},
            transitions=(Transition(When(30), "ARCHIVE"),),
            expiration=When(365),
            expired_delete_marker=False,
            noncurrent_transitions=(),
            noncurrent_expiration=When(9),
            abort_uploads=When(7),
        ),
    )


def transition(when: str, storage_class: str) -> str:
    return f"<Transition>{when}<StorageClass>{storage_class}</StorageClass></Transition>"


DATE = "<Date>2027-01-31T00:00:00Z</Date>"


@pytest.mark.parametrize(
    ("actions", "problem"),
    [
        (
            transition(DATE, "ARCHIVE") + "<Expiration><Days>365</Days></Expiration>",
            "Check Expiration and Transition in same rule failure",
        ),
        (transition("<Days>30</Days>", "GLACIER"), "Unknown storage class: GLACIER"),
        (transition("<Days>30</Days>", "STANDARD"), "Unknown storage class: STANDARD"),
        (
            transition("<Days>30</Days>", "MAZ_STANDARD_IA"),
            "a single-AZ bucket has no storage class MAZ_STANDARD_IA",
        ),
        (transition(f"{DATE}<Days>3</Days>", "ARCHIVE"), "Transition has both Days and Date"),
        ("<Expiration><Days>0</Days></Expiration>", "Days of Expiration must be 1 to 3650, not '0'"),
        ("<Expiration><Days>3651</Days></Expiration>", "Days of Expiration must be 1 to 3650, not '3651'"),
        ("<Expiration><Days>-1</Days></Expiration>", "Days of Expiration must be 1 to 3650, not '-1'"),
        ("<Expiration><Days>1.5</Days></Expiration>", "Days of Expiration must be 1 to 3650, not '1.5'"),
        (
            f"<Expiration><Days>{'9' * 5000}</Days></Expiration>",
            f"Days of Expiration must be 1 to 3650, not '{'9' * 5000}'",
        ),
        *(
            (
                f"<Expiration><Date>{date}T00:00:00{zone}</Date></Expiration>",
                f"Date must be in the years 1970 to 9998, not '{date}T00:00:00{zone}'",
            )
            for date, zone in (("0001-01-01", "+08:00"), ("9999-12-31", "Z"))
        ),
        ("<Expiration><Date>soon</Date></Expiration>", "Date must be an ISO 8601 time, not 'soon'"),
        (
            "<Expiration><Date>2027-01-31T10:30:00Z</Date></Expiration>",
            "Date must be midnight, not '2027-01-31T10:30:00Z'",
        ),
        ("", "a rule has no action"),
        (
            transition("<Days>60</Days>", "STANDARD_IA") + transition("<Days>30</Days>", "ARCHIVE"),
            "a colder storage class must come later",
        ),
        (
            transition("<Days>60</Days>", "ARCHIVE") + "<Expiration><Days>60</Days></Expiration>",
            "Expiration must come after every Transition",
        ),
        (
            transition("<Days>60</Days>", "ARCHIVE") + transition("<Days>90</Days>", "ARCHIVE"),
            "a rule names a storage class twice",
        ),
    ],
)
def test_what_cos_refuses_is_refused(actions: str, problem: str) -> None:
    assert refusal_of(rule(actions)) == ("InvalidArgument", problem)


def test_a_multi_az_bucket_keeps_to_multi_az_classes() -> None:
    assert refusal_of(rule(transition("<Days>30</Days>", "ARCHIVE")), multi_az=True) == (
        "InvalidArgument",
        "a multi-AZ bucket has no storage class ARCHIVE",
    )


def test_a_thousand_rules_are_allowed_and_no_more() -> None:
    rules = [rule(rule_id=f"r{number}") for number in range(1001)]
    assert len(parse(configuration(*rules[:1000]))) == 1000
    assert refusal_of(*rules) == ("InvalidArgument", "1001 rules; 1000 are allowed")


def test_ids_are_unique_and_short() -> None:
    assert refusal_of(rule(), rule()) == ("InvalidArgument", "two rules have the same ID")
    assert refusal_of(rule(rule_id="i" * 256)) == ("InvalidArgument", "an ID is longer than 255 characters")


def test_a_configuration_without_rules_is_malformed() -> None:
    assert refusal_of() == ("MalformedXML", "The XML you provided did not validate: there is no Rule")


def test_a_rule_without_an_id_gets_one_and_keeps_its_place() -> None:
    document = configuration(rule(rule_id="a"), rule(rule_id=""), rule(rule_id="c"))
    assert [found.rule_id for found in parse(with_ids(document, lambda: "new"))] == ["a", "new", "c"]


def test_an_object_of_day_1_at_15_00_with_one_day_goes_on_day_3_at_midnight() -> None:
    uploaded = datetime(2026, 1, 1, 15, tzinfo=CHINA)
    assert due(uploaded, When(1)) == datetime(2026, 1, 3, tzinfo=CHINA)


def due(changed: datetime, when: When) -> datetime:
    scan = next_scan(changed)
    while (until := when.changed_until(scan)) is None or changed > until:
        scan += timedelta(days=1)
    return scan


@given(moments, st.integers(0, 60))
def test_days_count_in_full_before_the_scan(changed: datetime, days: int) -> None:
    scan = due(changed, When(days))
    assert scan.astimezone(CHINA).time() == datetime.min.time()
    assert timedelta(0) <= scan - (changed + timedelta(days=days)) < timedelta(days=1)


@given(moments, moments)
def test_a_date_is_due_from_that_day_on(changed: datetime, date: datetime) -> None:
    scan = due(changed, When(date=date))
    assert scan == max(next_scan(changed), next_scan(date))


def test_objects_only_get_colder() -> None:
    assert lifecycle.warmer_than("ARCHIVE") == ("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING")
    assert lifecycle.warmer_than("MAZ_STANDARD_IA") == ("MAZ_STANDARD",)
