"""The eight vulnerable COS set-ups that TerraformGoat describes; the rules named must find each.

The project (HXSecurity/TerraformGoat, tencentcloud/cos) teaches attacks on buckets. What is here was written
anew from what each scenario is about.
"""

from __future__ import annotations

import pytest

from policy.access import ANYONE
from policy.rule import Resource
from policy.storage import BUCKET, BUCKET_OBJECT
from tests.policy.resources import NAME, PART, a, a_bucket_policy, statement, violated


def acl(permission: str) -> str:
    """An ACL in XML that gives everybody one right on the bucket."""
    everybody = '<Grantee type="Group"><URI>http://cam.qcloud.com/groups/global/AllUsers</URI></Grantee>'
    grant = f"<Grant>{everybody}<Permission>{permission}</Permission></Grant>"
    owner = "<Owner><ID>qcs::cam::uin/100000000001:uin/100000000001</ID></Owner>"
    return f"<AccessControlPolicy>{owner}<AccessControlList>{grant}</AccessControlList></AccessControlPolicy>"


def everybody_may(*actions: str, on: str = f"{PART}/*") -> Resource:
    everybody = {"qcs": [ANYONE]}
    return a_bucket_policy(statement(principal=everybody, action=[*actions], resource=[on]))


SET_UPS = {
    "bucket_acl_readable": [
        (a(BUCKET, aclBody=acl("READ_ACP")), "acl-private"),
        (everybody_may("name/cos:GetBucketACL"), "policy-not-public"),
    ],
    "bucket_acl_writable": [
        (a(BUCKET, aclBody=acl("WRITE_ACP")), "acl-private"),
        (everybody_may("name/cos:GetBucketACL", "name/cos:PutBucketACL"), "policy-not-public"),
    ],
    "bucket_logging_disable": [(a(BUCKET, logEnable=False, logTargetBucket=None), "bucket-logged")],
    "bucket_object_traversal": [
        (a(BUCKET, aclBody=acl("READ")), "acl-private"),
        (everybody_may("name/cos:GetBucket", "name/cos:HeadBucket", on=f"{PART}/"), "policy-not-public"),
    ],
    "bucket_public_access": [
        (a(BUCKET, acl="public-read-write"), "acl-private"),
        (everybody_may("*", on=f"{PART}/*"), "policy-not-public"),
        (everybody_may("*", on=f"{PART}/*"), "no-wildcard-action"),
    ],
    "object_public_access": [
        (a(BUCKET_OBJECT, bucket=NAME, key="flag.mp3", acl="public-read"), "acl-private"),
        (everybody_may("name/cos:GetObject", on=f"{PART}/flag.mp3"), "policy-not-public"),
    ],
    "server_side_encryption_disable": [(a(BUCKET, encryptionAlgorithm=None), "bucket-encrypted")],
    "unrestricted_file_upload": [
        (a(BUCKET, aclBody=acl("WRITE")), "acl-private"),
        (everybody_may("name/cos:PutObject", "name/cos:PostObject"), "policy-not-public"),
    ],
}


@pytest.mark.parametrize("name", SET_UPS)
def test_a_vulnerable_set_up_is_found_by_the_rules_named(name: str) -> None:
    for resource, rule in SET_UPS[name]:
        assert rule in violated((resource,), {})


def test_there_are_eight() -> None:
    assert len(SET_UPS) == 8
