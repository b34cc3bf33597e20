"""Rules on policy documents and roles: nobody gets more than is meant."""

from __future__ import annotations

from collections.abc import Iterator

from gme_recording.localcloud.access.condition import UnknownOperator, holds
from gme_recording.localcloud.access.document import (
    Malformed,
    Statement,
    parse_identity_policy,
    parse_resource_policy,
    parse_trust_policy,
)
from gme_recording.localcloud.access.match import PARTS, principal_matches
from policy.inputs import Undecided
from policy.rule import Option, Options, Resource, Rule, Severity

BUCKET_POLICY = "tencentcloud:Cos/bucketPolicy:BucketPolicy"
CAM_POLICY = "tencentcloud:Cam/policy:Policy"
ROLE = "tencentcloud:Cam/role:Role"
LINKED_ROLE = "tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole"

DOCUMENTS = {
    BUCKET_POLICY: ("policy", parse_resource_policy),
    CAM_POLICY: ("document", parse_identity_policy),
    ROLE: ("document", parse_trust_policy),
}
"""Which input holds a document, and how it is read."""

ANYONE = "qcs::cam::anyone:anyone"
GME_SERVICE = "gamemedia.gme.cloud.tencent.com"
UNSCOPED_ACTIONS = (
    "cam:AttachUserPolicy",
    "cam:CreatePolicy",
    "cam:CreateServiceLinkedRole",
    "cam:DeletePolicy",
    "cam:DeleteServiceLinkedRole",
    "cam:DescribeSubAccounts",
    "cam:DetachUserPolicy",
    "cam:GetPolicy",
    "cam:GetRole",
    "cam:GetServiceLinkedRoleDeletionStatus",
    "cam:GetUser",
    "cam:ListAttachedUserPolicies",
    "cam:UpdatePolicy",
    "cos:GetService",
    "sts:GetCallerIdentity",
    "tag:ModifyResourceTags",
)
"""What a deployment needs of the account as a whole: roles and policies have no ids before they are made."""

SECURE_TRANSPORT = "cos:secure-transport"


def malformed(resource: Resource, _: Options) -> str | None:
    name, read = DOCUMENTS[resource.type]
    text = resource.inputs.get(name) or ""
    try:
        read(text)
    except Malformed as error:
        return f"{name}: {error}"
    return (
        f'{name} has a "Sid", which the provider removes and then misses' if '"sid"' in text.lower() else None
    )


def for_anyone(policy: Resource, _: Options) -> str | None:
    if any(_is_for_anyone(statement) for statement in _allowing(policy)):
        return "a statement allows what everybody may then do, without a key"
    return None


def plain_http(policy: Resource, _: Options) -> str | None:
    bucket = policy.inputs["bucket"]
    if any(_denies_all(each, bucket, secure=False) for each in _statements(policy)):
        return None
    return f"no statement denies every request to {bucket} that comes without TLS"


def locked_out(policy: Resource, _: Options) -> str | None:
    bucket = policy.inputs["bucket"]
    if any(_denies_all(each, bucket, secure=True) for each in _statements(policy)):
        return f"a statement denies every request to {bucket}, GME's and the owner's too"
    return None


def wildcard_action(resource: Resource, _: Options) -> str | None:
    found = sorted({action for each in _allowing(resource) for action in each.actions if "*" in action})
    return f"a statement allows {', '.join(found)}" if found else None


def wildcard_resource(resource: Resource, options: Options) -> str | None:
    unscoped = {action.lower() for action in options["unscopedActions"]}
    found = sorted(
        {
            name
            for each in _allowing(resource)
            for name in each.resources
            if _is_open(name) and not {action.lower() for action in each.actions} <= unscoped
        }
    )
    return f"a statement allows actions on {', '.join(found)}" if found else None


def strange_trust(role: Resource, options: Options) -> str | None:
    if role.type == LINKED_ROLE:
        trusted = set(role.inputs.get("qcsServiceNames") or ())
    else:
        trusted = {who for each in _allowing(role) for who in each.principals or ()}
    strangers = sorted(trusted - {*options["services"]})
    return f"it trusts {', '.join(strangers)}" if strangers else None


def _statements(resource: Resource) -> tuple[Statement, ...]:
    """The document's statements; what is malformed is said by one rule alone."""
    name, read = DOCUMENTS[resource.type]
    try:
        return read(resource.inputs.get(name) or "")
    except Malformed as error:
        raise Undecided(f"{name} cannot be read: {error}") from None


def _allowing(resource: Resource) -> Iterator[Statement]:
    return (each for each in _statements(resource) if each.allows)


def _is_for_anyone(statement: Statement) -> bool:
    return any(principal_matches(who, ANYONE) for who in statement.principals or ())


