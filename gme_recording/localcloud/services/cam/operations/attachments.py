"""Which policies roles and users have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.cam import wire
from gme_recording.localcloud.services.cam.errors import (
    NOT_ATTACHED,
    NOT_IDENTIFIED,
    POLICY_NOT_FOUND,
    ROLE_NOT_EXIST,
    USER_NOT_EXIST,
)
from gme_recording.localcloud.services.cam.find import account, policy_of, role_of, user_of
from gme_recording.localcloud.services.cam.model import Attachment, Policy, attach, attached_to, page_of
from gme_recording.localcloud.services.cam.routes import CAM

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.services.cam.model import Role, User

_ROLE = (NOT_IDENTIFIED, ROLE_NOT_EXIST, POLICY_NOT_FOUND)
_USER = (USER_NOT_EXIST, POLICY_NOT_FOUND)


@CAM.operation("AttachRolePolicy", on=account, refuses=_ROLE, rate=20)
def attach_role_policy(
    call: Call,
    *,
    policy_id: int | None = None,
    policy_name: str | None = None,
    attach_role_id: str | None = None,
    attach_role_name: str | None = None,
) -> None:
    role = role_of(call, attach_role_id, attach_role_name)
    attach(call.store, role.entity, policy_of(call, policy_id, policy_name), call.now)


@CAM.operation("DetachRolePolicy", on=account, refuses=(*_ROLE, NOT_ATTACHED), rate=20)
def detach_role_policy(
    call: Call,
    *,
    policy_id: int | None = None,
    policy_name: str | None = None,
    detach_role_id: str | None = None,
    detach_role_name: str | None = None,
) -> None:
    role = role_of(call, detach_role_id, detach_role_name)
    _detach(call, role, policy_of(call, policy_id, policy_name))


@CAM.operation("ListAttachedRolePolicies", on=account, refuses=(NOT_IDENTIFIED, ROLE_NOT_EXIST), rate=20)
def list_attached_role_policies(  # noqa: PLR0913 - the vendor's parameters
    call: Call,
    *,
    page: int,
    rp: int,
    role_id: str | None = None,
    role_name: str | None = None,
    policy_type: str = "",
    keyword: str = "",
) -> dict[str, object]:
    role = role_of(call, role_id, role_name)
    rows = [
        {**wire.attached(policy, attachment), "Description": policy.description}
        for policy, attachment in attached_to(call.store, role.entity)
        if keyword in policy.name
    ]
    rows = [row for row in rows if policy_type in {"", row["PolicyType"]}]
    return {"List": page_of(rows, page, rp), "TotalNum": len(rows)}


@CAM.operation("AttachUserPolicy", on=account, refuses=_USER, rate=20)
def attach_user_policy(call: Call, *, policy_id: int, attach_uin: int) -> None:
    user = user_of(call, attach_uin)
    attach(call.store, user.entity, policy_of(call, policy_id), call.now)


@CAM.operation("DetachUserPolicy", on=account, refuses=(*_USER, NOT_ATTACHED), rate=20)
def detach_user_policy(call: Call, *, policy_id: int, detach_uin: int) -> None:
    _detach(call, user_of(call, detach_uin), policy_of(call, policy_id))


@CAM.operation("ListAttachedUserPolicies", on=account, refuses=(USER_NOT_EXIST,), rate=20)
def list_attached_user_policies(
    call: Call, *, target_uin: int, page: int = 1, rp: int = 20
) -> dict[str, object]:
    owner = call.principal.owner_uin
    rows = [
        {
            **wire.attached(policy, attachment),
            "Remark": policy.description,
            "OperateOwnerUin": owner,
            "OperateUin": owner,
            "OperateUinType": 0,
        }
        for policy, attachment in attached_to(call.store, user_of(call, target_uin).entity)
    ]
    return {"List": page_of(rows, page, rp), "TotalNum": len(rows)}


def _detach(call: Call, record: Role | User, policy: Policy) -> None:
    found = call.store.find(Attachment, entity=record.entity, policy_id=policy.policy_id)
    if found is None:
        raise NOT_ATTACHED(entity=record.entity.partition("/")[0])
    call.store.delete(found)
