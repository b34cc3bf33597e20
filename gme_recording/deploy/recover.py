"""After a killed run: bring the state and the cloud together again, with nobody editing state.

The engine notes an operation before it asks a provider for it. Killed in between, it leaves a *pending
operation*; killed beside the providers, it may even record a creation as failed that the cloud has carried
out. The engine's own `refresh --import-pending-creates` does not help: nothing in v3.254.0 reads the
operations that it marks. So two things are done here:

* what the state has and the cloud has not (a deletion that was carried out) is dropped from the state,
* what the program wants, the state has not and the cloud has (a creation that was carried out) is imported
  by the same `up`, through a transform.

Both only for what cannot simply be created or deleted again. Bucket policies and console settings can.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi

from gme_recording.api import Cloud
from gme_recording.api.cam import Cam
from gme_recording.api.cos import Cos
from gme_recording.api.errors import ApiError
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from gme_recording.deploy.events import name_of, short_type
from gme_recording.deploy.watch import Watcher
from gme_recording.smoke.model import RECORDING_ROLE

State = dict[str, Any]
Identity = tuple[str, str]
"""Type token and name of a resource."""
Find = Callable[[str, Mapping[str, Any]], str | None]
"""Type token and inputs → the id of that very resource in the cloud, or None."""

BUCKET = "tencentcloud:Cos/bucket:Bucket"
LINKED_ROLE = "tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole"
POLICY = "tencentcloud:Cam/policy:Policy"
ONLY_ONCE = frozenset({BUCKET, LINKED_ROLE, POLICY})
"""Types whose names are unique: a second creation is refused, and so is a second deletion."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What is to be done before the engine runs."""

    state: State | None
    """The deployment to import instead; None where it is right as it is."""
    forgotten: tuple[str, ...] = ()
    """URNs dropped from the state."""
    pending: tuple[str, ...] = ()
    """URNs whose operation was interrupted."""

    def __str__(self) -> str:
        told = [f"{name_of(urn)} is gone already, dropped" for urn in self.forgotten]
        told += [f"{name_of(urn)} was interrupted, taken up again" for urn in self.pending]
        return "; ".join(told)


def plan(deployment: State, find: Find, *, killed: bool) -> Repair:
    """Work out the repair of an exported deployment; `killed` says that any of its resources may be gone."""
    operations = deployment.get("pending_operations") or []
    pending = tuple(str(operation["resource"]["urn"]) for operation in operations)
    if not pending and not killed:
        return Repair(None)
    doubtful = {
        str(operation["resource"]["urn"]) for operation in operations if operation.get("type") == "deleting"
    }
    gone = tuple(
        str(resource["urn"])
        for resource in deployment.get("resources") or []
        if (killed or resource["urn"] in doubtful)
        and resource["type"] in ONLY_ONCE
        and find(resource["type"], resource.get("inputs") or {}) is None
    )
    if not pending and not gone:
        return Repair(None)
    return Repair(_without(deployment, gone), gone, pending)


def identity(urn: str) -> Identity:
    """`urn:pulumi:s::p::A$tencentcloud:Cos/bucket:Bucket::n` → (`tencentcloud:Cos/bucket:Bucket`, `n`)."""
    return urn.split("::")[-2].rsplit("$", 1)[-1], name_of(urn)


def adopting(
    find: Find, watcher: Watcher, *, known: frozenset[Identity], only: frozenset[Identity] | None
) -> Callable[[], None]:
    """Return what registers the transform that imports resources which exist though the state has them not.

    `known` are those that the state has; with `only` no others are looked for.
    """

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        this = (args.type_, args.name)
        if args.type_ not in ONLY_ONCE or this in known or (only is not None and this not in only):
            return None
        found = find(args.type_, args.props)
        if found is None:
            return None
        watcher.say(
            f"state: {short_type(args.type_)} {args.name} was made by the interrupted run, taken over"
        )
        options = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(import_=found))
        return pulumi.ResourceTransformResult(args.props, options)

    return lambda: pulumi.runtime.register_resource_transform(transform)


def unfinished(state_folder: Path, stack: str) -> bool:
    """Whether the state of a stack in a file backend has pending operations; cheaper than an export."""
    for path in (state_folder / ".pulumi" / "stacks").glob(f"*/{stack}.json"):
        latest = json.loads(path.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
        return bool(latest.get("pending_operations"))
    return False


def drop_torn_sidecars(state_folder: Path) -> None:
    """Remove sidecar files (`.attrs`) that a killed CLI left half written; nothing needs them."""
    for path in state_folder.rglob("*.attrs"):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            path.unlink(missing_ok=True)


def finder(cloud: Cloud) -> Find:
    """Look resources up in the cloud."""
    cos, cam, policies = Cos(cloud), Cam(cloud), Service(cloud, "cam")

    def find(token: str, inputs: Mapping[str, Any]) -> str | None:
        if token == BUCKET:
            return _bucket(cos, str(inputs["bucket"]))
        if token == POLICY:
            return _policy(policies, str(inputs["name"]))
        role = cam.find_role(RECORDING_ROLE)  # the only linked role of the program
        return role.role_id if role else None

    return find


def keep_copy(root: Path, stack: str, state: State) -> Path:
    """Write the state as it was before a repair; Pulumi can import the file (`pulumi stack import`)."""
    folder = root / ".local" / "state-backup"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stack}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    return path


def _bucket(cos: Cos, name: str) -> str | None:
    try:
        cos.bucket_region(name)
    except ApiError as error:
        if error.code in {"NoSuchBucket", "NoSuchResource", "404"}:
            return None
        raise
    return name


def _policy(cam: Service, name: str) -> str | None:
    answer = cam.call("ListPolicies", {"Keyword": name, "Scope": "Local", "Rp": 200}, Repeat.HARMLESS)
    return next((str(item["PolicyId"]) for item in answer["List"] if item["PolicyName"] == name), None)


def _without(deployment: State, urns: tuple[str, ...]) -> State:
    """Drop resources and what refers to them, and every pending operation."""
    new = copy.deepcopy(deployment)
    new.pop("pending_operations", None)
    gone = set(urns)
    new["resources"] = [item for item in new.get("resources") or [] if item["urn"] not in gone]
    for item in new["resources"]:
        if "dependencies" in item:
            item["dependencies"] = [urn for urn in item["dependencies"] if urn not in gone]
        for name, needs in (item.get("propertyDependencies") or {}).items():
            item["propertyDependencies"][name] = [urn for urn in needs or [] if urn not in gone]
        if item.get("deletedWith") in gone:
            del item["deletedWith"]
    return new
