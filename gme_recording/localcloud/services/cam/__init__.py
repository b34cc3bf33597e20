"""Cloud Access Management: users, keys, roles, policies and who has them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gme_recording.localcloud.services.cam import model
from gme_recording.localcloud.services.cam.model import Policy, identity_policies
from gme_recording.localcloud.services.cam.operations import (
    account,
    attachments,
    keys,
    linked_roles,
    policies,
    roles,
    users,
)
from gme_recording.localcloud.services.cam.routes import CAM

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store

__all__ = [
    "RECORDS",
    "SERVICES",
    "account",
    "attachments",
    "identity_policies",
    "keys",
    "linked_roles",
    "policies",
    "roles",
    "seed",
    "users",
]

SERVICES = (CAM,)
RECORDS = model.RECORDS

FIRST_PRESET = 100000001
_EVERYTHING = {"effect": "allow", "action": "*", "resource": "*"}
_MADE = datetime(2024, 1, 1, tzinfo=UTC)


def seed(store: Store) -> None:
    """The preset policies: full access, and one for each service-linked role."""
    everything = json.dumps({"version": "2.0", "statement": [_EVERYTHING]})
    store.add(Policy(1, "", "AdministratorAccess", everything, _MADE, _MADE))
    for number, carrier in enumerate(linked_roles.CARRIERS.values(), FIRST_PRESET):
        store.add(Policy(number, "", carrier.policy_name, carrier.policy, _MADE, _MADE, service_linked=True))
