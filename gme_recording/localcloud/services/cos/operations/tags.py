"""Tags of objects."""

from __future__ import annotations

from dataclasses import replace

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos.configurations import MAX_OBJECT_TAGS, check_tags
from gme_recording.localcloud.services.cos.errors import (
    INVALID_TAG,
    MALFORMED_XML,
    NO_SUCH_BUCKET,
    NO_SUCH_KEY,
    NO_SUCH_VERSION,
)
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import on_object
from gme_recording.localcloud.services.cos.versions import readable

_ABSENT = (NO_SUCH_BUCKET, NO_SUCH_KEY, NO_SUCH_VERSION)


@COS.operation(
    "PutObjectTagging",
    match="PUT object tagging",
    on=on_object,
    refuses=(*_ABSENT, MALFORMED_XML, INVALID_TAG),
)
def put_object_tagging(call: Call, *, bucket: str, key: str, document: Element, version_id: str = "") -> None:
    version = readable(call, bucket, key, version_id)
    call.store.put(replace(version, tags=check_tags(document, MAX_OBJECT_TAGS)))


@COS.operation("GetObjectTagging", match="GET object tagging", on=on_object, refuses=_ABSENT)
def get_object_tagging(call: Call, *, bucket: str, key: str, version_id: str = "") -> Element:
    tags = readable(call, bucket, key, version_id).tags
    listed = (tree("Tag", [leaf("Key", name), leaf("Value", value)]) for name, value in tags.items())
    return tree("Tagging", [tree("TagSet", listed)])


@COS.operation("DeleteObjectTagging", match="DELETE object tagging", on=on_object, refuses=_ABSENT)
def delete_object_tagging(call: Call, *, bucket: str, key: str, version_id: str = "") -> None:
    call.store.put(replace(readable(call, bucket, key, version_id), tags={}))
