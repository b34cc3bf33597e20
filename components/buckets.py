"""All buckets of an environment: one for recordings in each region, with its access log and its replica.

Names of resources go by region, so that a bucket of another region comes and goes without touching others;
the bucket of the stack's own region has the name alone.
"""

from __future__ import annotations

import pulumi
import tencentcloud_iac_pulumi

from components import lifecycle, regions
from components.config.model import App, Encryption, Place, Stack
from components.storage import Storage, StorageArgs


class Buckets:
    """Makes them; `by_region` holds those that are recorded into."""

    def __init__(self, name: str, stack: Stack, owner_uin: str, inside: pulumi.ResourceOptions) -> None:
        self._stack, self._owner_uin, self._inside = stack, owner_uin, inside
        self._provider_name = f"{name}-provider"
        self._providers: dict[str, tencentcloud_iac_pulumi.Provider] = {}
        self.made: list[Storage] = []
        """Every one, in the order in which they were made."""
        self.by_region = {
            place.region: self._place(f"{name}-storage{self._suffix(place)}", place) for place in stack.places
        }

    def _suffix(self, place: Place) -> str:
        return "" if place.region == self._stack.region else f"-{place.region}"

    def of(self, app: App) -> Storage:
        """The bucket that an application records into."""
        return self.by_region[self._stack.place_of(app).region]

    def _place(self, name: str, place: Place) -> Storage:
        storage = place.storage
        args = self._args(place)
        if storage.kms_key:
            args["kms_key"] = storage.kms_key
        if storage.allowed_networks:
            args["networks"] = storage.allowed_networks
        if storage.allowed_networks or storage.replica:
            args["owner_uin"] = self._owner_uin
        if storage.access_log:
            args["log_to"] = self._access_log(f"{name}-log", place).bucket
        if storage.replica:
            copies = self._replica(f"{name}-replica", place)
            args["replica"] = {"region": storage.replica.region, "bucket": copies.bucket}
        return self._storage(name, args)

    def _access_log(self, name: str, place: Place) -> Storage:
        """Logs hold no recordings: encrypted with COS's own key, without versions."""
        log = place.storage.access_log
        assert log is not None
        args = self._args(place)
        args["bucket"] = self._stack.full_name(log.name)
        args["rules"] = lifecycle.log_rules(log)
        args["encryption"] = Encryption.AES256
        args["versioning"] = False
        return self._storage(name, args)

    def _replica(self, name: str, place: Place) -> Storage:
        """Kept and guarded as the original."""
        replica = place.storage.replica
        assert replica is not None
        args = self._args(place)
        args["bucket"] = self._stack.full_name(replica.name)
        args["region"] = replica.region
        if place.storage.allowed_networks:
            args["networks"] = place.storage.allowed_networks
            args["owner_uin"] = self._owner_uin
        return self._storage(name, args)

    def _args(self, place: Place) -> StorageArgs:
        return {
            "bucket": place.bucket,
            "appid": self._stack.appid,
            "region": place.region,
            "rules": lifecycle.rules(place, self._stack.smoke),
            "encryption": place.storage.encryption,
            "versioning": place.storage.versioning,
            "on_destroy": place.storage.on_destroy,
        }

    def _storage(self, name: str, args: StorageArgs) -> Storage:
        made = Storage(name, args, self._options(args["region"]))
        self.made.append(made)
        return made

    def _options(self, region: str) -> pulumi.ResourceOptions:
        """The stack's own region is that of the default provider; any other needs one of its own."""
        if region == self._stack.region:
            return self._inside
        if region not in self._providers:
            self._providers[region] = regions.provider(
                self._provider_name, region, self._stack.routing, self._inside
            )
        return pulumi.ResourceOptions.merge(
            self._inside, pulumi.ResourceOptions(providers=[self._providers[region]])
        )
