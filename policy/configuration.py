"""What a stack configures of the rules, in `policy/<stack>.json`: checked as the engine checks it, and more.

The engine takes names that no rule and no option has without a word; here they are problems
(`pkg/resource/analyzer/config.go` of Pulumi 3.254.0).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from gme_recording.errors import Problem
from policy import RESOURCE_RULES, STACK_RULES
from policy.rule import LEVEL, Rule, meant

Configuration = Mapping[str, Any]
"""Rule or `all` → level, or an object of `enforcementLevel` and options, as `--policy-pack-config` takes."""

ALL = "all"
"""Sets the level of every rule that has none of its own."""

_RULES: tuple[Rule[Any], ...] = (*RESOURCE_RULES, *STACK_RULES)
RULES = {rule.id: rule for rule in _RULES}


class Level(StrEnum):
    """What a violation does, in the words of Pulumi."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


def problems(given: object) -> Iterator[Problem]:
    """Yield all that is wrong with a decoded configuration."""
    if not isinstance(given, Mapping):
        yield Problem(
            "the file", json.dumps(given), "an object: rule → level, or enforcementLevel and options"
        )
        return
    for name, configured in given.items():
        if name != ALL and name not in RULES:
            yield Problem(name, "", "no rule has this name", hint=meant(name, RULES))
            continue
        yield from _level(name, configured)
        if isinstance(configured, Mapping):
            yield from RULES[name].problems(configured) if name in RULES else _of_all(configured)


def level(rule: Rule[Any], given: Configuration) -> Level:
    """Return what a violation of a rule does: as configured, or by its severity."""
    for name in (rule.id, ALL):
        configured = given.get(name)
        found = configured.get(LEVEL) if isinstance(configured, Mapping) else configured
        if found is not None:
            return Level(found)
    return Level.MANDATORY if rule.stops else Level.ADVISORY


def _level(name: str, configured: object) -> Iterator[Problem]:
    where, found = name, configured
    if isinstance(configured, Mapping):
        if LEVEL not in configured:
            return
        where, found = f"{name}.{LEVEL}", configured[LEVEL]
    if found not in [*Level]:
        yield Problem(where, json.dumps(found), f"one of {', '.join(Level)}")


def _of_all(configured: Mapping[str, Any]) -> Iterator[Problem]:
    for name in sorted(configured.keys() - {LEVEL}):
        yield Problem(
            f"{ALL}.{name}", json.dumps(configured[name]), f"nothing but {LEVEL} holds for all rules"
        )
