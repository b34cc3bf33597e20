"""A bucket's lifecycle rules: their table, and the way from and to COS's form of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from providers.kit.property import Many, One, Property, at_least
from providers.kit.values import Values
from providers.tencentcloud.clients import Cos

ABSENT = "NoSuchLifecycleConfiguration"


def _is_date(name: str, value: Any) -> Iterable[str]:
    try:
        date.fromisoformat(value)
    except ValueError:
        yield f"{name} cannot be parsed as RFC3339 Timestamp Format: {value}"


# The official provider writes "" for a date that is not given into sets, nothing for other texts.
_DATE = Property(name="date", rules=(_is_date,), blank="")
_DAYS = Property(name="days", kind=int, rules=(at_least(0),))
_STORAGE_CLASS = Property(name="storageClass", required=True)
_NON_CURRENT_DAYS = Property(name="nonCurrentDays", kind=int, rules=(at_least(0),))

RULE = (
    Property(name="id", computed=True),
    Property(name="filterPrefix"),
    Property(
        name="transitions", kind=Many((_DATE, _DAYS, _STORAGE_CLASS), ordered=False), vendor="transition"
    ),
    Property(
        name="expiration",
        kind=One((_DATE, _DAYS, Property(name="deleteMarker", kind=bool)), ordered=False),
    ),
    Property(
        name="nonCurrentTransitions",
        kind=Many((_NON_CURRENT_DAYS, _STORAGE_CLASS), ordered=False),
        vendor="non_current_transition",
    ),
    Property(name="nonCurrentExpiration", kind=One((_NON_CURRENT_DAYS,), ordered=False)),
    Property(
        name="abortIncompleteMultipartUpload",
        kind=One(
            (Property(name="daysAfterInitiation", kind=int, required=True, rules=(at_least(1),)),),
            ordered=False,
        ),
    ),
)


def read(cos: Cos, bucket: str) -> dict[str, Any]:
    """Return the rules in COS's order."""
    found = cos.read("lifecycle", bucket, ABSENT).get("Rule") or ()
    return {"lifecycleRules": [_rule(each) for each in found]}


def write(cos: Cos, bucket: str, wanted: Values) -> None:
    """Replace all rules, or remove them."""
    if rules := wanted.get("lifecycleRules"):
        configuration = {"Rule": [_sent(each) for each in rules]}
        cos.call("put_bucket_lifecycle", bucket, LifecycleConfiguration=configuration)
    else:
        cos.call("delete_bucket_lifecycle", bucket)


def _rule(found: Mapping[str, Any]) -> dict[str, Any]:
    where = found.get("Filter") or {}
    prefix = (where.get("And") or where).get("Prefix") or ""
    ends, old_ends = found.get("Expiration"), found.get("NoncurrentVersionExpiration")
    uploads = found.get("AbortIncompleteMultipartUpload")
    return {
        "id": found.get("ID"),
        "filterPrefix": prefix,
        "transitions": [
            {**_when(each), "storageClass": each["StorageClass"]} for each in found.get("Transition") or ()
        ],
        "expiration": ends
        and {**_when(ends), "deleteMarker": ends.get("ExpiredObjectDeleteMarker") == "true"},
        "nonCurrentTransitions": [
            {"nonCurrentDays": _number(each, "NoncurrentDays"), "storageClass": each["StorageClass"]}
            for each in found.get("NoncurrentVersionTransition") or ()
        ],
        "nonCurrentExpiration": old_ends and {"nonCurrentDays": _number(old_ends, "NoncurrentDays")},
        "abortIncompleteMultipartUpload": uploads
        and {"daysAfterInitiation": _number(uploads, "DaysAfterInitiation")},
    }


def _when(found: Mapping[str, Any]) -> dict[str, Any]:
    """Days, or the date alone of `2027-01-31T00:00:00Z`."""
    return {"date": (found.get("Date") or "")[:10], "days": _number(found, "Days")}


def _number(found: Mapping[str, Any], name: str) -> int | None:
    return None if found.get(name) is None else int(found[name])


def _sent(rule: Values) -> dict[str, Any]:
    """Return a rule in the form of the SDK; a rule without id gets one from COS."""
    ends, old_ends = rule.get("expiration"), rule.get("nonCurrentExpiration")
    uploads = rule.get("abortIncompleteMultipartUpload")
    parts = {
        "ID": rule.get("id"),
        "Status": "Enabled",
        "Filter": {"Prefix": rule.get("filterPrefix") or ""},
        "Transition": [
            _at(each, StorageClass=each["storageClass"]) for each in rule.get("transitions") or ()
        ],
        "Expiration": ends
        and _at(ends, ExpiredObjectDeleteMarker="true" if ends.get("deleteMarker") else None),
        "NoncurrentVersionTransition": [
            {"NoncurrentDays": each.get("nonCurrentDays"), "StorageClass": each["storageClass"]}
            for each in rule.get("nonCurrentTransitions") or ()
        ],
        "NoncurrentVersionExpiration": old_ends and {"NoncurrentDays": old_ends.get("nonCurrentDays")},
        "AbortIncompleteMultipartUpload": uploads and {"DaysAfterInitiation": uploads["daysAfterInitiation"]},
    }
    return {name: part for name, part in parts.items() if part}


def _at(given: Values, **more: str | None) -> dict[str, Any]:
    day = f"{given['date']}T00:00:00Z" if given.get("date") else None
    parts = {"Date": day, "Days": given.get("days"), **more}
    return {name: part for name, part in parts.items() if part is not None}
