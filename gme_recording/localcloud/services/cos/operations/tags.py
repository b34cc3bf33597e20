"""Tags of objects."""

from __future__ import annotations

from dataclasses import replace

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos.configurations import MAX_OBJECT_TAGS, check_tags
from gme_recording.localcloud.services.cos.errors import (
    INVALID_TAG,
    MALFORMED_XML,
)
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import on_object
from gme_recording.localcloud.services.cos.versions import UNREADABLE, readable


@COS.operation(
    "PutObjectTagging",
    match="PUT object tagging",
    on=on_object,
    refuses=(*UNREADABLE, MALFORMED_XML, INVALID_TAG),
)
def put_object_tagging(call: Call, *, bucket: str, key: str, document: Element, version_id: str = "") -> None:
    version = readable(call, bucket, key, version_id)
    call.store.put(replace(version, tags=check_tags(document, MAX_OBJECT_TAGS)))


@COS.operation("GetObjectTagging", match="GET object tagging", on=on_object, refuses=UNREADABLE)
def get_object_tagging(call: Call, *, bucket: str, key: str, version_id: str = "") -> Element:
    tags = readable(call, bucket, key, version_id).tags
    listed = (tree("Tag", [leaf("Key", name), leaf("Value", value)]) for name, value in tags.items())
    return tree("Tagging", [tree("TagSet", listed)])


@COS.operation("DeleteObjectTagging", match="DELETE object tagging", on=on_object, refuses=UNREADABLE)
def delete_object_tagging(call: Call, *, bucket: str, key: str, version_id: str = "") -> None:
    call.store.put(replace(readable(call, bucket, key, version_id), tags={}))
