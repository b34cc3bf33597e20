"""Results → text and JSON data. Pure: nothing is written here."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

import click

from gme_recording.deploy.step import Change, Outcome, Step

SIGNS = {
    "create": ("+", "green", "created"),
    "update": ("~", "yellow", "updated"),
    "delete": ("-", "red", "deleted"),
    "replace": ("±", "magenta", "replaced"),
    "create-replacement": ("+", "green", "created in place of the old one"),
    "delete-replaced": ("-", "red", "deleted, replaced"),
    "import": ("=", "cyan", "taken over"),
    "discard": ("-", "red", "dropped from the state"),
}
_OTHER = ("?", "cyan", "")
_OBEYED = re.compile(
    r"\x1b\[(?:0|1|2|22|3[1-6])m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
"""Colours of `click.style`, or what a terminal obeys."""
_SHOWN_NAMES = 3


def safe(text: str) -> str:
    """The text without anything that a terminal would obey but our own colours.

    Rooms and users are named by players: control characters and changes of direction become `\\x1b`.
    """
    return text if text.isascii() and text.isprintable() else _OBEYED.sub(_spelt, text)


def _spelt(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) > 1 else ascii(found[0])[1:-1]


def step(step: Step) -> str:
    """`  ~ Bucket voice-local  updated 0.3 s  [lifecycleRules[0].expiration.days]`."""
    sign, colour, done = SIGNS.get(step.op, _OTHER)
    if step.failed:
        sign, colour, done = "!", "red", "failed"
    if step.drift:
        done = _drifted(step)
    took = f" {step.seconds:.1f} s" if step.seconds >= 0.1 else ""
    what = f"{step.type} {step.name}  {done or step.op}"
    return f"  {click.style(sign, fg=colour)} {what}{took}{_names(step.changes)}"


def plan(step: Step) -> str:
    """Say what a step would do, with old and new values."""
    sign, colour, _ = SIGNS.get(step.op, _OTHER)
    what = _drifted(step) if step.drift else step.op
    line = f"  {click.style(sign, fg=colour)} {step.type} {step.name}  {what}"
    return "\n".join([line, *(change(item) for item in step.changes)])


def change(change: Change) -> str:
    """`      lifecycleRules[0].expiration.days: 30 → 60`."""
    old, new = change.old or "(not set)", change.new or "(not set)"
    return f"      {change.path}: {old} → {new}"


def changed(outcome: Outcome, told: Collection[str] = ()) -> str:
    """Sum up what a verb did; warnings that have been told are left out."""
    counts: dict[str, int] = {}
    for item in outcome.changed:
        counts[item.op] = counts.get(item.op, 0) + 1
    parts = [f"{number} {SIGNS.get(op, ('', '', op))[2] or op}" for op, number in counts.items()]
    if drifted := len(outcome.drift):
        parts.append(f"{drifted} drifted")
    parts.append(f"{outcome.unchanged} unchanged")
    summary = f"{outcome.verb} {outcome.stack}: {', '.join(parts)} in {outcome.seconds:.1f} s"
    return "\n".join([*_warnings(outcome, told), summary])


def planned(outcome: Outcome, told: Collection[str] = ()) -> str:
    """Show a preview: what drifted, what would change; warnings that have been told are left out."""
    lines = []
    if outcome.drift:
        lines += ["Drift (state → cloud):", *(plan(item) for item in outcome.drift)]
    if outcome.changed:
        lines += ["Changes (now → after up):", *(plan(item) for item in outcome.changed)]
    if not outcome.steps:
        lines.append("No changes.")
    summary = f"{len(outcome.changed)} to change, {outcome.unchanged} unchanged"
    return "\n".join([*lines, *_warnings(outcome, told), summary])


def table(rows: Mapping[str, object]) -> str:
    """Align names and values in two columns."""
    width = max((len(name) for name in rows), default=0)
    return "\n".join(f"  {name:<{width}}  {cell(value)}" for name, value in rows.items())


def outcome_data(outcome: Outcome) -> dict[str, object]:
    """Return an outcome as JSON data."""
    return {
        "verb": outcome.verb,
        "stack": outcome.stack,
        "steps": [asdict(item) for item in outcome.steps],
        "unchanged": outcome.unchanged,
        "outputs": outcome.outputs,
        "warnings": list(outcome.warnings),
        "seconds": round(outcome.seconds, 3),
    }


def _warnings(outcome: Outcome, told: Collection[str]) -> list[str]:
    return [f"warning: {text}" for text in outcome.warnings if text not in told]


def _drifted(step: Step) -> str:
    return "is gone from the cloud" if step.op == "delete" else "differs in the cloud"


def _names(changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    shown = [item.path for item in changes[:_SHOWN_NAMES]]
    more = len(changes) - len(shown)
    return f"  [{', '.join(shown)}{f', {more} more' if more else ''}]"


def cell(value: object) -> str:
    """Show an output: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