def _denies_all(statement: Statement, bucket: str, *, secure: bool) -> bool:
    """Whether it denies everybody everything in the bucket, by nothing but the kind of connection."""
    facts = {SECURE_TRANSPORT: str(secure).lower()}
    try:
        applies = all(each.key in facts and holds(each, facts) for each in statement.conditions)
    except UnknownOperator:
        applies = False
    return (
        applies
        and not statement.allows
        and _is_for_anyone(statement)
        and any(action.lower() in {"*", "cos:*", "name/cos:*"} for action in statement.actions)
        and any(_is_whole(name, bucket) for name in statement.resources)
    )


def _is_whole(name: str, bucket: str) -> bool:
    return name.rpartition(":")[2] in {"*", f"{bucket}/*"}


def _is_open(name: str) -> bool:
    """Whether a resource's name leaves open more than the keys below a bucket."""
    if name == "*":
        return True
    *rest, path = name.split(":", PARTS - 1)
    in_bucket, _, _ = path.partition("/")
    return any("*" in part for part in (*rest, in_bucket if rest[2] == "cos" else path))


RULES: tuple[Rule[Resource], ...] = (
    Rule(
        id="document-readable",
        title="Policy documents are what the cloud will accept and keep",
        severity=Severity.HIGH,
        reason=(
            "A preview accepts any text; the cloud refuses it half-way through the deployment. A Sid shows "
            "as a change in every preview."
        ),
        hint="make documents with components/documents.py: version 2.0, six-part resources, no Sid",
        types=tuple(DOCUMENTS),
        violates=malformed,
    ),
    Rule(
        id="policy-not-public",
        title="No bucket policy allows anything to everybody",
        severity=Severity.CRITICAL,
        reason="What everybody may do needs no key: recordings can be listed, fetched or replaced by anyone.",
        hint="name the identities in principal; `*` and anyone belong into deny statements alone",
        maps_to=(
            "cis-alibaba-2.0:5.1",
            "cis-alibaba-2.0:5.2",
            "cis-alibaba-2.0:5.7",
            "cis-aws-7.0:3.1.4",
            "checkov:CKV_AWS_70",
            "checkov:CKV_AWS_375",
            "checkov:CKV2_AWS_43",
            "prowler:oss_bucket_not_publicly_accessible",
            "prowler:s3_bucket_public_access",
        ),
        types=(BUCKET_POLICY,),
        violates=for_anyone,
    ),
    Rule(
        id="policy-tls-only",
        title="Bucket policies deny every request without TLS",
        severity=Severity.HIGH,
        reason="COS answers plain http as well: recordings and signatures would cross networks in clear.",
        hint="documents.tls_only: deny everybody `*` where cos:secure-transport is false (436/71307)",
        maps_to=(
            "cis-alibaba-2.0:5.4",
            "cis-alibaba-2.0:5.6",
            "cis-aws-7.0:3.1.1",
            "checkov:CKV_AWS_379",
            "prowler:s3_bucket_secure_transport_policy",
            "prowler:oss_bucket_secure_transport_enabled",
        ),
        types=(BUCKET_POLICY,),
        violates=plain_http,
    ),
    Rule(
        id="policy-no-lockout",
        title="No bucket policy denies everything to everybody",
        severity=Severity.HIGH,
        reason="GME could no longer write, and nobody could repair the policy but the main account.",
        hint="add the condition that was meant, or narrow the principal",
        maps_to=("checkov:CKV_AWS_93",),
        types=(BUCKET_POLICY,),
        violates=locked_out,
    ),
    Rule(
        id="no-wildcard-action",
        title="No statement allows actions by a wildcard",
        severity=Severity.HIGH,
        reason="A wildcard grants deleting with reading, and every action that the vendor adds later.",
        hint="name the actions; deny statements may use wildcards",
        maps_to=("cis-alibaba-2.0:1.15", "cis-aws-7.0:2.14"),
        types=tuple(DOCUMENTS),
        violates=wildcard_action,
    ),
    Rule(
        id="no-wildcard-resource",
        title="No statement allows actions on more than one bucket or application",
        severity=Severity.HIGH,
        reason="A key that leaks opens everything its policies name, other environments' recordings too.",
        hint="name bucket or application in full; `*` may stand for the keys below a bucket",
        maps_to=("cis-alibaba-2.0:1.15", "cis-aws-7.0:2.14"),
        types=(BUCKET_POLICY, CAM_POLICY),
        options=(
            Option(
                "unscopedActions",
                UNSCOPED_ACTIONS,
                "actions that no resource can be named for",
            ),
        ),
        violates=wildcard_resource,
    ),
    Rule(
        id="trust-gme-only",
        title="Roles trust GME's service and nobody else",
        severity=Severity.CRITICAL,
        reason="Whoever a role trusts acts with its rights: another service could read recordings.",
        hint="trust the service gamemedia.gme.cloud.tencent.com, best by the service-linked role",
        maps_to=("prowler:s3_bucket_cross_account_access",),
        types=(ROLE, LINKED_ROLE),
        options=(Option("services", (GME_SERVICE,), "services that may be trusted"),),
        violates=strange_trust,
    ),
)
