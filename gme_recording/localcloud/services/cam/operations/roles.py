"""Roles that a customer makes; `linked_roles` has those of services."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gme_recording.localcloud.access.document import parse_trust_policy
from gme_recording.localcloud.services.cam import wire
from gme_recording.localcloud.services.cam.errors import (
    DOCUMENT_ERRORS,
    INVALID_NAME,
    NOT_IDENTIFIED,
    OUT_OF_RANGE,
    ROLE_NAME_IN_USE,
    ROLE_NOT_EXIST,
    UNMODIFIABLE,
)
from gme_recording.localcloud.services.cam.find import account, check_document, on_role, role_of
from gme_recording.localcloud.services.cam.model import Role, forget, next_number, page_of
from gme_recording.localcloud.services.cam.routes import CAM
from gme_recording.localcloud.services.tag.model import Tag, untag

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

FIRST_ROLE = 4611686018427400001
MAX_ROWS = 200
MAX_SESSION_SECONDS = 43200
_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{1,128}")
_NAMED = (NOT_IDENTIFIED, ROLE_NOT_EXIST)


@dataclass(frozen=True, slots=True)
class RoleTag:
    key: str
    value: str


@CAM.operation(
    "CreateRole",
    on=account,
    refuses=(INVALID_NAME, ROLE_NAME_IN_USE, OUT_OF_RANGE, *DOCUMENT_ERRORS.values()),
    rate=20,
)
def create_role(  # noqa: PLR0913 - the vendor's parameters
    call: Call,
    *,
    role_name: str,
    policy_document: str,
    description: str = "",
    console_login: int = 0,
    session_duration: int = 7200,
    tags: list[RoleTag] | None = None,
) -> dict[str, object]:
    if not _NAME.fullmatch(role_name):
        raise INVALID_NAME(parameter="RoleName")
    check_document(parse_trust_policy, policy_document)
    _check_session(session_duration)
    role = Role(
        role_id=next_number(call.store, "role", FIRST_ROLE),
        owner_uin=call.principal.owner_uin,
        name=role_name,
        trust=policy_document,
        created=call.now,
        updated=call.now,
        description=description,
        console_login=bool(console_login),
        session_seconds=session_duration,
    )
    return {"RoleId": str(add_role(call, role, tags or []).role_id)}


def add_role(call: Call, role: Role, tags: list[RoleTag]) -> Role:
    if call.store.find(Role, owner_uin=role.owner_uin, name=role.name):
        raise ROLE_NAME_IN_USE()
    for tag in tags:
        call.store.put(Tag(role.owner_uin, "cam", "role", str(role.role_id), tag.key, tag.value))
    return call.store.add(role)


@CAM.operation("DescribeRoleList", on=account, refuses=(OUT_OF_RANGE,), rate=20)
def describe_role_list(
    call: Call, *, page: int, rp: int, tags: list[RoleTag] | None = None
) -> dict[str, object]:
    if page < 1:
        raise OUT_OF_RANGE(parameter="Page", low=1, high="any")
    if not 1 <= rp <= MAX_ROWS:
        raise OUT_OF_RANGE(parameter="Rp", low=1, high=MAX_ROWS)
    wanted = [{"Key": tag.key, "Value": tag.value} for tag in tags or []]
    roles = [
        role
        for role in call.store.select(Role, owner_uin=call.principal.owner_uin)
        if all(tag in wire.tags(call.store, role.owner_uin, "role", role.role_id) for tag in wanted)
    ]
    rows = page_of(roles, page, rp)
    return {"List": [wire.role(call.store, role) for role in rows], "TotalNum": len(roles)}


@CAM.operation("GetRole", on=on_role, refuses=_NAMED, rate=20)
def get_role(
    call: Call, *, role_id: str | int | None = None, role_name: str | None = None
) -> dict[str, object]:
    return {"RoleInfo": wire.role(call.store, role_of(call, role_id, role_name))}


@CAM.operation("UpdateRoleDescription", on=on_role, refuses=_NAMED, rate=20)
def update_role_description(
    call: Call,
    *,
    description: str = "",
    role_id: str | int | None = None,
    role_name: str | None = None,
) -> None:
    role = role_of(call, role_id, role_name)
    call.store.put(replace(role, description=description, updated=call.now))


@CAM.operation(
    "UpdateAssumeRolePolicy",
    on=on_role,
    refuses=(*_NAMED, UNMODIFIABLE, *DOCUMENT_ERRORS.values()),
    rate=20,
)
def update_assume_role_policy(
    call: Call,
    *,
    policy_document: str,
    role_id: str | int | None = None,
    role_name: str | None = None,
) -> None:
    role = _own_role(call, role_id, role_name)
    check_document(parse_trust_policy, policy_document)
    call.store.put(replace(role, trust=policy_document, updated=call.now))


@CAM.operation("UpdateRoleConsoleLogin", on=on_role, refuses=_NAMED, rate=20)
def update_role_console_login(
    call: Call, *, console_login: int, role_id: str | int | None = None, role_name: str | None = None
) -> None:
    role = role_of(call, role_id, role_name)
    call.store.put(replace(role, console_login=bool(console_login), updated=call.now))


@CAM.operation("UpdateRoleSessionDuration", on=on_role, refuses=(*_NAMED, OUT_OF_RANGE), rate=20)
def update_role_session_duration(
    call: Call, *, session_duration: int, role_id: str | int | None = None, role_name: str | None = None
) -> None:
    role = role_of(call, role_id, role_name)
    _check_session(session_duration)
    call.store.put(replace(role, session_seconds=session_duration, updated=call.now))


@CAM.operation("DeleteRole", on=on_role, refuses=(*_NAMED, UNMODIFIABLE), rate=20)
def delete_role(call: Call, *, role_id: str | int | None = None, role_name: str | None = None) -> None:
    """What is attached to it is detached; sessions that run can do nothing from now on."""
    remove_role(call, _own_role(call, role_id, role_name))


def remove_role(call: Call, role: Role) -> None:
    untag(call.store, role.owner_uin, "cam", "role", str(role.role_id))
    forget(call.store, role)


def _own_role(call: Call, role_id: str | int | None, role_name: str | None) -> Role:
    role = role_of(call, role_id, role_name)
    if role.service_linked:
        raise UNMODIFIABLE(what=f"The role {role.name}")
    return role


def _check_session(seconds: int) -> None:
    if not 1 <= seconds <= MAX_SESSION_SECONDS:
        raise OUT_OF_RANGE(parameter="SessionDuration", low=1, high=MAX_SESSION_SECONDS)
