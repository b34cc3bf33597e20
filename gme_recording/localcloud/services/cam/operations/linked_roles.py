"""Service-linked roles (598/85165): made for a service; name, trust and policy are fixed by the vendor."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from gme_recording.localcloud.clock import job
from gme_recording.localcloud.operation import Wire
from gme_recording.localcloud.services.cam.carriers import CARRIERS
from gme_recording.localcloud.services.cam.errors import (
    DELETION_TASK_NOT_EXIST,
    PRINCIPAL_SERVICE_NOT_EXIST,
    ROLE_NAME_IN_USE,
    ROLE_NOT_EXIST,
)
from gme_recording.localcloud.services.cam.find import account, on_role, role_of
from gme_recording.localcloud.services.cam.model import Deletion, Policy, Role, attach, next_number
from gme_recording.localcloud.services.cam.operations.roles import FIRST_ROLE, RoleTag, add_role, remove_role
from gme_recording.localcloud.services.cam.routes import CAM

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

DELETION_TAKES = timedelta(milliseconds=300)
IN_PROGRESS, SUCCEEDED = "IN_PROGRESS", "SUCCEEDED"


@CAM.operation(
    "CreateServiceLinkedRole",
    on=account,
    refuses=(PRINCIPAL_SERVICE_NOT_EXIST, ROLE_NAME_IN_USE),
    rate=20,
)
def create_service_linked_role(
    call: Call,
    *,
    qcs_service_name: Annotated[list[str], Wire("QCSServiceName")],
    custom_suffix: str = "",
    description: str = "",
    tags: list[RoleTag] | None = None,
) -> dict[str, object]:
    """The first service gives the role its name; the policy comes with it."""
    unknown = [service for service in qcs_service_name if service not in CARRIERS]
    if unknown or not qcs_service_name:
        raise PRINCIPAL_SERVICE_NOT_EXIST(service=", ".join(unknown) or "no service")
    carrier = CARRIERS[qcs_service_name[0]]
    role = Role(
        role_id=next_number(call.store, "role", FIRST_ROLE),
        owner_uin=call.principal.owner_uin,
        name=f"{carrier.role_name}_{custom_suffix}" if custom_suffix else carrier.role_name,
        trust=_trust(qcs_service_name),
        created=call.now,
        updated=call.now,
        description=description,
        service_linked=True,
    )
    add_role(call, role, tags or [])
    policy = call.store.find(Policy, owner_uin="", name=carrier.policy_name)
    assert policy is not None, "the preset policies are part of every fresh state"
    attach(call.store, role.entity, policy, call.now)
    return {"RoleId": str(role.role_id)}


@CAM.operation("DeleteServiceLinkedRole", on=on_role, refuses=(ROLE_NOT_EXIST,), rate=20)
def delete_service_linked_role(call: Call, *, role_name: str) -> dict[str, object]:
    """Answers at once; the role goes a little later."""
    role = role_of(call, None, role_name)
    if not role.service_linked:
        raise ROLE_NOT_EXIST()
    task = Deletion(role.deletion_task or f"task-{role.role_id}", role.role_id, IN_PROGRESS)
    if not role.deletion_task:
        call.store.add(task)
        call.store.put(replace(role, deletion_task=task.task_id))
        call.later(DELETION_TAKES, "cam.delete-service-linked-role", task.task_id)
    return {"DeletionTaskId": task.task_id}


@CAM.operation("GetServiceLinkedRoleDeletionStatus", on=account, refuses=(DELETION_TASK_NOT_EXIST,), rate=20)
def get_service_linked_role_deletion_status(call: Call, *, deletion_task_id: str) -> dict[str, object]:
    task = call.store.find(Deletion, task_id=deletion_task_id)
    if task is None:
        raise DELETION_TASK_NOT_EXIST()
    return {"Status": task.status, "Reason": "", "ServiceType": "", "ServiceName": ""}


@job("cam.delete-service-linked-role")
def _finish_deletion(call: Call, task_id: str) -> None:
    task = call.store.find(Deletion, task_id=task_id)
    if task is None:
        return
    if role := call.store.find(Role, role_id=task.role_id):
        remove_role(call, role)
    call.store.put(replace(task, status=SUCCEEDED))


def _trust(services: list[str]) -> str:
    statement = {"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": services}}
    return json.dumps({"version": "2.0", "statement": [statement]})
