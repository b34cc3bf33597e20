"""The objects of a bucket: listed page by page, read in parts, linked to, deleted in batches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from gme_recording.api.cos import Cos, each
from gme_recording.api.errors import ApiError, vendor_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gme_recording.api.endpoints import Cloud

T = TypeVar("T")

BATCH = 1000
"""Objects that one DeleteMultipleObjects takes (436/8289)."""
_CHUNK_BYTES = 64 * 1024
_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0 has no such character, or reads it as another one: the carriage return as a line feed."""
_NO_REPLICATION = frozenset(
    {"ReplicationConfigurationNotFoundError", "ReplicationConfigurationnotFoundError"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """An object as a listing shows it: the current one, or one of several versions."""

    key: str
    size: int
    """Bytes; 0 for a delete marker."""
    modified: datetime
    """UTC."""
    storage_class: str = "STANDARD"
    version_id: str = ""
    """Empty where the bucket never had versioning."""
    latest: bool = True
    marker: bool = False
    """Whether it is a delete marker: it hides older versions and holds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What COS says about an object without sending it."""

    size: int
    etag: str
    """Without quotes."""
    crc64: str
    """CRC-64/XZ as a decimal number; empty where COS has none."""
    modified: datetime
    storage_class: str


@dataclass(frozen=True, slots=True)
class Replica:
    """Where a bucket's objects are copied to."""

    region: str
    bucket: str


class Objects:
    """Reads, links and deletes objects of one region. Every method raises ApiError, with COS's own codes."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._call = Cos(cloud).call

    def current(self, bucket: str, prefix: str) -> Iterator[Object]:
        """Yield what can be read below a prefix, in the order of keys; holds one page at a time."""
        asked: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix}
        for page in self._pages("GetBucket", lambda sdk: sdk.list_objects(**asked), asked, _MARKER):
            yield from (_parse(item) for item in each(page.get("Contents")))

    def versions(self, bucket: str, prefix: str) -> Iterator[Object]:
        """Yield every version and delete marker below a prefix, in the order of keys."""
        asked: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix}
        for page in self._version_pages(asked):
            found = [_parse(item) for item in each(page.get("Version"))]
            found += [_parse(item, marker=True) for item in each(page.get("DeleteMarker"))]
            yield from sorted(found, key=lambda item: item.key)

    def head(self, bucket: str, key: str) -> Head:
        """Return what is known of an object; ApiError NoSuchKey if there is none, UnreachableKey if the SDK
        cannot ask for it.
        """
        _check_reachable(key, "HeadObject")
        try:
            headers = self._call("HeadObject", lambda sdk: sdk.head_object(Bucket=bucket, Key=key))
        except ApiError as error:
            if error.code == "NoSuchBucket":  # a HEAD tells no more than the status
                text = f"there is no object {key} in {bucket}"
                raise ApiError("NoSuchKey", text, action="HeadObject", request_id=error.request_id) from None
            raise
        named = {str(name).lower(): str(value) for name, value in headers.items()}
        return Head(
            size=int(named["content-length"]),
            etag=named.get("etag", "").strip('"'),
            crc64=named.get("x-cos-hash-crc64ecma", ""),
            modified=parsedate_to_datetime(named["last-modified"]),
            storage_class=named.get("x-cos-storage-class") or "STANDARD",
        )

    def read(self, bucket: str, key: str, *, etag: str, start: int = 0) -> Iterator[bytes]:
        """Yield an object's bytes from `start`; ApiError PreconditionFailed if it is no longer that one.

        Not repeated once bytes have come: go on from where they ended.
        """
        asked = {"Bucket": bucket, "Key": key, "IfMatch": f'"{etag}"', "Range": f"bytes={start}-"}
        body = self._call("GetObject", lambda sdk: sdk.get_object(**asked)["Body"])
        with vendor_errors("GetObject", self._cloud.url):
            yield from body.get_stream(_CHUNK_BYTES)

    def link(self, bucket: str, key: str, seconds: int) -> str:
        """Return a URL that lets anyone who has it read the object for so long; nothing is called."""
        token = self._cloud.credentials.token
        signed = {"x-cos-security-token": token.reveal()} if token else {}

        def sign(sdk: Any) -> str:
            return str(sdk.get_presigned_url(bucket, key, "GET", Expired=seconds, Params=signed))

        return self._call("GetObject", sign)

    def delete(self, bucket: str, batch: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """Delete pairs of key and version id, see `batches`; return a code for each, empty where it is gone.

        With an empty version id a versioned bucket keeps the object and puts a delete marker over it.
        """
        alone = {pair for pair in batch if _NOT_IN_XML.search(pair[0])}
        refused = self._delete_together(bucket, [pair for pair in batch if pair not in alone])
        refused |= {pair: self._delete_alone(bucket, *pair) for pair in alone}
        return tuple(refused.get(pair, "") for pair in batch)

    def _delete_together(self, bucket: str, batch: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        if not batch:
            return {}
        wanted = [{"Key": key, **({"VersionId": version} if version else {})} for key, version in batch]
        answer = self._call(
            "DeleteMultipleObjects",
            lambda sdk: sdk.delete_objects(Bucket=bucket, Delete={"Object": wanted, "Quiet": "true"}),
        )
        return {
            (str(item["Key"]), str(item.get("VersionId") or "")): str(item.get("Code") or "Unknown")
            for item in each(answer.get("Error"))
        }

    def _delete_alone(self, bucket: str, key: str, version: str) -> str:
        asked = {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})}
        try:
            _check_reachable(key, "DeleteObject")
            self._call("DeleteObject", lambda sdk: sdk.delete_object(**asked))
        except ApiError as error:
            return error.code
        return ""

    def uploads(self, bucket: str) -> Iterator[tuple[str, str]]:
        """Yield key and id of every upload in parts that was begun and not ended."""
        asked: dict[str, Any] = {"Bucket": bucket}
        action = "ListMultipartUploads"
        for page in self._pages(
            action, lambda sdk: sdk.list_multipart_uploads(**asked), asked, _UPLOAD_MARKERS
        ):
            yield from ((str(item["Key"]), str(item["UploadId"])) for item in each(page.get("Upload")))

    def abort(self, bucket: str, key: str, upload: str) -> None:
        """Drop an upload and its parts; one that has ended is no error."""
        _check_reachable(key, "AbortMultipartUpload")
        asked = {"Bucket": bucket, "Key": key, "UploadId": upload}
        try:
            self._call("AbortMultipartUpload", lambda sdk: sdk.abort_multipart_upload(**asked))
        except ApiError as error:
            if error.code != "NoSuchUpload":
                raise

    def replicas(self, bucket: str) -> tuple[Replica, ...]:
        """Return where the bucket's enabled replication rules copy to."""
        try:
            answer = self._call("GetBucketReplication", lambda sdk: sdk.get_bucket_replication(Bucket=bucket))
        except ApiError as error:
            if error.code in _NO_REPLICATION:
                return ()
            raise
        found = (
            _parse_replica(str(rule["Destination"]["Bucket"]))
            for rule in each(answer.get("Rule"))
            if rule.get("Status") == "Enabled"
        )
        return tuple(dict.fromkeys(found))

    def now(self, bucket: str) -> datetime:
        """Return the time by the cloud's clock, or the machine's where that may not be asked; UTC."""
        try:
            headers = self._call("HeadBucket", lambda sdk: sdk.head_bucket(Bucket=bucket))
        except ApiError as error:
            if error.code != "AccessDenied":
                raise
            return datetime.now(UTC)
        named = {str(name).lower(): str(value) for name, value in headers.items()}
        return parsedate_to_datetime(named["date"]).astimezone(UTC)

    def _version_pages(self, asked: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        action = "GetBucketObjectVersions"
        return self._pages(action, lambda sdk: sdk.list_objects_versions(**asked), asked, _VERSION_MARKERS)

    def _pages(
        self,
        action: str,
        ask: Callable[[Any], Mapping[str, Any]],
        asked: dict[str, Any],
        markers: Mapping[str, str],
    ) -> Iterator[Mapping[str, Any]]:
        while True:
            page = self._call(action, ask)
            yield page
            if page.get("IsTruncated") != "true":
                return
            asked.update({name: str(page.get(told) or "") for name, told in markers.items()})


def _check_reachable(key: str, action: str) -> None:
    if {".", ".."} & set(key.split("/")):
        text = f"HTTP clients resolve . and .. in {key}: use the COS console"
        raise ApiError("UnreachableKey", text, action=action)


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut what is to be deleted into as much as one request takes."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


_MARKER = {"Marker": "NextMarker"}
_VERSION_MARKERS = {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"}
_UPLOAD_MARKERS = {"KeyMarker": "NextKeyMarker", "UploadIdMarker": "NextUploadIdMarker"}


def _parse(item: Mapping[str, Any], *, marker: bool = False) -> Object:
    version_id = str(item.get("VersionId") or "")
    return Object(
        key=str(item["Key"]),
        size=int(item.get("Size") or 0),
        modified=datetime.fromisoformat(str(item["LastModified"])),
        storage_class=str(item.get("StorageClass") or "STANDARD"),
        version_id=version_id,
        latest=item.get("IsLatest", "true") == "true",
        marker=marker,
    )


def _parse_replica(destination: str) -> Replica:
    """`qcs::cos:<region>::<bucket>`."""
    region, _, bucket = destination.removeprefix("qcs::cos:").partition("::")
    return Replica(region, bucket)
