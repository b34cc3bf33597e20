"""Objects: put, get, head, delete, copy, restore."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from types import MappingProxyType

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.cos import Answer
from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos import conditions, cors, versions
from gme_recording.localcloud.services.cos import content as stored
from gme_recording.localcloud.services.cos.errors import (
    INVALID_ARGUMENT,
    INVALID_OBJECT_STATE,
    INVALID_RANGE,
    MALFORMED_XML,
    NO_SUCH_BUCKET,
    NOT_MODIFIED,
    PRECONDITION_FAILED,
    RESTORE_UNDER_WAY,
)
from gme_recording.localcloud.services.cos.model import Version
from gme_recording.localcloud.services.cos.repeated import Body
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import bucket_named, on_object

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
MAX_BATCH = 1000
READ_REFUSALS = (*versions.UNREADABLE, NOT_MODIFIED, PRECONDITION_FAILED, INVALID_RANGE)
_RESTORE_TIME: Mapping[tuple[str, str], timedelta] = {
    ("ARCHIVE", "Expedited"): timedelta(minutes=5),
    ("ARCHIVE", "Standard"): timedelta(hours=5),
    ("ARCHIVE", "Bulk"): timedelta(hours=12),
    ("DEEP_ARCHIVE", "Standard"): timedelta(hours=24),
    ("DEEP_ARCHIVE", "Bulk"): timedelta(hours=48),
}
"""The longest that the vendor states (436/12633)."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """Headers that the query wants the answer to have instead of the object's own."""

    response_cache_control: str = ""
    response_content_disposition: str = ""
    response_content_encoding: str = ""
    response_content_language: str = ""
    response_content_type: str = ""
    response_expires: str = ""

    def headers(self) -> dict[str, str]:
        values = {f.name.removeprefix("response_"): getattr(self, f.name) for f in fields(self)}
        return {name.replace("_", "-").title(): value for name, value in values.items() if value}


@COS.operation(
    "PutObject",
    match="PUT object",
    on=on_object,
    refuses=versions.UNWRITABLE,
)
def put_object(
    call: Call, *, bucket: str, key: str, content: Body = b"", headers: Mapping[str, str] = NO_HEADERS
) -> Answer:
    found = bucket_named(call, bucket)
    version = versions.write(call, found, key, content, versions.describe(call, found, headers))
    return Answer({**versions.written_headers(found, version), **cors.of_answer(call, bucket)})


@COS.operation("GetObject", match="GET object", on=on_object, refuses=(*READ_REFUSALS, INVALID_OBJECT_STATE))
def get_object(
    call: Call,
    *,
    bucket: str,
    key: str,
    headers: Mapping[str, str] = NO_HEADERS,
    version_id: str = "",
    overrides: Overrides = Overrides(),
) -> Answer:
    version, answer, part = _looked_at(call, bucket, key, headers, version_id)
    if not _is_at_hand(call, version):
        raise INVALID_OBJECT_STATE(storage_class=version.storage_class)
    said = {**answer.headers, **overrides.headers()}
    return Answer(said, stored.read(call, version.content, *part), answer.status)


@COS.operation("HeadObject", match="HEAD object", on=on_object, refuses=READ_REFUSALS)
def head_object(
    call: Call, *, bucket: str, key: str, headers: Mapping[str, str] = NO_HEADERS, version_id: str = ""
) -> Answer:
    _, answer, (start, end) = _looked_at(call, bucket, key, headers, version_id)
    return Answer({**answer.headers, "Content-Length": str(end - start)}, status=answer.status)


def _looked_at(
    call: Call, bucket: str, key: str, headers: Mapping[str, str], version_id: str
) -> tuple[Version, Answer, tuple[int, int]]:
    """The version, what is said about it, and which of its bytes are meant."""
    version = versions.readable(call, bucket, key, version_id)
    conditions.check(headers, version.etag, version.modified)
    said = versions.headers_of(call, bucket_named(call, bucket), version)
    said |= cors.of_answer(call, bucket)
    part = conditions.byte_range(headers.get("range", ""), version.size)
    if part is None:
        return version, Answer(said, status=200), (0, version.size)
    said["Content-Range"] = f"bytes {part[0]}-{part[1] - 1}/{version.size}"
    return version, Answer(said, status=206), part


