"""Every step of a preview after a takeover is explained."""

from dataclasses import replace

import pytest

from components.config import parse
from components.config.model import Grant
from gme_recording.adoption import explain, stack_file
from gme_recording.adoption.bucket import Bucket
from gme_recording.adoption.declare import stack_config
from gme_recording.adoption.explain import Kind
from gme_recording.api import LifecycleRule
from gme_recording.deploy.step import Change, Outcome, Step
from tests.adoption.test_declare import FOUND, NAME, PLAIN

BUCKET = "recording-storage-bucket"
ALL = LifecycleRule(id="old", expire_days=90)
LIFECYCLE = (Change("lifecycleRules[0].id", '"old"', '"default"'), Change("lifecycleRules[1]", None, "{}"))


@pytest.fixture
def reasons(tmp_path):
    """Explain one step, on a bucket that was found so."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: gme-recording\nruntime: python\n")

    def ask(step: Step, bucket: Bucket = PLAIN) -> list[tuple[Kind, str]]:
        found = replace(FOUND, buckets=(bucket,))
        file = stack_file.write("old", tmp_path, stack_config(found, {}, Grant.CREATE))
        stack = parse.load("old", tmp_path)
        file.unlink()
        told = explain.explain(Outcome("preview", "old", (step,), 0, {}), found, stack)
        return [(reason.kind, reason.text) for reason in told]

    return ask


def update(*changes: Change, name: str = BUCKET) -> Step:
    return Step("update", "Bucket", name, changes)


@pytest.mark.parametrize(
    ("path", "kind", "text"),
    [
        ("encryptionAlgorithm", Kind.MORE, "new objects are not encrypted by default"),
        ("acl", Kind.MORE, "the bucket is public-read, so strangers reach recordings"),
        ("tags.team", Kind.MORE, "gets the tags of the stack"),
        ("corsRules[0]", Kind.LESS, "corsRules is set, which no stack can declare: `up` removes it"),
        ("website", Kind.LESS, "website is set, which no stack can declare"),
        ("logTargetBucket", Kind.LESS, "switch it off in the COS console"),
        ("replicaRules[0].prefix", Kind.LESS, "not one rule for everything"),
    ],
)
def test_what_differs_in_a_bucket_is_told_by_its_property(reasons, path, kind, text):
    plain = replace(PLAIN, encryption="")

    ((found, said),) = reasons(update(Change(path, '"public-read"', None)), plain)

    assert found is kind
    assert text in said


def test_log_and_replica_that_are_there_are_written_to_the_same_effect(reasons):
    log = replace(PLAIN, name="log-1252000002")
    copies = replace(PLAIN, name="copy-1252000002", region="ap-hongkong")
    bucket = replace(PLAIN, versioning=True, log=log, copies=copies)
    changes = (
        Change("logPrefix", '""', '"x/"'),
        Change("replicaRole", "null", '"x"'),
        Change("replicaRules[0]", None, "{}"),
    )

    assert [kind for kind, _ in reasons(update(*changes), bucket)] == [Kind.SAME, Kind.SAME]
    assert [kind for kind, _ in reasons(update(*LIFECYCLE, name="recording-storage-log-bucket"), bucket)] == [
        Kind.LESS,  # 30 days of STANDARD, which a log has not
        Kind.MORE,
    ]


def test_rules_with_other_ids_have_the_same_effect(reasons):
    assert reasons(update(*LIFECYCLE), replace(PLAIN, rules=(ALL,))) == [
        (Kind.SAME, "the lifecycle rules of the stack keep and move every object as those that are there"),
        (Kind.MORE, "an upload that never ended is dropped, not billed for ever"),
    ]


def test_another_retention_is_told_with_its_prefix_before_and_after(reasons):
    logs = LifecycleRule(id="logs", prefix="logs/", expire_days=7, abort_uploads_days=1)
    rules = (replace(ALL, abort_uploads_days=1, transitions=((30, "ARCHIVE"),)), logs)

    assert reasons(update(*LIFECYCLE), replace(PLAIN, rules=rules)) == [
        (
            Kind.LESS,
            "all other objects: kept 90 days, ARCHIVE from day 30; after `up`: kept 90 days",
        ),
        (Kind.LESS, "objects below logs/: kept 7 days; after `up`: kept 90 days"),
    ]


def test_a_rule_that_cannot_be_declared_is_told_to_go(reasons):
    bucket = replace(PLAIN, rules=(), odd_rules={"odd": "goes by a date"})

    told = reasons(update(*LIFECYCLE), bucket)

    assert told[0] == (
        Kind.LESS,
        'lifecycle rule "odd" goes by a date, which no stack can declare: `up` removes it',
    )


@pytest.mark.parametrize(
    ("step", "kind", "text"),
    [
        (Step("create", "BucketPolicy", "recording-storage-policy"), Kind.MORE, "no bucket policy"),
        (Step("update", "BucketPolicy", "recording-storage-policy"), Kind.LESS, "says something else"),
        (Step("create", "ServiceLinkedRole", "recording-access-grant"), Kind.MORE, "no recording arrives"),
        (Step("create", "RecordingSettings", "x"), Kind.UNSAID, "until somebody has looked"),
        (Step("create", "Bucket", "recording-storage-log-bucket"), Kind.MORE, "is declared: `up` creates it"),
        (
            Step("replace", "Bucket", BUCKET, (Change("multiAz", "true", "false"),)),
            Kind.LESS,
            "multiAz cannot be changed where it is: `up` would replace the resource",
        ),
    ],
)
def test_other_steps_are_told_by_what_they_do(reasons, step, kind, text):
    ((found, said),) = reasons(step)

    assert found is kind
    assert text in said


def test_the_smoke_tests_marker_is_no_difference(reasons):
    marker = Step("create", "Stash", "recording-smoke-marker")

    assert reasons(marker) == []
    assert explain.only_the_test_is_due(Outcome("preview", "old", (marker,), 0, {}))
    assert not explain.only_the_test_is_due(Outcome("preview", "old", (marker, update()), 0, {}))


def test_each_resource_is_shown_once():
    one = explain.Reason(resource=f"Bucket {NAME}", kind=Kind.SAME, text="a")

    assert list(explain.lines([one, replace(one, kind=Kind.LESS, text="b")])) == [
        f"  Bucket {NAME}",
        "      to the same effect: a",
        "      taken away: b",
    ]
