"""Looking up what a call names, and the resource that policies are asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.access.document import Malformed
from gme_recording.localcloud.services.cam.errors import (
    DOCUMENT_ERRORS,
    NOT_IDENTIFIED,
    POLICY_NOT_FOUND,
    ROLE_NOT_EXIST,
    USER_NOT_EXIST,
)
from gme_recording.localcloud.services.cam.model import Policy, Role, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from gme_recording.localcloud.cloud import Call

ID_LENGTH = 19
"""Digits of the largest number with sign of 64 bits."""


def account(call: Call, **_: object) -> list[str]:
    """For actions on everything of the account."""
    return [f"qcs::cam::uin/{call.principal.owner_uin}:*"]


def role_of(call: Call, role_id: str | int | None, role_name: str | None) -> Role:
    """By id, which may come as text or number, or by name."""
    if role_id is None and role_name is None:
        raise NOT_IDENTIFIED(parameters="RoleId and RoleName")
    owner, text = call.principal.owner_uin, str(role_id)
    role = None
    if role_id is None:
        role = call.store.find(Role, owner_uin=owner, name=role_name)
    elif text.isascii() and text.isdigit() and len(text) <= ID_LENGTH:
        role = next(iter(call.store.select(Role, owner_uin=owner, role_id=int(text))), None)
    if role is None:
        raise ROLE_NOT_EXIST()
    return role


def policy_of(call: Call, policy_id: int | None, policy_name: str | None = None) -> Policy:
    """One of the account's policies, or one of the vendor's."""
    if policy_id is None and policy_name is None:
        raise NOT_IDENTIFIED(parameters="PolicyId and PolicyName")
    where = {"name": policy_name} if policy_id is None else {"policy_id": policy_id}
    for owner in (call.principal.owner_uin, ""):
        if policy := call.store.find(Policy, owner_uin=owner, **where):
            return policy
    raise POLICY_NOT_FOUND()


def user_named(call: Call, name: str) -> User:
    user = call.store.find(User, owner_uin=call.principal.owner_uin, name=name)
    if user is None:
        raise USER_NOT_EXIST()
    return user


def user_of(call: Call, uin: int) -> User:
    user = call.store.find(User, owner_uin=call.principal.owner_uin, uin=uin)
    if user is None:
        raise USER_NOT_EXIST()
    return user


def check_document(parse: Callable[[str], object], document: str) -> None:
    """Refuse what `parse` calls malformed, with the vendor's code for the element that is wrong."""
    try:
        parse(document)
    except Malformed as malformed:
        raise DOCUMENT_ERRORS[malformed.where](problem=malformed) from None


def on_role(
    call: Call, *, role_id: str | int | None = None, role_name: str | None = None, **_: object
) -> list[str]:
    """The resource of an action on a role, in the form in which the call names it."""
    named = f"roleName/{role_name}" if role_id is None else f"role/{role_id}"
    return [f"qcs::cam::uin/{call.principal.owner_uin}:{named}"]


def on_user(call: Call, *, name: str, **_: object) -> list[str]:
    user = call.store.find(User, owner_uin=call.principal.owner_uin, name=name)
    return [f"qcs::cam::uin/{call.principal.owner_uin}:uin/{user.uin if user else ''}"]


def on_policy(call: Call, *, policy_id: int | None = None, **_: object) -> list[str]:
    return [f"qcs::cam::uin/{call.principal.owner_uin}:policyid/{policy_id or 0}"]
