"""Tags of resources of any service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store


@dataclass(frozen=True, slots=True)
class Tag(Record):
    KEY = ("owner_uin", "service", "prefix", "resource_id", "key")
    owner_uin: str
    """Whose tag it is: an account sees its own, whatever the resource."""
    service: str
    prefix: str
    """Kind of resource: `role`, `uin`, `policyid`."""
    resource_id: str
    key: str
    value: str


RECORDS = (Tag,)


def tags_of(store: Store, owner_uin: str, service: str, prefix: str, resource_id: str) -> list[Tag]:
    """In the order of their keys."""
    named = {"owner_uin": owner_uin, "service": service, "prefix": prefix}
    return store.select(Tag, **named, resource_id=resource_id)


def untag(store: Store, owner_uin: str, service: str, prefix: str, resource_id: str) -> None:
    """The resource is gone."""
    for tag in tags_of(store, owner_uin, service, prefix, resource_id):
        store.delete(tag)
