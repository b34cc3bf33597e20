"""COS as far as a recording environment is proved: the bucket's settings and its objects."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from gme_recording.api.errors import ApiError, vendor_errors
from gme_recording.api.retry import Repeat, retry
from gme_recording.api.vendor import TIMEOUT, cos_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gme_recording.api.endpoints import Cloud

T = TypeVar("T")

NOT_CONFIGURED = frozenset({"NoSuchLifecycleConfiguration", "NoSuchEncryptionConfiguration"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRule:
    """One enabled rule of a bucket's lifecycle; days are whole days since the last modification."""

    id: str
    prefix: str = ""
    expire_days: int | None = None
    transitions: tuple[tuple[int, str], ...] = ()
    """(days, storage class), in the order of the days."""
    noncurrent_expire_days: int | None = None
    abort_uploads_days: int | None = None

    def data(self) -> dict[str, Any]:
        """Return the rule as plain JSON data."""
        return {
            "id": self.id,
            "prefix": self.prefix,
            "expireDays": self.expire_days,
            "transitions": [list(transition) for transition in self.transitions],
            "noncurrentExpireDays": self.noncurrent_expire_days,
            "abortUploadsDays": self.abort_uploads_days,
        }


class Cos:
    """Reads buckets of one region. Every method raises ApiError, with COS's own codes."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._lock = threading.Lock()
        self._client: Any = None

    def bucket_region(self, bucket: str) -> str:
        """Return the region that COS names for a bucket; ApiError NoSuchBucket if it is not there."""
        headers = self.call("HeadBucket", lambda sdk: sdk.head_bucket(Bucket=bucket))
        named = {str(name).lower(): str(value) for name, value in headers.items()}
        return named.get("x-cos-bucket-region", self._cloud.region)

    def lifecycle(self, bucket: str) -> tuple[LifecycleRule, ...]:
        """Return the enabled rules, ordered by id; none where no lifecycle is configured."""
        answer = self._settings("GetBucketLifecycle", lambda sdk: sdk.get_bucket_lifecycle(Bucket=bucket))
        rules = (_parse_rule(rule) for rule in each(answer.get("Rule")) if rule.get("Status") == "Enabled")
        return tuple(sorted(rules, key=lambda rule: rule.id))

    def encryption(self, bucket: str) -> str:
        """Return the bucket's default algorithm (AES256, KMS, SM4); empty where there is none."""
        answer = self._settings("GetBucketEncryption", lambda sdk: sdk.get_bucket_encryption(Bucket=bucket))
        for rule in each(answer.get("Rule")):
            for default in rule.values():
                return str(default["SSEAlgorithm"])
        return ""

    def keys(self, bucket: str, prefix: str) -> Iterator[str]:
        """Yield every key that begins with the prefix."""
        asked = {"Bucket": bucket, "Prefix": prefix}
        while True:
            page = self.call("GetBucket", lambda sdk: sdk.list_objects(**asked))
            yield from (str(item["Key"]) for item in each(page.get("Contents")))
            if page.get("IsTruncated") != "true":
                return
            asked["Marker"] = str(page["NextMarker"])

    def read(self, bucket: str, key: str) -> bytes:
        """Return an object's bytes."""

        def whole(sdk: Any) -> bytes:
            return b"".join(sdk.get_object(Bucket=bucket, Key=key)["Body"].get_stream(65536))

        return self.call("GetObject", whole)

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; an absent one is no error."""
        self.call("DeleteObject", lambda sdk: sdk.delete_object(Bucket=bucket, Key=key))

    def anonymous_status(self, bucket: str, key: str) -> int:
        """Return the HTTP status that a stranger gets who asks for an object: 403 if all is well."""
        import requests  # noqa: PLC0415

        url = self._sdk().get_conf().uri(bucket=bucket, path=key)
        with (
            vendor_errors("GetObject", self._cloud.url),
            requests.get(
                url, proxies=self._cloud.proxies, timeout=TIMEOUT, stream=True, allow_redirects=False
            ) as answer,
        ):
            return answer.status_code

    def _settings(self, action: str, ask: Callable[[Any], Any]) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = self.call(action, ask)
        except ApiError as error:
            if error.code in NOT_CONFIGURED:
                return {}
            raise
        return answer

    def call(self, action: str, ask: Callable[[Any], T]) -> T:
        """Ask through the vendor's SDK; only reads and deletes, which are harmless to repeat."""

        def attempt() -> T:
            with vendor_errors(action, self._cloud.url):
                return ask(self._sdk())

        return retry(attempt, Repeat.HARMLESS)

    def _sdk(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = cos_client(self._cloud)
            return self._client


def each(value: Any) -> tuple[Any, ...]:
    """Return what the SDK gives as a list, as a single item or not at all, as the XML happens to hold it."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def _parse_rule(rule: Mapping[str, Any]) -> LifecycleRule:
    transitions = ((int(step["Days"]), str(step["StorageClass"])) for step in each(rule.get("Transition")))
    return LifecycleRule(
        id=str(rule.get("ID") or ""),
        prefix=str((rule.get("Filter") or {}).get("Prefix") or ""),
        expire_days=_days(rule, "Expiration", "Days"),
        transitions=tuple(sorted(transitions)),
        noncurrent_expire_days=_days(rule, "NoncurrentVersionExpiration", "NoncurrentDays"),
        abort_uploads_days=_days(rule, "AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
    )


def _days(rule: Mapping[str, Any], element: str, name: str) -> int | None:
    value = (rule.get(element) or {}).get(name)
    return None if value is None else int(value)
