"""What the engine would do, resource by resource."""

from typing import Any

import pytest

from gme_recording.review.changes import effects
from gme_recording.review.effect import Severity, Topic
from gme_recording.review.plan import Plan
from tests.review.make import (
    BUCKET,
    BUCKET_POLICY,
    LINKED_ROLE,
    SETTINGS,
    changed,
    created,
    deleted,
    golden,
    plan,
    raw_step,
)


def told(plan: Plan) -> tuple[Topic, Severity, str]:
    (only,) = effects(plan)
    return only.topic, only.severity, only.text


def test_a_bucket_that_takes_its_recordings_with_it_is_a_loss():
    assert told(deleted(BUCKET, {"forceClean": True})) == (
        Topic.GONE,
        Severity.LOSS,
        "**delete** Bucket `it`: **every recording in the old bucket is deleted with it**",
    )


@pytest.mark.parametrize(
    ("inputs", "state", "meaning"),
    [
        ({}, {}, "COS refuses to delete the old bucket as long as there is anything in it"),
        ({"forceClean": True}, {"protect": True}, "it is protected, so the deployment stops there"),
        (
            {"forceClean": True},
            {"retainOnDelete": True},
            "the old one stays in the cloud, and no stack manages it any more",
        ),
    ],
)
def test_a_bucket_that_goes_without_its_recordings(
    inputs: dict[str, Any], state: dict[str, Any], meaning: str
):
    assert told(deleted(BUCKET, inputs, **state)) == (
        Topic.GONE,
        Severity.LOUD,
        f"**delete** Bucket `it`: {meaning}",
    )


REFUSE: dict[str, Any] = {"protect": True}
KEEP: dict[str, Any] = {"retainOnDelete": True}
KEPT = "is no longer protected: a stack that lets go of it leaves it in the cloud, managed by none"
DELETED = "can be deleted from now on, as soon as nothing is in it"
EMPTIED = "can be deleted from now on, and **every recording in it is deleted with it**"


def reguarded(
    old: dict[str, Any], new: dict[str, Any], *, emptied: tuple[bool, bool] = (False, False)
) -> Plan:
    """A bucket of which nothing changes but what happens when the stack lets go of it."""
    before, after = ({"forceClean": each} for each in emptied)
    op = "same" if before == after else "update"
    return plan(raw_step(BUCKET, op, before, after, old_state=old, state=new))


@pytest.mark.parametrize(
    ("weaker", "line", "severity", "says"),
    [
        (reguarded(REFUSE, KEEP), "retainOnDelete", Severity.LOUD, KEPT),
        (reguarded(REFUSE, {}), "protect", Severity.LOUD, DELETED),
        (reguarded(KEEP, {}), "retainOnDelete", Severity.LOUD, DELETED),
        (reguarded(REFUSE, {}, emptied=(False, True)), "protect", Severity.LOSS, EMPTIED),
        (reguarded({}, {}, emptied=(False, True)), "forceClean", Severity.LOSS, EMPTIED),
        (reguarded(KEEP, {}, emptied=(True, True)), "retainOnDelete", Severity.LOSS, EMPTIED),
    ],
)
def test_a_bucket_that_loses_its_protection_is_as_loud_as_a_deletion(
    weaker: Plan, line: str, severity: Severity, says: str
):
    change, loud = effects(weaker)

    assert change.text == "**update** Bucket `it`"
    assert line in " ".join(change.lines)
    assert (loud.topic, loud.severity, loud.text) == (Topic.UNGUARDED, severity, f"Bucket `it` {says}")


@pytest.mark.parametrize(
    ("better", "lines"),
    [
        (reguarded({}, REFUSE), ("`protect`: `false` → `true`",)),
        (
            reguarded(KEEP, REFUSE),
            ("`protect`: `false` → `true`", "`retainOnDelete`: `true` → `false`"),
        ),
        (reguarded(REFUSE, REFUSE, emptied=(False, True)), ("`forceClean`: `false` → `true`",)),
        (
            reguarded({}, KEEP, emptied=(True, False)),
            ("`forceClean`: `true` → `false`", "`retainOnDelete`: `false` → `true`"),
        ),
    ],
)
def test_a_bucket_that_is_protected_as_well_as_before_is_calm(better: Plan, lines: tuple[str, ...]):
    (only,) = effects(better)

    assert (only.topic, only.text, only.lines) == (Topic.CHANGES, "**update** Bucket `it`", lines)


@pytest.mark.parametrize(
    ("kind", "severity", "words"),
    [
        (LINKED_ROLE, Severity.LOSS, "GME can no longer write recordings"),
        (BUCKET_POLICY, Severity.LOUD, "takes requests without TLS"),
        (SETTINGS, Severity.LOUD, "goes on recording and billing"),
        ("some:other/type:Type", Severity.LOUD, "**delete** Type `it`"),
    ],
)
def test_what_it_means_that_a_resource_goes(kind, severity, words):
    _, found, text = told(deleted(kind, {}))

    assert found is severity
    assert words in text


def test_a_replacement_says_what_it_is_for():
    step = raw_step(
        BUCKET,
        "replace",
        {"bucket": "a", "acl": "private"},
        {"bucket": "b", "acl": "public-read"},
        replaceReasons=["bucket"],
    )

    (only,) = effects(plan(step))

    assert only.text.startswith(
        "**replace** Bucket `it`, because `bucket` cannot be changed in place: COS refuses"
    )
    assert only.lines == ("`bucket`: `a` → `b`", "and 1 more property")


def test_creations_and_updates_are_calm():
    assert told(created(BUCKET, {})) == (Topic.CHANGES, Severity.CHANGE, "**create** Bucket `it`")
    (only,) = effects(changed(BUCKET, {"acl": "private"}, {"acl": "public-read"}))
    assert (only.text, only.lines) == ("**update** Bucket `it`", ("`acl`: `private` → `public-read`",))


def test_many_properties_are_cut():
    new = {f"p{number:02}": 1 for number in range(20)}

    (only,) = effects(changed(BUCKET, {}, new))

    assert (len(only.lines), only.lines[-1]) == (13, "and 8 more properties")


def test_nothing_is_said_of_what_stays():
    assert [*effects(golden("local"))] == []


def test_a_failure_names_the_resource_and_not_what_was_said():
    failures = [each for each in effects(golden("broken")) if each.topic is Topic.FAILED]

    assert [each.text for each in failures] == [
        "failed at `Bucket main-bucket`: what follows is incomplete, the log of the preview says why"
    ]
