"""The base of every resource: a table of properties and four short functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar

from providers.kit.property import Property
from providers.kit.values import Values

C = TypeVar("C")


class Resource(ABC, Generic[C]):
    """One resource type. The functions get and return plain values; a preview never reaches them.

    `cloud` is whatever the provider's configuration was turned into.
    """

    token: ClassVar[str]
    properties: ClassVar[tuple[Property, ...]]

    def __init__(self, cloud: C) -> None:
        self.cloud = cloud

    @classmethod
    def warnings(cls, wanted: Values, known: Values | None) -> Iterable[str]:
        """Yield what a preview should warn of; `known` is the state before, None for a new resource.

        Parts of what is wanted may be unknown.
        """
        del wanted, known
        return ()

    @abstractmethod
    def create(self, wanted: Values) -> str:
        """Make the resource and return its id; what can fail after that belongs in `finish`."""

    def finish(self, resource_id: str, wanted: Values) -> None:
        """Do what `create` leaves open; if it fails, the resource is recorded as half made, not lost."""

    @abstractmethod
    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        """Return the state in the cloud, or None if the resource is gone.

        The only function that builds state: it is called after create, update, on refresh and on import
        (then `known` is empty). Properties that it leaves out stay as they were.
        """

    @abstractmethod
    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        """Bring the properties named in `changed` to what is wanted; doing it twice does no harm."""

    @abstractmethod
    def delete(self, resource_id: str, known: Values) -> None:
        """Remove the resource; one that is gone already is no error."""
