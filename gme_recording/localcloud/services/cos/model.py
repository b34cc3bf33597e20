"""What COS keeps: buckets, their configurations, versions of objects, uploads under way."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gme_recording.localcloud.store import Store

NULL = "null"
"""Id of a version that was written without versioning."""
LAST_CHARACTER = "\U0010ffff"
NEWEST = -(1 << 62)
"""Less than every rank."""


class Versioning(StrEnum):
    NEVER = ""
    ENABLED = "Enabled"
    SUSPENDED = "Suspended"


@dataclass(frozen=True, slots=True)
class Bucket(Record):
    KEY = ("name",)
    SINCE = "created"
    name: str
    """With the appid: `<name>-<appid>`; names are unique over all regions."""
    region: str
    owner_uin: str
    appid: str
    created: datetime
    acl: list[list[str]]
    """Pairs of grantee and permission, see `grants`."""
    multi_az: bool = False
    archive: bool = False
    """Made with the file system's metadata acceleration (BucketArchConfig=OFS)."""
    versioning: Versioning = Versioning.NEVER

    def resource(self, path: str = "") -> str:
        """The six-part name of the bucket, or of a key or prefix in it."""
        return f"qcs::cos:{self.region}:uid/{self.appid}:{self.name}/{path}"


@dataclass(frozen=True, slots=True)
class Configuration(Record):
    """One sub-resource of a bucket, as canonical XML; the policy as the bytes that were sent."""

    KEY = ("bucket", "kind", "name")
    bucket: str
    kind: str
    """`lifecycle`, `cors`, …"""
    text: str
    name: str = ""
    """Id of an inventory; empty for the rest."""


@dataclass(frozen=True, slots=True)
class Version(Record):
    """One version of an object, or a delete marker."""

    KEY = ("bucket", "key", "rank")
    SINCE = "modified"
    bucket: str
    key: str
    rank: int
    """Order among the versions of a key: the newest has the least."""
    version_id: str
    modified: datetime
    owner: str
    latest: bool = True
    delete_marker: bool = False
    superseded: datetime | None = None
    """When a newer version took its place."""
    content: str = ""
    """Id of the bytes, see `content`."""
    size: int = 0
    etag: str = ""
    crc64: str = ""
    storage_class: str = "STANDARD"
    headers: dict[str, str] = field(default_factory=dict)
    """What the uploader said about the content, `x-cos-meta-…` included, by lower-case name."""
    encryption: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    acl: list[list[str]] | None = None
    """None: as the bucket's."""
    restored: datetime | None = None
    """From when the content of an archived object can be read."""
    restored_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Upload(Record):
    """A multipart upload under way, with what was said about the object."""

    KEY = ("upload_id",)
    SINCE = "initiated"
    upload_id: str
    bucket: str
    key: str
    initiated: datetime
    owner: str
    storage_class: str
    headers: dict[str, str]
    encryption: dict[str, str]
    tags: dict[str, str]
    acl: list[list[str]] | None


@dataclass(frozen=True, slots=True)
class Part(Record):
    KEY = ("upload_id", "number")
    SINCE = "modified"
    upload_id: str
    number: int
    content: str
    size: int
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Planned(Record):
    """The next scan for lifecycle rules is waiting; there is at most one."""

    KEY = ("name",)
    at: datetime
    name: str = "next"


RECORDS = (Bucket, Configuration, Version, Upload, Part, Planned)


def current(store: Store, bucket: str, key: str) -> Version | None:
    """The newest version, a delete marker included."""
    return store.find(Version, bucket=bucket, key=key, latest=True)


def own_acl(store: Store, bucket: str, key: str) -> list[list[str]] | None:
    """Of a key's current version; None where the bucket's counts, which is so for nearly all."""
    where = "bucket=? AND key=? AND latest=1 AND acl IS NOT NULL"
    found = store.query(Version, where, [bucket, key])
    return found[0].acl if found else None


def newest(store: Store, bucket: str, key: str) -> Version | None:
    found = store.query(Version, "bucket=? AND key=? ORDER BY rank LIMIT 1", [bucket, key])
    return found[0] if found else None


def push(
    store: Store, bucket: Bucket, version: Version, *, version_id: str = ""
) -> tuple[Version, Version | None]:
    """Make `version` the key's current one, as the versioning has it, with a new id unless one is given.

    Returns it as it was written, and what it replaced for good.
    """
    last = newest(store, bucket.name, version.key)
    if last is not None:
        version = replace(version, rank=min(version.rank, last.rank - 1))
    version = replace(version, version_id=version_id or _version_id(bucket, version))
    replaced = None
    if version.version_id == NULL:
        replaced = last
        if last is not None and last.version_id != NULL:
            replaced = store.find(Version, bucket=bucket.name, key=version.key, version_id=NULL)
        if replaced is not None:
            store.delete(replaced)
    if last is not None and last != replaced:
        store.put(replace(last, latest=False, superseded=version.modified))
    return store.add(version), replaced


def remove(store: Store, version: Version) -> None:
    """Forget one version; the next older one becomes current if this one was."""
    store.delete(version)
    if version.latest and (heir := newest(store, version.bucket, version.key)):
        store.put(replace(heir, latest=True, superseded=None))


def _version_id(bucket: Bucket, version: Version) -> str:
    if bucket.versioning is not Versioning.ENABLED:
        return NULL
    return base64.urlsafe_b64encode(str(-version.rank).encode()).decode().rstrip("=")


def after_prefix(prefix: str) -> str:
    """The least text that is greater than every text that starts with `prefix`; empty if there is none."""
    head = prefix.rstrip(LAST_CHARACTER)
    if not head:
        return ""
    code = ord(head[-1]) + 1
    return head[:-1] + chr(0xE000 if code == 0xD800 else code)


def versions_from(
    store: Store, bucket: str, start: tuple[str, int], prefix: str, *, current_only: bool, limit: int
) -> Sequence[Version]:
    """Versions from `start` (key, rank) on, as listings order them: keys by UTF-8 bytes, newest first."""
    clause = "bucket=? AND (key, rank) >= (?, ?)"
    values: list[object] = [bucket, *max(start, (prefix, NEWEST))]
    if end := after_prefix(prefix):
        clause += " AND key<?"
        values.append(end)
    if current_only:
        clause += " AND latest=1 AND delete_marker=0"
    return store.query(Version, f"{clause} ORDER BY key, rank LIMIT {limit:d}", values)


def versions_where(store: Store, bucket: str, prefix: str, where: str, until: datetime) -> Sequence[Version]:
    """Versions under a prefix for which `where`, a clause with one mark for `until`, holds."""
    end = after_prefix(prefix) or LAST_CHARACTER * 2
    values = [bucket, prefix, end, until.timestamp()]
    return store.query(Version, f"bucket=? AND key>=? AND key<? AND {where} ORDER BY key, rank", values)


def has_content(store: Store, bucket: str) -> bool:
    """Whether anything is in the bucket: a version, a delete marker, an upload under way."""
    return bool(
        store.query(Version, "bucket=? LIMIT 1", [bucket])
        or store.query(Upload, "bucket=? LIMIT 1", [bucket])
    )


def rank_at(moment: datetime) -> int:
    """Rank of a version that is written then."""
    return -int(moment.timestamp() * 1_000_000)


def delete_marker(bucket: Bucket, key: str, now: datetime) -> Version:
    return Version(bucket.name, key, rank_at(now), NULL, now, bucket.owner_uin, delete_marker=True)
