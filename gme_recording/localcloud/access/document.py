"""Policy documents of the vendor's form, version 2.0 (pure): text in, statements or what is wrong out.

Keys are taken in lower and upper case, a single value for a list of one, as the vendor does (436/46206,
598/10604).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gme_recording.localcloud.access.match import PARTS

VERSION = "2.0"
MAX_STATEMENT_BYTES = 4095
"""Of a bucket's policy (436/8282)."""
_STATEMENT_KEYS = {"sid", "effect", "action", "resource", "principal", "condition"}
_PRINCIPAL_KEYS = {"qcs", "service", "federated"}


class Malformed(ValueError):
    """What is wrong with a document, in words; `where` is the element (`resource`, `action`, ...)."""

    def __init__(self, where: str, found: str) -> None:
        super().__init__(f"{where} {found}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Condition:
    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    """Empty in a role's trust document."""
    principals: tuple[str, ...] | None
    """None in an identity's policy, which stands for whom it is attached to."""
    conditions: tuple[Condition, ...]


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[Statement, ...]:
    """The statements of any policy document; raises Malformed."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("document", f"is not JSON: {error}") from error
    members = _members(document, "document")
    if members.get("version") != VERSION:
        raise Malformed("version", f'must be "{VERSION}"')
    statements = _as_list(members.get("statement"))
    if not statements:
        raise Malformed("statement", "is missing")
    return tuple(_statement(_members(statement, "statement")) for statement in statements)


def parse_identity_policy(text: str) -> tuple[Statement, ...]:
    """A policy to attach to users and roles: every statement has resources and no principal."""
    statements = parse(text)
    for statement in statements:
        _require_resources(statement)
        if statement.principals is not None:
            raise Malformed("principal", "does not belong into a policy that is attached to an identity")
    return statements


def parse_resource_policy(text: str) -> tuple[Statement, ...]:
    """A bucket's policy: every statement has principals and resources."""
    statements = parse(text)
    for statement in statements:
        _require_resources(statement)
        if statement.principals is None:
            raise Malformed("principal", "is missing")
    sent = _as_list(_members(json.loads(text), "document")["statement"])
    for number, statement in enumerate(sent, start=1):
        compact = json.dumps(statement, separators=(",", ":"), ensure_ascii=False)
        if len(compact.encode(errors="replace")) > MAX_STATEMENT_BYTES:
            raise Malformed("statement", f"{number} is longer than {MAX_STATEMENT_BYTES} bytes")
    return statements


def parse_trust_policy(text: str) -> tuple[Statement, ...]:
    """A role's trust document: who may assume it; no resources."""
    statements = parse(text)
    for statement in statements:
        if statement.principals is None:
            raise Malformed("principal", "is missing")
        if statement.resources:
            raise Malformed("resource", "does not belong into a role's trust document")
    return statements


def _require_resources(statement: Statement) -> None:
    if not statement.resources:
        raise Malformed("resource", "is missing")
    for resource in statement.resources:
        if resource != "*" and not (resource.startswith("qcs:") and resource.count(":") >= PARTS - 1):
            raise Malformed("resource", f"{resource!r} is not * and has not the six parts of qcs:...")


def _statement(members: Mapping[str, Any]) -> Statement:
    if unknown := sorted(members.keys() - _STATEMENT_KEYS):
        raise Malformed("statement", f"has an unknown element {unknown[0]!r}")
    effect = str(members.get("effect", "")).lower()
    if effect not in {"allow", "deny"}:
        raise Malformed("effect", "must be allow or deny")
    actions = _texts(members.get("action"), "action")
    if not actions:
        raise Malformed("action", "is missing")
    for action in actions:
        if action != "*" and ":" not in action:
            raise Malformed("action", f"{action!r} is not * and not <service>:<operation>")
    return Statement(
        effect == "allow",
        actions,
        _texts(members.get("resource"), "resource"),
        _principals(members["principal"]) if "principal" in members else None,
        _conditions(members.get("condition")),
    )


def _principals(value: Any) -> tuple[str, ...]:
    if value == "*":
        return ("*",)
    members = _members(value, "principal")
    if not members or members.keys() - _PRINCIPAL_KEYS:
        raise Malformed("principal", 'must be "*" or an object with qcs, service or federated')
    found = tuple(text for kind in members for text in _texts(members[kind], "principal"))
    if not found:
        raise Malformed("principal", "names nobody")
    return found


def _conditions(value: Any) -> tuple[Condition, ...]:
    if value is None:
        return ()
    return tuple(
        Condition(operator, key.lower(), _texts(wanted, "condition"))
        for operator, keys in _members(value, "condition").items()
        for key, wanted in _members(keys, "condition").items()
    )


def _members(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(where, "must be an object")
    return {str(name).lower(): member for name, member in value.items()}


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _texts(value: Any, where: str) -> tuple[str, ...]:
    texts = _as_list(value)
    if not all(isinstance(text, str | int | float) for text in texts):
        raise Malformed(where, "must be a text or a list of texts")
    return tuple(str(text).lower() if isinstance(text, bool) else str(text) for text in texts)