def _is_at_hand(call: Call, version: Version) -> bool:
    if not versions.is_archived(version):
        return True
    begin, end = version.restored, version.restored_until
    return begin is not None and end is not None and begin <= call.now < end


@COS.operation("DeleteObject", match="DELETE object", on=on_object, refuses=(NO_SUCH_BUCKET,))
def delete_object(call: Call, *, bucket: str, key: str, version_id: str = "") -> Answer:
    """Succeeds whether there was such an object or not."""
    found = bucket_named(call, bucket)
    marker = versions.erase(call, found, key, version_id)
    return Answer(
        {
            "x-cos-delete-marker": "true" if marker else "",
            "x-cos-version-id": version_id or (marker.version_id if marker else ""),
        }
    )


def _named(document: Element) -> list[tuple[str, str]]:
    """Key and version id of every `Object` of a `Delete` document."""
    objects = list(document.each("Object"))
    if document.name != "Delete" or not 1 <= len(objects) <= MAX_BATCH:
        raise MALFORMED_XML(problem=f"Delete needs 1 to {MAX_BATCH} Objects")
    keys = [wanted.find("Key") for wanted in objects]
    if None in keys:
        raise MALFORMED_XML(problem="an Object has no Key")
    return [(key.text, wanted.value("VersionId")) for key, wanted in zip(keys, objects, strict=True) if key]


def _on_named(call: Call, *, bucket: str, document: Element) -> Sequence[str]:
    found = bucket_named(call, bucket)
    return [found.resource(key) for key, _ in _named(document)]


@COS.operation(
    "DeleteMultipleObjects",
    match="POST bucket delete",
    on=_on_named,
    refuses=(NO_SUCH_BUCKET, MALFORMED_XML),
)
def delete_multiple_objects(call: Call, *, bucket: str, document: Element) -> Element:
    """All or nothing: one key that may not be deleted denies the request."""
    found = bucket_named(call, bucket)
    quiet = document.value("Quiet") == "true"
    deleted = []
    for key, version_id in _named(document):
        marker = versions.erase(call, found, key, version_id)
        deleted.append(
            tree(
                "Deleted",
                [
                    leaf("Key", key),
                    leaf("VersionId", version_id) if version_id else None,
                    leaf("DeleteMarker", "true") if marker else None,
                    leaf("DeleteMarkerVersionId", marker.version_id) if marker else None,
                ],
            )
        )
    return tree("DeleteResult", [] if quiet else deleted)


@COS.operation(
    "PostObjectRestore",
    match="POST object restore",
    on=on_object,
    refuses=(*versions.UNREADABLE, INVALID_ARGUMENT, INVALID_OBJECT_STATE, RESTORE_UNDER_WAY),
)
def post_object_restore(
    call: Call, *, bucket: str, key: str, document: Element, version_id: str = ""
) -> Answer:
    """Makes an archived object readable for some days, after the hours that its class and the tier take."""
    version = versions.readable(call, bucket, key, version_id)
    if not versions.is_archived(version):
        raise INVALID_OBJECT_STATE(storage_class=version.storage_class)
    if version.restored is not None and version.restored > call.now:
        raise RESTORE_UNDER_WAY(key=key)
    at = call.now + _restore_time(version, document)
    until = at + timedelta(days=_restore_days(document))
    call.store.put(replace(version, restored=at, restored_until=until))
    return Answer(status=202)


def _restore_time(version: Version, document: Element) -> timedelta:
    job = document.find("CASJobParameters") or document.find("GlacierJobParameters")
    tier = job.value("Tier", "Standard") if job else "Standard"
    try:
        return _RESTORE_TIME[version.storage_class.removeprefix("MAZ_"), tier]
    except KeyError:
        raise INVALID_ARGUMENT(problem=f"{version.storage_class} has no tier {tier!r}") from None


def _restore_days(document: Element) -> int:
    days = document.value("Days", "1")
    if not re.fullmatch(r"\d{1,9}", days, re.ASCII) or not 1 <= int(days) <= 365:
        raise INVALID_ARGUMENT(problem=f"Days must be 1 to 365, not {days!r}")
    return int(days)
