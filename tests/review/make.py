"""Previews and effects for tests."""

import json
from pathlib import Path
from typing import Any

from gme_recording.review.effect import Effect, Severity, Topic
from gme_recording.review.plan import Plan, parse, read

GOLDEN = Path(__file__).parents[1] / "golden" / "review"
BUCKET = "tencentcloud:Cos/bucket:Bucket"
BUCKET_POLICY = "tencentcloud:Cos/bucketPolicy:BucketPolicy"
POLICY = "tencentcloud:Cam/policy:Policy"
ATTACHMENT = "tencentcloud:Cam/userPolicyAttachment:UserPolicyAttachment"
LINKED_ROLE = "tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole"
ROLE = "tencentcloud:Cam/role:Role"
SETTINGS = "gme:console:RecordingSettings"
STASH = "pulumi:index:Stash"


def golden(stack: str) -> Plan:
    """The recorded preview of a stack."""
    return read(stack, GOLDEN / f"{stack}.json")


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:prod::voice::{kind}::{name}"


def raw_step(
    kind: str,
    op: str = "update",
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    *,
    name: str = "it",
    old_state: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A step as the CLI writes it."""
    step: dict[str, Any] = {"op": op, "urn": urn(kind, name), **more}
    shared = {"urn": urn(kind, name), "type": kind, "custom": True}
    if old is not None:
        step["oldState"] = {**shared, "id": f"id-{name}", "inputs": old, **(old_state or {})}
    if new is not None:
        step["newState"] = {**shared, "inputs": new, **more.get("state", {})}
    return step


def plan(*steps: dict[str, Any], **more: Any) -> Plan:
    """The plan of stack `prod` with these steps."""
    return parse("prod", {"steps": [*steps], **more})


def changed(kind: str, old: dict[str, Any], new: dict[str, Any]) -> Plan:
    return plan(raw_step(kind, "update", old, new))


def created(kind: str, new: dict[str, Any]) -> Plan:
    return plan(raw_step(kind, "create", None, new))


def deleted(kind: str, old: dict[str, Any], **old_state: Any) -> Plan:
    return plan(raw_step(kind, "delete", old, None, old_state=old_state))


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"version": "2.0", "statement": [*statements]})


def effect(
    text: str = "it", topic: Topic = Topic.CHANGES, severity: Severity = Severity.CHANGE, **more: Any
) -> Effect:
    return Effect(stack=more.pop("stack", "prod"), topic=topic, severity=severity, text=text, **more)
