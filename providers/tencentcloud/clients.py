"""The way to the local cloud, over the vendor's SDKs; found when first used, so that a preview needs none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any

from gme_recording.api.endpoints import Cloud
from gme_recording.api.errors import ApiError, vendor_errors
from gme_recording.api.retry import Repeat, retry
from gme_recording.api.vendor import Service, cos_client


class Cos:
    """The COS SDK: every failure is an ApiError."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._sdk: Any = cos_client(cloud)

    def read(self, action: str, bucket: str, *absent: str) -> Mapping[str, Any]:
        """Return what `get_bucket_<action>` answers; empty if refused with a code in `absent`."""
        try:
            return self.call(f"get_bucket_{action}", bucket) or {}
        except ApiError as error:
            if error.code in absent:
                return {}
            raise

    def call(self, method: str, bucket: str, repeat: Repeat = Repeat.HARMLESS, **parameters: Any) -> Any:
        """Call a method of the SDK; most leave the same state when repeated."""
        return retry(partial(self._call, method, bucket, **parameters), repeat)

    def exchange(self, method: str, name: str, bucket: str, body: str = "") -> str:
        """Read or write a sub-resource for which the SDK has no method; GET or PUT, documents as text."""
        return retry(partial(self._exchange, method, name, bucket, body), Repeat.HARMLESS)

    def _exchange(self, method: str, name: str, bucket: str, body: str) -> str:
        from qcloud_cos import CosS3Auth  # noqa: PLC0415 - loaded when first used, as the SDK's client

        settings, query = self._sdk.get_conf(), {name: ""}
        with vendor_errors(f"{method} {name}", self._cloud.url):
            answer = self._sdk.send_request(
                method=method,
                url=settings.uri(bucket=bucket),
                bucket=bucket,
                data=body,
                headers={"Content-Type": "application/xml"},
                params=query,
                auth=CosS3Auth(settings, params=query),
            )
        return str(answer.text)

    def _call(self, method: str, bucket: str, **parameters: Any) -> Any:
        with vendor_errors(method, self._cloud.url):
            return getattr(self._sdk, method)(Bucket=bucket, **parameters)


class Clients:
    """What the resources work with."""

    def __init__(self, find: Callable[[], Cloud], cos_domain: str) -> None:
        self._find = find
        self.cos_domain = cos_domain
        """URL that bucket hosts are built on, as configured; empty for the vendor's own."""

    @cached_property
    def cloud(self) -> Cloud:
        return self._find()

    @cached_property
    def cos(self) -> Cos:
        return Cos(self.cloud)

    @cached_property
    def cam(self) -> Service:
        return Service(self.cloud, "cam")

    @cached_property
    def tag(self) -> Service:
        return Service(self.cloud, "tag")
