"""Uploads in parts: begin, send, list, complete, abort."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.cos import Answer
from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos import content as stored
from gme_recording.localcloud.services.cos import grants, scan, versions
from gme_recording.localcloud.services.cos.errors import (
    ENTITY_TOO_SMALL,
    INVALID_ARGUMENT,
    INVALID_PART,
    INVALID_PART_ORDER,
    KEY_TOO_LONG,
    MALFORMED_XML,
    NO_SUCH_BUCKET,
    NO_SUCH_UPLOAD,
)
from gme_recording.localcloud.services.cos.model import Part, Upload
from gme_recording.localcloud.services.cos.operations.buckets import iso
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import bucket_named, on_object

MAX_PARTS = 10_000
MIN_PART_BYTES = 1 << 20
"""Of every part but the last (436/7750)."""


@COS.operation(
    "InitiateMultipartUpload",
    match="POST object uploads",
    on=on_object,
    refuses=versions.UNWRITABLE,
)
def initiate_multipart_upload(call: Call, *, bucket: str, key: str, headers: Mapping[str, str]) -> Element:
    if len(key.encode()) > versions.MAX_KEY_BYTES:
        raise KEY_TOO_LONG(limit=versions.MAX_KEY_BYTES)
    found = bucket_named(call, bucket)
    said = versions.describe(call, found, headers)
    upload_id = f"{int(call.now.timestamp())}{uuid4().hex}"
    call.store.add(
        Upload(
            upload_id,
            bucket,
            key,
            call.now,
            found.owner_uin,
            said.storage_class,
            said.headers,
            said.encryption,
            said.tags,
            said.acl,
        )
    )
    names = {"Bucket": bucket, "Key": key, "UploadId": upload_id}
    return tree("InitiateMultipartUploadResult", (leaf(*name) for name in names.items()))


@COS.operation(
    "UploadPart",
    match="PUT object uploadId",
    on=on_object,
    refuses=(NO_SUCH_BUCKET, NO_SUCH_UPLOAD, INVALID_ARGUMENT),
)
def upload_part(
    call: Call, *, bucket: str, key: str, upload_id: str, part_number: int, content: bytes
) -> Answer:
    part = keep_part(call, (bucket, key, upload_id), part_number, content)
    return Answer({"ETag": f'"{part.etag}"'})


def keep_part(call: Call, upload: tuple[str, str, str], number: int, content: bytes) -> Part:
    """Part `number` of the upload (bucket, key, id); an earlier one of that number is replaced."""
    upload_id = upload_named(call, *upload).upload_id
    if not 1 <= number <= MAX_PARTS:
        raise INVALID_ARGUMENT(problem=f"partNumber must be 1 to {MAX_PARTS}, not {number}")
    if before := call.store.find(Part, upload_id=upload_id, number=number):
        stored.discard(call, [before.content])
    etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return call.store.put(Part(upload_id, number, stored.write(call, content), len(content), etag, call.now))


def upload_named(call: Call, bucket: str, key: str, upload_id: str) -> Upload:
    found = call.store.find(Upload, upload_id=upload_id)
    if found is None or (found.bucket, found.key) != (bucket, key):
        raise NO_SUCH_UPLOAD(upload_id=upload_id)
    return found


@COS.operation(
    "CompleteMultipartUpload",
    match="POST object uploadId",
    on=on_object,
    refuses=(
        NO_SUCH_BUCKET,
        NO_SUCH_UPLOAD,
        MALFORMED_XML,
        INVALID_PART,
        INVALID_PART_ORDER,
        ENTITY_TOO_SMALL,
    ),
)
def complete_multipart_upload(
    call: Call, *, bucket: str, key: str, upload_id: str, document: Element
) -> Answer:
    """The named parts in their order become the object; parts that are not named are dropped."""
    upload = upload_named(call, bucket, key, upload_id)
    parts = _chosen(call, upload, document)
    found = bucket_named(call, bucket)
    said = versions.Description(
        upload.storage_class, upload.headers, upload.encryption, upload.tags, upload.acl
    )
    body = b"".join(stored.read(call, part.content) for part in parts)
    digests = b"".join(bytes.fromhex(part.etag) for part in parts)
    etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
    version = versions.write(call, found, key, body, said, etag=etag)
    stored.discard(call, scan.abort(call.store, upload))
    facts = {
        "Location": f"http://{call.request.host}/{key}",
        "Bucket": bucket,
        "Key": key,
        "ETag": f'"{etag}"',
        "VersionId": version.version_id if found.versioning else "",
    }
    result = tree("CompleteMultipartUploadResult", (leaf(*fact) for fact in facts.items() if fact[1]))
    return Answer(versions.written_headers(found, version) | {"ETag": ""}, result)


def _chosen(call: Call, upload: Upload, document: Element) -> Sequence[Part]:
    wanted = [(_number(part), part.value("ETag").strip('"')) for part in document.each("Part")]
    if document.name != "CompleteMultipartUpload" or not wanted:
        raise MALFORMED_XML(problem="CompleteMultipartUpload needs a Part")
    numbers = [number for number, _ in wanted]
    if numbers != sorted(set(numbers)):
        raise INVALID_PART_ORDER(numbers=numbers)
    kept = {part.number: part for part in call.store.select(Part, upload_id=upload.upload_id)}
    for number, etag in wanted:
        if number not in kept or kept[number].etag != etag:
            raise INVALID_PART(number=number)
    for number in numbers[:-1]:
        if kept[number].size < MIN_PART_BYTES:
            raise ENTITY_TOO_SMALL(number=number, limit=MIN_PART_BYTES)
    return [kept[number] for number in numbers]


def _number(part: Element) -> int:
    text = part.value("PartNumber")
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII):
        raise MALFORMED_XML(problem=f"PartNumber must be a number, not {text!r}")
    return int(text)


@COS.operation(
    "AbortMultipartUpload",
    match="DELETE object uploadId",
    on=on_object,
    refuses=(NO_SUCH_BUCKET, NO_SUCH_UPLOAD),
)
def abort_multipart_upload(call: Call, *, bucket: str, key: str, upload_id: str) -> None:
    stored.discard(call, scan.abort(call.store, upload_named(call, bucket, key, upload_id)))


@COS.operation(
    "ListParts", match="GET object uploadId", on=on_object, refuses=(NO_SUCH_BUCKET, NO_SUCH_UPLOAD)
)
def list_parts(
    call: Call,
    *,
    bucket: str,
    key: str,
    upload_id: str,
    max_parts: int = 1000,
    part_number_marker: int = 0,
) -> Element:
    upload = upload_named(call, bucket, key, upload_id)
    every = [
        part for part in call.store.select(Part, upload_id=upload_id) if part.number > part_number_marker
    ]
    shown = every[: min(max_parts, 1000)]
    owner = grants.user(upload.owner)
    who = [leaf("ID", owner), leaf("DisplayName", owner)]
    return tree(
        "ListPartsResult",
        [
            leaf("Bucket", bucket),
            leaf("Key", key),
            leaf("UploadId", upload_id),
            tree("Owner", who),
            leaf("PartNumberMarker", part_number_marker),
            tree("Initiator", who),
            leaf("StorageClass", upload.storage_class),
            leaf("NextPartNumberMarker", shown[-1].number) if len(shown) < len(every) and shown else None,
            leaf("MaxParts", max_parts),
            leaf("IsTruncated", str(len(shown) < len(every)).lower()),
            *map(_listed, shown),
        ],
    )


def _listed(part: Part) -> Element:
    facts = {
        "PartNumber": part.number,
        "LastModified": iso(part.modified),
        "ETag": f'"{part.etag}"',
        "Size": part.size,
    }
    return tree("Part", (leaf(*fact) for fact in facts.items()))
