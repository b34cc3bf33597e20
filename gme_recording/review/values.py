"""What differs between two states of a resource, and which values may be shown (pure).

Names of properties are always shown. Values are shown only where this table knows them to be harmless:
days, switches, names, URLs. Whatever is secret, unknown or not in the table is never shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gme_recording.review.markdown import code
from gme_recording.review.plan import MARKER, Step, Values
from policy.access import BUCKET_POLICY, CAM_POLICY, LINKED_ROLE
from policy.console import SECRETS, SETTINGS
from policy.inputs import SECRET, SIGNATURE, UNKNOWNS, Undecided
from policy.storage import BUCKET

ATTACHMENT = "tencentcloud:Cam/userPolicyAttachment:UserPolicyAttachment"

HARMLESS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile("|".join(paths))
    for kind, paths in {
        BUCKET: (
            r"bucket|acl|encryptionAlgorithm|logTargetBucket|logPrefix",
            r"forceClean|versioningEnable|logEnable|accelerationEnable|multiAz",
            r"lifecycleRules\[[^\]]*\]\.(?:expiration\.days|filterPrefix|nonCurrentExpiration\.nonCurrentDays)",
            r"lifecycleRules\[[^\]]*\]\.transitions\[\d+\]\.(?:days|storageClass)",
            r"lifecycleRules\[[^\]]*\]\.abortIncompleteMultipartUpload\.daysAfterInitiation",
        ),
        BUCKET_POLICY: ("bucket",),
        CAM_POLICY: ("name",),
        ATTACHMENT: ("userName",),
        LINKED_ROLE: (r"qcsServiceNames\[\d+\]",),
        SETTINGS: ("cloud|bizId|recording|scope|bucket|region|callbackUrl|confirmed|by|on",),
        MARKER: (r"input\.(?:mode|fingerprint)",),
    }.items()
}
"""Type → paths of its properties whose values may be read by everybody who can see a pull request."""

UNREADABLE = (Undecided, AttributeError, KeyError, TypeError, ValueError)
"""What reading inputs of a preview may raise: not known yet, secret, or of no form that a provider takes."""

_NAME = re.compile(r"[\w.:/ -]{0,120}")
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that changes."""

    path: str
    """Pulumi's path; items that have an id are called by it: `lifecycleRules[default].expiration.days`."""
    text: str
    """Old → new as Markdown, or why the values are not shown; may be empty."""


def differences(step: Step) -> tuple[Difference, ...]:
    """Return what differs between the inputs; what only the provider knows of comes by its name alone."""
    found = {
        path: Difference(path, _told(step.type, path, old, new))
        for path, old, new in _below("", step.old or {}, step.new or {})
    }
    if not found:
        found = {path: Difference(path, "") for path in sorted(step.reasons)}
    return tuple(found.values())


def is_unknown(value: object) -> bool:
    """Whether a value is known only after the deployment."""
    return isinstance(value, str) and value in UNKNOWNS


def is_secret(value: object) -> bool:
    """Whether a value is marked as secret."""
    return isinstance(value, Mapping) and value.get(SIGNATURE) == SECRET


def address(url: str) -> str | None:
    """Return a URL without its query; None if it carries a password or is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    return f"{parts.scheme}://{parts.netloc}{parts.path}{'?…' if parts.query else ''}"


def shown(kind: str, path: str, value: object) -> str | None:
    """Return a value as Markdown if it may be shown."""
    allowed = HARMLESS.get(kind)
    if allowed is None or not allowed.fullmatch(path):
        return None
    if value is _ABSENT or value is None or value == "":
        return "not set"
    if isinstance(value, bool | int | float):
        return code(json.dumps(value))
    text = address(value) if isinstance(value, str) and "://" in value else value
    if not isinstance(text, str) or is_unknown(text):
        return None
    is_name = text is not value or _NAME.fullmatch(text)
    harmful = any(pattern.search(text) for pattern in SECRETS.values())
    return code(text) if is_name and not harmful else None


def _told(kind: str, path: str, old: object, new: object) -> str:
    if path.endswith("]") and (_is_item(old) or _is_item(new)):
        return _item(kind, path, new) if _is_item(new) else "removed"
    if is_secret(old) or is_secret(new):
        return "secret"
    before, after = shown(kind, path, old), shown(kind, path, new)
    if is_unknown(new):
        return f"{before} → known after the deployment" if before else "known after the deployment"
    return f"{before} → {after}" if before and after else ""


def _is_item(value: object) -> bool:
    return isinstance(value, Mapping) and not is_secret(value)


def _item(kind: str, path: str, new: object) -> str:
    """What may be shown of an item that is added to a list."""
    leaves = ((at, shown(kind, at, value)) for at, _, value in _below(path, {}, new))
    told = ", ".join(f"{code(at.removeprefix(path).lstrip('.'))} {value}" for at, value in leaves if value)
    return f"added, {told}" if told else "added"


def _below(path: str, old: Any, new: Any) -> Iterator[tuple[str, object, object]]:
    """Yield the leaves that differ; what is not there and what is null are the same."""
    if _same(old, new):
        return
    if _is_tree(old) and _is_tree(new) and not (path.endswith("]") and _ABSENT in (old, new)):
        before, after = _branches(old, new), _branches(new, old)
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _below(
                f"{path}{key}" if path else key.lstrip("."),
                before.get(key, _ABSENT),
                after.get(key, _ABSENT),
            )
    else:
        yield path, old, new


def _same(old: Any, new: Any) -> bool:
    absent = (None, _ABSENT)
    if old in absent or new in absent:
        return old in absent and new in absent
    return bool(old == new) or (_document(old) == _document(new) is not None)


def _document(value: object) -> object:
    """Policies are JSON in a text: another order of keys is no change."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return None
    return None


def _is_tree(value: object) -> bool:
    return value in (None, _ABSENT) or (isinstance(value, Mapping | list) and not is_secret(value))


def _branches(value: Values | list[Any] | object, other: object) -> dict[str, Any]:
    """The parts by how their path goes on."""
    if isinstance(value, Mapping):
        return {f".{key}": each for key, each in value.items()}
    if not isinstance(value, list):
        return {}
    by_id = all(_ids(side) is not None for side in (value, other) if isinstance(side, list))
    labels = (_ids(value) if by_id else None) or [str(at) for at in range(len(value))]
    return {f"[{label}]": each for label, each in zip(labels, value, strict=True)}


def _ids(items: list[Any]) -> list[str] | None:
    """What items call themselves; None if one has no id, or two have the same."""
    ids = [item.get("id") if isinstance(item, Mapping) else None for item in items]
    usable = all(isinstance(each, str) and each for each in ids) and len({*ids}) == len(ids)
    return [str(each) for each in ids] if usable else None
