"""Cloud Access Management: users, keys, roles, policies and who has them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gme_recording.localcloud.services.cam import model
from gme_recording.localcloud.services.cam.carriers import CARRIERS
from gme_recording.localcloud.services.cam.model import Policy, identity_policies
from gme_recording.localcloud.services.cam.routes import CAM

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store

__all__ = ["RECORDS", "SERVICES", "identity_policies", "seed"]

SERVICES = (CAM,)
RECORDS = model.RECORDS

FIRST_PRESET = 100000001
_EVERYTHING = {"effect": "allow", "action": "*", "resource": "*"}
_MADE = datetime(2024, 1, 1, tzinfo=UTC)


def seed(store: Store) -> None:
    """The preset policies: full access, and one for each service-linked role."""
    everything = json.dumps({"version": "2.0", "statement": [_EVERYTHING]})
    store.add(Policy(1, "", "AdministratorAccess", everything, _MADE, _MADE))
    for number, carrier in enumerate(CARRIERS.values(), FIRST_PRESET):
        policy = Policy(number, "", carrier.policy_name, carrier.policy, _MADE, _MADE, service_linked=True)
        store.add(policy)
