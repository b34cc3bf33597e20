"""The account's grant to GME, and least-privilege policies for people and programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import grpc
import pulumi
from tencentcloud_iac_pulumi import cam, user

from components import permissions
from components.config.keys import plain
from components.config.model import (
    AccessPolicy,
    Grant,
)
from gme_recording.api.provider_errors import plainly
from gme_recording.errors import ExitCode, UserError
from gme_recording.smoke.model import RECORDING_ROLE

if TYPE_CHECKING:
    from gme_recording.api import Cam

GME_SERVICE = "gamemedia.gme.cloud.tencent.com"
"""Role carrier of the grant that the console asks for in a pop-up (598/85196). Without a custom suffix the
role gets the one name that GME looks for."""

_UNREACHED = re.compile(r"is not running|no connection|NetworkError|dial tcp|no such file")
"""How our own clients and the official provider say that nobody was asked."""


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
    except grpc.RpcError:
        raise  # the engine has ended, and tells why: a plugin that it has not, or that does not start
    except Exception as refusal:
        _, _, told = str(refusal).rpartition("returned an error: ")  # the engine's own words come before
        said = plainly(told)
        message, _, hint = said.text.partition("\nhint: ")
        raise UserError(
            f"the account of the credentials could not be read: {message}",
            hint=hint or said.hint or "gme-recording doctor",
            exit_code=ExitCode.UNAVAILABLE if _UNREACHED.search(message) else ExitCode.AUTH,
        ) from refusal
    if found.app_id != appid:
        raise UserError(
            f"gme-recording:appid is {appid}, but the credentials are of account {found.app_id}",
            hint="use credentials of the stack's account, or correct the stack file",
            exit_code=ExitCode.AUTH,
        )
    return Owner(found.app_id, found.owner_uin)


DESCRIPTIONS = {
    AccessPolicy.RECORDER: "Start, change, stop and look up GME recordings.",
    AccessPolicy.READER: "List and download GME recordings.",
    AccessPolicy.ERASER: "List GME recordings with their versions and delete them.",
    AccessPolicy.AUDITOR: "Read how buckets and grant of GME recording are set up.",
    AccessPolicy.DEPLOYER: "Deploy, test and destroy GME recording.",
}


def require_grant(cam_api: Cam) -> None:
    """`UserError` unless the account has the role that a stack with `grant: existing` relies on."""
    role = cam_api.find_role(RECORDING_ROLE)
    if role is None:
        raise UserError(
            f"access.grant is existing, but the account has no role {RECORDING_ROLE}: GME could not write",
            hint="deploy the stack of this account that has access.grant: create, or let this one create it",
        )
    if not role.service_linked:
        raise UserError(
            f"role {RECORDING_ROLE} is no service-linked role: somebody made it by hand",
            hint="delete it in the CAM console, then set access.grant: create in one stack of the account",
        )


class AccessArgs(TypedDict):
    grant: Grant
    """`create` makes the service-linked role; `existing` leaves it to another stack or the console."""
    policies: Sequence[AccessPolicy]
    """CAM policies to create, for users or for the account's owner to attach."""
    users: NotRequired[Mapping[AccessPolicy, Sequence[str]]]
    """CAM users, by name, who get a policy, which is then created."""
    owner_uin: str
    """UIN of the main account."""
    biz_ids: Sequence[int]
    """Applications that the policies are limited to."""
    buckets: Sequence[permissions.Reach]
    """Buckets that the policies are limited to; names of policies begin with that of the first."""
    deployment: permissions.Deployment
    """What the policy deployer is for."""


class Access(pulumi.ComponentResource):
    """Service-linked role by which GME writes to COS, and CAM policies named after the first bucket.

    The role is one for the whole account: the stack that creates it takes it away from every other when it is
    destroyed, and CAM deletes it some time later, if nothing uses it.
    """

    role: pulumi.Output[str]
    """Name of the role GME uses."""
    role_id: pulumi.Output[str]
    """Changes when the role is made anew; empty where another stack makes it."""
    policy_ids: pulumi.Output[dict[str, str]]
    """Ids of the created policies, by what they are for."""

    def __init__(self, name: str, args: AccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gme-recording:access:Access", name, _shown(args), opts)
        inside = pulumi.ResourceOptions(parent=self)
        self.role = pulumi.Output.from_input(RECORDING_ROLE)
        self.role_id = pulumi.Output.from_input("")
        if args["grant"] is Grant.CREATE:
            grant = cam.ServiceLinkedRole(f"{name}-grant", qcs_service_names=[GME_SERVICE], opts=inside)
            self.role_id = grant.id
        wanted = {*args["policies"], *args.get("users", {})}
        made: dict[str, Any] = {
            str(policy): self._policy(name, policy, args) for policy in AccessPolicy if policy in wanted
        }
        self.policy_ids = pulumi.Output.from_input(made)
        self.register_outputs({"role": self.role, "roleId": self.role_id, "policyIds": self.policy_ids})

    def _policy(self, name: str, policy: AccessPolicy, args: AccessArgs) -> pulumi.Output[str]:
        inside = pulumi.ResourceOptions(parent=self)
        made = cam.Policy(
            f"{name}-{policy}",
            name=f"{args['buckets'][0].bucket}-{policy}",
            description=DESCRIPTIONS[policy],
            document=_document(policy, args),
            opts=inside,
        )
        for user_name in args.get("users", {}).get(policy, ()):
            cam.UserPolicyAttachment(
                f"{name}-{policy}-{user_name}", user_name=user_name, policy_id=made.id, opts=inside
            )
        policy_id: pulumi.Output[str] = made.id
        return policy_id


def _document(policy: AccessPolicy, args: AccessArgs) -> str:
    owner_uin, biz_ids, buckets = args["owner_uin"], args["biz_ids"], args["buckets"]
    documents: dict[AccessPolicy, Callable[[], str]] = {
        AccessPolicy.RECORDER: lambda: permissions.recorder(owner_uin, biz_ids),
        AccessPolicy.READER: lambda: permissions.reader(buckets),
        AccessPolicy.ERASER: lambda: permissions.eraser(buckets),
        AccessPolicy.AUDITOR: lambda: permissions.auditor(owner_uin, buckets),
        AccessPolicy.DEPLOYER: lambda: permissions.deployer(owner_uin, biz_ids, buckets, args["deployment"]),
    }
    return documents[policy]()


def _shown(args: AccessArgs) -> dict[str, Any]:
    """The component's inputs in the state: the first bucket by its parts, others only where there are any."""
    first, *others = args["buckets"]
    shown: dict[str, Any] = plain(
        {
            "grant": args["grant"],
            "policies": args["policies"],
            "owner_uin": args["owner_uin"],
            "appid": first.appid,
            "region": first.region,
            "bucket": first.bucket,
            "biz_ids": args["biz_ids"],
            "prefixes": first.prefixes,
        }
    )
    more = {"elsewhere": [bucket.bucket for bucket in others], "users": plain(args.get("users", {}))}
    return shown | {key: value for key, value in more.items() if value}
