"""COS as far as a recording environment is proved: the bucket's settings and its objects."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from gme_recording.api.endpoints import authorities
from gme_recording.api.errors import ApiError, vendor_errors
from gme_recording.api.retry import Repeat, retry
from gme_recording.api.vendor import TIMEOUT, cos_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gme_recording.api.endpoints import Cloud

T = TypeVar("T")

NOT_CONFIGURED = frozenset(
    {
        "NoSuchBucketPolicy",
        "NoSuchEncryptionConfiguration",
        "NoSuchLifecycleConfiguration",
        "NoSuchTagSet",
        "ReplicationConfigurationNotFoundError",
        "ReplicationConfigurationnotFoundError",
    }
)
LINK_SECONDS = 60
"""How long the signed request of `insecure_status` is valid."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedRule(LifecycleRule):
    """What else a rule does that has dates, which no stack declares: it equals no declared one."""


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
        rules = (parse_rule(rule) for rule in each(answer.get("Rule")) if rule.get("Status") == "Enabled")
        return tuple(sorted(rules, key=lambda rule: rule.id))

    def encryption(self, bucket: str) -> str:
        """Return the bucket's default algorithm (AES256, KMS, SM4); empty where there is none."""
        answer = self._settings("GetBucketEncryption", lambda sdk: sdk.get_bucket_encryption(Bucket=bucket))
        for rule in each(answer.get("Rule")):
            for default in rule.values():
                return str(default["SSEAlgorithm"])
        return ""

    def versioning(self, bucket: str) -> bool:
        """Tell whether overwritten and deleted objects are kept."""
        answer = self._settings("GetBucketVersioning", lambda sdk: sdk.get_bucket_versioning(Bucket=bucket))
        return answer.get("Status") == "Enabled"

    def policy(self, bucket: str) -> str:
        """Return the bucket policy's JSON text; empty where there is none."""
        answer = self._settings("GetBucketPolicy", lambda sdk: sdk.get_bucket_policy(Bucket=bucket))
        return str(answer.get("Policy") or "")

    def tags(self, bucket: str) -> dict[str, str]:
        """Return the bucket's tags."""
        answer = self._settings("GetBucketTagging", lambda sdk: sdk.get_bucket_tagging(Bucket=bucket))
        found = each((answer.get("TagSet") or {}).get("Tag"))
        return {str(tag["Key"]): str(tag.get("Value") or "") for tag in found}

    def log_bucket(self, bucket: str) -> str:
        """Return the bucket that the access log goes to; empty where nothing is logged."""
        answer = self._settings("GetBucketLogging", lambda sdk: sdk.get_bucket_logging(Bucket=bucket))
        return str((answer.get("LoggingEnabled") or {}).get("TargetBucket") or "")

    def replicas(self, bucket: str) -> tuple[str, ...]:
        """Return where enabled rules copy what is new: `<region>/<bucket>`, with `/<prefix>*` if not all."""
        answer = self._settings("GetBucketReplication", lambda sdk: sdk.get_bucket_replication(Bucket=bucket))
        rules = (rule for rule in each(answer.get("Rule")) if rule.get("Status") == "Enabled")
        return tuple(sorted(_destination(rule) for rule in rules))

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
        return self._status(self._sdk().get_conf().uri(bucket=bucket, path=key), self._cloud.proxies)

    def insecure_status(self, bucket: str, key: str) -> int:
        """Return the HTTP status for an object that is asked for without TLS, rightly signed.

        The way through the local cloud's proxy stands for TLS; asking the local cloud directly is without.
        """
        token = self._cloud.credentials.token
        where = urlsplit(
            self._sdk().get_presigned_url(
                bucket,
                key,
                "GET",
                Expired=LINK_SECONDS,
                Params={"x-cos-security-token": token.reveal()} if token else {},
            )
        )
        if not self._cloud.url:
            return self._status(where._replace(scheme="http").geturl())
        direct = where._replace(netloc=urlsplit(self._cloud.url).netloc)
        return self._status(direct.geturl(), headers={"Host": where.netloc})

    def _status(
        self, url: str, proxies: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> int:
        from requests import Session  # noqa: PLC0415

        with vendor_errors("GetObject", self._cloud.url), Session() as session:
            session.trust_env = not self._cloud.url
            session.proxies.update(proxies or {})
            asked = session.get(
                url,
                headers=dict(headers or {}),
                timeout=TIMEOUT,
                stream=True,
                allow_redirects=False,
                verify=authorities(),
            )
            with asked as answer:
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


def _destination(rule: Mapping[str, Any]) -> str:
    """A bucket is named `qcs::cos:<region>::<bucket>`."""
    name = str(rule["Destination"]["Bucket"]).removeprefix("qcs::cos:").replace("::", "/")
    return f"{name}/{rule['Prefix']}*" if rule.get("Prefix") else name


def parse_rule(rule: Mapping[str, Any]) -> LifecycleRule:
    """Read a rule of the SDK's answer, as far as a stack can declare one."""
    steps = each(rule.get("Transition"))
    transitions = ((int(step["Days"]), str(step["StorageClass"])) for step in steps if "Days" in step)
    dated = any("Date" in step for step in (*steps, rule.get("Expiration") or {}))
    return (DatedRule if dated else LifecycleRule)(
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
