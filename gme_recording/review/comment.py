"""Effects → one Markdown comment that fits, the most important things first (pure).

It orders, cuts and counts; what an effect means, it does not know.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gme_recording.review.effect import Effect, Row, Severity, Topic
from gme_recording.review.markdown import code, counted, listed, prose, table

MARKER = "<!-- gme-recording review -->"
"""First line of the comment: whoever posts it looks for this and edits, rather than adding another one."""

LIMIT = 64_000
"""Characters; GitHub takes 65,536."""

OPERATIONS = ("create", "update", "replace", "delete")
_DONE = {
    "replace": "replaced",
    "delete": "deleted",
    "create": "created",
    "update": "updated",
    "import": "taken over",
}
"""Operation → how the headline says it, the loudest first."""
_ALERTS = {Topic.FAILED, Topic.GONE, Topic.UNGUARDED}
_LOSSES = 50
"""So many losses are told rather than rows of the table."""
_NOTHING = "—"
_MANY = 8
"""More changes than this are folded away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """All that a comment tells."""

    rows: tuple[Row, ...]
    effects: tuple[Effect, ...]
    commit: str = ""
    at: datetime | None = None
    """When the previews were made; aware."""
    costs: str = ""
    """What the column of costs holds; empty if nobody asked."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """One thing that can be left out: an effect's details, the effect, or a row of the table."""

    kind: str
    index: int


def render(comment: Comment, limit: int = LIMIT) -> str:
    """Return at most `limit` characters of Markdown; the least important is left out first, and counted."""
    effects = sorted(comment.effects, key=lambda each: (list(Topic).index(each.topic), -each.severity))
    whole = replace(comment, effects=tuple(effects))
    cuts = tuple(_cuts(whole))

    def text(number: int) -> str:
        return _text(whole, cuts[:number])

    if len(text(0)) <= limit:  # the note of what is missing may be longer than what is missing
        return text(0)
    number = bisect_left(range(len(cuts)), True, key=lambda at: len(text(at)) <= limit)
    while number < len(cuts) and len(text(number)) > limit:
        number += 1
    return text(number)


def _cuts(comment: Comment) -> Iterator[_Cut]:
    """What to leave out, in the order of leaving out; of equals, the last first."""
    backwards = range(len(comment.effects) - 1, -1, -1)
    idle = [at for at, row in enumerate(comment.rows) if not any(row.counts.values())]
    busy = [at for at, row in enumerate(comment.rows) if any(row.counts.values())]
    for severity in Severity:
        meant = [at for at in backwards if comment.effects[at].severity is severity]
        kept = meant[-_LOSSES:] if severity is Severity.LOSS else []
        yield from (_Cut("details", at) for at in meant if _has_details(comment.effects[at]))
        yield from (_Cut("effect", at) for at in meant[: len(meant) - len(kept)])
        if severity is Severity.NOTE:
            yield from (_Cut("row", at) for at in reversed(idle))
        if severity is Severity.LOSS:
            yield from (_Cut("row", at) for at in reversed(busy))
        yield from (_Cut("effect", at) for at in kept)


def _has_details(effect: Effect) -> bool:
    return bool(effect.lines or effect.folded)


def _text(comment: Comment, cuts: Sequence[_Cut]) -> str:
    left_out = {(cut.kind, cut.index) for cut in cuts}
    rows = [row for at, row in enumerate(comment.rows) if ("row", at) not in left_out]
    effects = [
        replace(effect, lines=(), folded="") if ("details", at) in left_out else effect
        for at, effect in enumerate(comment.effects)
        if ("effect", at) not in left_out
    ]
    parts = [MARKER, f"## {_headline(comment.rows)}", _byline(comment)]
    parts += [_table(rows), _costs(comment.costs, rows)] if rows else []
    several = len(comment.rows) > 1
    for topic in Topic:
        if found := [effect for effect in effects if effect.topic is topic]:
            parts.append(_section(topic, found, several=several))
    parts += [_left_out(comment, cuts)] if cuts else []
    return "\n\n".join(part for part in parts if part) + "\n"


