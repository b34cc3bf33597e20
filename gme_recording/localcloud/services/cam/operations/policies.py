"""Policies of the account, and the vendor's preset ones, which nobody can change."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gme_recording.localcloud.access.document import parse_identity_policy
from gme_recording.localcloud.services.cam import wire
from gme_recording.localcloud.services.cam.errors import (
    DOCUMENT_ERRORS,
    INVALID_NAME,
    NOT_IDENTIFIED,
    OUT_OF_RANGE,
    POLICY_NAME_IN_USE,
    POLICY_NOT_FOUND,
    UNMODIFIABLE,
)
from gme_recording.localcloud.services.cam.find import account, check_document, on_policy, policy_of
from gme_recording.localcloud.services.cam.model import (
    Attachment,
    Policy,
    PolicyVersion,
    next_number,
    page_of,
)
from gme_recording.localcloud.services.cam.routes import CAM
from gme_recording.localcloud.services.tag.model import Tag, untag

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

FIRST_POLICY = 200000001
MAX_ROWS = 200
_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{1,128}")
_SCOPES = {"All": (True, False), "QCS": (True,), "Local": (False,)}
"""Scope of a list → which values of `preset` are in it."""


@dataclass(frozen=True, slots=True)
class PolicyTag:
    key: str
    value: str


@CAM.operation(
    "CreatePolicy",
    on=account,
    refuses=(INVALID_NAME, POLICY_NAME_IN_USE, *DOCUMENT_ERRORS.values()),
    rate=20,
)
def create_policy(
    call: Call,
    *,
    policy_name: str,
    policy_document: str,
    description: str = "",
    tags: list[PolicyTag] | None = None,
) -> dict[str, object]:
    _check_name(call, policy_name)
    check_document(parse_identity_policy, policy_document)
    policy = Policy(
        policy_id=next_number(call.store, "policy", FIRST_POLICY),
        owner_uin=call.principal.owner_uin,
        name=policy_name,
        document=policy_document,
        created=call.now,
        updated=call.now,
        description=description,
    )
    call.store.add(policy)
    call.store.add(PolicyVersion(policy.policy_id, 1, policy_document, call.now, default=True))
    for tag in tags or []:
        call.store.put(Tag(policy.owner_uin, "cam", "policyid", str(policy.policy_id), tag.key, tag.value))
    return {"PolicyId": policy.policy_id}


@CAM.operation("GetPolicy", on=on_policy, refuses=(POLICY_NOT_FOUND,), rate=20)
def get_policy(call: Call, *, policy_id: int) -> dict[str, object]:
    return wire.policy(call.store, policy_of(call, policy_id))


@CAM.operation("ListPolicies", on=account, refuses=(OUT_OF_RANGE, INVALID_NAME), rate=20)
def list_policies(
    call: Call, *, rp: int = 20, page: int = 1, scope: str = "All", keyword: str = ""
) -> dict[str, object]:
    if not 1 <= rp <= MAX_ROWS:
        raise OUT_OF_RANGE(parameter="Rp", low=1, high=MAX_ROWS)
    if page < 1:
        raise OUT_OF_RANGE(parameter="Page", low=1, high="any")
    if scope not in _SCOPES:
        raise INVALID_NAME(parameter="Scope")
    found = [
        policy
        for policy in call.store.select(Policy)
        if policy.owner_uin in {"", call.principal.owner_uin}
        and policy.preset in _SCOPES[scope]
        and keyword in policy.name
    ]
    rows = [_row(call, policy) for policy in page_of(found, page, rp)]
    return {"TotalNum": len(found), "List": rows, "ServiceTypeList": []}


@CAM.operation(
    "UpdatePolicy",
    on=on_policy,
    refuses=(
        NOT_IDENTIFIED,
        POLICY_NOT_FOUND,
        UNMODIFIABLE,
        INVALID_NAME,
        POLICY_NAME_IN_USE,
        *DOCUMENT_ERRORS.values(),
    ),
    rate=20,
)
def update_policy(
    call: Call,
    *,
    policy_id: int | None = None,
    policy_name: str | None = None,
    description: str | None = None,
    policy_document: str | None = None,
) -> dict[str, object]:
    """Named by id, `PolicyName` is the new name; without an id it says which policy is meant. A new document
    takes the place of the default version's.
    """
    policy = own_policy(call, policy_id, policy_name)
    if policy_name is not None and policy_name != policy.name:
        _check_name(call, policy_name)
        policy = replace(policy, name=policy_name)
    if description is not None:
        policy = replace(policy, description=description)
    if policy_document is not None:
        check_document(parse_identity_policy, policy_document)
        policy = replace(policy, document=policy_document)
        for version in call.store.select(PolicyVersion, policy_id=policy.policy_id, default=True):
            call.store.put(replace(version, document=policy_document))
    call.store.put(replace(policy, updated=call.now))
    return {"PolicyId": policy.policy_id}


@CAM.operation("DeletePolicy", on=account, refuses=(POLICY_NOT_FOUND, UNMODIFIABLE), rate=20)
def delete_policy(call: Call, *, policy_id: list[int]) -> None:
    """All of them or none; whoever had them has them no longer."""
    for each in policy_id:
        policy = own_policy(call, each)
        for version in call.store.select(PolicyVersion, policy_id=each):
            call.store.delete(version)
        for attachment in call.store.select(Attachment, policy_id=each):
            call.store.delete(attachment)
        untag(call.store, policy.owner_uin, "cam", "policyid", str(each))
        call.store.delete(policy)


def own_policy(call: Call, policy_id: int | None, policy_name: str | None = None) -> Policy:
    """One that the account may change."""
    policy = policy_of(call, policy_id, policy_name)
    if policy.preset:
        raise UNMODIFIABLE(what=f"The policy {policy.name}")
    return policy


def _check_name(call: Call, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise INVALID_NAME(parameter="PolicyName")
    if any(call.store.find(Policy, owner_uin=o, name=name) for o in (call.principal.owner_uin, "")):
        raise POLICY_NAME_IN_USE()


def _row(call: Call, policy: Policy) -> dict[str, object]:
    attachments = len(call.store.select(Attachment, policy_id=policy.policy_id))
    return {
        "PolicyId": policy.policy_id,
        "PolicyName": policy.name,
        "AddTime": wire.time(policy.created),
        "UpdateTime": wire.time(policy.updated),
        "Type": wire.TYPE_PRESET if policy.preset else wire.TYPE_CUSTOM,
        "Description": policy.description,
        "CreateMode": 2,
        "Attachments": attachments,
        "AttachEntityCount": attachments,
        "AttachEntityBoundaryCount": 0,
        "ServiceType": "",
        "IsAttached": int(attachments > 0),
        "Deactived": 0,
        "DeactivedDetail": [],
        "IsServiceLinkedPolicy": int(policy.service_linked),
        "Tags": wire.tags(call.store, policy.owner_uin, "policyid", policy.policy_id),
    }
