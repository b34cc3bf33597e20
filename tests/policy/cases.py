"""For every rule what it lets pass and what it must find. `test_rules.py` refuses a rule without both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from policy.access import ANYONE, BUCKET_POLICY, CAM_POLICY, GME_SERVICE, LINKED_ROLE, ROLE
from policy.console import SETTINGS
from policy.rule import Resource, Stack
from policy.stack import MARKER
from policy.storage import BUCKET, BUCKET_OBJECT
from tests.policy.resources import NAME, PART, SOUND, a, a_bucket_policy, a_cam_policy, document, statement

PROD = {"environment": "prod"}
ALL_USERS = '<Grantee type="Group"><URI>http://cam.qcloud.com/groups/global/AllUsers</URI></Grantee>'
(LIFECYCLE_RULE,) = SOUND[BUCKET]["lifecycleRules"]


@dataclass(frozen=True)
class Case:
    """A subject, the options of the stack, and words of the violation; empty where there is none."""

    rule: str
    subject: Resource | Stack
    says: str = ""
    options: dict[str, Any] = field(default_factory=dict)


def a_rule(**parts: Any) -> list[dict[str, Any]]:
    """Lifecycle rules: the sound one with parts replaced."""
    return [{**LIFECYCLE_RULE, **parts}]


def trust(**principal: list[str]) -> str:
    return document({"effect": "allow", "action": "name/sts:AssumeRole", "principal": principal})


STORAGE = (
    Case("acl-private", a(BUCKET)),
    Case("acl-private", a(BUCKET, acl=None)),
    Case("acl-private", a(BUCKET_OBJECT, bucket=NAME, key="notice.txt")),
    Case("acl-private", a(BUCKET, acl="public-read"), "acl is public-read"),
    Case("acl-private", a(BUCKET, aclBody=f"<Grant>{ALL_USERS}</Grant>"), "grants rights to everybody"),
    Case("acl-private", a(BUCKET_OBJECT, acl="public-read"), "acl is public-read"),
    Case("bucket-encrypted", a(BUCKET)),
    Case("bucket-encrypted", a(BUCKET, encryptionAlgorithm="SM4")),
    Case("bucket-encrypted", a(BUCKET, encryptionAlgorithm=None), "encryptionAlgorithm is not set"),
    Case("bucket-encrypted", a(BUCKET, encryptionAlgorithm="none"), "encryptionAlgorithm is none"),
    Case("bucket-customer-key", a(BUCKET)),
    Case("bucket-customer-key", a(BUCKET, tags=PROD)),
    Case(
        "bucket-customer-key",
        a(BUCKET, tags=PROD, encryptionAlgorithm="KMS", kmsId="key-1"),
        options={"environments": ["prod"]},
    ),
    Case("bucket-customer-key", a(BUCKET, tags=PROD), "AES256, not KMS", {"environments": ["prod"]}),
    Case(
        "bucket-customer-key",
        a(BUCKET, tags=PROD, encryptionAlgorithm="KMS"),
        "kmsId is not set",
        {"environments": ["prod"]},
    ),
    Case("lifecycle-complete", a(BUCKET)),
    Case("lifecycle-complete", a(BUCKET, lifecycleRules=[]), "there are no lifecycleRules"),
    Case(
        "lifecycle-complete",
        a(BUCKET, lifecycleRules=a_rule(abortIncompleteMultipartUpload={"daysAfterInitiation": 8})),
        "within 7 days",
    ),
    Case(
        "lifecycle-complete", a(BUCKET, lifecycleRules=a_rule(filterPrefix="1400_")), "for the whole bucket"
    ),
    Case("retention-limited", a(BUCKET)),
    Case("retention-limited", a(BUCKET, lifecycleRules=a_rule(expiration={"days": 730}))),
    Case("retention-limited", a(BUCKET, lifecycleRules=a_rule(expiration={"days": 731})), "within 730 days"),
    Case("retention-limited", a(BUCKET, lifecycleRules=a_rule(expiration=None)), "deletes recordings"),
    Case("retention-limited", a(BUCKET, lifecycleRules=a_rule(filterPrefix="1400_")), "whole bucket"),
    Case("retention-limited", a(BUCKET, lifecycleRules=a_rule(nonCurrentExpiration=None)), "old versions"),
    Case("retention-limited", a(BUCKET), "within 10 days", {"maximumDays": 10}),
    Case("bucket-protected", a(BUCKET)),
    Case("bucket-protected", a(BUCKET, tags=PROD, protect=True)),
    Case("bucket-protected", a(BUCKET, tags=PROD), "not protected"),
    Case("bucket-protected", a(BUCKET, tags=PROD, protect=True, forceClean=True), "forceClean is true"),
)

ACCESS = (
    Case("document-readable", a(BUCKET_POLICY)),
    Case("document-readable", a(CAM_POLICY)),
    Case("document-readable", a(ROLE)),
    Case("document-readable", a(CAM_POLICY, document="{"), "document: document is not JSON"),
    Case("document-readable", a(BUCKET_POLICY, policy=""), "policy: document is not JSON"),
    Case("document-readable", a_bucket_policy(statement(resource=["voice/*"])), "six parts"),
    Case("document-readable", a_bucket_policy(statement(sid="read")), 'a "Sid"'),
    Case("policy-not-public", a(BUCKET_POLICY)),
    Case("policy-not-public", a_bucket_policy(statement())),
    Case("policy-not-public", a_bucket_policy(statement(principal="*")), "without a key"),
    Case("policy-not-public", a_bucket_policy(statement(principal={"qcs": [ANYONE]})), "everybody"),
    Case("policy-tls-only", a(BUCKET_POLICY)),
    Case("policy-tls-only", a_bucket_policy(statement())),
    Case("policy-tls-only", a(BUCKET_POLICY, policy=document(statement())), "without TLS"),
    Case("policy-tls-only", a(BUCKET_POLICY, bucket="other-1250000000"), "other-1250000000"),
    Case("policy-no-lockout", a(BUCKET_POLICY)),
    Case(
        "policy-no-lockout",
        a_bucket_policy(
            statement(
                "deny",
                principal={"qcs": [ANYONE]},
                action="*",
                condition={"ip_not_equal": {"qcs:ip": "10.0.0.0/8"}},
            )
        ),
    ),
    Case(
        "policy-no-lockout", a_bucket_policy(statement("deny", principal="*", action="*")), "the owner's too"
    ),
    Case("no-wildcard-action", a(BUCKET_POLICY)),
    Case("no-wildcard-action", a(CAM_POLICY)),
    Case("no-wildcard-action", a(ROLE)),
    Case("no-wildcard-action", a_cam_policy(action=["cos:Get*", "cos:*"]), "cos:*, cos:Get*"),
    Case("no-wildcard-action", a_bucket_policy(statement(action="*")), "allows *"),
    Case("no-wildcard-resource", a(CAM_POLICY)),
    Case("no-wildcard-resource", a_cam_policy()),
    Case("no-wildcard-resource", a_cam_policy(action=["cos:GetService"], resource="*")),
    Case("no-wildcard-resource", a_cam_policy(action=["cam:CreatePolicy"], resource="qcs::cam::uin/1:*")),
    Case("no-wildcard-resource", a_bucket_policy(statement())),
    Case("no-wildcard-resource", a_cam_policy(resource="*"), "actions on *"),
    Case("no-wildcard-resource", a_cam_policy(resource=["qcs::gme::uin/1:bizid/*"]), "bizid/*"),
    Case("no-wildcard-resource", a_cam_policy(resource=["qcs::cos:*:uid/1:voice-1/*"]), "qcs::cos:*"),
    Case("no-wildcard-resource", a_cam_policy(resource=[f"{PART[:-4]}*/*"]), f"{PART[:-4]}*/*"),
    Case("trust-gme-only", a(ROLE)),
    Case("trust-gme-only", a(LINKED_ROLE)),
    Case("trust-gme-only", a(ROLE, document=trust(service=["scf.qcloud.com"])), "it trusts scf.qcloud.com"),
    Case(
        "trust-gme-only",
        a(ROLE, document=trust(service=[GME_SERVICE], qcs=["qcs::cam::uin/7:root"])),
        "it trusts qcs::cam::uin/7:root",
    ),
    Case("trust-gme-only", a(LINKED_ROLE, qcsServiceNames=["cvm.qcloud.com"]), "it trusts cvm.qcloud.com"),
)

CONSOLE = (
    Case("callback-https", a(SETTINGS)),
    Case("callback-https", a(SETTINGS, callbackUrl="")),
    Case("callback-https", a(SETTINGS, callbackUrl="http://127.0.0.1:8080/", cloud="local")),
    Case("callback-https", a(SETTINGS, callbackUrl="http://127.0.0.1:8080/"), "begins with http,"),
    Case("callback-https", a(SETTINGS, callbackUrl="voice.example.com"), "begins with nothing"),
    Case("callback-https", a(SETTINGS, callbackUrl="https://[voice"), "not a URL"),
    Case("scope-custom", a(SETTINGS)),
    Case("scope-custom", a(SETTINGS, scope="full"), options={"scopes": ["custom", "full"]}),
    Case("scope-custom", a(SETTINGS, scope="full"), "scope is full"),
    Case("region-allowed", a(SETTINGS)),
    Case("region-allowed", a(BUCKET, provider={"region": "ap-singapore"})),
    Case("region-allowed", a(SETTINGS, region="eu-moscow"), "kept in eu-moscow"),
    Case("region-allowed", a(BUCKET, provider={"region": "na-ashburn"}), "kept in na-ashburn"),
    Case(
        "region-allowed",
        a(BUCKET, replicaRules=[{"destinationBucket": "qcs::cos:eu-frankfurt::copy-1250000000"}]),
        "kept in eu-frankfurt",
    ),
    Case("region-allowed", a(SETTINGS), "kept in ap-singapore", {"regions": ["ap-guangzhou"]}),
    Case("tags-present", a(BUCKET)),
    Case("tags-present", a(LINKED_ROLE)),
    Case("tags-present", a(ROLE, tags=None), "no tag environment"),
    Case("tags-present", a(BUCKET), "no tag owner, team", {"tags": ["environment", "owner", "team"]}),
    Case("no-plain-secrets", a(SETTINGS)),
    Case("no-plain-secrets", a("some:other:Type", numbers=[1, None], url="https://voice.example.com/@here")),
    Case("no-plain-secrets", a(BUCKET, tags={"key": "AKID" + "x" * 32}), "tags.key holds a Tencent Cloud"),
    Case(
        "no-plain-secrets",
        a("some:other:Type", files=[{"text": "-----BEGIN PRIVATE KEY-----"}]),
        "files[0].text holds a private key",
    ),
    Case("no-plain-secrets", a(SETTINGS, callbackUrl="https://me:word@example.com/"), "URL with a password"),
    Case("no-plain-secrets", a(MARKER, input=f"https://x/y?q-signature={'0' * 40}"), "gives access"),
)

LOGS = a(
    BUCKET, bucket="logs-1250000000", logEnable=False, logTargetBucket="", versioningEnable=False, tags=PROD
)

STACK = (
    Case("versioning-decided", (a(BUCKET),)),
    Case("versioning-decided", (a(BUCKET, versioningEnable=False),)),
    Case(
        "versioning-decided",
        (a(BUCKET, tags=PROD), LOGS),
    ),
    Case(
        "versioning-decided",
        (a(BUCKET, tags=PROD, versioningEnable=None, objectLockConfiguration={"enabled": True}),),
    ),
    Case("versioning-decided", (a(BUCKET, versioningEnable=None),), f"{NAME}: versioningEnable is neither"),
    Case("versioning-decided", (a(BUCKET, tags=PROD, versioningEnable=False),), "versioningEnable is false"),
    Case("bucket-logged", ()),
    Case("bucket-logged", (a(BUCKET), LOGS)),
    Case("bucket-logged", (LOGS,), "logs-1250000000: logEnable is not true"),
    Case("bucket-logged", (a(BUCKET, logTargetBucket=""),), "logTargetBucket is not set"),
    Case("bucket-logged", (a(BUCKET, logTargetBucket=NAME),), "the bucket it is about"),
    Case("bucket-has-policy", ()),
    Case("bucket-has-policy", (a(BUCKET), a(BUCKET_POLICY))),
    Case("bucket-has-policy", (a(BUCKET), a(BUCKET, bucket="b-1"), a(BUCKET_POLICY)), "declared for b-1"),
    Case("grant-once", ()),
    Case("grant-once", (a(LINKED_ROLE, stack="prod"),), options={"grantOwner": "prod"}),
    Case("grant-once", (a(LINKED_ROLE), a(LINKED_ROLE, customSuffix="other"))),
    Case("grant-once", (a(LINKED_ROLE, name="one"), a(LINKED_ROLE, name="two")), "one, two make"),
    Case("grant-once", (a(LINKED_ROLE),), "which stack prod owns", {"grantOwner": "prod"}),
    Case("smoke-test-present", (a(BUCKET),)),
    Case("smoke-test-present", (a(SETTINGS), a(MARKER, input="mine"), a(MARKER))),
    Case("smoke-test-present", (a(SETTINGS), a(MARKER, input="mine")), "there is no smoke test"),
    Case("smoke-test-present", (a(SETTINGS), a(MARKER, input={"mode": "off"})), "smoke.mode is off"),
    Case("smoke-test-present", (a(SETTINGS), a(MARKER)), "smoke.mode is probe", {"modes": ["full"]}),
)

CASES = (*STORAGE, *ACCESS, *CONSOLE, *STACK)
