"""Rules that every recording environment is held to.

The pack that Pulumi runs (`__main__.py`), reviews and tests ask the same rules. The environments that differ
are told apart by data: the tag `environment` and the options of each rule (`docs/policy.md`).
"""

from __future__ import annotations

from policy import access, console, stack, storage
from policy.rule import Resource, Rule, Stack

RESOURCE_RULES: tuple[Rule[Resource], ...] = (*storage.RULES, *access.RULES, *console.RULES)
"""Rules on one resource each; asked before the resource is made."""

STACK_RULES: tuple[Rule[Stack], ...] = stack.RULES
"""Rules on all resources together; asked at the end of a preview or deployment."""

__all__ = ["RESOURCE_RULES", "STACK_RULES"]