def _headline(rows: Iterable[Row]) -> str:
    rows = tuple(rows)
    totals = sum((Counter(row.counts) for row in rows), Counter[str]())
    done = ", ".join(f"{totals[op]:,} {word}" for op, word in _DONE.items() if totals[op])
    changing = sum(any(row.counts.values()) for row in rows)
    where = f" in {changing:,} of {counted(len(rows), 'stack')}" if len(rows) > 1 and changing else ""
    return f"Recording: {done or 'nothing changes'}{where}"


def _byline(comment: Comment) -> str:
    commit = f"Commit {code(comment.commit)}" if comment.commit else ""
    made = f"{comment.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if comment.at else ""
    return ", ".join(part for part in (commit, f"previewed {made}" if made else "") if part)


def _table(rows: Sequence[Row]) -> str:
    operations = (*OPERATIONS, *sorted({op for row in rows for op in row.counts} - {*OPERATIONS}))
    head = ["Stack", *(op.capitalize() for op in operations), "Policy", "Smoke test", "Cost per month"]
    lines = (
        [
            code(row.stack),
            *(_number(row.counts.get(op, 0), loud=op in {"replace", "delete"}) for op in operations),
            row.policy or _NOTHING,
            row.smoke or _NOTHING,
            row.cost or _NOTHING,
        ]
        for row in rows
    )
    return table(head, lines, right=frozenset(range(1, len(operations) + 1)))


def _costs(costs: str, rows: Iterable[Row]) -> str:
    """What the column holds, and why it does not hold more, once for all stacks with the same reason."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.cost_unknown:
            reasons.setdefault(row.cost_unknown, []).append(row.stack)
    lines = [f"Not known for {listed(stacks)}: {prose(why)}." for why, stacks in reasons.items()]
    return "\n".join([*([costs] if costs else []), *lines])


def _number(number: int, *, loud: bool) -> str:
    if not number:
        return _NOTHING
    return f"**{number:,}**" if loud else f"{number:,}"


def _section(topic: Topic, effects: Sequence[Effect], *, several: bool) -> str:
    if topic is Topic.POLICY:
        effects = [*_explained_once(effects)]
    items = "\n".join(_item(effect, several=several) for effect in effects).rstrip("\n")
    if topic in _ALERTS:
        quoted = "\n".join(f"> {line}".rstrip() for line in f"**{topic}**\n\n{items}".splitlines())
        return f"> [!CAUTION]\n{quoted}"
    if topic is Topic.CHANGES and len(effects) > _MANY:
        items = f"<details><summary>{counted(len(effects), 'resource')}</summary>\n\n{items}\n\n</details>"
    return f"### {topic}\n\n{items}"


def _explained_once(effects: Iterable[Effect]) -> Iterator[Effect]:
    """Leave out what was said of the same rule further up, for another stack or resource."""
    said = set()
    for effect in effects:
        yield replace(effect, lines=()) if effect.lines in said else effect
        said.add(effect.lines)


def _item(effect: Effect, *, several: bool) -> str:
    stack = f"{code(effect.stack)}: " if several else ""
    lines = [f"- {stack}{effect.text}", *(f"  - {line}" for line in effect.lines)]
    if effect.folded:
        block = f"<details><summary>Step by step</summary>\n\n{effect.folded}\n\n</details>"
        lines += ["", *(f"  {line}".rstrip() for line in block.splitlines()), ""]
    return "\n".join(lines)


def _left_out(comment: Comment, cuts: Sequence[_Cut]) -> str:
    """What is missing; details of an effect that is missing itself are not counted again."""
    gone = [comment.effects[cut.index] for cut in cuts if cut.kind == "effect"]
    missing = Counter(effect.topic for effect in gone)
    parts = [f"{missing[topic]:,} under “{topic}”" for topic in Topic if missing[topic]]
    bare = {cut.index for cut in cuts if cut.kind == "details"} - {
        cut.index for cut in cuts if cut.kind == "effect"
    }
    parts += [f"the details of {len(bare):,} more"] if bare else []
    rows = sum(cut.kind == "row" for cut in cuts)
    parts += [counted(rows, "row of the table", "rows of the table")] if rows else []
    return (
        f"> [!NOTE]\n> Left out, as a comment has a limit: {', '.join(parts)}. "
        "`gme-recording review --json` has everything."
    )
