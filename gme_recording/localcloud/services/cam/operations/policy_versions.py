"""Versions of the account's policies: the default one is in effect, the others wait."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gme_recording.localcloud.access.document import parse_identity_policy
from gme_recording.localcloud.services.cam import wire
from gme_recording.localcloud.services.cam.errors import (
    DOCUMENT_ERRORS,
    POLICY_NOT_FOUND,
    UNMODIFIABLE,
    VERSION_ALREADY_DEFAULT,
    VERSION_NOT_EXIST,
    VERSIONS_FULL,
)
from gme_recording.localcloud.services.cam.find import check_document, on_policy, policy_of
from gme_recording.localcloud.services.cam.model import Policy, PolicyVersion
from gme_recording.localcloud.services.cam.operations.policies import own_policy
from gme_recording.localcloud.services.cam.routes import CAM

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

MAX_VERSIONS = 5


@CAM.operation(
    "CreatePolicyVersion",
    on=on_policy,
    refuses=(POLICY_NOT_FOUND, UNMODIFIABLE, VERSIONS_FULL, *DOCUMENT_ERRORS.values()),
    rate=20,
)
def create_policy_version(
    call: Call, *, policy_id: int, policy_document: str, set_as_default: bool
) -> dict[str, object]:
    """Numbers go up and are never given again while a higher one is there."""
    policy = own_policy(call, policy_id)
    check_document(parse_identity_policy, policy_document)
    known = _versions(call, policy)
    if len(known) >= MAX_VERSIONS:
        raise VERSIONS_FULL(limit=MAX_VERSIONS)
    for version in known:
        call.store.put(version)  # the first one of a policy that is older than its versions
    number = known[-1].number + 1
    version = PolicyVersion(policy_id, number, policy_document, call.now, default=False)
    call.store.add(version)
    if set_as_default:
        _make_default(call, policy, version)
    return {"VersionId": number}


@CAM.operation("ListPolicyVersions", on=on_policy, refuses=(POLICY_NOT_FOUND,), rate=20)
def list_policy_versions(call: Call, *, policy_id: int) -> dict[str, object]:
    return {"Versions": [_item(version) for version in _versions(call, policy_of(call, policy_id))]}


@CAM.operation("GetPolicyVersion", on=on_policy, refuses=(POLICY_NOT_FOUND, VERSION_NOT_EXIST), rate=20)
def get_policy_version(call: Call, *, policy_id: int, version_id: int) -> dict[str, object]:
    version = _version(call, policy_of(call, policy_id), version_id)
    return {"PolicyVersion": {**_item(version), "Document": version.document}}


@CAM.operation(
    "SetDefaultPolicyVersion",
    on=on_policy,
    refuses=(POLICY_NOT_FOUND, UNMODIFIABLE, VERSION_NOT_EXIST, VERSION_ALREADY_DEFAULT),
    rate=20,
)
def set_default_policy_version(call: Call, *, policy_id: int, version_id: int) -> None:
    """It is in effect from now on, for everyone who has the policy."""
    policy = own_policy(call, policy_id)
    version = _version(call, policy, version_id)
    if version.default:
        raise VERSION_ALREADY_DEFAULT(number=version_id)
    _make_default(call, policy, version)


@CAM.operation(
    "DeletePolicyVersion",
    on=on_policy,
    refuses=(POLICY_NOT_FOUND, UNMODIFIABLE, VERSION_NOT_EXIST, VERSION_ALREADY_DEFAULT),
    rate=20,
)
def delete_policy_version(call: Call, *, policy_id: int, version_id: list[int]) -> None:
    """All of them or none; that the default one cannot go with this code is a guess."""
    policy = own_policy(call, policy_id)
    for number in version_id:
        version = _version(call, policy, number)
        if version.default:
            raise VERSION_ALREADY_DEFAULT(number=number)
        call.store.delete(version)


def _versions(call: Call, policy: Policy) -> list[PolicyVersion]:
    """Oldest first; a preset policy has the one that it is."""
    kept = call.store.select(PolicyVersion, policy_id=policy.policy_id)
    return kept or [PolicyVersion(policy.policy_id, 1, policy.document, policy.created, default=True)]


def _version(call: Call, policy: Policy, number: int) -> PolicyVersion:
    found = next((version for version in _versions(call, policy) if version.number == number), None)
    if found is None:
        raise VERSION_NOT_EXIST(number=number)
    return found


def _make_default(call: Call, policy: Policy, version: PolicyVersion) -> None:
    for other in call.store.select(PolicyVersion, policy_id=policy.policy_id, default=True):
        call.store.put(replace(other, default=False))
    call.store.put(replace(version, default=True))
    call.store.put(replace(policy, document=version.document, updated=call.now))


def _item(version: PolicyVersion) -> dict[str, object]:
    return {
        "VersionId": version.number,
        "CreateDate": wire.time(version.created),
        "IsDefaultVersion": int(version.default),
    }
