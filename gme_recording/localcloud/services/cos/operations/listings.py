"""What is in a bucket: objects, their versions, uploads under way; page by page."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos import grants, pages
from gme_recording.localcloud.services.cos.errors import INVALID_ARGUMENT, NO_SUCH_BUCKET
from gme_recording.localcloud.services.cos.model import Bucket, Upload, Version
from gme_recording.localcloud.services.cos.operations.buckets import iso
from gme_recording.localcloud.services.cos.pages import Page
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import bucket_named

Encode = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a listing is asked for; the markers of all of its forms."""

    prefix: str = ""
    delimiter: str = ""
    encoding_type: str = ""
    max_keys: int = pages.MAX_KEYS
    marker: str = ""
    list_type: str = ""
    continuation_token: str = ""
    start_after: str = ""
    key_marker: str = ""
    version_id_marker: str = ""

    def encoder(self) -> Encode:
        if self.encoding_type not in {"", "url"}:
            raise INVALID_ARGUMENT(problem=f"encoding-type must be url, not {self.encoding_type!r}")
        return quote if self.encoding_type else str


def _on_prefix(call: Call, *, bucket: str, listing: Listing, **_: object) -> Sequence[str]:
    return (bucket_named(call, bucket).resource(listing.prefix),)


@COS.operation("GetBucket", match="GET bucket", on=_on_prefix, refuses=(NO_SUCH_BUCKET, INVALID_ARGUMENT))
def get_bucket(call: Call, *, bucket: str, listing: Listing) -> Element:
    """The current objects; `list-type=2` asks for S3's second form."""
    second = listing.list_type == "2"
    start = _resume(listing) if second else listing.marker
    page = _page(call, bucket, listing, pages.after(start, listing.prefix, listing.delimiter), current=True)
    encode = listing.encoder()
    found = bucket_named(call, bucket)
    last = _last_of(page)
    paging: dict[str, object]
    if second:
        paging = {
            "StartAfter": encode(listing.start_after),
            "ContinuationToken": listing.continuation_token,
            "KeyCount": len(page.entries),
            "NextContinuationToken": _token(last) if page.truncated else "",
        }
    else:
        paging = {"NextMarker": encode(last) if page.truncated else ""}
    return tree(
        "ListBucketResult",
        [
            *_head(bucket, listing),
            None if second else leaf("Marker", encode(listing.marker)),
            leaf("IsTruncated", str(page.truncated).lower()),
            *(leaf(name, value) for name, value in paging.items() if value != ""),
            *(tree("Contents", _facts(found, version, encode)) for version in page.versions),
            *_prefixes(page.prefixes, encode),
        ],
    )


@COS.operation(
    "GetBucketObjectVersions",
    match="GET bucket versions",
    on=_on_prefix,
    refuses=(NO_SUCH_BUCKET, INVALID_ARGUMENT),
)
def get_bucket_object_versions(call: Call, *, bucket: str, listing: Listing) -> Element:
    """All versions and delete markers, the newest of a key first."""
    page = _page(call, bucket, listing, _start_of_versions(call, bucket, listing), current=False)
    encode = listing.encoder()
    found = bucket_named(call, bucket)
    last = page.entries[-1] if page.truncated else None
    following = {
        "NextKeyMarker": encode(last.key if isinstance(last, Version) else last or ""),
        "NextVersionIdMarker": last.version_id if isinstance(last, Version) else "",
    }
    return tree(
        "ListVersionsResult",
        [
            *_head(bucket, listing),
            leaf("KeyMarker", encode(listing.key_marker)),
            leaf("VersionIdMarker", listing.version_id_marker),
            leaf("IsTruncated", str(page.truncated).lower()),
            *(leaf(name, value) for name, value in following.items() if value),
            *(_version(found, version, encode) for version in page.versions),
            *_prefixes(page.prefixes, encode),
        ],
    )


def _page(call: Call, bucket: str, listing: Listing, start: pages.Start, *, current: bool) -> Page:
    wanted = pages.Wanted(
        prefix=listing.prefix, delimiter=listing.delimiter, limit=listing.max_keys, current_only=current
    )
    return pages.read(call.store, bucket, start, wanted)


def _start_of_versions(call: Call, bucket: str, listing: Listing) -> pages.Start:
    if not listing.version_id_marker:
        return pages.after(listing.key_marker, listing.prefix, listing.delimiter)
    marked = call.store.find(
        Version, bucket=bucket, key=listing.key_marker, version_id=listing.version_id_marker
    )
    if marked is None:
        raise INVALID_ARGUMENT(problem="there is no version of that id to continue after")
    return (marked.key, marked.rank + 1)


def _last_of(page: Page) -> str:
    if not page.entries:
        return ""
    last = page.entries[-1]
    return last.key if isinstance(last, Version) else last


