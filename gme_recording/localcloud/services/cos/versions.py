"""Versions of objects as operations need them: find, describe, write, remove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from gme_recording.localcloud.dialects import http_date
from gme_recording.localcloud.dialects.payload import NOT_IMPLEMENTED
from gme_recording.localcloud.services.cos import content, encryption, grants, lifecycle, model, replication
from gme_recording.localcloud.services.cos.errors import (
    INVALID_ARGUMENT,
    INVALID_STORAGE_CLASS,
    IS_DELETE_MARKER,
    KEY_TOO_LONG,
    NO_SUCH_BUCKET,
    NO_SUCH_KEY,
    NO_SUCH_VERSION,
)
from gme_recording.localcloud.services.cos.model import NULL, Bucket, Version, Versioning
from gme_recording.localcloud.services.cos.repeated import Body, digests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gme_recording.localcloud.cloud import Call

UNREADABLE = (NO_SUCH_BUCKET, NO_SUCH_KEY, NO_SUCH_VERSION, IS_DELETE_MARKER)
"""What whoever needs a version may be refused with."""
UNWRITABLE = (NO_SUCH_BUCKET, KEY_TOO_LONG, INVALID_STORAGE_CLASS, INVALID_ARGUMENT, NOT_IMPLEMENTED)
"""What whoever writes one may be refused with."""
MAX_KEY_BYTES = 850
_ABOUT_CONTENT = frozenset(
    {
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "expires",
        "x-cos-website-redirect-location",
    }
)
_ARCHIVED = frozenset({"ARCHIVE", "DEEP_ARCHIVE", "MAZ_ARCHIVE", "MAZ_DEEP_ARCHIVE"})


@dataclass(frozen=True, slots=True)
class Description:
    """What an uploader says about an object besides its bytes."""

    storage_class: str
    headers: dict[str, str]
    encryption: dict[str, str]
    tags: dict[str, str]
    acl: grants.Grants | None


def describe(call: Call, bucket: Bucket, headers: Mapping[str, str]) -> Description:
    return Description(
        storage_class_of(headers, bucket),
        about_content(headers),
        encryption.chosen(call, bucket, headers),
        _tags(headers.get("x-cos-tagging", "")),
        grants.from_headers(headers, bucket.owner_uin),
    )


def storage_class_of(headers: Mapping[str, str], bucket: Bucket, default: str = "") -> str:
    found = headers.get("x-cos-storage-class", "").upper() or default
    if not found:
        return "MAZ_STANDARD" if bucket.multi_az else "STANDARD"
    if not lifecycle.is_storage_class(found):
        raise INVALID_STORAGE_CLASS(found=found)
    return found


def about_content(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {n: v for n, v in headers.items() if n in _ABOUT_CONTENT or n.startswith("x-cos-meta-")}
    codings = [name.strip() for name in kept.pop("content-encoding", "").split(",")]
    if coding := ", ".join(name for name in codings if name not in {"", "aws-chunked"}):
        kept["content-encoding"] = coding
    return {"content-type": "application/octet-stream", **kept}


def write(call: Call, bucket: Bucket, key: str, body: Body, said: Description, *, etag: str = "") -> Version:
    """Store bytes as the key's new current version. The ETag is their digest, unless another is given."""
    if not key or len(key.encode()) > MAX_KEY_BYTES:
        raise KEY_TOO_LONG(limit=MAX_KEY_BYTES)
    md5, crc64 = digests(body)
    version = Version(
        bucket.name,
        key,
        model.rank_at(call.now),
        NULL,
        call.now,
        bucket.owner_uin,
        content=content.write(call, body),
        size=len(body),
        etag=etag or md5,
        crc64=str(crc64),
        storage_class=said.storage_class,
        headers=said.headers,
        encryption=said.encryption,
        tags=said.tags,
        acl=said.acl,
    )
    return _push(call, bucket, version)


def erase(call: Call, bucket: Bucket, key: str, version_id: str = "") -> Version | None:
    """Delete as the bucket's versioning has it; returns the delete marker that was made or removed."""
    if version_id or bucket.versioning is Versioning.NEVER:
        found = call.store.find(Version, bucket=bucket.name, key=key, version_id=version_id or NULL)
        if found is None:
            return None
        model.remove(call.store, found)
        content.discard(call, [found.content])
        return found if found.delete_marker else None
    return _push(call, bucket, model.delete_marker(bucket, key, call.now))


def _push(call: Call, bucket: Bucket, version: Version) -> Version:
    written, replaced = model.push(call.store, bucket, version)
    if replaced is not None:
        content.discard(call, [replaced.content])
    replication.follow(call, bucket, written)
    return written


def readable(call: Call, bucket: str, key: str, version_id: str = "") -> Version:
    """The named version, or the current one; raises where there is none or it is a delete marker."""
    if version_id:
        found = call.store.find(Version, bucket=bucket, key=key, version_id=version_id)
        if found is None:
            raise NO_SUCH_VERSION(version=version_id)
        if found.delete_marker:
            raise IS_DELETE_MARKER(version=version_id)
        return found
    found = model.current(call.store, bucket, key)
    if found is None or found.delete_marker:
        raise NO_SUCH_KEY(key=key)
    return found


def is_archived(version: Version) -> bool:
    return version.storage_class in _ARCHIVED


def headers_of(call: Call, bucket: Bucket, version: Version) -> dict[str, str]:
    """What a GET or HEAD says about a version."""
    return {
        **{_title(name): value for name, value in version.headers.items()},
        **written_headers(bucket, version),
        "Last-Modified": http_date.render(version.modified),
        "Accept-Ranges": "bytes",
        "x-cos-storage-class": "" if version.storage_class == "STANDARD" else version.storage_class,
        "x-cos-tagging-count": str(len(version.tags)) if version.tags else "",
        "x-cos-restore": _restore(call, version),
    }


def written_headers(bucket: Bucket, version: Version) -> dict[str, str]:
    """What the answer to a write says about the version that it made."""
    return {
        "ETag": f'"{version.etag}"',
        "x-cos-hash-crc64ecma": version.crc64,
        **version.encryption,
        "x-cos-version-id": version.version_id if bucket.versioning else "",
    }


def _restore(call: Call, version: Version) -> str:
    if version.restored is None or version.restored_until is None or version.restored_until <= call.now:
        return ""
    if version.restored > call.now:
        return 'ongoing-request="true"'
    return f'ongoing-request="false", expiry-date="{http_date.render(version.restored_until)}"'


def _tags(header: str) -> dict[str, str]:
    return dict(parse_qsl(header, keep_blank_values=True))


def _title(name: str) -> str:
    return name if name.startswith("x-cos-") else name.title()
