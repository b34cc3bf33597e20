"""Tags of CAM's resources, which the tag service keeps (API 2018-08-13)."""

from __future__ import annotations

from typing import Any

from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from providers.kit.values import Values

PAGE = 20
"""As many tags as the official provider asks for at a time."""


def read(service: Service, prefix: str, resource_id: str) -> dict[str, str]:
    """Return the tags of one of CAM's resources, for instance of `role` 4611686018427400001."""
    tags: dict[str, str] = {}
    while True:
        parameters = {
            "ServiceType": "cam",
            "ResourcePrefix": prefix,
            "ResourceRegion": "",
            "ResourceIds": [resource_id],
            "Offset": len(tags),
            "Limit": PAGE,
        }
        answer = service.call("DescribeResourceTagsByResourceIds", parameters, Repeat.HARMLESS)
        listed = answer.get("Tags") or ()
        tags |= {each["TagKey"]: each["TagValue"] for each in listed}
        if len(listed) < PAGE:
            return tags


def write(service: Service, resource: str, before: Values, wanted: Values) -> None:
    """Set the wanted tags, and take away those that were set before and are not wanted any more."""
    parameters: dict[str, Any] = {"Resource": resource}
    if wanted:
        parameters["ReplaceTags"] = [{"TagKey": key, "TagValue": value} for key, value in wanted.items()]
    if gone := sorted(set(before) - set(wanted)):
        parameters["DeleteTags"] = [{"TagKey": key} for key in gone]
    service.call("ModifyResourceTags", parameters, Repeat.HARMLESS)
