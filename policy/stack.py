"""Rules on a stack as a whole: what must be there, and what only once."""

from __future__ import annotations

from collections.abc import Callable

from policy.access import BUCKET_POLICY, GME_SERVICE, LINKED_ROLE
from policy.console import SETTINGS
from policy.inputs import Inputs
from policy.rule import Option, Options, Resource, Rule, Severity, Stack
from policy.storage import BUCKET, not_logged, versioning_undecided

MARKER = "pulumi:index:Stash"


def unlogged(stack: Stack, options: Options) -> str | None:
    return _first_wrong(not_logged, stack, options)


def unversioned(stack: Stack, options: Options) -> str | None:
    return _first_wrong(versioning_undecided, stack, options)


def bucket_without_policy(stack: Stack, _: Options) -> str | None:
    buckets = {each.inputs["bucket"] for each in _of_type(stack, BUCKET)}
    bare = sorted(buckets - {each.inputs["bucket"] for each in _of_type(stack, BUCKET_POLICY)})
    return f"no bucket policy is declared for {', '.join(bare)}" if bare else None


def is_grant(resource: Resource) -> bool:
    """Whether a resource is the one role of an account by which GME writes recordings."""
    if resource.type != LINKED_ROLE:
        return False
    return GME_SERVICE in resource.inputs["qcsServiceNames"] and not resource.inputs.get("customSuffix")


def grants_collide(stack: Stack, options: Options) -> str | None:
    grants = [each for each in stack if is_grant(each)]
    if len(grants) > 1:
        return f"{', '.join(each.name for each in grants)} make the account's one role for GME"
    owner = options["grantOwner"]
    if grants and owner and grants[0].stack != owner:
        return f"{grants[0].name} makes the account's one role for GME, which stack {owner} owns"
    return None


def untested(stack: Stack, options: Options) -> str | None:
    if not _of_type(stack, SETTINGS):
        return None
    modes = {_mode(each) for each in _of_type(stack, MARKER)}
    if modes & {*options["modes"]}:
        return None
    return f"smoke.mode is {', '.join(sorted(modes - {''}))}" if modes - {""} else "there is no smoke test"


def _first_wrong(
    wrong_with: Callable[[Resource, Options], str | None], stack: Stack, options: Options
) -> str | None:
    """What is wrong with the first bucket that is not there for the access log of another."""
    buckets = _of_type(stack, BUCKET)
    for bucket in buckets:
        logged_to = {each.inputs.get("logTargetBucket") for each in buckets if each is not bucket}
        if bucket.inputs["bucket"] not in logged_to and (wrong := wrong_with(bucket, options)):
            return f"{bucket.inputs['bucket']}: {wrong}"
    return None


def _mode(marker: Resource) -> str:
    """What the smoke test's marker records; empty for another marker."""
    recorded = marker.inputs.get("input")
    return str(recorded.get("mode") or "") if isinstance(recorded, Inputs) else ""


def _of_type(stack: Stack, kind: str) -> list[Resource]:
    return [each for each in stack if each.type == kind]


RULES: tuple[Rule[Stack], ...] = (
    Rule(
        id="versioning-decided",
        title="Versioning or object lock is decided, and on where production keeps recordings",
        severity=Severity.HIGH,
        reason="Without either, a deleted recording is gone; with a lock it cannot be erased on request.",
        hint="storage.versioning: true or false; true in production",
        maps_to=(
            "cis-aws-7.0:3.1.2",
            "checkov:CKV_AWS_21",
            "checkov:CKV_ALI_10",
            "checkov:CKV_AWS_143",
            "prowler:s3_bucket_object_versioning",
            "prowler:s3_bucket_object_lock",
        ),
        types=(BUCKET,),
        options=(
            Option("environments", ("prod",), "values of the tag `environment` in which it must be on"),
        ),
        violates=unversioned,
    ),
    Rule(
        id="bucket-logged",
        title="Buckets with recordings log who reads and writes",
        severity=Severity.MEDIUM,
        reason="After a leak nobody can say which recordings were fetched, and by whom.",
        hint="logEnable and logTargetBucket, another bucket of the region; it cannot be switched off again",
        maps_to=(
            "cis-alibaba-2.0:5.3",
            "checkov:CKV_AWS_18",
            "checkov:CKV_ALI_12",
            "prowler:oss_bucket_logging_enabled",
        ),
        types=(BUCKET,),
        violates=unlogged,
    ),
    Rule(
        id="bucket-has-policy",
        title="Every bucket has a bucket policy",
        severity=Severity.HIGH,
        reason="A bucket policy is the only thing that keeps plain http out.",
        hint="declare buckets by components.storage.Storage, which adds the TLS-only policy",
        maps_to=(
            "cis-alibaba-2.0:5.4",
            "checkov:CKV_AWS_379",
            "prowler:s3_bucket_secure_transport_policy",
            "prowler:oss_bucket_secure_transport_enabled",
        ),
        types=(BUCKET, BUCKET_POLICY),
        violates=bucket_without_policy,
    ),
    Rule(
        id="grant-once",
        title="One stack makes the account's grant to GME, once",
        severity=Severity.HIGH,
        reason="The role exists once in an account: a second one fails, or deleting it stops all recording.",
        hint="access.grant: existing, in all stacks of an account but one",
        types=(LINKED_ROLE,),
        options=(Option("grantOwner", "", "the stack that makes the grant; empty is any"),),
        violates=grants_collide,
    ),
    Rule(
        id="smoke-test-present",
        title="A deployment ends with the smoke test",
        severity=Severity.MEDIUM,
        reason="No API shows whether the console's settings work: only a test notices that recording fails.",
        hint="smoke.mode: probe or full",
        types=(SETTINGS, MARKER),
        options=(Option("modes", ("probe", "full"), "modes of the smoke test that will do"),),
        violates=untested,
    ),
)
