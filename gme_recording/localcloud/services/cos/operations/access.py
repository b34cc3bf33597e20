"""Who may do what: bucket policy, access control lists of buckets and objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gme_recording.localcloud.access.document import Malformed, Statement, parse_resource_policy
from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.cos import Answer
from gme_recording.localcloud.dialects.documents import Element
from gme_recording.localcloud.dialects.payload import MISSING_BODY
from gme_recording.localcloud.services.cos import grants
from gme_recording.localcloud.services.cos.errors import (
    INVALID_ARGUMENT,
    MALFORMED_POLICY,
    MALFORMED_XML,
    NO_SUCH_BUCKET,
    NO_SUCH_POLICY,
)
from gme_recording.localcloud.services.cos.grants import Grants
from gme_recording.localcloud.services.cos.model import Configuration
from gme_recording.localcloud.services.cos.policies import POLICY
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import bucket_named, on_bucket, on_object
from gme_recording.localcloud.services.cos.versions import UNREADABLE, readable

EVERY_ACTION = frozenset({"*", "cos:*", "name/cos:*"})
KEYS_OF_EVERY_REQUEST = frozenset(
    {"cos:secure-transport", "cos:tls-version", "qcs:ip", "qcs:vpc", "vpc:requester_vpc"}
)


@COS.operation(
    "PutBucketPolicy",
    match="PUT bucket policy",
    on=on_bucket,
    refuses=(NO_SUCH_BUCKET, MALFORMED_POLICY, MISSING_BODY),
)
def put_bucket_policy(call: Call, *, bucket: str, content: bytes) -> None:
    """The document is kept as it was sent, letter by letter."""
    if not content:
        raise MISSING_BODY(found="nothing")
    try:
        text = content.decode()
        statements = parse_resource_policy(text)
    except (UnicodeDecodeError, Malformed, RecursionError) as error:
        raise MALFORMED_POLICY(problem=error) from error
    for statement in statements:
        _check_keys(statement)
    call.store.put(Configuration(bucket, POLICY, text))


@COS.operation(
    "GetBucketPolicy", match="GET bucket policy", on=on_bucket, refuses=(NO_SUCH_BUCKET, NO_SUCH_POLICY)
)
def get_bucket_policy(call: Call, *, bucket: str) -> Answer:
    found = call.store.find(Configuration, bucket=bucket, kind=POLICY)
    if found is None:
        raise NO_SUCH_POLICY(bucket=bucket)
    return Answer({"Content-Type": "application/json"}, found.text.encode())


@COS.operation("DeleteBucketPolicy", match="DELETE bucket policy", on=on_bucket, refuses=(NO_SUCH_BUCKET,))
def delete_bucket_policy(call: Call, *, bucket: str) -> None:
    if found := call.store.find(Configuration, bucket=bucket, kind=POLICY):
        call.store.delete(found)


def _check_keys(statement: Statement) -> None:
    """A condition that only some requests can answer does not go with all of them (436/71307)."""
    if not EVERY_ACTION.intersection(statement.actions):
        return
    for condition in statement.conditions:
        if condition.key not in KEYS_OF_EVERY_REQUEST:
            raise MALFORMED_POLICY(problem=f"condition key {condition.key} does not go with every action")


def _asked(headers: Mapping[str, str], document: Element | None, owner_uin: str) -> Grants | None:
    if document is not None:
        return grants.from_document(document, owner_uin)
    return grants.from_headers(headers, owner_uin)


@COS.operation(
    "PutBucketACL",
    match="PUT bucket acl",
    on=on_bucket,
    refuses=(NO_SUCH_BUCKET, MALFORMED_XML, INVALID_ARGUMENT),
)
def put_bucket_acl(
    call: Call, *, bucket: str, headers: Mapping[str, str], document: Element | None = None
) -> None:
    found = bucket_named(call, bucket)
    call.store.put(replace(found, acl=_asked(headers, document, found.owner_uin) or []))


@COS.operation("GetBucketACL", match="GET bucket acl", on=on_bucket, refuses=(NO_SUCH_BUCKET,))
def get_bucket_acl(call: Call, *, bucket: str) -> Element:
    found = bucket_named(call, bucket)
    return grants.render(found.acl, found.owner_uin)


@COS.operation(
    "PutObjectACL",
    match="PUT object acl",
    on=on_object,
    refuses=(*UNREADABLE, MALFORMED_XML, INVALID_ARGUMENT),
)
def put_object_acl(
    call: Call,
    *,
    bucket: str,
    key: str,
    headers: Mapping[str, str],
    document: Element | None = None,
    version_id: str = "",
) -> None:
    version = readable(call, bucket, key, version_id)
    call.store.put(replace(version, acl=_asked(headers, document, version.owner)))


@COS.operation(
    "GetObjectACL",
    match="GET object acl",
    on=on_object,
    refuses=UNREADABLE,
)
def get_object_acl(call: Call, *, bucket: str, key: str, version_id: str = "") -> Element:
    """An object without a list of its own answers with its owner alone."""
    version = readable(call, bucket, key, version_id)
    return grants.render(version.acl or [], version.owner)
