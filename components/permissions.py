"""Least-privilege CAM policies (pure): what each kind of person and program may do, and nothing else.

That recording actions can be limited to an application is the vendor's rule for resource-level actions
(598/57122); whether its table lists these five could not be read. The deployer's actions are those that the
official provider was recorded to call for the resources of this program, and what empties a bucket where that
provider cannot (`gme_recording.deploy.emptying`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from components.config.model import Grant
from components.documents import bucket_resource, document
from gme_recording.smoke import Mode
from gme_recording.smoke.model import RECORDING_ROLE

Statement = dict[str, Any]

RECORDING_ACTIONS = (
    "gme:DescribeRecordInfo",
    "gme:DescribeTaskInfo",
    "gme:ModifyRecordInfo",
    "gme:StartRecord",
    "gme:StopRecord",
)
"""The five actions of custom recording."""

READING_ACTIONS = ("cos:GetBucket", "cos:GetObject", "cos:HeadObject")
ERASING_ACTIONS = (
    "cos:DeleteMultipleObjects",
    "cos:DeleteObject",
    "cos:GetBucket",
    "cos:GetBucketObjectVersions",
)
INSPECTING_ACTIONS = (
    "cos:GetBucketACL",
    "cos:GetBucketEncryption",
    "cos:GetBucketLifecycle",
    "cos:GetBucketLogging",
    "cos:GetBucketPolicy",
    "cos:GetBucketReplication",
    "cos:GetBucketTagging",
    "cos:GetBucketVersioning",
    "cos:HeadBucket",
)

_BUCKET_ACTIONS = (
    *INSPECTING_ACTIONS,
    "cos:DeleteBucket",
    "cos:DeleteBucketPolicy",
    "cos:DeleteBucketTagging",
    "cos:GetBucketAccelerate",
    "cos:GetBucketCORS",
    "cos:GetBucketDomain",
    "cos:GetBucketIntelligentTiering",
    "cos:GetBucketOrigin",
    "cos:GetBucketWebsite",
    "cos:PutBucket",
    "cos:PutBucketACL",
    "cos:PutBucketEncryption",
    "cos:PutBucketLifecycle",
    "cos:PutBucketPolicy",
    "cos:PutBucketTagging",
    "cos:PutBucketVersioning",
)
_FOLLOWING_ACTIONS = ("cos:DeleteBucketReplication", "cos:PutBucketLogging", "cos:PutBucketReplication")
_EMPTYING_ACTIONS = (
    "cos:AbortMultipartUpload",
    "cos:DeleteMultipleObjects",
    "cos:GetBucketObjectVersions",
    "cos:ListMultipartUploads",
)
_GRANTING_ACTIONS = (
    "cam:CreateServiceLinkedRole",
    "cam:DeleteServiceLinkedRole",
    "cam:GetServiceLinkedRoleDeletionStatus",
)
_POLICY_ACTIONS = ("cam:CreatePolicy", "cam:DeletePolicy", "cam:GetPolicy", "cam:UpdatePolicy")
_ATTACHING_ACTIONS = (
    "cam:AttachUserPolicy",
    "cam:DetachUserPolicy",
    "cam:GetUser",
    "cam:ListAttachedUserPolicies",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One bucket as policies see it."""

    region: str
    appid: str
    bucket: str
    prefixes: tuple[str, ...] = ()
    """What the keys of recordings begin with; empty for a bucket without recordings of its own."""
    copies: bool = False
    """Whether it is a replica: for erasers, not for readers."""
    empties: bool = False
    """Whether it is emptied when it is destroyed."""
    recorded: bool = False
    """Whether it is recorded into: access log and replica come and go, and to end one is to write it too."""

    def below(self, prefixes: Iterable[str] = ("",)) -> list[str]:
        """The resources with these prefixes."""
        return [
            bucket_resource(self.region, self.appid, self.bucket, f"{prefix}*") for prefix in sorted(prefixes)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What a deployment does beside making buckets."""

    grant: Grant
    policies: bool
    """Whether CAM policies are made."""
    users: bool
    """Whether policies are attached to users."""
    smoke: Mode
    smoke_test: Sequence[tuple[Reach, tuple[str, ...]]] = ()
    """Where the smoke test's recordings land: buckets, and the prefixes of their keys."""


def recorder(owner_uin: str, biz_ids: Iterable[int]) -> str:
    """Start, change, stop and look up recording tasks of these applications."""
    return document([_on_applications(RECORDING_ACTIONS, owner_uin, biz_ids)])


def reader(buckets: Iterable[Reach]) -> str:
    """List and download recordings."""
    return document([_allow(READING_ACTIONS, _recordings(buckets, copies=False))])


def eraser(buckets: Iterable[Reach]) -> str:
    """List recordings with their versions and delete them for good, in replicas too; not listen to them."""
    return document([_allow(ERASING_ACTIONS, _recordings(buckets, copies=True))])


def auditor(owner_uin: str, buckets: Iterable[Reach]) -> str:
    """Read how buckets and grant are set up, and no recording."""
    settings = [resource for bucket in buckets for resource in bucket.below()]
    role = [f"qcs::cam::uin/{owner_uin}:roleName/{RECORDING_ROLE}"]
    return document([_allow(INSPECTING_ACTIONS, settings), _allow(["cam:GetRole"], role)])


def deployer(owner_uin: str, biz_ids: Sequence[int], buckets: Sequence[Reach], what: Deployment) -> str:
    """Deploy, change, test and destroy this stack.

    CAM cannot limit which policies are made and attached: where the stack declares some, whoever deploys it
    could give itself more.
    """
    statements = [
        *(_allow(_bucket_actions(bucket), bucket.below()) for bucket in buckets),
        _allow(_account_actions(what), [f"qcs::cam::uin/{owner_uin}:*"]),
    ]
    if what.grant is Grant.CREATE:
        linked = ["qcs::cam::uin/:role/tencentcloudServiceRole/*"]
        statements.append(_allow(["tag:ModifyResourceTags"], linked))
    recording = RECORDING_ACTIONS if what.smoke is Mode.FULL else ("gme:StartRecord",)
    statements.append(_on_applications(recording, owner_uin, biz_ids))
    if what.smoke is Mode.FULL:
        tested = [resource for bucket, prefixes in what.smoke_test for resource in bucket.below(prefixes)]
        statements.append(_allow(["cos:DeleteObject", "cos:GetBucket", "cos:GetObject"], tested))
    return document(statements)


def _bucket_actions(bucket: Reach) -> Iterator[str]:
    yield from _BUCKET_ACTIONS
    if bucket.empties:
        yield from _EMPTYING_ACTIONS
    if bucket.recorded:
        yield from _FOLLOWING_ACTIONS


def _account_actions(what: Deployment) -> Iterator[str]:
    yield from ("cam:DescribeSubAccounts", "cam:GetRole")
    if what.grant is Grant.CREATE:
        yield from _GRANTING_ACTIONS
    if what.policies:
        yield from _POLICY_ACTIONS
    if what.users:
        yield from _ATTACHING_ACTIONS


def _recordings(buckets: Iterable[Reach], *, copies: bool) -> list[str]:
    return [
        resource
        for bucket in buckets
        if copies or not bucket.copies
        for resource in bucket.below(bucket.prefixes)
    ]


def _on_applications(actions: Iterable[str], owner_uin: str, biz_ids: Iterable[int]) -> Statement:
    return _allow(actions, [f"qcs::gme::uin/{owner_uin}:bizid/{biz_id}" for biz_id in sorted(biz_ids)])


def _allow(actions: Iterable[str], resources: Sequence[str]) -> Statement:
    return {"effect": "allow", "action": sorted(actions), "resource": [*resources]}
