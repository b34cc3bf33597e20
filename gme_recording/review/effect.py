"""What a review says: one type for every source, so that the comment needs to know nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """How much a reviewer must not miss it; the least are cut first from a comment that is too long."""

    NOTE = 0
    CHANGE = 1
    WARNING = 2
    LOUD = 3
    LOSS = 4
    """Recordings are lost, or can no longer be made."""


class Topic(StrEnum):
    """The comment's sections, in their order; the value is the heading."""

    FAILED = "The preview failed"
    GONE = "Replaced or deleted"
    UNGUARDED = "Less protected from deletion"
    RETENTION = "How long recordings are kept"
    POLICY = "Policy"
    PERMISSIONS = "Who may do what"
    CONSOLE = "To do in the GME console"
    CHANGES = "Changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that merging would do, or that must be done."""

    stack: str
    topic: Topic
    severity: Severity
    text: str
    """Markdown, one paragraph; whatever comes from a preview is escaped already."""
    lines: tuple[str, ...] = ()
    """Markdown, one line each, listed under the text; they are cut before it."""
    folded: str = ""
    """A Markdown block that is folded away under the text; it is cut before it."""
    step: str = ""
    """URN of the resource it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stack's line of the table at the top. Texts are Markdown."""

    stack: str
    counts: Mapping[str, int] = field(default_factory=dict)
    """Operation → number of resources."""
    policy: str = ""
    smoke: str = ""
    cost: str = ""
    """Per month, before → after; empty if nobody asked."""
    cost_unknown: str = ""
    """Why a cost is not known, in plain words."""
