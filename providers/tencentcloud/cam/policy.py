"""tencentcloud:Cam/policy:Policy, over CAM API 2019-01-16."""

from __future__ import annotations

from typing import Any

from gme_recording.api.errors import ApiError
from gme_recording.api.retry import Repeat
from gme_recording.errors import UserError
from providers.kit.property import Property
from providers.kit.resource import Resource
from providers.kit.values import Values
from providers.tencentcloud import documents
from providers.tencentcloud.clients import Clients


class Policy(Resource[Clients]):
    """A custom policy; its id is CAM's number for it."""

    token = "tencentcloud:Cam/policy:Policy"  # noqa: S105 - a type token
    properties = (
        Property(name="document", required=True, same=documents.same),
        Property(name="name", replaces=True, autonamed=True),
        Property(name="description"),
        Property(name="type", kind=int, output=True),
        Property(name="createTime", output=True),
        Property(name="updateTime", output=True),
    )

    def create(self, wanted: Values) -> str:
        documents.require_acceptable(wanted["document"])
        parameters = {
            "PolicyName": wanted["name"],
            "PolicyDocument": wanted["document"],
            "Description": wanted.get("description"),
        }
        given = {name: value for name, value in parameters.items() if value is not None}
        return str(self.cloud.cam.call("CreatePolicy", given, Repeat.HARMFUL)["PolicyId"])

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        del known
        if not resource_id.isdecimal():
            raise UserError(f"{resource_id} is no policy id", hint="use the number of the policy in CAM")
        try:
            found = self.cloud.cam.call("GetPolicy", {"PolicyId": int(resource_id)}, Repeat.HARMLESS)
        except ApiError as error:
            if error.code.startswith("ResourceNotFound"):
                return None
            raise
        return {
            "name": found["PolicyName"],
            "document": found["PolicyDocument"].replace("\\/", "/"),
            "description": found.get("Description"),
            "type": found["Type"],
            "createTime": found["AddTime"],
            "updateTime": found["UpdateTime"],
        }

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        del known
        parameters: dict[str, Any] = {"PolicyId": int(resource_id)}
        if "description" in changed:
            parameters["Description"] = wanted.get("description") or ""
        if "document" in changed:
            documents.require_acceptable(wanted["document"])
            parameters["PolicyDocument"] = wanted["document"]
        self.cloud.cam.call("UpdatePolicy", parameters, Repeat.HARMLESS)

    def delete(self, resource_id: str, known: Values) -> None:
        del known
        try:
            self.cloud.cam.call("DeletePolicy", {"PolicyId": [int(resource_id)]}, Repeat.HARMLESS)
        except ApiError as error:
            if not error.code.startswith("ResourceNotFound"):
                raise
