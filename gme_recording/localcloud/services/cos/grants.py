"""Access control lists: who may do what with a bucket or an object (436/30752).

A list is kept as pairs of grantee and permission, both as they appear in policies: `qcs::cam::…` and
`READ`. The owner's full control is implied and not kept.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos.errors import INVALID_ARGUMENT, MALFORMED_XML

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Grants = list[list[str]]

ANYONE = "qcs::cam::anyone:anyone"
ALL_USERS = "http://cam.qcloud.com/groups/global/AllUsers"
_GROUPS = {ALL_USERS, "http://acs.amazonaws.com/groups/global/AllUsers"}
MAX_GRANTS = 100
PERMISSIONS = ("READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL")
CANNED: Mapping[str, Grants] = {
    "private": [],
    "public-read": [[ANYONE, "READ"]],
    "public-read-write": [[ANYONE, "READ"], [ANYONE, "WRITE"]],
}
DEFAULT = "default"
"""Canned list of an object that has none of its own."""

_OF_BUCKETS: Mapping[str, tuple[str, ...]] = {
    "READ": (
        "HeadBucket",
        "GetBucket",
        "GetBucketObjectVersions",
        "ListMultipartUploads",
        "HeadObject",
        "GetObject",
    ),
    "WRITE": (
        "PutObject",
        "PostObject",
        "PutObjectCopy",
        "DeleteObject",
        "DeleteMultipleObjects",
        "InitiateMultipartUpload",
        "UploadPart",
        "UploadPartCopy",
        "ListParts",
        "CompleteMultipartUpload",
        "AbortMultipartUpload",
    ),
    "READ_ACP": ("GetBucketACL", "GetObjectACL"),
    "WRITE_ACP": ("PutBucketACL", "PutObjectACL"),
}
_OF_OBJECTS: Mapping[str, tuple[str, ...]] = {
    "READ": ("GetObject", "HeadObject"),
    "WRITE": (),
    "READ_ACP": ("GetObjectACL",),
    "WRITE_ACP": ("PutObjectACL",),
}


def user(owner_uin: str, uin: str = "") -> str:
    return f"qcs::cam::uin/{owner_uin}:uin/{uin or owner_uin}"


def from_headers(headers: Mapping[str, str], owner_uin: str) -> Grants | None:
    """What `x-cos-acl` and `x-cos-grant-*` say; None if they say nothing."""
    canned = headers.get("x-cos-acl")
    found: Grants = []
    for permission in PERMISSIONS:
        name = f"x-cos-grant-{permission.lower().replace('_', '-')}"
        found += ([_grantee(text), permission] for text in _ids(headers.get(name, "")))
    if found:
        return _checked(found, owner_uin)
    if canned in {None, DEFAULT}:
        return None
    if canned not in CANNED:
        raise INVALID_ARGUMENT(problem=f"x-cos-acl must be one of {', '.join(CANNED)}, not {canned!r}")
    return CANNED[canned]


def from_document(document: Element, owner_uin: str) -> Grants:
    """What an `AccessControlPolicy` says."""
    entries = document.find("AccessControlList")
    if document.name != "AccessControlPolicy" or entries is None:
        raise MALFORMED_XML(problem="AccessControlPolicy needs an AccessControlList")
    found = []
    for grant in entries.each("Grant"):
        grantee, permission = grant.find("Grantee"), grant.value("Permission")
        if grantee is None or permission not in PERMISSIONS:
            raise MALFORMED_XML(problem="a Grant needs a Grantee and a known Permission")
        uri = grantee.value("URI")
        if uri and uri not in _GROUPS:
            raise INVALID_ARGUMENT(problem=f"there is no group {uri}")
        found.append([ANYONE if uri else _grantee(grantee.value("ID")), permission])
    return _checked(found, owner_uin)


def render(grants: Iterable[Sequence[str]], owner_uin: str) -> Element:
    owner = user(owner_uin)
    entries = [
        _entry(owner, "FULL_CONTROL"),
        *(_entry(grantee, permission) for grantee, permission in grants),
    ]
    return tree("AccessControlPolicy", [_named("Owner", owner), tree("AccessControlList", entries)])


def as_policy(grants: Iterable[Sequence[str]], resource: str, *, of_object: bool) -> str:
    """The list as a policy document on `resource`; empty if nobody is granted anything."""
    actions = _OF_OBJECTS if of_object else _OF_BUCKETS
    statements = [
        {
            "effect": "allow",
            "principal": {"qcs": [grantee]},
            "action": [f"name/cos:{name}" for name in _actions(actions, permission)],
            "resource": [resource],
        }
        for grantee, permission in grants
        if _actions(actions, permission)
    ]
    return json.dumps({"version": "2.0", "statement": statements}) if statements else ""


def _actions(table: Mapping[str, tuple[str, ...]], permission: str) -> tuple[str, ...]:
    if permission == "FULL_CONTROL":
        return tuple(name for names in table.values() for name in names)
    return table[permission]


def _checked(grants: Grants, owner_uin: str) -> Grants:
    if len(grants) > MAX_GRANTS:
        raise INVALID_ARGUMENT(problem=f"more than {MAX_GRANTS} grants")
    return [grant for grant in grants if grant != [user(owner_uin), "FULL_CONTROL"]]


def _ids(header: str) -> list[str]:
    """`id="1", id="2"` → the ids; `uri="…AllUsers"` is anyone."""
    entries = [entry.strip() for entry in header.split(",") if entry.strip()]
    found = [re.fullmatch(r'(id|uri)="?([^"]+)"?', entry) for entry in entries]
    if None in found:
        raise INVALID_ARGUMENT(problem=f'a grant must be id="…", not {header!r}')
    return [ANYONE if entry[2] in _GROUPS else entry[2] for entry in found if entry]


def _grantee(text: str) -> str:
    """`100000000101` is short for that account."""
    if re.fullmatch(r"\d+(/\d+)?", text, re.ASCII):
        account, _, uin = text.partition("/")
        return user(account, uin)
    if not text.startswith("qcs::cam::"):
        raise INVALID_ARGUMENT(problem=f"{text!r} names no grantee")
    return text


def _entry(grantee: str, permission: str) -> Element:
    if grantee == ANYONE:
        who = Element("Grantee", children=(leaf("URI", ALL_USERS),), attributes=_typed("Group"))
    else:
        who = Element("Grantee", children=_named("", grantee).children, attributes=_typed("CanonicalUser"))
    return tree("Grant", [who, leaf("Permission", permission)])


def _named(name: str, who: str) -> Element:
    return tree(name, [leaf("ID", who), leaf("DisplayName", who)])


def _typed(kind: str) -> tuple[tuple[str, str], ...]:
    return (("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"), ("xsi:type", kind))
