"""How an engine tells Pulumi Cloud of a state, and the deployment that comes of it.

As pulumi/pulumi v3.254.0 does: pkg/backend/httpstate/{snapshot,diffs}.go, pkg/backend/journal.go.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Any

Json = dict[str, Any]


class Upload(StrEnum):
    """What the service asks for."""

    JOURNAL = "journal"
    """One entry for each thing that happens; the service makes the state of them."""
    DELTA = "delta"
    """The first state whole, then text edits."""
    FULL = "full"
    """Every state whole."""


class Kind(IntEnum):
    BEGIN = 0
    SUCCESS = 1
    FAILURE = 2
    REFRESHED = 3
    OUTPUTS = 4
    WRITE = 5
    SECRETS = 6
    REBUILT = 7


def verbatim(body: bytes) -> bytes:
    """The state in a request, byte by byte: the edits that follow count bytes."""
    text, key = body.decode(), '"untypedDeployment":'
    start = text.index(key) + len(key)
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode()


def edited(before: bytes, asked: Json) -> bytes:
    """A state after edits; they must come to the hash that the engine says."""
    after = before
    for edit in reversed(asked["deploymentDelta"]):
        start, end = edit["Span"]["start"]["offset"], edit["Span"]["end"]["offset"]
        after = after[:start] + edit["NewText"].encode() + after[end:]
    assert hashlib.sha256(after).hexdigest() == asked["checkpointHash"]
    return after


class Journal:
    """The deployment that a base and the entries of one update come to; replacements are not served."""

    def __init__(self, base: Json) -> None:
        self._begin(copy.deepcopy(base))

    def _begin(self, base: Json) -> None:
        self._base = base
        self._old: list[Json | None] = list(base.get("resources") or [])
        self._new: dict[int, Json | None] = {}
        self._open: dict[int, Json] = {}

    def add(self, entries: Iterable[Json]) -> None:
        for entry in entries:
            assert (
                not {"deleteOld", "deleteNew", "pendingReplacementOld", "pendingReplacementNew"}
                & entry.keys()
            )
            self._add(Kind(entry["kind"]), entry)

    def _add(self, kind: Kind, entry: Json) -> None:
        operation, state = entry["operationID"], entry.get("state")
        if kind is Kind.WRITE:
            self._begin(entry["newSnapshot"])
        elif kind is Kind.SECRETS:
            self._base["secrets_providers"] = entry["secretsProvider"]
        elif kind is Kind.REBUILT:
            self._begin(self.deployment())
        elif kind is Kind.BEGIN:
            self._open[operation] = entry
        else:
            self._open.pop(operation, None)
            if kind is Kind.SUCCESS:
                self._new[operation], state = state, None
            if (old := entry.get("removeOld")) is not None:
                self._old[old] = state
            if (new := entry.get("removeNew")) is not None:
                self._new[new] = state

    def deployment(self) -> Json:
        pending = [entry["operation"] for entry in self._open.values() if entry.get("operation")]
        pending += [each for each in self._base.get("pending_operations") or [] if each["type"] == "creating"]
        resources = [state for state in (*self._new.values(), *self._old) if state]
        return {**self._base, "resources": resources, "pending_operations": pending}
