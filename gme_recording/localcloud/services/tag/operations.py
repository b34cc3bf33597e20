"""Tags by resource: `qcs::cam::uin/:role/<id>`, `qcs::cam:<region>:uin/:uin/<uin>`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gme_recording.localcloud.refusal import Refusal
from gme_recording.localcloud.services.tag.model import Tag, tags_of
from gme_recording.localcloud.services.tag.routes import TAG

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

MAX_TAGS = 50
MAX_KEY, MAX_VALUE = 127, 255

RESOURCE_ERROR = Refusal(
    "InvalidParameterValue.ResourceDescriptionError", "{resource} is not a six-part resource."
)
KEY_EMPTY = Refusal("InvalidParameterValue.TagKeyEmpty", "A tag key is empty.")
KEY_LENGTH = Refusal("InvalidParameterValue.TagKeyLengthExceeded", "A tag key is longer than 127 characters.")
VALUE_LENGTH = Refusal(
    "InvalidParameterValue.TagValueLengthExceeded", "A tag value is longer than 255 characters."
)
KEY_TWICE = Refusal("InvalidParameterValue.TagKeyDuplicate", "The tag key {key} is given twice.")
RESERVED_KEY = Refusal("InvalidParameterValue.ReservedTagKey", "The tag key {key} is reserved.")
DELETED_TOO = Refusal("InvalidParameterValue.DeleteTagsParamError", "The tag {key} is both set and deleted.")
TOO_MANY = Refusal("LimitExceeded.ResourceAttachedTags", "A resource has 50 tags at most.")
OFFSET_INVALID = Refusal("InvalidParameterValue.OffsetInvalid", "Offset and Limit must not be negative.")


@dataclass(frozen=True, slots=True)
class Setting:
    tag_key: str
    tag_value: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    tag_key: str


def _given(call: Call, *, resource: str, **_: object) -> list[str]:  # noqa: ARG001 - shape of every `on`
    return [resource]


def _any(call: Call, **_: object) -> list[str]:
    return [f"qcs::tag::uin/{call.principal.owner_uin}:*"]


@TAG.operation(
    "ModifyResourceTags",
    on=_given,
    refuses=(
        RESOURCE_ERROR,
        KEY_EMPTY,
        KEY_LENGTH,
        VALUE_LENGTH,
        KEY_TWICE,
        RESERVED_KEY,
        DELETED_TOO,
        TOO_MANY,
    ),
    rate=20,
)
def modify_resource_tags(
    call: Call,
    *,
    resource: str,
    replace_tags: list[Setting] | None = None,
    delete_tags: list[Name] | None = None,
) -> None:
    named = (call.principal.owner_uin, *_parts(resource))
    settings, names = replace_tags or [], [name.tag_key for name in delete_tags or []]
    _check(settings, names)
    for tag in tags_of(call.store, *named):
        if tag.key in names:
            call.store.delete(tag)
    for setting in settings:
        call.store.put(Tag(*named, setting.tag_key, setting.tag_value))
    if len(tags_of(call.store, *named)) > MAX_TAGS:
        raise TOO_MANY()


@TAG.operation("DescribeResourceTagsByResourceIds", on=_any, refuses=(OFFSET_INVALID,), rate=20)
def describe_resource_tags_by_resource_ids(  # noqa: PLR0913 - the vendor's parameters
    call: Call,
    *,
    service_type: str,
    resource_prefix: str,
    resource_ids: list[str],
    resource_region: str = "",  # noqa: ARG001 - ids are unique over regions here
    offset: int = 0,
    limit: int = 15,
) -> dict[str, object]:
    if offset < 0 or limit < 0:
        raise OFFSET_INVALID()
    kind = (call.principal.owner_uin, service_type, resource_prefix)
    tags = [tag for each in resource_ids for tag in tags_of(call.store, *kind, each)]
    return {
        "TotalCount": len(tags),
        "Offset": offset,
        "Limit": limit,
        "Tags": [
            {
                "TagKey": tag.key,
                "TagValue": tag.value,
                "ResourceId": tag.resource_id,
                "TagKeyMd5": _md5(tag.key),
                "TagValueMd5": _md5(tag.value),
                "ServiceType": tag.service,
            }
            for tag in tags[offset : offset + limit]
        ],
    }


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _parts(resource: str) -> tuple[str, str, str]:
    """Service, kind and id; what stands between kind and id (`tencentcloudServiceRole`) does not count."""
    parts = resource.split(":", 5)
    if len(parts) != 6 or parts[0] != "qcs" or not parts[2] or "/" not in parts[5]:
        raise RESOURCE_ERROR(resource=resource)
    return parts[2], parts[5].partition("/")[0], parts[5].rpartition("/")[2]


def _check(settings: list[Setting], deleted: list[str]) -> None:
    keys = [setting.tag_key for setting in settings]
    for key in keys:
        if not key:
            raise KEY_EMPTY()
        if len(key) > MAX_KEY:
            raise KEY_LENGTH()
        if key.lower().startswith("qcs:"):
            raise RESERVED_KEY(key=key)
        if keys.count(key) > 1:
            raise KEY_TWICE(key=key)
        if key in deleted:
            raise DELETED_TOO(key=key)
    if any(len(setting.tag_value) > MAX_VALUE for setting in settings):
        raise VALUE_LENGTH()