def _token(marker: str) -> str:
    return base64.urlsafe_b64encode(marker.encode()).decode()


def _resume(listing: Listing) -> str:
    if not listing.continuation_token:
        return listing.start_after
    try:
        marker = base64.urlsafe_b64decode(listing.continuation_token).decode()
    except ValueError:
        marker = ""
    if not marker or _token(marker) != listing.continuation_token:
        raise INVALID_ARGUMENT(problem="the continuation token is not valid")
    return marker


def _head(bucket: str, listing: Listing) -> Iterable[Element | None]:
    encode = listing.encoder()
    yield leaf("Name", bucket)
    yield leaf("EncodingType", listing.encoding_type) if listing.encoding_type else None
    yield leaf("Prefix", encode(listing.prefix))
    yield leaf("Delimiter", encode(listing.delimiter)) if listing.delimiter else None
    yield leaf("MaxKeys", min(listing.max_keys, pages.MAX_KEYS))


def _facts(bucket: Bucket, version: Version, encode: Encode) -> list[Element]:
    return [
        leaf("Key", encode(version.key)),
        leaf("LastModified", iso(version.modified)),
        leaf("ETag", f'"{version.etag}"'),
        leaf("Size", version.size),
        tree("Owner", [leaf("ID", bucket.appid), leaf("DisplayName", bucket.appid)]),
        leaf("StorageClass", version.storage_class),
    ]


def _version(bucket: Bucket, version: Version, encode: Encode) -> Element:
    facts = _facts(bucket, version, encode)
    key, modified, _, _, owner, _ = facts
    identity = [leaf("VersionId", version.version_id), leaf("IsLatest", str(version.latest).lower())]
    if version.delete_marker:
        return tree("DeleteMarker", [key, *identity, modified, owner])
    return tree("Version", [key, *identity, *facts[1:]])


def _prefixes(prefixes: Iterable[str], encode: Encode) -> Iterable[Element]:
    return (tree("CommonPrefixes", [leaf("Prefix", encode(prefix))]) for prefix in prefixes)


@dataclass(frozen=True, slots=True)
class Uploads:
    prefix: str = ""
    delimiter: str = ""
    encoding_type: str = ""
    max_uploads: int = pages.MAX_KEYS
    key_marker: str = ""
    upload_id_marker: str = ""


def _on_uploads(call: Call, *, bucket: str, wanted: Uploads, **_: object) -> Sequence[str]:
    return (bucket_named(call, bucket).resource(wanted.prefix),)


@COS.operation(
    "ListMultipartUploads",
    match="GET bucket uploads",
    on=_on_uploads,
    refuses=(NO_SUCH_BUCKET, INVALID_ARGUMENT),
)
def list_multipart_uploads(call: Call, *, bucket: str, wanted: Uploads) -> Element:
    """Uploads under way, by key and id; there are few, so they are sorted here."""
    marker = (wanted.key_marker, wanted.upload_id_marker or "\U0010ffff")
    every = sorted(
        (upload.key.encode(), upload.upload_id, upload)
        for upload in call.store.select(Upload, bucket=bucket)
        if upload.key.startswith(wanted.prefix)
    )
    left = [
        u
        for key, upload_id, u in every
        if not marker[0] or (key, upload_id) > (marker[0].encode(), marker[1])
    ]
    single = [u for u in left if not pages.common_prefix(u.key, wanted.prefix, wanted.delimiter)]
    rolled = {pages.common_prefix(u.key, wanted.prefix, wanted.delimiter): None for u in left}
    shown = single[: wanted.max_uploads]
    truncated = len(shown) < len(single)
    encode = Listing(encoding_type=wanted.encoding_type).encoder()
    return tree(
        "ListMultipartUploadsResult",
        [
            leaf("Bucket", bucket),
            leaf("KeyMarker", encode(wanted.key_marker)),
            leaf("UploadIdMarker", wanted.upload_id_marker),
            leaf("Prefix", encode(wanted.prefix)),
            leaf("MaxUploads", wanted.max_uploads),
            leaf("IsTruncated", str(truncated).lower()),
            leaf("NextKeyMarker", encode(shown[-1].key)) if truncated and shown else None,
            leaf("NextUploadIdMarker", shown[-1].upload_id) if truncated and shown else None,
            *(_upload(upload, encode) for upload in shown),
            *_prefixes(filter(None, rolled), encode),
        ],
    )


def _upload(upload: Upload, encode: Encode) -> Element:
    owner = grants.user(upload.owner)
    who = [leaf("ID", owner), leaf("DisplayName", owner)]
    return tree(
        "Upload",
        [
            leaf("Key", encode(upload.key)),
            leaf("UploadId", upload.upload_id),
            leaf("StorageClass", upload.storage_class),
            tree("Initiator", who),
            tree("Owner", who),
            leaf("Initiated", iso(upload.initiated)),
        ],
    )
