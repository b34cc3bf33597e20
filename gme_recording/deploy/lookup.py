"""Whether a resource of the program is there in the cloud, asked past engine and provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from components.config.model import Stack
from gme_recording.api import Cloud, CloudKind, LocalCloud
from gme_recording.api.cam import Cam
from gme_recording.api.cos import Cos
from gme_recording.api.errors import ApiError
from gme_recording.api.pages import listed
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from gme_recording.smoke.model import RECORDING_ROLE

Find = Callable[[str, Mapping[str, Any]], str | None]
"""Type token (one of `TYPES`) and inputs → the id of that very resource in the cloud, or None."""

BUCKET = "tencentcloud:Cos/bucket:Bucket"
BUCKET_POLICY = "tencentcloud:Cos/bucketPolicy:BucketPolicy"
LINKED_ROLE = "tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole"
POLICY = "tencentcloud:Cam/policy:Policy"
USER_POLICY = "tencentcloud:Cam/userPolicyAttachment:UserPolicyAttachment"
SETTINGS = "gme:console:RecordingSettings"

ONLY_ONCE = frozenset({BUCKET, LINKED_ROLE, POLICY})
"""Types whose names are unique: a second creation is refused, and so is a second deletion."""
TYPES = frozenset({*ONLY_ONCE, BUCKET_POLICY, USER_POLICY, SETTINGS})
"""Types that can be looked up."""
_NO_BUCKET = "NoSuchBucket"


def finder(cloud: Cloud, regions: Mapping[str, str] | None = None) -> Find:
    """Look resources up; `regions` names those of buckets that are not in the cloud's own."""
    cam, service = Cam(cloud), Service(cloud, "cam")

    def cos(bucket: str) -> Cos:
        return Cos(replace(cloud, region=(regions or {}).get(bucket, cloud.region)))

    def role() -> str | None:
        found = cam.find_role(RECORDING_ROLE)  # the only linked role of the program
        return found.role_id if found else None

    def find(token: str, inputs: Mapping[str, Any]) -> str | None:
        if token in {BUCKET, BUCKET_POLICY}:
            look = _bucket if token == BUCKET else _bucket_policy
            return look(cos(str(inputs["bucket"])), str(inputs["bucket"]))
        if token == POLICY:
            return _policy(service, str(inputs["name"]))
        if token == USER_POLICY:
            return _attachment(service, str(inputs["userName"]), str(inputs["policyId"]))
        if token == SETTINGS:
            return _settings(cloud, int(inputs["bizId"]))
        return role()

    return find


def finder_of(stack: Stack, root: Path, state: Mapping[str, Any] | None = None) -> Find:
    """Look up what a stack declares, and the state has beside it, each bucket in its region."""
    regions = regions_in(state or {}) | {place.bucket: place.region for place in stack.places}
    for place in stack.places:
        if replica := place.storage.replica:
            regions[stack.full_name(replica.name)] = replica.region
        if log := place.storage.access_log:
            regions[stack.full_name(log.name)] = place.region
    return finder(Cloud.connect(stack.cloud, stack.region, root), regions)


def regions_in(state: Mapping[str, Any]) -> dict[str, str]:
    """Return the region of each bucket of a deployment: its provider's, as far as that names one."""
    resources = state.get("resources") or ()
    regions = {
        f"{item['urn']}::{item.get('id')}": (item.get("inputs") or {}).get("region") for item in resources
    }
    return {
        str(item["inputs"]["bucket"]): str(region)
        for item in resources
        if item["type"] == BUCKET and (region := regions.get(item.get("provider")))
    }


def _bucket(cos: Cos, name: str) -> str | None:
    try:
        cos.bucket_region(name)
    except ApiError as error:
        if error.code == _NO_BUCKET:
            return None
        raise
    return name


def _bucket_policy(cos: Cos, name: str) -> str | None:
    try:
        return name if cos.policy(name) else None
    except ApiError as error:
        if error.code == _NO_BUCKET:
            return None
        raise


def _policy(cam: Service, name: str) -> str | None:
    found = listed(cam, "ListPolicies", {"Keyword": name, "Scope": "Local"})
    return next((str(item["PolicyId"]) for item in found if item["PolicyName"] == name), None)


def _attachment(cam: Service, user: str, policy_id: str) -> str | None:
    try:
        uin = cam.call("GetUser", {"Name": user}, Repeat.HARMLESS)["Uin"]
        rows = listed(cam, "ListAttachedUserPolicies", {"TargetUin": uin})
        attached = {str(row["PolicyId"]) for row in rows}
    except ApiError as error:
        if error.code.startswith("ResourceNotFound"):
            return None
        raise
    return f"{user}#{policy_id}" if policy_id in attached else None


def _settings(cloud: Cloud, biz_id: int) -> str | None:
    """Of the real console nothing can be read: what is declared is taken for being there."""
    if cloud.kind is CloudKind.TENCENT:
        return str(biz_id)
    return f"local/{biz_id}" if LocalCloud(cloud.url).application(biz_id) else None
