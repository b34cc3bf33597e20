"""Copies: of a whole object, or of a part of one into a multipart upload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.cos import Answer, address, copy_source
from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos import conditions, content, versions
from gme_recording.localcloud.services.cos.errors import (
    INVALID_ARGUMENT,
    INVALID_RANGE,
    INVALID_REQUEST,
    NO_SUCH_BUCKET,
    NO_SUCH_UPLOAD,
    PRECONDITION_FAILED,
)
from gme_recording.localcloud.services.cos.model import Bucket, Version
from gme_recording.localcloud.services.cos.operations.buckets import iso
from gme_recording.localcloud.services.cos.operations.multipart import keep_part
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import bucket_named, on_object

_CONDITIONS = "x-cos-copy-source-"
_REPLACE = {"replaced", "replace"}


@dataclass(frozen=True, slots=True)
class Source:
    bucket: str
    key: str
    version_id: str = ""


def parse_source(text: str) -> Source:
    """`<bucket>.cos.<region>.myqcloud.com/<key>?versionId=…`, or the bucket's name in place of the host."""
    path, _, query = text.removeprefix("/").partition("?")
    host, _, key = path.partition("/")
    named = address(host)
    bucket = named.bucket if named else host
    if not bucket or not key:
        raise INVALID_ARGUMENT(problem=f"copy source {text!r} names no object")
    return Source(bucket, unquote(key), dict(parse_qsl(query)).get("versionId", ""))


def _open(call: Call, headers: Mapping[str, str]) -> tuple[Version, bytes]:
    """What is to be copied, if the caller may read it. It may lie in another region than the host's."""
    source = parse_source(copy_source(headers))
    bucket = call.store.find(Bucket, name=source.bucket)
    if bucket is None:
        raise NO_SUCH_BUCKET(bucket=source.bucket)
    elsewhere = replace(call, request=replace(call.request, host=f"cos.{bucket.region}.myqcloud.com"))
    read = COS.operations["GetObject"]
    call.cloud.authorise(elsewhere, read, {"bucket": source.bucket, "key": source.key})
    version = versions.readable(call, source.bucket, source.key, source.version_id)
    conditions.check(headers, version.etag, version.modified, prefix=_CONDITIONS)
    return version, content.read(call, version.content)


@COS.operation(
    "PutObjectCopy",
    match="PUT object copy",
    on=on_object,
    refuses=(*versions.UNREADABLE, *versions.UNWRITABLE, INVALID_REQUEST, PRECONDITION_FAILED),
)
def put_object_copy(call: Call, *, bucket: str, key: str, headers: Mapping[str, str]) -> Answer:
    """What is said about the source goes along, unless the request says that it is to be replaced."""
    target = bucket_named(call, bucket)
    source, body = _open(call, headers)
    said = versions.describe(call, target, headers)
    if headers.get("x-cos-metadata-directive", "Copy").lower() not in _REPLACE:
        same_place = (source.bucket, source.key) == (bucket, key) and source.latest
        if same_place and "x-cos-storage-class" not in headers:
            raise INVALID_REQUEST(problem="a copy onto itself must change the metadata or the storage class")
        said = replace(said, headers=source.headers)
    if headers.get("x-cos-tagging-directive", "Copy").lower() not in _REPLACE:
        said = replace(said, tags=source.tags)
    version = versions.write(call, target, key, body, said)
    return Answer(
        versions.written_headers(target, version), tree("CopyObjectResult", _result(version.etag, version))
    )


def _result(etag: str, version: Version) -> list[Element]:
    return [
        leaf("ETag", f'"{etag}"'),
        leaf("LastModified", iso(version.modified)),
        leaf("CRC64", version.crc64),
        leaf("VersionId", version.version_id),
    ]


@COS.operation(
    "UploadPartCopy",
    match="PUT object uploadId copy",
    on=on_object,
    refuses=(*versions.UNREADABLE, NO_SUCH_UPLOAD, INVALID_ARGUMENT, INVALID_RANGE, PRECONDITION_FAILED),
)
def upload_part_copy(
    call: Call, *, bucket: str, key: str, upload_id: str, part_number: int, headers: Mapping[str, str]
) -> Element:
    source, body = _open(call, headers)
    wanted = conditions.byte_range(headers.get("x-cos-copy-source-range", ""), source.size)
    start, end = wanted or (0, source.size)
    part = keep_part(call, (bucket, key, upload_id), part_number, body[start:end])
    return tree("CopyPartResult", [leaf("ETag", f'"{part.etag}"'), leaf("LastModified", iso(part.modified))])
