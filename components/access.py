"""The account's grant to GME, and least-privilege policies for people and programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import pulumi
from tencentcloud_iac_pulumi import cam, user

from components import documents
from components.config.model import AccessPolicy, Grant, plain
from gme_recording.errors import ExitCode, UserError
from gme_recording.smoke.model import RECORDING_ROLE

GME_SERVICE = "gamemedia.gme.cloud.tencent.com"
"""Role carrier of the grant that the console asks for in a pop-up (598/85196). Without a custom suffix the
role gets the one name that GME looks for."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The account that the credentials in use belong to."""

    appid: str
    uin: str
    """UIN of the main account; policy documents name it."""


def owner(appid: str) -> Owner:
    """Who owns the credentials; `UserError` if that is not the account of the stack. Calls CAM once."""
    try:
        found = user.get_info()
    except Exception as refusal:
        raise UserError(
            f"the account of the credentials could not be read: {refusal}",
            hint="gme-recording doctor",
            exit_code=ExitCode.AUTH,
        ) from refusal
    if found.app_id != appid:
        raise UserError(
            f"gme-recording:appid is {appid}, but the credentials are of account {found.app_id}",
            hint="use credentials of the stack's account, or correct the stack file",
            exit_code=ExitCode.AUTH,
        )
    return Owner(found.app_id, found.owner_uin)


class AccessArgs(TypedDict):
    grant: Grant
    """`create` makes the service-linked role; `existing` leaves it to another stack or the console."""
    policies: Sequence[AccessPolicy]
    """CAM policies to create; attaching them to people and programs is up to the account's owner."""
    owner_uin: str
    """UIN of the main account."""
    appid: str
    """APPID of the account."""
    region: str
    """Region of the bucket."""
    bucket: str
    """Full name of the bucket."""
    biz_ids: Sequence[int]
    """Applications that the policies are limited to."""
    prefixes: Sequence[str]
    """What the applications' keys in the bucket begin with."""


class Access(pulumi.ComponentResource):
    """Service-linked role by which GME writes to COS, and CAM policies named after the bucket."""

    role: pulumi.Output[str]
    """Name of the role GME uses."""
    role_id: pulumi.Output[str]
    """Changes when the role is made anew; empty where another stack makes it."""
    policy_ids: pulumi.Output[dict[str, str]]
    """Ids of the created policies, by what they are for."""

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gme-recording:access:Access", name, plain(args), opts)
        inside = pulumi.ResourceOptions(parent=self)
        self.role = pulumi.Output.from_input(RECORDING_ROLE)
        self.role_id = pulumi.Output.from_input("")
        if args["grant"] is Grant.CREATE:
            grant = cam.ServiceLinkedRole(f"{name}-grant", qcs_service_names=[GME_SERVICE], opts=inside)
            self.role_id = grant.id
        made = {str(policy): self._policy(name, policy, args).id for policy in args["policies"]}
        self.policy_ids = pulumi.Output.from_input(made)
        self.register_outputs({"role": self.role, "roleId": self.role_id, "policyIds": self.policy_ids})

    def _policy(self, name: str, policy: AccessPolicy, args: AccessArgs) -> cam.Policy:
        described = {
            AccessPolicy.RECORDER: (
                "Start, change, stop and look up GME recordings.",
                documents.recorder(args["owner_uin"], args["biz_ids"]),
            ),
            AccessPolicy.READER: (
                "List and download GME recordings.",
                documents.reader(args["region"], args["appid"], args["bucket"], args["prefixes"]),
            ),
        }
        description, document = described[policy]
        return cam.Policy(
            f"{name}-{policy}",
            name=f"{args['bucket']}-{policy}",
            description=description,
            document=document,
            opts=pulumi.ResourceOptions(parent=self),
        )
