"""Tags of resources of any service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store


@dataclass(frozen=True, slots=True)
class Tag(Record):
    KEY = ("service", "prefix", "resource_id", "key")
    service: str
    prefix: str
    """Kind of resource: `role`, `uin`, `policyid`."""
    resource_id: str
    key: str
    value: str


RECORDS = (Tag,)


def tags_of(store: Store, service: str, prefix: str, resource_id: str) -> list[Tag]:
    """In the order of their keys."""
    return store.select(Tag, service=service, prefix=prefix, resource_id=resource_id)


def untag(store: Store, service: str, prefix: str, resource_id: str) -> None:
    """The resource is gone."""
    for tag in tags_of(store, service, prefix, resource_id):
        store.delete(tag)
