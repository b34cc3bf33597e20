"""tencentcloud:Cam/rolePolicyAttachment and …/userPolicyAttachment, over CAM API 2019-01-16."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from gme_recording.api.cam import ROLE_NOT_EXIST
from gme_recording.api.errors import ApiError
from gme_recording.api.pages import listed
from gme_recording.api.retry import Repeat
from gme_recording.errors import UserError
from providers.kit.property import Property
from providers.kit.resource import Resource
from providers.kit.values import Values
from providers.tencentcloud.clients import Clients

ATTACHED = (
    Property(name="policyId", required=True, replaces=True),
    Property(name="policyName", output=True),
    Property(name="policyType", output=True),
    Property(name="createMode", kind=int, output=True),
    Property(name="createTime", output=True),
)


class Attachment(Resource[Clients]):
    """A policy that a role or a user has; its id is `<role or user>#<policy id>`."""

    attach: ClassVar[tuple[str, str]]
    """Action, and its parameter that names the role or user."""
    detach: ClassVar[tuple[str, str]]
    listing: ClassVar[tuple[str, str]]
    named: ClassVar[tuple[str, ...]]
    """Properties that name the role or user; the first one that is given counts, the last one is read."""

    @abstractmethod
    def holder(self, name: str) -> str | int:
        """Return what CAM calls the role or user of that name."""

    def create(self, wanted: Values) -> str:
        name = next(str(wanted[each]) for each in self.named if wanted.get(each))
        resource_id = f"{name}#{wanted['policyId']}"
        self._call(self.attach, resource_id)
        return resource_id

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        del known
        name, policy_id = _parts(resource_id)
        action, parameter = self.listing
        try:
            rows = listed(self.cloud.cam, action, {parameter: self.holder(name)})
            row = next((each for each in rows if each["PolicyId"] == policy_id), None)
        except ApiError as error:
            if _missing(error):
                return None
            raise
        if row is None:
            return None
        return {
            self.named[-1]: name,
            "policyId": str(policy_id),
            "policyName": row["PolicyName"],
            "policyType": row["PolicyType"],
            "createMode": row["CreateMode"],
            "createTime": row["AddTime"],
        }

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        """Change nothing: every property replaces."""

    def delete(self, resource_id: str, known: Values) -> None:
        del known
        try:
            self._call(self.detach, resource_id)
        except ApiError as error:
            if not _missing(error):
                raise

    def _call(self, way: tuple[str, str], resource_id: str) -> None:
        name, policy_id = _parts(resource_id)
        action, parameter = way
        parameters = {parameter: self.holder(name), "PolicyId": policy_id}
        self.cloud.cam.call(action, parameters, Repeat.HARMLESS)


class RolePolicyAttachment(Attachment):
    """A policy attached to a role, which is named by its id."""

    token = "tencentcloud:Cam/rolePolicyAttachment:RolePolicyAttachment"  # noqa: S105 - a type token
    properties = (Property(name="roleId", required=True, replaces=True), *ATTACHED)
    attach = ("AttachRolePolicy", "AttachRoleId")
    detach = ("DetachRolePolicy", "DetachRoleId")
    listing = ("ListAttachedRolePolicies", "RoleId")
    named = ("roleId",)

    def holder(self, name: str) -> str:
        return name


class UserPolicyAttachment(Attachment):
    """A policy attached to a user, who is named by `userName`; `userId` is an older word for the same."""

    token = "tencentcloud:Cam/userPolicyAttachment:UserPolicyAttachment"  # noqa: S105 - a type token
    properties = (
        Property(name="userId", replaces=True, one_of=("userId", "userName")),
        Property(name="userName", replaces=True, one_of=("userId", "userName")),
        *ATTACHED,
    )
    attach = ("AttachUserPolicy", "AttachUin")
    detach = ("DetachUserPolicy", "DetachUin")
    listing = ("ListAttachedUserPolicies", "TargetUin")
    named = ("userId", "userName")

    def holder(self, name: str) -> int:
        return int(self.cloud.cam.call("GetUser", {"Name": name}, Repeat.HARMLESS)["Uin"])


def _parts(resource_id: str) -> tuple[str, int]:
    name, _, policy_id = resource_id.rpartition("#")
    if not name or not policy_id.isdecimal():
        raise UserError(
            f"{resource_id} is no attachment: the policy is to be named by its number in CAM",
            hint="use <role id or user name>#<number of the policy>",
        )
    return name, int(policy_id)


def _missing(error: ApiError) -> bool:
    return error.code.startswith("ResourceNotFound") or error.code == ROLE_NOT_EXIST
