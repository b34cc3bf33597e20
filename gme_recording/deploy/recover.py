"""After a run that failed or was killed: bring the state and the cloud together again.

The engine notes an operation before it asks a provider for it. Killed in between, it leaves a *pending
operation*; killed beside the providers, it may even record a creation as failed that the cloud has carried
out. The engine's own `refresh --import-pending-creates` does not help: nothing in v3.254.0 reads the
operations that it marks. The official provider adds accidents of its own (tests/golden/provider): a bucket
that was made half is replaced for ever, a denied update is recorded as done, and what was deleted outside
breaks refresh and destroy. So three things are done here:

* what the state has and the cloud has not is dropped from the state,
* what the program wants, the state has not and the cloud has is imported by the same `up`, by a transform,
* a state with errors in it is not believed: the cloud is read first.

After a killed run the first two are done unasked, for what cannot simply be created or deleted again; after
any other, they want to be agreed to.
"""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi

from gme_recording.deploy.events import name_of, short_type
from gme_recording.deploy.lookup import ONLY_ONCE, TYPES, Find
from gme_recording.deploy.watch import Watcher

State = dict[str, Any]
Identity = tuple[str, str]
"""Type token and name of a resource."""


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
        if (killed or resource["urn"] in doubtful) and _is_gone(resource, find)
    )
    if not pending and not gone:
        return Repair(None)
    return Repair(_without(deployment, gone), gone, pending)


def failed(deployment: State) -> tuple[str, ...]:
    """URNs of resources whose last creation or update failed: what the state says of them may be untrue."""
    return tuple(str(item["urn"]) for item in deployment.get("resources") or [] if item.get("initErrors"))


def gone(deployment: State, accused: Iterable[str], find: Find) -> tuple[str, ...]:
    """URNs, of those at which the engine failed, that the state has and the cloud has not."""
    urns = set(accused)
    known = (item for item in deployment.get("resources") or [] if item["urn"] in urns)
    return tuple(str(item["urn"]) for item in known if _is_gone(item, find))


def unknown(deployment: State, accused: Mapping[str, Mapping[str, Any]], find: Find) -> tuple[str, ...]:
    """URNs, of those that could not be created with these inputs, that only the cloud has."""
    known = {str(item["urn"]) for item in deployment.get("resources") or []}
    return tuple(
        urn
        for urn, inputs in accused.items()
        if urn not in known
        and (token := identity(urn)[0]) in ONLY_ONCE
        and inputs
        and find(token, inputs) is not None
    )


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
        watcher.say(f"state: {short_type(args.type_)} {args.name} is there already, taken over")
        options = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(import_=found))
        return pulumi.ResourceTransformResult(args.props, options)

    return lambda: pulumi.runtime.register_resource_transform(transform)


def recorded(state_folder: Path, stack: str) -> State:
    """Return the deployment of a stack in a file backend as it was last written; cheaper than an export."""
    file = stack_file(state_folder, stack)
    if file is None:
        return {}
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return json.loads(text)["checkpoint"].get("latest") or {}


def stack_file(state_folder: Path, stack: str) -> Path | None:
    """Return the file in which a file backend keeps a stack; what it leaves beside it (`.bak`) is none."""
    folder = state_folder / ".pulumi" / "stacks"
    files = [file for end in ("json", "json.gz") for file in folder.glob(f"*/{stack}.{end}")]
    return max(files, key=lambda file: file.stat().st_mtime, default=None)


def drop_torn_sidecars(state_folder: Path) -> None:
    """Remove sidecar files (`.attrs`) that a killed CLI left half written; nothing needs them."""
    for path in state_folder.rglob("*.attrs"):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            path.unlink(missing_ok=True)


def keep_copy(root: Path, stack: str, state: State) -> Path:
    """Write the state as it was before a repair; Pulumi can import the file (`pulumi stack import`)."""
    folder = root / ".local" / "state-backup"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stack}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json"
    path.write_text(json.dumps(state), encoding="utf-8")
    return path


def _is_gone(resource: State, find: Find) -> bool:
    inputs = resource.get("inputs") or {}
    return resource["type"] in TYPES and find(resource["type"], inputs) is None


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
