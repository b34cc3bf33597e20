"""What the engine does to one resource, in the form in which people and programs are told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """One property that differs; a side that is not there is None. Values are rendered, secrets masked."""

    path: str
    """Pulumi's property path, for instance `lifecycleRules[0].expiration.days`."""
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of the engine on one resource."""

    op: str
    """Pulumi's word: `same`, `create`, `update`, `delete`, `replace`, `import` …"""
    type: str
    """Last part of the type token, for instance `Bucket`."""
    name: str
    changes: tuple[Change, ...] = ()
    seconds: float = 0.0
    failed: bool = False
    drift: bool = False
    """Found by a refresh: the cloud differs from the state; `old` is the state, `new` the cloud."""
    urn: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verb did, or would do."""

    verb: str
    stack: str
    steps: tuple[Step, ...]
    """Everything but `same`, in the order in which it ended."""
    unchanged: int
    outputs: dict[str, object]
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def drift(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.drift)

    @property
    def changed(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if not step.drift)
