"""What becomes of buckets that go: what the stack file declares, the state knows, and the engine did.

The engine goes by the state. A stack file that was edited since the last `up` has no say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from components.config.model import Grant, OnDestroy, Place, Stack
from gme_recording.api.credentials import CloudKind
from gme_recording.deploy.events import short_type
from gme_recording.deploy.lookup import BUCKET, LINKED_ROLE
from gme_recording.deploy.step import Step
from gme_recording.errors import ExitCode, UserError
from gme_recording.smoke.model import RECORDING_ROLE

if TYPE_CHECKING:
    from gme_recording.deploy.recover import State

_STRICTNESS = (OnDestroy.EMPTY, OnDestroy.KEEP, OnDestroy.REFUSE)


def agree_to_destroy(stack: Stack, state: State) -> None:
    """Raise UserError INPUT if the stack file would leave a bucket that the state lets go."""
    for bucket, wanted in _let_go(stack, state):
        raise UserError(
            f"the stack file says on_destroy: {wanted}, the deployed bucket {bucket} does not know it"
            " yet; nothing was deleted",
            hint=f"gme-recording up --stack {stack.name}, then destroy",
            exit_code=ExitCode.INPUT,
        )


def agree_to_up(stack: Stack, state: State) -> None:
    """Raise UserError INPUT if a bucket that the file names no longer would go against its `on_destroy`."""
    declared = {bucket for place in stack.places for bucket in _names(stack, place)}
    for bucket, wanted in _let_go(stack, state):
        if bucket not in declared:
            raise UserError(
                f"the stack file says on_destroy: {wanted} and names the deployed bucket {bucket} no longer:"
                " it would be deleted, as it does not know that yet; nothing was changed",
                hint=f"put its name back, gme-recording up --stack {stack.name}, then change the name",
                exit_code=ExitCode.INPUT,
            )


def of(stack: Stack, state: State, steps: Iterable[Step]) -> tuple[str, ...]:
    """Return one sentence for each thing that the steps have left behind; `state` is that before them."""
    names = {resource["urn"]: resource["inputs"]["bucket"] for resource in _resources(state, BUCKET)}
    found = [
        f"bucket {names.get(step.urn, step.name)} and what is in it (on_destroy: keep)"
        for step in steps
        if (step.op, step.type) == ("discard", short_type(BUCKET))
    ]
    if stack.access.grant is Grant.EXISTING and not any(_resources(state, LINKED_ROLE)):
        found.append(f"role {RECORDING_ROLE} of the account (access.grant: existing)")
    if stack.cloud is CloudKind.TENCENT:
        found += [
            f"recording service of application {app.biz_id}: a person switches it off in the GME console,"
            " until then it is billed"
            for app in stack.apps
        ]
    return tuple(found)


def _let_go(stack: Stack, state: State) -> Iterator[tuple[str, OnDestroy]]:
    """Buckets for which the stack file is stricter than the state, and what it says."""
    declared = {bucket: place.storage.on_destroy for place in stack.places for bucket in _names(stack, place)}
    strictest = max((place.storage.on_destroy for place in stack.places), key=_STRICTNESS.index)
    for resource in _resources(state, BUCKET):
        bucket = resource["inputs"]["bucket"]
        wanted = declared.get(bucket, strictest)  # one that the file does not name was renamed
        if _STRICTNESS.index(wanted) > _STRICTNESS.index(_on_destroy(resource)):
            yield bucket, wanted


def _names(stack: Stack, place: Place) -> Iterator[str]:
    """Bucket, replica and access log: what becomes of one becomes of all."""
    yield place.bucket
    for beside in (place.storage.replica, place.storage.access_log):
        if beside:
            yield stack.full_name(beside.name)


def _resources(state: State, token: str) -> Iterator[Mapping[str, Any]]:
    return (item for item in state.get("resources") or () if item["type"] == token)


def _on_destroy(bucket: Mapping[str, Any]) -> OnDestroy:
    """As `components.storage` declares it; without any of it, an empty bucket is deleted."""
    if bucket.get("protect"):
        return OnDestroy.REFUSE
    return OnDestroy.KEEP if bucket.get("retainOnDelete") else OnDestroy.EMPTY
