"""tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole, over CAM API 2019-01-16 and tag API 2018-08-13."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from gme_recording.api.cam import ROLE_NOT_EXIST
from gme_recording.api.errors import ApiError
from gme_recording.api.retry import Repeat
from gme_recording.errors import ExitCode, UserError
from providers.kit.property import WORDS, Many, Property
from providers.kit.resource import Resource
from providers.kit.values import Values
from providers.tencentcloud import tags
from providers.tencentcloud.clients import Clients

DELETION_SECONDS = 60.0
"""How long CAM may take to delete a role."""
PAUSE_SECONDS = 0.2
"""Between two looks at the deletion."""


class ServiceLinkedRole(Resource[Clients]):
    """The grant to a service of the vendor; its id is CAM's number for the role."""

    token = "tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole"  # noqa: S105 - a type token
    properties = (
        Property(
            name="qcsServiceNames",
            kind=Many(str, ordered=False),
            required=True,
            replaces=True,
            vendor="qcs_service_name",
        ),
        Property(name="customSuffix", computed=True, replaces=True),
        Property(name="description"),
        Property(name="tags", kind=WORDS),
    )

    def create(self, wanted: Values) -> str:
        parameters: dict[str, Any] = {"QCSServiceName": wanted["qcsServiceNames"]}
        for name, parameter in (("customSuffix", "CustomSuffix"), ("description", "Description")):
            if wanted.get(name):
                parameters[parameter] = wanted[name]
        if wanted.get("tags"):
            parameters["Tags"] = [{"Key": key, "Value": value} for key, value in wanted["tags"].items()]
        return str(self.cloud.cam.call("CreateServiceLinkedRole", parameters, Repeat.HARMFUL)["RoleId"])

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        del known
        role = self._find(resource_id)
        if role is None:
            return None
        statement = json.loads(role["PolicyDocument"])["statement"][0]
        return {
            "qcsServiceNames": sorted(statement["principal"]["service"]),
            "customSuffix": role["RoleName"].rpartition("_")[2],
            "description": role.get("Description") or "",
            "tags": {tag["Key"]: tag["Value"] for tag in role.get("Tags") or ()},
        }

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        if "description" in changed:
            parameters = {"RoleId": resource_id, "Description": wanted.get("description") or ""}
            self.cloud.cam.call("UpdateRoleDescription", parameters, Repeat.HARMLESS)
        if "tags" in changed:
            resource = f"qcs::cam::uin/:role/tencentcloudServiceRole/{resource_id}"
            tags.write(self.cloud.tag, resource, known.get("tags") or {}, wanted.get("tags") or {})

    def delete(self, resource_id: str, known: Values) -> None:
        del known
        role = self._find(resource_id)
        if role is not None:
            name = role["RoleName"]
            task = self.cloud.cam.call("DeleteServiceLinkedRole", {"RoleName": name}, Repeat.HARMLESS)
            self._await_deletion(name, task["DeletionTaskId"])

    def _await_deletion(self, name: str, task: str) -> None:
        deadline = time.monotonic() + DELETION_SECONDS
        while time.monotonic() < deadline:
            answer = self.cloud.cam.call(
                "GetServiceLinkedRoleDeletionStatus", {"DeletionTaskId": task}, Repeat.HARMLESS
            )
            if answer["Status"] == "SUCCEEDED":
                return
            if answer["Status"] == "FAILED":
                why = answer.get("Reason") or "no reason given"
                raise UserError(
                    f"CAM did not delete the role {name}: {why}",
                    hint="switch off what uses it (the GME recording service), then try again",
                )
            time.sleep(PAUSE_SECONDS)
        raise UserError(
            f"CAM is still deleting the role {name} after {DELETION_SECONDS:.0f} seconds",
            hint="try again later",
            exit_code=ExitCode.TIMEOUT,
        )

    def _find(self, resource_id: str) -> Mapping[str, Any] | None:
        try:
            answer = self.cloud.cam.call("GetRole", {"RoleId": resource_id}, Repeat.HARMLESS)
        except ApiError as error:
            if error.code == ROLE_NOT_EXIST:
                return None
            raise
        found: Mapping[str, Any] = answer["RoleInfo"]
        return found
