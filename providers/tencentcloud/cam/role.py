"""tencentcloud:Cam/role:Role, over CAM API 2019-01-16 and tag API 2018-08-13."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gme_recording.api.cam import ROLE_NOT_EXIST
from gme_recording.api.errors import ApiError
from gme_recording.api.pages import listed
from gme_recording.api.retry import Repeat
from providers.kit.property import WORDS, Property
from providers.kit.resource import Resource
from providers.kit.values import Values
from providers.tencentcloud import documents, tags
from providers.tencentcloud.clients import Clients

UPDATES = {
    "description": ("UpdateRoleDescription", "Description", str),
    "document": ("UpdateAssumeRolePolicy", "PolicyDocument", str),
    "consoleLogin": ("UpdateRoleConsoleLogin", "ConsoleLogin", int),
    "sessionDuration": ("UpdateRoleSessionDuration", "SessionDuration", int),
}
"""Property → the action that sets it, its parameter and its type, which the role's id has as well."""


class Role(Resource[Clients]):
    """A role that a service or an account may take on; its id is CAM's number for it."""

    token = "tencentcloud:Cam/role:Role"  # noqa: S105 - a type token
    properties = (
        Property(name="document", required=True, same=documents.same),
        Property(name="name", replaces=True, autonamed=True),
        Property(name="description"),
        Property(name="consoleLogin", kind=bool),
        Property(name="sessionDuration", kind=int, computed=True),
        Property(name="tags", kind=WORDS),
        Property(name="roleArn", output=True),
        Property(name="createTime", output=True),
        Property(name="updateTime", output=True),
    )

    def create(self, wanted: Values) -> str:
        documents.require_acceptable(wanted["document"])
        parameters = {"RoleName": wanted["name"]}
        for name, (_, parameter, kind) in UPDATES.items():
            if wanted.get(name) is not None:
                parameters[parameter] = kind(wanted[name])
        return str(self.cloud.cam.call("CreateRole", parameters, Repeat.HARMFUL)["RoleId"])

    def finish(self, resource_id: str, wanted: Values) -> None:
        if wanted.get("tags"):
            self._tag(resource_id, {}, wanted)

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        del known
        role = self._find(resource_id)
        if role is None:
            return None
        return {
            "document": role["PolicyDocument"],
            "name": role["RoleName"],
            "description": role.get("Description"),
            "consoleLogin": bool(role.get("ConsoleLogin")),
            "sessionDuration": role.get("SessionDuration"),
            "tags": tags.read(self.cloud.tag, "role", resource_id),
            "roleArn": role["RoleArn"],
            "createTime": role["AddTime"],
            "updateTime": role["UpdateTime"],
        }

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        for name, (action, parameter, kind) in UPDATES.items():
            if name in changed:
                value = wanted.get(name)
                parameters = {
                    "RoleId": kind(resource_id),
                    parameter: kind() if value is None else kind(value),
                }
                self.cloud.cam.call(action, parameters, Repeat.HARMLESS)
        if "tags" in changed:
            self._tag(resource_id, known, wanted)

    def delete(self, resource_id: str, known: Values) -> None:
        del known
        try:
            self.cloud.cam.call("DeleteRole", {"RoleId": resource_id}, Repeat.HARMLESS)
        except ApiError as error:
            if error.code != ROLE_NOT_EXIST:
                raise

    def _find(self, resource_id: str) -> Mapping[str, Any] | None:
        roles = listed(self.cloud.cam, "DescribeRoleList", {})
        return next((each for each in roles if each["RoleId"] == resource_id), None)

    def _tag(self, resource_id: str, known: Values, wanted: Values) -> None:
        resource = f"qcs::cam::uin/:role/{resource_id}"
        tags.write(self.cloud.tag, resource, known.get("tags") or {}, wanted.get("tags") or {})
