"""CAM's records in the form of its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.tag.model import tags_of

if TYPE_CHECKING:
    from datetime import datetime

    from gme_recording.localcloud.identity import Key
    from gme_recording.localcloud.services.cam.model import Attachment, Policy, Role, User
    from gme_recording.localcloud.store import Store

TYPE_CUSTOM, TYPE_PRESET = 1, 2


def time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""


def tags(store: Store, owner_uin: str, prefix: str, resource_id: int) -> list[dict[str, str]]:
    found = tags_of(store, owner_uin, "cam", prefix, str(resource_id))
    return [{"Key": tag.key, "Value": tag.value} for tag in found]


def role(store: Store, role: Role) -> dict[str, object]:
    return {
        "RoleId": str(role.role_id),
        "RoleName": role.name,
        "PolicyDocument": role.trust,
        "Description": role.description,
        "AddTime": time(role.created),
        "UpdateTime": time(role.updated),
        "ConsoleLogin": int(role.console_login),
        "RoleType": "service_linked" if role.service_linked else "user",
        "SessionDuration": role.session_seconds,
        "DeletionTaskId": role.deletion_task,
        "Tags": tags(store, role.owner_uin, "role", role.role_id),
        "RoleArn": role.arn,
    }


def user(user: User) -> dict[str, object]:
    return {
        "Uin": user.uin,
        "Name": user.name,
        "Uid": user.uid,
        "Remark": user.remark,
        "ConsoleLogin": int(user.console_login),
        "PhoneNum": user.phone_num,
        "CountryCode": user.country_code,
        "Email": user.email,
    }


def key(key: Key) -> dict[str, object]:
    """Without the secret, which is told once, at creation."""
    return {
        "AccessKeyId": key.secret_id,
        "Status": "Active" if key.active else "Inactive",
        "CreateTime": time(key.created),
        "Description": key.description,
    }


def policy(store: Store, policy: Policy) -> dict[str, object]:
    return {
        "PolicyName": policy.name,
        "Description": policy.description,
        "Type": TYPE_PRESET if policy.preset else TYPE_CUSTOM,
        "AddTime": time(policy.created),
        "UpdateTime": time(policy.updated),
        "PolicyDocument": policy.document,
        "PresetAlias": "",
        "IsServiceLinkedRolePolicy": int(policy.service_linked),
        "Tags": tags(store, policy.owner_uin, "policyid", policy.policy_id),
    }


def attached(policy: Policy, attachment: Attachment) -> dict[str, object]:
    """What lists of attached policies say of users and roles alike."""
    return {
        "PolicyId": policy.policy_id,
        "PolicyName": policy.name,
        "AddTime": time(attachment.at),
        "PolicyType": "QCS" if policy.preset else "User",
        "CreateMode": 2,
        "Deactived": 0,
        "DeactivedDetail": [],
    }
