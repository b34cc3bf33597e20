"""Every operation of the service: importing this package adds them all."""

from gme_recording.localcloud.services.cam.operations import (
    account,
    attachments,
    identity_providers,
    keys,
    linked_roles,
    policies,
    policy_versions,
    roles,
    users,
)

__all__ = [
    "account",
    "attachments",
    "identity_providers",
    "keys",
    "linked_roles",
    "policies",
    "policy_versions",
    "roles",
    "users",
]
