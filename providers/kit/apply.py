"""Creating and updating: what is done in the cloud, and what is recorded of it when it fails half-way."""

from __future__ import annotations

from typing import Any, TypeVar

from gme_recording.errors import UserError
from providers.kit import state
from providers.kit.diff import Change, diff
from providers.kit.property import Property
from providers.kit.resource import Resource
from providers.kit.values import UNKNOWN, Values, declared, wired

C = TypeVar("C")


class HalfMade(UserError):
    """Something exists but is not as declared; the engine records it and updates it next time."""

    def __init__(self, error: Exception, resource_id: str, state: Values, inputs: Values) -> None:
        super().__init__(str(error))
        self.resource_id = resource_id
        self.state = wired({"id": resource_id, **state})
        self.inputs = wired(inputs)


def foreseen(
    properties: tuple[Property, ...],
    wanted: Values,
    before: Values | None = None,
    changes: tuple[Change, ...] = (),
) -> dict[str, Any]:
    """Return the state that a preview shows; `before` is the one that is changed, none for a new resource."""
    volatile = [each.name for each in properties if each.volatile and changes]
    return state.planned(properties, wanted, before) | dict.fromkeys(volatile, UNKNOWN)


def make(resource: Resource[C], given: Values) -> tuple[str, dict[str, Any]]:
    """Create, finish, read; whatever fails once the resource exists leaves it half made, not lost."""
    properties, wanted = resource.properties, declared(given)
    resource_id = resource.create(wanted)
    try:
        resource.finish(resource_id, wanted)
        return resource_id, _settle(resource, resource_id, foreseen(properties, wanted))
    except UserError as error:
        fixed = {each.name: wanted.get(each.name) for each in properties if each.replaces}
        unread = state.settled_object(properties, {}, fixed, applied=False)
        raise HalfMade(error, resource_id, _left(resource, resource_id, fixed) or unread, given) from error


def change(
    resource: Resource[C], resource_id: str, before: Values, given: Values, changes: tuple[Change, ...]
) -> dict[str, Any]:
    """Update, read; what an update did before it failed is recorded, so that it can also be taken back."""
    properties, wanted = resource.properties, declared(given)
    try:
        if changes:
            resource.update(resource_id, before, wanted, frozenset(each.property for each in changes))
        return _settle(resource, resource_id, foreseen(properties, wanted, before, changes))
    except UserError as error:
        left = _left(resource, resource_id, before)
        if left is None or diff(properties, left, wanted) == changes:
            raise
        raise HalfMade(error, resource_id, left, given) from error


def _settle(resource: Resource[C], resource_id: str, planned: Values) -> dict[str, Any]:
    found = resource.read(resource_id, planned)
    if found is None:
        raise UserError(f"{resource.token} {resource_id} is gone", hint="gme-recording refresh, then up")
    return state.settled_object(resource.properties, found, planned, applied=True)


def _left(resource: Resource[C], resource_id: str, known: Values) -> dict[str, Any] | None:
    """Return the true state after a failure; None if it cannot be read, or nothing is left."""
    try:
        found = resource.read(resource_id, known)
    except UserError:
        return None
    if found is None:
        return None
    return state.settled_object(resource.properties, found, known, applied=False)
