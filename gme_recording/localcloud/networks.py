"""Where hosts and clients are: on this machine, or in a VPC, for which ranges of addresses stand, so that
conditions of policies can ask for it.

Loopback has a whole /8: a client that binds 127.0.0.2 as its source can stand in a VPC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store


@dataclass(frozen=True, slots=True)
class Network(Record):
    KEY = ("addresses",)
    addresses: str
    """`127.0.0.2/32`."""
    vpc: str
    """`vpc-1a2b3c4d`."""


RECORDS = (Network,)


def is_loopback(host: str) -> bool:
    """Whether a host's name or address, without a port, is this machine's."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Networks:
    """They are at hand without a query, for every request asks for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read()

    def read(self) -> None:
        """Take them from the store."""
        self._vpcs = {ip_network(one.addresses): one.vpc for one in self._store.select(Network)}

    def every(self) -> dict[str, str]:
        """VPC by range."""
        return {str(network): vpc for network, vpc in self._vpcs.items()}

    def replace(self, vpcs: Mapping[str, str]) -> None:
        """Let these be all; raises ValueError for what is no range of addresses."""
        wanted = {str(ip_network(addresses)): vpc for addresses, vpc in vpcs.items()}
        for old in self._store.select(Network):
            self._store.delete(old)
        for addresses, vpc in wanted.items():
            self._store.add(Network(addresses, vpc))
        self.read()

    def vpc_of(self, client: str) -> str:
        """That of the narrowest range that holds the address; empty if none does."""
        if not self._vpcs or not client:
            return ""
        address = ip_address(client)
        around = [network for network in self._vpcs if address in network]
        return self._vpcs[max(around, key=lambda network: network.prefixlen)] if around else ""
